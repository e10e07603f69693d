from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jejak.features.capture import actions
from jejak.features.capture.models import Source, Tally
from jejak.features.capture.tests.door import NOON, arrivals, waiting
from jejak.staff.models import AuditEntry
from jejak.touchpoints.models import Definition, Refusal

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture
def staff(client):
    client.force_login(get_user_model().objects.create_superuser("siti", "siti@example.com", "x"))
    return client


def refusal(reason="unknown_type", source="shop", **more):
    return Refusal.objects.create(
        source=source,
        received_at=NOON,
        reason=reason,
        detail="type is 'dance'",
        name="dance",
        message=b'{"type":"dance","userId":"u-1"}',
        key=f"{source}:{Refusal.objects.count()}",
        **more,
    )


@pytest.mark.parametrize("name", ["live", "refused", "sources", "touchpoints"])
def test_empty_pages_say_what_to_do(staff, eventlog, name):
    page = staff.get(reverse(f"capture:{name}"))
    assert page.status_code == 200
    assert "jk-empty" in page.content.decode()


def test_pages_are_for_staff_only(client):
    assert client.get(reverse("capture:live")).status_code == 302
    client.force_login(get_user_model().objects.create_user("ayu"))
    assert client.get(reverse("capture:sources")).status_code == 302


def test_a_key_is_shown_once_and_kept_as_a_hash(staff):
    page = staff.post(reverse("capture:add_source"), {"name": "Web shop", "channel": "web"})
    source = Source.objects.get()
    key = page.context["key"]

    assert "no-store" in page["Cache-Control"]
    assert page.content.decode().count(key) >= 5  # The key itself, and ready to paste.
    assert source.key_hash == actions.hash_key(key)
    assert key not in staff.get(reverse("capture:source", args=[source.pk])).content.decode()
    assert (source.name, source.channel, key.startswith(source.key_start)) == ("Web shop", "web", True)


@pytest.mark.parametrize(("identity", "is_for_pages"), [("signed", True), ("trusted", False)])
def test_a_key_that_must_stay_secret_is_not_offered_for_pages(staff, identity, is_for_pages):
    page = staff.post(reverse("capture:add_source"), {"name": "Till", "identity": identity})
    assert ("data-key" in page.content.decode()) is is_for_pages
    assert "/v1/track" in page.content.decode()


def test_the_numbers_of_today_are_asked_for_alone(staff):
    part = staff.get(reverse("capture:live"), headers={"HX-Target": "cp-today"}).content.decode()
    assert part.lstrip().startswith('<div class="jk-stats" id="cp-today"')
    assert "Accepted today" in part


@pytest.mark.parametrize("name", ["Web shop", "jejak", "  ", "x" * 101])
def test_a_name_that_cannot_be_used_is_said_beside_the_field(staff, name):
    actions.add_source(name="Web shop", now=NOON)
    page = staff.post(reverse("capture:add_source"), {"name": name})
    assert page.context["form"].errors["name"]
    assert Source.objects.count() == 1


def test_a_source_is_renamed_and_revoked(staff):
    source, _key = actions.add_source(name="Web", now=NOON)
    staff.post(reverse("capture:source", args=[source.pk]), {"name": "Web shop", "channel": "web"})
    staff.post(reverse("capture:revoke_source", args=[source.pk]))
    source.refresh_from_db()
    assert (source.name, source.channel) == ("Web shop", "web")
    assert source.revoked_at is not None
    assert "revoked" in staff.get(reverse("capture:sources")).content.decode().lower()
    traced = AuditEntry.objects.filter(kind="source").order_by("pk").values_list("verb", flat=True)
    assert list(traced) == ["changed", "token revoked"]


def test_the_list_of_sources_costs_the_same_for_three_as_for_one(staff):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            staff.get(reverse("capture:sources"))
        return len(asked)

    one = 0
    for number in range(3):
        source, _key = actions.add_source(name=f"Shop {number}", now=NOON)
        Tally.objects.create(source=source, on=NOON.date(), kept=number)
        one = one or queries()
    assert queries() == one


def test_refusals_are_filtered(staff):
    refusal(), refusal(reason="bot"), refusal(source="till"), refusal(replayed_at=NOON)

    def shown(query=""):
        return staff.get(reverse("capture:refused") + query).context["page"].paginator.count

    assert (shown(), shown("?reason=bot"), shown("?source=till"), shown("?state=replayed")) == (3, 1, 1, 1)
    assert shown("?page=99&reason=nothing") == 0


def test_one_refusal_is_replayed_once(staff):
    one, other = refusal(), refusal()
    for _again in range(2):
        staff.post(reverse("capture:replay"), {"refusal": one.pk})
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.replayed_at is not None
    assert other.replayed_at is None
    assert [bytes(arrival.body) for arrival in arrivals()] == [b'[{"type":"dance","userId":"u-1"}]']


def test_all_refusals_of_a_reason_are_replayed(staff):
    refusal(), refusal(), refusal(reason="bot")
    staff.post(reverse("capture:replay"), {"reason": "unknown_type"})
    assert waiting().count() == 2
    assert Refusal.objects.get(replayed_at=None).reason == "bot"


def test_replaying_needs_the_permission(client):
    ayu = get_user_model().objects.create_user("ayu")
    ayu.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(ayu)
    refusal()
    client.post(reverse("capture:replay"), {})
    client.post(reverse("capture:add_source"), {"name": "Web"})
    assert waiting().count() == 0
    assert Source.objects.count() == 0
    assert reverse("capture:replay") not in client.get(reverse("capture:refused")).content.decode()


def test_what_a_touchpoint_means_is_said_on_its_page(staff, eventlog):
    definition = Definition.objects.create(name="Order Completed", first_seen_at=NOON - timedelta(days=1))
    address = reverse("capture:define", args=[definition.pk])
    assert staff.get(address).status_code == 200
    staff.post(address, {"sentence": "A customer paid.", "team": "Sales", "stage": "buy"})

    definition.refresh_from_db()
    assert (definition.sentence, definition.team, definition.stage) == ("A customer paid.", "Sales", "buy")
    page = staff.get(reverse("capture:touchpoints") + "?team=Sales").content.decode()
    assert "A customer paid." in page
