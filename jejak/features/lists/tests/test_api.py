"""The REST API of records."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from jejak.api import limits
from jejak.features.lists.tests.makers import make
from jejak.records import kinds
from jejak.staff import roles, tokens
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _fresh_limits():
    limits.calls.forget()


@pytest.fixture
def call():
    """Call as a lead's token that may everything."""
    return caller(make_staff("ayu", roles.LEAD), "*")


def caller(user, *scopes):
    _token, secret = tokens.make(name="Shop", user=user, scopes=scopes, made_by=user, now=NOW)

    def call(method, path, body=None, **query):
        more = (
            {"data": body, "content_type": "application/json"}
            if body is not None
            else {"query_params": query}
        )
        return getattr(Client(raise_request_exception=False), method)(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"}, **more
        )

    return call


def test_a_record_is_made_read_changed_and_put_away(call, vehicle):
    made = call("post", "/records/vehicle", {"values": {"title": "B 1 AYU", "brand": "toyota", "price": 5}})
    assert made.status_code == 201, made.content
    record = made.json()
    assert (record["title"], record["values"]["brand"], record["values"]["price"]) == ("B 1 AYU", "toyota", 5)
    path = f"/records/vehicle/{record['id']}"
    changed = call("patch", path, {"values": {"brand": "honda"}, "seen": {"brand": "toyota"}}).json()
    assert changed["values"]["brand"] == "honda"
    late = call("patch", path, {"values": {"brand": None}, "seen": {"brand": "toyota"}})
    assert (late.status_code, late.json()["code"]) == (409, "changed")
    told = call("get", f"{path}/changes").json()["items"]
    assert [(one["verb"], one["after"].get("brand")) for one in told] == [
        ("changed", "honda"),
        ("made", "toyota"),
    ]
    assert call("post", f"/changes/{told[0]['id']}/undo", {}).json() == {"restored": 1, "kept": []}
    assert call("post", f"/changes/{told[0]['id']}/undo", {}).status_code == 409
    assert call("get", path).json()["values"]["brand"] == "toyota"
    assert call("delete", path).status_code == 204
    assert call("get", path).status_code == 404


def test_a_list_is_narrowed_sorted_and_read_in_pages(call, vehicle):
    for number in range(5):
        make(vehicle, f"B {number}", brand="toyota" if number % 2 else "honda", price=number)
    first = call(
        "get", "/records/vehicle", where=["price~at_least~1"], sort="-price", limit=3, fields="price"
    ).json()
    assert [one["values"] for one in first["items"]] == [{"price": 4}, {"price": 3}, {"price": 2}]
    rest = call(
        "get", "/records/vehicle", where=["price~at_least~1"], sort="-price", cursor=first["next"], limit=3
    )
    assert ([one["title"] for one in rest.json()["items"]], rest.json()["next"]) == (["B 1"], None)


def test_a_fault_names_the_field_the_rule_and_the_value(call, vehicle):
    refused = call("post", "/records/vehicle", {"values": {"title": "B 1", "price": "much", "id": 7}})
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    errors = {one["pointer"]: (one["detail"], one["value"]) for one in refused.json()["errors"]}
    assert errors == {
        "#/values/price": ("“much” is not a number.", "much"),
        "#/values/id": ("There is no such field.", 7),
    }
    missing = call("post", "/records/vehicle", {"value": {}}).json()["errors"]
    assert missing == [{"pointer": "#/values", "detail": "Field required"}]
    for query in ({"where": "ghost~is~1"}, {"sort": "ghost"}, {"cursor": "x"}, {"fields": "ghost"}):
        assert call("get", "/records/vehicle", **query).status_code == 422


def test_a_batch_refuses_one_and_takes_the_others(call, vehicle):
    there = make(vehicle, "B 1")
    items = [
        {"values": {"title": "B 2"}},
        {"values": {"title": ""}},
        {"id": there.pk, "values": {"brand": "honda"}},
        {"id": 999, "values": {"brand": "honda"}},
    ]
    told = call("post", "/records/vehicle/batch", {"items": items}).json()["items"]
    assert [one["status"] for one in told] == ["made", "refused", "changed", "refused"]
    assert told[1]["errors"][0]["pointer"] == "#/items/1/values/title"
    assert call("post", "/records/vehicle/batch", {"items": items[:1] * 101}).status_code == 422


def test_people_have_their_handles_and_a_friendly_address(call):
    siti = make(kinds.kind("person"), "Siti", email="siti@contoh.id")
    told = call("get", f"/people/{siti.pk}").json()
    assert told["handles"] == [{"kind": "email", "value": "siti@contoh.id"}]
    taken = call("post", "/people", {"values": {"name": "S", "email": "siti@contoh.id"}})
    assert taken.json()["errors"][0]["pointer"] == "#/values/email"
    assert call("delete", f"/people/{siti.pk}").status_code in {403, 409}


def test_scopes_roles_and_teams_bind_tokens(vehicle):
    lead = make_staff("budi", roles.LEAD)
    assert caller(lead, "people:read")("get", "/records/vehicle").json()["scope"] == "records:read"
    assert caller(lead, "records:read")("post", "/records/vehicle", {"values": {}}).status_code == 403
    assert caller(lead, "people:read")("get", "/people").status_code == 200
    viewer = caller(make_staff("tamu", roles.VIEWER), "*")
    assert viewer("get", "/people").status_code == 403
    assert viewer("get", "/kinds").json() == {"items": []}
    make(kinds.kind("person"), "Siti", team="jakarta")
    dewi = make_staff("dewi", roles.SUPPORT, teams=["medan"])
    dewi.sees = dewi.Sees.choices[-1][0]
    dewi.save()
    assert caller(dewi, "*")("get", "/people").json()["items"] == []


def test_kinds_tell_the_schema_of_own_fields(call, vehicle):
    told = {one["key"]: one for one in call("get", "/kinds").json()["items"]}
    brand = next(one for one in told["vehicle"]["fields"] if one["key"] == "brand")
    assert (brand["value_schema"], brand["is_own"]) == ({"enum": ["toyota", "honda", None]}, True)
    assert {"person", "company", "vehicle"} <= told.keys()
    of_people = {field["key"]: field["value_schema"]["type"] for field in told["person"]["fields"]}
    assert (of_people["company"], of_people["is_known"]) == (["string", "null"], ["boolean", "null"])
