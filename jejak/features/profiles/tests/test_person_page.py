import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jejak import eventlog as log
from jejak.features.profiles import timeline
from jejak.features.profiles.tests.makers import happened, put
from jejak.people.models import Company, Membership, Merge, Suggestion
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    """Somebody who is signed in to the back office."""
    client.force_login(User.objects.create_superuser("dewi"))
    return client


@pytest.fixture
def page(staff, eventlog):
    """Return the text of a person's page."""

    def get(person, **asked):
        response = staff.get(f"/app/people/{person.pk}/", asked)
        assert response.status_code == 200
        return response.content.decode()

    return get


def titles(html):
    return re.findall(r'jk-moment__title"[^>]*>([^<]+)<', html)


def test_the_head_says_who_it_is(page):
    siti = make_person(
        "Siti Rahayu", handles={"user_id": "u-1", "email": "siti@toko.id", "anonymous_id": "a-1"}
    )
    Membership.objects.create(
        person=siti,
        company=Company.objects.create(key="maju", name="PT Maju", first_seen_at=NOON),
        since=NOON,
    )
    html = page(siti)
    for text in ("Siti Rahayu", "SR", "u-1", "siti@toko.id", "1 browser or device", "PT Maju", "First seen"):
        assert text in html


def test_traits_say_where_each_came_from(page):
    html = page(make_person("Siti", traits={"city": "Bandung", "tags": ["vip", "loyal"], "newsletter": True}))
    for text in ("Bandung", "vip", "loyal", "yes", "shop, "):
        assert text in html


def test_the_trail_is_told_newest_first_under_its_days(page):
    siti, budi = make_person("Siti"), make_person("Budi")
    put(
        happened(siti, "Product Viewed", at=NOON),
        happened(siti, "Order Completed", at=NOON + HOUR),
        happened(siti, "Order Delivered", at=NOON + 24 * HOUR),
        happened(budi, "Call Ended"),
    )
    html = page(siti)
    assert titles(html) == ["Order Delivered", "Order Completed", "Product Viewed"]
    assert re.findall(r'aria-level="3"><time[^>]*>([^<]+)<', html) == [
        "Tuesday, 3 November 2026",
        "Monday, 2 November 2026",
    ]


def test_days_begin_in_the_time_zone_of_the_install(page, settings):
    siti = make_person("Siti")
    put(happened(siti, at=NOON + 6 * HOUR))  # 18:00 in UTC, past midnight in Jakarta.
    assert "Tuesday, 3 November 2026" in page(siti)
    assert "01:00" in page(siti)


def test_value_score_place_and_words_are_shown_as_people_write_them(page):
    siti = make_person("Siti")
    put(
        happened(siti, value="1250000", currency="IDR", place="Bandung"),
        happened(siti, "Invoice Paid", value="99.5", currency="MYR"),
        happened(
            siti, "Survey Answered", score=9.0, scale="nps", properties={"comment": "Bagus <b>sekali</b>"}
        ),
        happened(siti, "Survey Answered", score=2.0, scale="csat-1-5"),
    )
    html = page(siti)
    for text in ("Rp\N{NO-BREAK SPACE}1,250,000", "RM99.50", "9 of 10 (NPS)", "2 of 5 (CSAT 1–5)", "Bandung"):
        assert text in html
    assert "Bagus &lt;b&gt;sekali&lt;/b&gt;" in html
    assert "jk-moment--good" in html
    assert "jk-moment--bad" in html


def test_the_trail_is_filtered_by_kind_and_channel(page):
    siti = make_person("Siti")
    put(
        happened(siti, "Page Viewed", kind="page", channel="web"),
        happened(siti, "Order Completed", channel="web"),
        happened(siti, "Message Received", channel="whatsapp"),
    )
    assert titles(page(siti, kind="page")) == ["Page Viewed"]
    assert titles(page(siti, channel="whatsapp")) == ["Message Received"]
    assert titles(page(siti, kind="track", channel="web")) == ["Order Completed"]
    assert "Nothing on this trail" in page(siti, channel="store")
    assert "WhatsApp (1)" in page(siti)


