"""The pages of audiences: a builder whose form says exactly what was kept, and who may see whom."""

import csv
import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse

from jejak.audiences import actions, ready
from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.features.audiences import building
from jejak.people import mirroring
from jejak.people.tests.makers import make_person
from jejak.staff.roles import ANALYST, LEAD, MARKETING, VIEWER
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
REACHABLE = {"kind": "all", "conditions": [{"kind": "reachable", "by": "email"}]}
WHERE = [
    {"field": "channel", "operator": "any_of", "value": ["web", "store"]},
    {"field": "properties.total", "operator": "between", "value": ["5", "90"]},
    {"field": "properties.coupon", "operator": "filled"},
]
CONDITIONS: list[dict[str, Any]] = [
    *(dict(one.condition) for one in ready.ALL),
    {
        "kind": "any",
        "conditions": [
            {"kind": "not", "condition": {"kind": "all", "conditions": [
                {"kind": "did", "what": {"names": ["A", "B, or C"], "where": WHERE}, "count": "exactly", "times": 3,
                 "during": {"kind": "between", "from_on": "2026-01-01", "to_on": "2026-02-01"}},
                {"kind": "not", "condition": {"kind": "did", "during": {"kind": "previous", "span": "week"}}},
            ]}},
            {"kind": "sequence", "steps": [{"what": {"names": ["A"]}}, {"within_seconds": 5400}],
             "unless": {"names": ["C"], "where": WHERE[:1]}, "unless_when": "after", "unless_seconds": 172800},
            {"kind": "sequence", "steps": [{}, {}], "unless": {}},
            {"kind": "trait", "key": "age", "operator": "between", "value": ["18", "30"]},
            {"kind": "trait", "key": "born", "operator": "before", "value": "2000-01-01"},
            {"kind": "company", "least": 2, "trait": {"key": "plan", "operator": "is", "value": "gold"}},
            {"kind": "kept", "field": "demo"},
            {"kind": "kept", "field": "tag", "value": "vip"},
            {"kind": "consent", "purpose": "research", "channel": "whatsapp", "state": "unsaid"},
        ],
    },
]  # fmt: skip


@pytest.fixture(autouse=True)
def _log(eventlog: Any) -> None:
    """Audiences are asked of it."""


