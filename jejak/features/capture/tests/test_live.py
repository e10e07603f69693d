import asyncio
import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from jejak.features.capture import live as stream
from jejak.features.capture.tests.door import NOON, knock
from jejak.touchpoints import live

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "inlet"])


def seen(name, source="shop", handles="user_id: siti", refused=""):
    return live.Seen(
        number=live.next_number(),
        message_id=f"m-{name}",
        trail_id=0,
        kind="track",
        name=name,
        channel="web",
        source=source,
        happened_at=NOON,
        received_at=NOON + timedelta(seconds=1),
        message="{}",
        handles=handles,
        refused=refused,
    )


def watch(client, query, *batches):
    """Return what the stream tells of these batches before the server stops."""
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    scope = {"headers": [(b"cookie", cookie.encode())], "query_string": query.encode()}
    told = []

    async def send(message):
        told.append(message)

    async def run():
        watching = asyncio.create_task(stream.application(scope, asyncio.Event().wait, send))
        while not live.watched():
            await asyncio.sleep(0.01)
        for batch in batches:
            live.publish(batch)
        live.close()
        await asyncio.wait_for(watching, 10)

    asyncio.run(run())
    body = b"".join(message.get("body", b"") for message in told).decode()
    events = [
        dict(line.partition(": ")[::2] for line in part.split("\n")) for part in body.split("\n\n") if part
    ]
    return [
        row["name"]
        for event in events
        if event.get("event") == "seen"
        for row in json.loads(event["data"])["rows"]
    ]


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("siti", "siti@example.com", "x"))
    return client


@pytest.mark.parametrize("cookie", ["", "sessionid=made-up", "sessionid=\xff;;"])
def test_the_stream_is_for_staff_only(cookie):
    reply = knock("GET", "/live/touchpoints", headers={"cookie": cookie})
    assert (reply.status, reply.json()["code"]) == (401, "signed_out")


def test_a_watcher_sees_what_is_stored(staff):
    assert watch(staff, "", [seen("Looked"), seen("Crawled", refused="bot")], [seen("Paid")]) == [
        "Looked",
        "Paid",
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("source=till", ["Paid"]),
        ("name=LOOK", ["Looked"]),
        ("person=budi", ["Paid"]),
        ("person=siti&name=paid", []),
        ("refused=1", ["Crawled"]),
    ],
)
def test_the_stream_is_filtered(staff, query, names):
    paid = seen("Paid", source="till", handles="user_id: budi")
    assert watch(staff, query, [seen("Looked"), paid, seen("Crawled", refused="bot")]) == names