def test_the_trail_goes_on_without_losing_or_repeating_anything(eventlog):
    siti = make_person("Siti")
    put(
        *(
            happened(siti, f"Step {n}", at=NOON + (n // 4) * HOUR, message_id=f"m-{n:02}", channel="store")
            for n in range(20)
        )
    )
    seen, after = [], None
    for _ in range(7):
        piece = timeline.timeline([siti.pk], after=after, limit=3)
        seen += [one.happened[0].name for one in piece.folds]
        after = piece.end and timeline.Position.read(str(piece.end))
    assert seen == [f"Step {n}" for n in reversed(range(20))]
    assert after is None


def test_the_next_piece_repeats_no_heading(staff, eventlog):
    siti = make_person("Siti")
    put(
        *(happened(siti, at=NOON - n * HOUR / 60, message_id=f"m-{n:03}", channel="store") for n in range(40))
    )
    first = staff.get(f"/app/people/{siti.pk}/").content.decode()
    following = re.search(r'hx-get="([^"]+after=[^"]+)"', first)[1].replace("&amp;", "&")
    second = staff.get(f"/app/people/{siti.pk}/{following}", headers={"HX-Request": "true"}).content.decode()
    assert (len(titles(first)), len(titles(second))) == (30, 10)
    assert "November 2026" in first
    assert "November 2026" not in second
    assert "<html" not in second


@pytest.mark.parametrize(
    "after", ["x", "_", "1_", "99999999999999999_m", "253402300799000_m", "-9999999999999_m"]
)
def test_an_odd_place_in_the_trail_is_no_error(page, after):
    siti = make_person("Siti")
    put(happened(siti))
    assert "Siti" in page(siti, after=after)


def test_all_trails_of_a_merged_person_are_told_as_one(page):
    siti = make_person("Siti", handles={"user_id": "u-1"})
    visitor = make_person(handles={"anonymous_id": "a-1"}, root=siti)
    Merge.objects.create(
        person=siti,
        other=visitor,
        rule="same_email",
        evidence={"handles": [["email", "siti@toko.id"]]},
        merged_at=NOON,
    )
    put(happened(visitor, "Product Viewed"), happened(siti, at=NOON + HOUR))
    html = page(siti)
    assert titles(html) == ["Order Completed", "Product Viewed"]
    for text in ("2 trails are this person", "the same e-mail", "siti@toko.id"):
        assert text in html


def test_the_page_of_a_merged_trail_leads_to_who_stands_for_it(staff):
    siti = make_person("Siti")
    visitor = make_person(root=siti)
    assert staff.get(f"/app/people/{visitor.pk}/").url == f"/app/people/{siti.pk}/"


@pytest.mark.parametrize("person_id", ["4711", "0", "99999999999999999999999"])
def test_nobody_has_no_page(staff, person_id):
    assert staff.get(f"/app/people/{person_id}/").status_code == 404
    assert staff.get(f"/app/people/{person_id}/said/").status_code == 404


def test_numbers_are_told_beside_the_trail(page):
    siti = make_person("Siti")
    put(
        happened(siti, value="100000", currency="IDR"),
        happened(siti, value="-25000", currency="IDR"),
        happened(siti, value="10", currency="MYR"),
        happened(siti, "Survey Answered", score=3.0, scale="nps", at=NOON),
        happened(siti, "Survey Answered", score=10.0, scale="nps", at=NOON + HOUR),
    )
    html = page(siti)
    for text in ("Rp\N{NO-BREAK SPACE}75,000", "RM10.00", "2 purchases", "10 of 10 (NPS)"):
        assert text in html


def test_how_traits_changed_is_told_from_the_log(staff, eventlog):
    siti = make_person("Siti")
    put(
        happened(siti, "Identified", kind="identify", traits={"city": "Bandung", "tier": "silver"}),
        happened(siti, "Identified", kind="identify", traits={"city": "Bandung"}, at=NOON + HOUR),
        happened(siti, "Identified", kind="identify", traits={"city": "Jakarta"}, at=NOON + 2 * HOUR),
    )
    html = staff.get(f"/app/people/{siti.pk}/said/").content.decode()
    changes = re.findall(r"what\">(\w+): (?:<del>(\w+)</del> )?<ins>(\w+)<", html)
    assert changes == [("City", "Bandung", "Jakarta"), ("Tier", "", "silver"), ("City", "", "Bandung")]


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[1]",
        '"x"',
        "{",
        "[" * 5000,
        '{"properties": ' * 900 + "{}" + "}" * 900,
        '{"properties": 3}',
        "x" * 200_000,
    ],
)
def test_a_message_of_any_shape_is_shown(page, message):
    siti = make_person("Siti")
    put(happened(siti) | {"message": message})
    assert titles(page(siti)) == ["Order Completed"]


def test_properties_of_any_kind_are_shown(page):
    siti = make_person("Siti")
    odd = {
        "n": 1e300,
        "b": True,
        "none": None,
        "list": [1],
        "deep": {"a": {"b": 1}},
        "price": float("nan"),
        "": "x",
    }
    put(happened(siti, properties=odd), happened(siti, "Survey Answered", score=1e300, scale="stars"))
    assert len(titles(page(siti))) == 2


def test_where_the_log_is_away_the_head_is_still_shown(staff, monkeypatch):
    def away(*_, **__):
        raise log.Away("The log is held by another process.")

    monkeypatch.setattr(log, "ask", away)
    siti = make_person("Siti Rahayu", traits={"city": "Bandung"})
    response = staff.get(f"/app/people/{siti.pk}/")
    html = response.content.decode()
    assert response.status_code == 200
    for text in ("Siti Rahayu", "Bandung", "The log does not answer just now"):
        assert text in html
    assert "does not answer" in staff.get(f"/app/people/{siti.pk}/said/").content.decode()


def test_three_touchpoints_and_trails_take_as_many_queries_as_one(staff, eventlog):
    siti = make_person("Siti", handles={"user_id": "u-1"})
    make_person(root=siti)
    asked = []
    for number in range(3):
        put(happened(siti))
        visitor = make_person(root=siti, handles={"anonymous_id": f"a-{number}"})
        Merge.objects.create(person=siti, other=visitor, rule="same_email", merged_at=NOON)
        Suggestion.objects.create(person=siti, other=make_person(), rule="shared_email", suggested_at=NOON)
        with CaptureQueriesContext(connection) as queries:
            staff.get(f"/app/people/{siti.pk}/")
        asked.append(len(queries))
    assert asked[1] == asked[2]
    assert asked[2] <= 28  # With the panels of other features.