class Fields(HTMLParser):
    """What a browser would send of the forms in a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        name = held.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in held:
            self.sent.append((self._select, held.get("value") or ""))
        elif tag == "input" and name and (held.get("type") != "checkbox" or "checked" in held):
            self.sent.append((name, held.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def query(self, **more: str) -> QueryDict:
        made = QueryDict(mutable=True)
        for name, value in self.sent:
            made.appendlist(name, value)
        made.update(more)
        return made


def as_staff(client: Any, *roles: str) -> Any:
    client.force_login(make_staff("ayu", *roles))
    return client


def follow() -> None:
    while mirroring.follow(now=NOW):
        pass


def make(name: str = "Reachable", condition: Any = REACHABLE) -> Audience:
    audience = actions.make(name=name, condition=condition, now=NOW)
    if condition is not None:
        actions.refresh(audience=audience, now=NOW)
    return audience


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_form_says_what_was_kept_and_keeps_what_it_says(client: Any, condition: dict[str, Any]) -> None:
    as_staff(client, MARKETING)
    held = c.write(c.read(condition))
    audience = Audience.objects.create(name="One", key="one", condition=held, made_at=NOW, changed_at=NOW)
    address = reverse("audiences:change", args=[audience.pk])
    sent = Fields(client.get(address).content.decode()).query()
    again = client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")
    assert again.status_code == 302, again.content.decode()[-3000:]
    audience.refresh_from_db()
    assert _plain(audience.condition) == _plain(held)


def _plain(held: Any) -> Any:
    """A number is the same as a text of it: "18" and 18."""
    if isinstance(held, dict):
        return {key: _plain(value) for key, value in held.items()}
    if isinstance(held, list):
        return [_plain(one) for one in held]
    return str(held)


def test_it_is_built_block_by_block_without_any_script(client: Any) -> None:
    as_staff(client, LEAD)
    address = reverse("audiences:new")
    page = client.get(address)
    for deed in ("add:c:did", "name:c.conditions.0.what", "detail:c.conditions.0.what", "add:c:any"):
        sent = Fields(page.content.decode()).query(do=deed)
        page = client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")
    sent = Fields(page.content.decode()).query(name="Buyers")
    sent.setlist("c.conditions.0.what.names", ["Order Completed", "Order Delivered"])
    sent["c.conditions.0.what.where.0.value"] = "web"
    saved = client.post(address, sent.urlencode(), content_type="application/x-www-form-urlencoded")
    assert saved.status_code == 302
    assert Audience.objects.get().condition == {
        "kind": "all",
        "conditions": [
            {
                "kind": "did",
                "what": {
                    "names": ["Order Completed", "Order Delivered"],
                    "where": [{"field": "channel", "operator": "is", "value": "web"}],
                },
                "during": {"kind": "last", "count": 30},
            },
            {"kind": "any", "conditions": []},
        ],
    }


def test_what_makes_no_sense_is_said_beside_its_field_and_nothing_is_lost(client: Any) -> None:
    as_staff(client, LEAD)
    sent = QueryDict(mutable=True)
    sent.update({"name": "Buyers", "c.kind": "all", "c.conditions.0.kind": "did", "c.conditions.0.not": "on"})
    sent.update({"c.conditions.0.times": "often", "c.conditions.0.what.names": "Order Completed"})
    page = client.post(
        reverse("audiences:new"), sent.urlencode(), content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 422
    text = page.content.decode()
    assert re.search(r'name="c.conditions.0.times"[^>]*value="often"[^>]*aria-invalid="true"', text)
    assert 'id="c-conditions-0-times-error"' in text
    assert "is no whole number" in text
    assert 'value="Order Completed"' in text
    assert Audience.objects.count() == 0


def test_rubbish_in_the_form_breaks_nothing(client: Any) -> None:
    as_staff(client, LEAD)
    for sent in (
        {"c.kind": "nonsense"}, {"c.kind": ["all"], "c.conditions": "x"},
        {"c.conditions.0": "x", "c.conditions.0.kind": "did"},
        {"c.kind": "all", "c.conditions.0.conditions.0.kind": "did"}, {"c.kind": "sequence", "c.steps.7.what.names": "A"},
        {"c.kind": "did", "do": "remove:c.conditions.9"}, {"c.kind": "all", "do": "add:c.conditions.4:did"},
        {"c.kind": "did", "c.what": "x", "do": "detail:c.what"}, {"c.kind": "did", "c.during": "x"},
    ):  # fmt: skip
        for name in ("audiences:blocks", "audiences:live", "audiences:new"):
            assert client.post(reverse(name), sent).status_code in {200, 422}


def test_who_would_be_in_it_is_counted_with_examples(client: Any) -> None:
    as_staff(client, LEAD)
    make_person("Siti", handles={"email": "siti@contoh.id"})
    make_person("Budi", handles={"user_id": "budi"})
    follow()
    sent = {"c.kind": "all", "c.conditions.0.kind": "reachable", "c.conditions.0.by": "email"}
    text = client.post(reverse("audiences:live"), sent).content.decode()
    assert ">1 person<" in text
    assert "50.0%" in text
    assert "Siti" in text
    assert "Budi" not in text


def test_a_viewer_sees_sizes_and_nobody(client: Any) -> None:
    make_person("Siti Rahayu", handles={"email": "siti@contoh.id"})
    follow()
    audience = make()
    text = as_staff(client, VIEWER).get(reverse("audiences:audience", args=[audience.pk])).content.decode()
    assert ">1 person<" in text
    assert "Siti" not in text
    text = (
        as_staff_again(client, LEAD).get(reverse("audiences:audience", args=[audience.pk])).content.decode()
    )
    assert "Siti Rahayu" in text


def as_staff_again(client: Any, *roles: str) -> Any:
    client.force_login(make_staff("budi", *roles))
    return client


def test_an_export_holds_whom_one_may_see_masked_for_who_may_not_read_it(client: Any) -> None:
    make_person("=Siti Rahayu", handles={"email": "siti@contoh.id"}, traits={"email": "siti@contoh.id"})
    follow()
    audience = make()
    address = reverse("audiences:export", args=[audience.pk])

    def rows() -> list[list[str]]:
        text = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    as_staff(client, LEAD)
    assert [row[1:3] for row in rows()] == [["name", "email"], ["'=Siti Rahayu", "siti@contoh.id"]]
    as_staff_again(client, ANALYST)
    assert [row[1:3] for row in rows()][1] == ["'=. R.", "s…@contoh.id"]


def test_a_file_puts_people_on_a_list_and_says_whom_it_does_not_know(client: Any) -> None:
    as_staff(client, MARKETING)
    make_person("Siti", handles={"email": "siti@contoh.id"})
    follow()
    audience = make("VIP", None)
    address = reverse("audiences:upload", args=[audience.pk])
    file = SimpleUploadedFile("vip.csv", b"email;name\nSiti@contoh.id;Siti\nnobody@contoh.id;X\n")
    text = client.post(address, {"file": file}).content.decode()
    assert "2 rows read, 1 people put on the list." in text
    assert "Line 3: nobody@contoh.id" in text
    for wrong in (b"\xff\xfe\x00", b"a\x00b"):
        assert client.post(address, {"file": SimpleUploadedFile("x.csv", wrong)}).status_code == 422


def test_the_list_asks_as_much_for_three_as_for_one(client: Any, django_assert_num_queries: Any) -> None:
    as_staff(client, LEAD)
    address = reverse("audiences:audiences")
    make("One")
    client.get(address)
    with django_assert_num_queries(_queries(client, address)):
        client.get(address)
    one = _queries(client, address)
    make("Two")
    make("Three")
    assert _queries(client, address) == one


def _queries(client: Any, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as held:
        assert client.get(address).status_code == 200
    return len(held)


def test_what_two_have_in_common_is_told(client: Any) -> None:
    as_staff(client, LEAD)
    make_person("Siti", handles={"email": "siti@contoh.id", "phone": "+6281234567890"})
    make_person("Budi", handles={"phone": "+6281234567891"})
    follow()
    one, two = make(), make("Phones", {"kind": "reachable", "by": "phone"})
    text = client.get(reverse("audiences:overlap"), {"a": [one.pk, two.pk]}).content.decode()
    row = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<tbody>")[2]))
    assert "1 50.0% n = 2 100.0% n = 1 0.50" in row


def test_a_person_shows_their_audiences_and_why(client: Any) -> None:
    as_staff(client, LEAD)
    siti = make_person("Siti", handles={"email": "siti@contoh.id"})
    follow()
    audience = make()
    address = reverse("audiences:why", args=[audience.pk, siti.pk])
    assert address in client.get(reverse("profiles:person", args=[siti.pk])).content.decode()
    text = client.get(address).content.decode()
    assert "can be reached: E-mail" in text
    assert "audiences-verdict--yes" in text


def test_an_audience_that_asks_for_one_that_is_gone_says_so(client: Any) -> None:
    as_staff(client, LEAD)
    one = make()
    two = make("Two", {"kind": "all", "conditions": [{"kind": "in_audience", "key": "reachable"}]})
    page = client.get(reverse("audiences:audience", args=[one.pk])).content.decode()
    assert "Two" in page
    Audience.objects.filter(pk=one.pk).delete()
    text = client.get(reverse("audiences:change", args=[two.pk])).content.decode()
    assert client.get(reverse("audiences:audience", args=[two.pk])).status_code == 200
    assert "conditions.0.key" in text


def test_folding_and_unfolding_changes_nothing() -> None:
    for condition in CONDITIONS:
        held = c.write(c.read(condition))
        assert c.read(building.unfold(building.fold(held))) == c.read(held)
