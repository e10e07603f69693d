"""The Insights page, the people behind a number, and the first card of Home, on a real log."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.urls import reverse

from jejak import eventlog as log
from jejak.audiences import actions as audiences
from jejak.measures.tests.makers import answers, store
from jejak.people.tests.makers import make_person
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def staff(client):
    cache.clear()
    client.force_login(
        get_user_model().objects.create_superuser("rini", "rini@example.com", "sangat-rahasia")
    )
    yield client
    cache.clear()


@pytest.fixture
def now():
    """The pages ask the clock; what they show is stored around it."""
    return datetime.now(UTC)


def page(client, **asked):
    return client.get(reverse("insights:insights"), asked)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_an_empty_log_says_how_to_begin(staff, eventlog):
    response = page(staff)

    assert response.status_code == 200
    assert "No touchpoints yet" in text(response)
    assert "data-chart" not in response.content.decode()


def test_staff_only(client, eventlog):
    assert page(client).status_code == 302


def test_numbers_stand_with_their_n_and_interval(staff, eventlog, now):
    store(*answers("nps", [10] * 50 + [8] * 30 + [0] * 20, happened_at=now - 2 * DAY, channel="email"))

    response = page(staff)

    assert [(t.label, t.value, t.n) for t in response.context["tiles"]] == [
        ("Touchpoints", 100, None),
        ("People", 100, None),
        ("Touchpoints per person", 1.0, 100),
        ("NPS", 30.0, 100),
    ]
    nps = response.context["tiles"][-1]
    assert (round(nps.low), round(nps.high)) == (14, 44)
    assert "14 to 44" in text(response)
    assert "n = 100" in text(response)


def test_scales_have_tabs_of_their_own(staff, eventlog, now):
    store(*answers("csat-1-5", [5, 4, 1] * 20, happened_at=now - DAY))
    store(*answers("ces-1-5-hard", [5, 4, 1], happened_at=now - DAY))

    default, hard = page(staff), page(staff, scale="ces-1-5-hard")

    assert [(key, n) for key, _, n in default.context["tabs"]] == [("csat-1-5", 60), ("ces-1-5-hard", 3)]
    assert default.context["measure"].key == "csat-1-5.satisfied"
    assert hard.context["measure"].key == "ces-1-5-hard.easy"
    assert "5 is hardest" in text(hard)


def test_what_differs_from_the_rest_is_marked_without_a_cause(staff, eventlog, now):
    store(*answers("csat-1-5", [5] * 90 + [1] * 10, channel="web", happened_at=now - DAY))
    store(*answers("csat-1-5", [5] * 50 + [1] * 50, channel="whatsapp", happened_at=now - DAY))
    store(*answers("csat-1-5", [1] * 5, channel="phone", happened_at=now - DAY))

    bars = {column: chart for column, _, _, chart in page(staff).context["score_bars"]}

    assert [(bar.label, bar.n, bar.tone) for bar in bars["channel"].bars] == [
        ("▲ Web", 100, "good"),
        ("▼ WhatsApp", 100, "bad"),
        ("Phone", 5, "calm"),
    ]
    assert set(bars) == {"channel"}


def test_every_number_leads_to_its_people(staff, eventlog, now):
    siti, budi = make_person("Siti"), make_person("Budi", is_sample=True)
    said = {"scale": "csat-1-5", "happened_at": now - DAY, "channel": "whatsapp", "name": "Delivery Rated"}
    store(
        {"trail_id": siti.pk, "score": 2} | said,
        {"trail_id": budi.pk, "score": 5} | said,
        {"trail_id": 999_999},
    )

    shown = page(staff)
    hrefs = {tile.label: tile.href for tile in shown.context["tiles"]}
    hrefs |= {bar.label: bar.href for bar in shown.context["by_channel"].bars if bar.series == "People"}
    behind = staff.get(hrefs["Satisfied, CSAT 1–5"])

    assert [row[0].score for row in behind.context["rows"]] == [2.0, 5.0]
    assert reverse("profiles:person", args=[siti.pk]) in behind.content.decode()
    assert behind.content.decode().count("jk-pill--accent") == 1
    assert staff.get(hrefs["Touchpoints"]).context["total"] == 3
    assert staff.get(hrefs["WhatsApp"]).context["total"] == 2
    assert "no longer kept" in text(staff.get(hrefs["Touchpoints"]))


def test_the_people_come_in_pages_at_the_same_number_of_queries(
    staff, eventlog, now, django_assert_max_num_queries
):
    people = [make_person(name) for name in ("Ayu", "Siti", "Budi")]
    store({"trail_id": people[0].pk, "happened_at": now - DAY})
    address = reverse("insights:people") + "?measure=people"
    staff.get(address)
    with django_assert_max_num_queries(12) as one:
        staff.get(address)
    store(*({"trail_id": person.pk, "happened_at": now - DAY} for person in people))
    with django_assert_max_num_queries(len(one)):
        assert len(staff.get(address).context["rows"]) == 3

    store(*({"trail_id": 10_000 + i, "happened_at": now - DAY} for i in range(60)))
    first, second = staff.get(address), staff.get(address + "&page=2")
    assert (first.context["total"], len(first.context["rows"]), len(second.context["rows"])) == (63, 50, 13)
    assert staff.get(address + "&page=99999").status_code == 200


@pytest.mark.parametrize(
    "address", ["", "?measure=nothing", "?reached=1", "?reached=9&step=A&step=B", "?measure=nps"]
)
def test_numbers_that_do_not_exist_have_no_people(staff, eventlog, address):
    assert staff.get(reverse("insights:people") + address).status_code == 404


def test_a_funnel_leads_to_the_people_of_each_step(staff, eventlog, now):
    walk = ["Product Viewed", "Order Completed"]
    for person in (1, 2, 3):
        store(
            *({"trail_id": person, "name": n, "happened_at": now - 2 * DAY} for n in walk[: 1 + person % 2])
        )

    shown = page(staff, step=walk, within="7")
    steps = shown.context["funnel"].steps

    assert [(step.label, step.count) for step in steps] == [("Product Viewed", 3), ("Order Completed", 2)]
    assert [staff.get(step.href).context["total"] for step in steps] == [3, 2]
    assert shown.context["still_open"] == 1


def test_the_usual_funnel_is_shown_only_where_somebody_takes_it(staff, eventlog, now):
    store(
        {"name": "Product Viewed", "happened_at": now - DAY},
        {"name": "Order Completed", "happened_at": now - DAY},
    )
    store({"name": "Call Ended", "channel": "phone", "happened_at": now - DAY})

    assert [step.label for step in page(staff).context["funnel"].steps] == [
        "Product Viewed",
        "Order Completed",
    ]
    assert page(staff, channel="phone").context["funnel"] is None
    assert (
        page(staff, channel="phone", step=["Product Viewed", "Call Ended"]).context["funnel"].steps[0].count
        == 0
    )


def test_filters_are_plain_forms_that_say_what_was_chosen(staff, eventlog, now):
    store({"channel": "whatsapp", "happened_at": now - DAY}, {"channel": "", "happened_at": now - DAY})

    shown = page(staff, channel="-")

    assert shown.context["tiles"][0].value == 1
    html = shown.content.decode()
    assert '<option value="-" selected>Not said</option>' in html
    assert '<option value="whatsapp">WhatsApp</option>' in html
    assert 'method="get"' in html


def test_sample_is_said_and_can_be_left_out(staff, eventlog, now):
    store({"happened_at": now - DAY, "sample": True}, {"happened_at": now - DAY}, {"happened_at": now - DAY})

    assert "1 of the 3 touchpoints in this window is made up." in text(page(staff))
    without = page(staff, sample="out")
    assert without.context["tiles"][0].value == 2
    assert "made up" not in text(without)


def test_an_empty_window_says_where_the_touchpoints_are(staff, eventlog, now):
    store({"happened_at": datetime(2025, 3, 4, 12, tzinfo=UTC)})

    assert "lie between 4 March 2025 and 4 March 2025" in text(page(staff))
    assert "There is 1 touchpoint in this window" in text(
        page(staff, window="custom", **{"from": "2025-03-01", "channel": "sms"})
    )


def test_counts_are_not_compared_with_days_before_the_log_began(staff, eventlog, now):
    store({"happened_at": now - 30 * DAY}, {"happened_at": now - DAY})

    assert page(staff).context["tiles"][0].before is None
    assert "The log begins on" in text(page(staff))
    assert page(staff, window="7").context["tiles"][0].before == 0


def test_wrong_days_are_said_on_the_page(staff, eventlog):
    response = page(staff, window="custom", to="yesterday")

    assert "“yesterday” is not a day such as 2026-11-22." in text(response)


def test_the_log_being_away_is_said(staff, eventlog, monkeypatch):
    def away(*_args, **_values):
        raise log.Away("The disk is full.")

    monkeypatch.setattr(log, "ask", away)

    assert "The log does not answer" in text(page(staff))
    assert "The log does not answer" in text(staff.get(reverse("insights:people") + "?measure=people"))
    assert "The log does not answer" in text(staff.get(reverse("wagtailadmin_home")))


def test_every_day_and_week_leads_to_its_people(staff, eventlog, now):
    lately = now - 2 * DAY
    store({"trail_id": 1, "happened_at": lately}, {"trail_id": 2, "happened_at": now - 20 * DAY})
    store(*answers("nps", [10, 0], happened_at=lately), {"trail_id": 9, "happened_at": now - 30 * DAY})

    context = page(staff).context
    this, before = context["people_over_time"].series
    day = next(point for point in this.points if point.value == 3)
    week = next(point for point in context["scores_over_time"].series[0].points if point.n)
    earlier = next(point for point in before.points if point.value)

    assert staff.get(day.href).context["total"] == 3
    assert staff.get(week.href).context["total"] == 2
    assert staff.get(earlier.href).context["total"] == 1
    assert {point.href for point in this.points if not point.value} == {""}


# Home


def home(client):
    return text(client.get(reverse("wagtailadmin_home")))


def test_home_tells_what_hurts_most_and_whether_that_changed(staff, eventlog, now):
    before, lately = now - 40 * DAY, now - 3 * DAY
    store(*answers("csat-1-5", [5] * 95 + [1] * 5, name="Delivery Rated", happened_at=before))
    store(*answers("csat-1-5", [5] * 70 + [1] * 30, name="Delivery Rated", happened_at=lately))
    store(*answers("csat-1-5", [5] * 90 + [1] * 10, name="Help Rated", happened_at=lately))
    store(*answers("csat-1-5", [1] * 29, name="Rarely Rated", happened_at=lately))
    store(*answers("nps", [0] * 40, name="Recommendation Asked", happened_at=lately))
    store(*answers("ces-1-7-easy", [1] * 40, name="Return Rated", happened_at=lately))

    shown = home(staff)

    assert "Delivery Rated 30% of those who rated it are unhappy. 22% to 40% · n = 100" in shown
    assert "25 points more than in the 28 days before (15 to 35)." in shown
    assert "Help Rated 10%" in shown
    assert "Rarely Rated" not in shown
    assert "Recommendation Asked" not in shown  # Another scale is no comparison.


def test_home_ranks_by_nps_where_there_is_nothing_else(staff, eventlog, now):
    store(*answers("nps", [0] * 20 + [10] * 20, name="First Payment", happened_at=now - DAY))

    assert "First Payment 50% of those who rated it are unhappy." in home(staff)


def test_home_does_not_say_what_hurts_on_few_answers(staff, eventlog, now):
    store(*answers("nps", [0] * 29, happened_at=now - DAY))

    assert "29 answers in the last 28 days are too few to say." in home(staff)


def test_home_without_answers_says_how_to_get_some(staff, eventlog, now):
    store({"happened_at": now})

    assert "Nobody was asked in the last 28 days." in home(staff)


def test_home_of_an_empty_log_says_how_to_begin(staff, eventlog):
    shown = home(staff)

    assert "No touchpoints yet" in shown
    assert "Make the demo" in shown


def test_an_open_page_asks_for_its_numbers_again(staff, eventlog, now):
    store({"happened_at": now}, *answers("nps", [10], happened_at=now))

    row = text(staff.get(reverse("insights:numbers"), {"window": "7"}))
    today = text(staff.get(reverse("insights:today")))

    assert re.search(r"Touchpoints 2 .*People 2 .*NPS 100", row)
    assert re.search(r"Touchpoints today 2 .*People today 2", today)


def test_only_a_window_that_goes_on_asks_again(staff, eventlog, now):
    store({"happened_at": now}, {"happened_at": now - 9 * DAY})
    gone_by = {"window": "custom", "from": (now - 12 * DAY).date(), "to": (now - 5 * DAY).date()}

    assert "every 10s" in page(staff).content.decode()
    assert "every 10s" not in page(staff, **gone_by).content.decode()


def voices(client):
    return client.get(reverse("insights:voices"))


def test_home_names_who_to_call_first_by_what_they_spend_in_their_own_currency(staff, eventlog, now):
    siti, budi, mei = (
        make_person(name, handles={"user_id": name.lower()}, seen_at=now) for name in ("Siti", "Budi", "Mei")
    )
    rated = {"name": "Delivery Rated", "scale": "csat-1-5", "happened_at": now - DAY, "place": "Bandung"}
    bought = {"name": "Order Completed", "happened_at": now - 90 * DAY}
    store(
        {"trail_id": siti.pk, "score": 1, "properties": '{"comment": "Paket telat, WA 0812 3456 7890"}'}
        | rated,
        {"trail_id": budi.pk, "score": 2} | rated,
        {"trail_id": mei.pk, "score": 5} | rated,
        {"trail_id": siti.pk, "value": Decimal(1000000), "currency": "IDR"} | bought,
        {"trail_id": budi.pk, "value": Decimal(9000000), "currency": "IDR"} | bought,
        {"trail_id": mei.pk, "value": Decimal(99000000), "currency": "IDR"} | bought,
    )

    told = voices(staff)

    assert [one["person"].title for one in told.context["callers"]] == ["Budi", "Siti"]
    assert [one["spent"] for one in told.context["callers"]] == [
        ["Rp\N{NO-BREAK SPACE}9,000,000"],
        ["Rp\N{NO-BREAK SPACE}1,000,000"],
    ]
    assert "Paket telat, WA •••" in text(told)
    assert "7890" not in told.content.decode()


@pytest.mark.parametrize(
    ("role", "more", "shown"),
    [
        ("support", {}, ["Budi", "Siti"]),
        ("support", {"sees": "own teams", "teams": ["bandung"]}, ["Siti"]),
        ("support", {"sees": "own teams"}, []),
        ("viewer", {}, []),
    ],
)
def test_names_and_words_are_for_those_who_may_see_these_people(client, eventlog, now, role, more, shown):
    people = {
        name: make_person(name, handles={"user_id": name}, seen_at=now, team_key=team)
        for name, team in (("Siti", "bandung"), ("Budi", "medan"))
    }
    rated = {"name": "Delivery Rated", "scale": "csat-1-5", "happened_at": now - DAY, "score": 1}
    store(
        *(
            {"trail_id": person.pk, "properties": f'{{"comment": "Paket {name} telat sekali"}}'} | rated
            for name, person in people.items()
        )
    )
    client.force_login(make_staff("tari", role, **more))

    told = voices(client).content.decode()
    behind = client.get(reverse("insights:people"), {"measure": "people"})

    assert [name for name in ("Budi", "Siti") if f"{name}" in told] == shown
    if role == "viewer":
        assert behind.status_code == 302
    else:
        assert sorted(whole.title for _, whole in behind.context["rows"] if whole) == shown


@pytest.mark.parametrize(("role", "is_led"), [("support", True), ("viewer", False)])
def test_nobody_is_led_to_people_whom_they_may_not_see(client, eventlog, now, role, is_led):
    store(*answers("csat-1-5", [1] * 40 + [5] * 20, name="Delivery Rated", happened_at=now - DAY))
    client.force_login(make_staff("tari", role))

    told = client.get(reverse("wagtailadmin_home")).content.decode()
    numbers = client.get(reverse("insights:insights")).content.decode()

    assert (reverse("insights:people") in told) is is_led
    assert (reverse("insights:people") in numbers) is is_led
    assert (reverse("backoffice:search") in told) is is_led


def test_home_says_where_it_hurts_and_what_the_unhappy_spent(staff, eventlog, now):
    rated = {"name": "Delivery Rated", "happened_at": now - DAY}
    store(*answers("csat-1-5", [1] * 40 + [5] * 20, place="Bandung", **rated))
    store(*answers("csat-1-5", [1] * 10 + [5] * 90, place="Medan", **rated))

    shown = text(staff.get(reverse("wagtailadmin_home")))

    assert "Most of all Bandung: 67% (54% to 77%, n = 60), elsewhere 10%." in shown


def test_home_tells_of_promises_only_where_some_were_made(staff, eventlog, now):
    assert voices(staff).context.get("promises") is None
    delivered = {"name": "Order Delivered", "happened_at": now - 3 * DAY}
    today = (now - 3 * DAY).date()
    for number in range(40):
        promised = today + DAY if number % 4 else today - 3 * DAY
        store({"trail_id": number + 1, "properties": f'{{"promised_on": "{promised}"}}'} | delivered)
    cache.clear()

    told = voices(staff)

    assert (told.context["promises"].value, told.context["promises"].n) == (75.0, 40)


def test_home_finds_the_place_whose_promises_broke(staff, eventlog, now):
    def delivered(place, at, *, kept):
        promised = (at + DAY if kept else at - 3 * DAY).date()
        return {
            "trail_id": next(people),
            "name": "Order Delivered",
            "place": place,
            "happened_at": at,
            "properties": f'{{"promised_on": "{promised}"}}',
        }

    people = iter(range(1, 1000))
    for place, share_now in (("Surabaya", 2), ("Medan", 9)):
        store(*(delivered(place, now - 3 * DAY, kept=number % 10 < share_now) for number in range(60)))
        store(*(delivered(place, now - 40 * DAY, kept=number % 10 < 9) for number in range(60)))

    told = voices(staff)

    assert [(place, change) for place, _, change, _ in told.context["promises_changed"]] == [
        ("Surabaya", "70 points fewer")
    ]


def test_numbers_of_an_audience_alone(staff, eventlog, now):
    siti, budi = make_person(name="Siti"), make_person(name="Budi")
    audience = audiences.make(name="Regulars", condition=None, now=now)
    audiences.add(audience=audience, person_ids=[siti.pk], now=now)
    store(
        *[{"trail_id": siti.pk, "happened_at": now - DAY, "name": "Call Ended"}] * 3,
        {"trail_id": budi.pk, "happened_at": now - DAY, "name": "Order Completed"},
    )

    everybody, regulars = page(staff), page(staff, audience=audience.key)

    assert everybody.context["told"].volume[0].now.estimate.n == 4
    assert regulars.context["told"].volume[0].now.estimate.n == 3
    behind = f"{reverse('insights:people')}?measure=touchpoints&window=28&audience={audience.key}"
    assert behind.replace("&", "&amp;") in regulars.content.decode()
    people = staff.get(behind)
    assert [whole.root for _behind, whole in people.context["rows"]] == [siti]
    assert people.context["narrowed"] == ["Regulars"]


def test_an_audience_that_is_gone_is_said_and_everybody_shown(staff, eventlog, now):
    store({"happened_at": now - DAY})

    response = page(staff, audience="gone")

    assert response.context["trouble"] == {"audience": "There is no audience “gone” any more."}
    assert response.context["told"].volume[0].now.estimate.n == 1
