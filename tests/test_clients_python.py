"""Other people's Python clients, unmodified but for the host, against a real server."""

import pytest

from tests.counting import counted, told

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
    assert "ERROR" not in python(script, KEY=key, HOST=shop.url, WHO=source).stdout

    assert counted(shop, source, 255) == {
        "Company Joined": 1,
        "Identified": 1,
        "Looked": 1,
        "Order Completed": 250,
        "Page Viewed": 1,
        "Screen Viewed": 1,
    }
    assert told(shop, "uniqExact(person_id)", source) == 1
    assert told(shop, "uniqExact(message_id)", source) == 255
    assert float(told(shop, "sum(value)", source)) == 250 * 125000.5
    assert told(shop, "properties.email::String", source, "kind = 'identify'") == f"{source}@example.com"


@pytest.mark.parametrize("gzip", ["False", "True"])
def test_posthog(shop, python, gzip):
    source = f"posthog-python-{gzip}"
    key = shop.add_source(source)
    python(POSTHOG.replace("{gzip}", gzip), KEY=key, HOST=shop.url, WHO=source)

    assert counted(shop, source, 254) == {
        "Identified": 2,
        "Looked": 1,
        "Order Completed": 250,
        "Page Viewed": 1,
    }
    assert told(shop, "uniqExact(person_id)", source) == 1
