"""Other people's Python clients, unmodified but for the host, against a real server."""

import pytest

SEGMENT = """
import os, {module} as analytics
client = analytics.Client(os.environ["KEY"], host=os.environ["HOST"], on_error=lambda error, items: print("ERROR", error))
who = os.environ["WHO"]
client.track(anonymous_id=f"anon-{{who}}", event="Looked", properties={{"page": 1}})
client.identify(who, traits={{"email": f"{{who}}@example.com", "name": "Siti"}}, anonymous_id=f"anon-{{who}}")
for number in range({many}):
    client.track(who, "Order Completed", {{"order_id": number, "total": 125000.5, "currency": "IDR"}})
client.page(who, "Shop", "Home", {{"url": "https://shop.example/"}})
client.screen(who, "Cart")
client.group(who, "acme", {{"name": "Acme"}})
client.flush()
client.join()
"""
POSTHOG = """
import os
from posthog import Posthog
client = Posthog(os.environ["KEY"], host=os.environ["HOST"], gzip={gzip})
who = os.environ["WHO"]
client.capture("Looked", distinct_id=f"anon-{who}", properties={"$process_person_profile": False})
client.capture("$identify", distinct_id=who, properties={"$anon_distinct_id": f"anon-{who}", "$set": {"name": "Siti"}})
for number in range(250):
    client.capture("Order Completed", distinct_id=who, properties={"order_id": number, "total": 125000.5})
client.capture("$pageview", distinct_id=who, properties={"$current_url": "https://shop.example/"})
client.set(distinct_id=who, properties={"email": f"{who}@example.com"})
client.shutdown()
"""


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("segment-python", "segment.analytics"),
        ("rudder-python", "rudderstack.analytics"),
        ("customerio-python", "customerio.analytics"),
    ],
)
def test_clients_that_speak_segment(shop, python, source, module):
    key = shop.add_source(source)
    script = SEGMENT.format(module=module, many=250)
    told = python(script, KEY=key, HOST=shop.url, WHO=source)
    assert "ERROR" not in told.stdout

    assert counted(shop, source, 255) == [
        {"name": "Company Joined", "n": 1, "people": 1},
        {"name": "Identified", "n": 1, "people": 1},
        {"name": "Looked", "n": 1, "people": 1},
        {"name": "Order Completed", "n": 250, "people": 1},
        {"name": "Page Viewed", "n": 1, "people": 1},
        {"name": "Screen Viewed", "n": 1, "people": 1},
    ]
    assert people(shop, source) == 1
    held = shop.ask(
        "SELECT count(DISTINCT message_id) AS ids, sum(value) AS total, any(currency) AS currency FROM touchpoints"
        f" WHERE source = '{source}' AND name = 'Order Completed'"
    )
    assert (int(held[0]["ids"]), float(held[0]["total"]), held[0]["currency"]) == (250, 250 * 125000.5, "IDR")
    assert shop.ask(
        f"SELECT properties.email::String AS email FROM touchpoints WHERE source = '{source}'"
        " AND name = 'Identified'"
    ) == [{"email": f"{source}@example.com"}]


@pytest.mark.parametrize("gzip", ["False", "True"])
def test_posthog(shop, python, gzip):
    source = f"posthog-python-{gzip}"
    key = shop.add_source(source)
    python(POSTHOG.replace("{gzip}", gzip), KEY=key, HOST=shop.url, WHO=source)

    assert counted(shop, source, 254) == [
        {"name": "Identified", "n": 2, "people": 1},
        {"name": "Looked", "n": 1, "people": 1},
        {"name": "Order Completed", "n": 250, "people": 1},
        {"name": "Page Viewed", "n": 1, "people": 1},
    ]
    assert people(shop, source) == 1


def counted(shop, source, least):
    """Return the source's touchpoints by name, once there are so many, each with how many people they are of."""
    shop.wait_for(least, f"SELECT count() FROM touchpoints WHERE source = '{source}'")
    rows = shop.ask(
        "SELECT toString(name) AS name, count() AS n, count(DISTINCT person_id) AS people FROM touchpoints"
        f" WHERE source = '{source}' GROUP BY name ORDER BY name"
    )
    return [{"name": row["name"], "n": int(row["n"]), "people": int(row["people"])} for row in rows]


def people(shop, source):
    """Return how many people the source's touchpoints are of."""
    return int(
        shop.ask(f"SELECT count(DISTINCT person_id) AS n FROM touchpoints WHERE source = '{source}'")[0]["n"]
    )
