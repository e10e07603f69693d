"""The explorer: a question by fields, its answer, its people, its SQL; questions that are kept, and the SQL page."""

import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse

from jejak import eventlog as log
from jejak.backoffice import slots
from jejak.features.insights import asking
from jejak.measures.tests.makers import store
from jejak.people.tests.makers import make_person
from jejak.questions import asked as q
from jejak.questions import ground
from jejak.questions.models import Question
from jejak.questions.tests.makers import NAMES, SMALLEST
from jejak.staff.tests.makers import make_staff
from tests.access import ANALYST, MARKETING, VIEWER

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def analyst(client):
    client.force_login(make_staff("rini", ANALYST))
    return client


@pytest.fixture
def now():
    """The pages ask the clock; what they show is stored around it."""
    return datetime.now(UTC)


def explore(client, **asked):
    return client.get(
        reverse("insights:explore"), {name.replace("__", "."): said for name, said in asked.items()}
    )


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def kept(**said):
    return Question.objects.create(
        **(
            {"name": "Orders", "asked": {"kind": "trends"}, "changed_at": datetime(2026, 11, 22, tzinfo=UTC)}
            | said
        )
    )


@pytest.mark.parametrize("kind", q.KINDS)
def test_every_kind_has_fields_and_an_answer(analyst, eventlog, now, kind):
    measured = {"properties": '{"lcp_ms": 2000}'}
    store(
        *(
            {"trail_id": i, "happened_at": now - i * DAY, "name": name} | measured
            for i in range(9)
            for name in NAMES
        )
    )

    page = analyst.get(f"{reverse('insights:explore')}?{asking.address(SMALLEST[kind])}")

    assert page.status_code == 200
    assert page.context["pictures"]
    assert not page.context["pictures"][-1 if kind == "retention" else 0].chart.empty()
    assert "FROM touchpoints" in page.context["told"].sql


@pytest.mark.parametrize("kind", q.KINDS)
def test_an_empty_log_is_no_fault(analyst, eventlog, kind):
    page = analyst.get(f"{reverse('insights:explore')}?{asking.address(SMALLEST[kind])}")

    assert page.status_code == 200
    assert "in this window" in text(page)


@pytest.mark.parametrize(
    "said",
    [
        {
            "kind": "trends", "when": {"days": 90}, "formula": "A / B", "breakdown": "channel", "without_demo": True,
            "where": [{"field": "properties.city", "operator": "any_of", "value": ["Bandung", "Kuala Lumpur"]}],
            "series": [
                {"what": {"names": ["Order Completed", "Order Paid"]}, "how": "people"},
                {"what": {"where": [{"field": "score", "operator": "between", "value": ["1", "3"]}]}, "how": "people"},
            ],
        },
        {"kind": "retention", "when": {"from_on": "2026-11-01", "to_on": "2026-11-22"}, "start": {"names": ["A"]}},
    ],
)  # fmt: skip
def test_the_address_holds_the_whole_question(said):
    asked = q.read(said)

    assert q.read(asking.held(QueryDict(asking.address(q.write(asked))))) == asked


def test_rows_left_blank_are_left_out():
    given = QueryDict(
        "kind=trends&series.0.how=count&series.1.how=&series.1.what.names=&where.0.field=&where.0.operator=is"
    )

    assert asking.held(given) == {"kind": "trends", "series": [{"how": "count"}]}


@pytest.mark.parametrize(
    "query",
    [
        "series=3",
        "series.0=x&series.0.how=count",
        "when.days=x",
        "kind=sql",
        "where.0.field.a.b=1",
        "series.x.how=count",
    ],
)
def test_an_address_that_makes_no_sense_is_answered(analyst, eventlog, query):
    assert analyst.get(f"{reverse('insights:explore')}?{query}").status_code == 200


def test_a_fault_stands_beside_its_field(analyst, eventlog):
    page = explore(analyst, series__0__how="sum", when__days="0", formula="A / Q")

    html = page.content.decode()
    assert 'id="x-series.0.of-error"' in html
    assert "From 1 to 3660." in text(page)
    assert "There is no series Q." in text(page)
    assert "told" not in page.context


def test_a_property_that_is_gone_says_so(analyst, eventlog, now):
    store({"happened_at": now - DAY})

    page = explore(analyst, series__0__how="average", series__0__of="properties.gone")

    assert "No touchpoint in this window has a number in “gone”." in text(page)


def test_too_expensive_and_away_have_their_words(analyst, eventlog, monkeypatch):
    monkeypatch.setattr(ground, "_LIMITS", "SETTINGS max_memory_usage = 1000")
    store({"happened_at": datetime.now(UTC) - DAY})
    assert "This took too long to count." in text(explore(analyst))

    def away(*_args, **_values):
        raise log.Away("gone")

    monkeypatch.setattr(log, "ask", away)
    assert "The log does not answer at the moment" in text(explore(analyst, kind="stickiness"))


def test_a_number_leads_to_its_people(analyst, eventlog, now):
    siti, budi = make_person("Siti"), make_person("Budi")
    store(
        {"trail_id": siti.pk, "happened_at": now - DAY, "channel": "whatsapp"},
        {"trail_id": budi.pk, "happened_at": now - DAY, "channel": "web"},
    )

    line = explore(analyst, breakdown="channel").context["pictures"][0].chart.series[1]
    [href] = [point.href for point in line.points if point.href]
    people = analyst.get(href)

    assert line.name == "whatsapp"
    assert parse_qs(urlsplit(href).query)["of_group"] == ["whatsapp"]
    assert "Siti" in text(people)
    assert "Budi" not in text(people)
    assert "1 person" in text(people)


@pytest.mark.parametrize(
    "query",
    [
        "?kind=retention",
        "?of_series=C",
        "?of_bucket=soon",
        "?of_bucket=1990-01-01",
        "?of_group=web",
        "?when.days=0",
    ],
)
def test_people_of_no_number_are_not_there(analyst, eventlog, query):
    assert analyst.get(reverse("insights:explore_people") + query).status_code == 404


def test_a_question_is_kept_and_opened_again(analyst, eventlog):
    held = json.dumps({"kind": "trends", "breakdown": "channel"})

    analyst.post(
        reverse("insights:keep"), {"held": held, "name": "By channel", "sentence": "Where it happens."}
    )

    question = Question.objects.get()
    assert (question.name, question.asked["breakdown"], question.is_shared) == (
        "By channel",
        "channel",
        False,
    )
    page = analyst.get(reverse("insights:question", args=[question.pk]), follow=True)
    assert page.context["title"] == "By channel"
    assert page.context["form"].groups()[2].rows[0][1].value == "channel"


def test_two_people_do_not_overwrite_each_other(analyst, eventlog):
    question = kept(owner=make_staff("budi", ANALYST), is_shared=True)
    mine = kept(owner_id=int(analyst.session["_auth_user_id"]))
    said = {"held": json.dumps({"kind": "stickiness"}), "name": "New", "question": mine.pk, "version": 1}

    assert analyst.post(reverse("insights:keep"), said | {"question": question.pk}).url == reverse(
        "wagtailadmin_home"
    )
    analyst.post(reverse("insights:keep"), said)
    late = analyst.post(reverse("insights:keep"), said | {"name": "Late"}, follow=True)

    mine.refresh_from_db()
    assert (mine.name, mine.version, mine.asked["kind"]) == ("New", 2, "stickiness")
    assert "Somebody changed “New” meanwhile" in late.content.decode()


def test_only_shared_questions_are_seen_by_others(analyst, eventlog):
    other = make_staff("budi", MARKETING)
    kept(owner=other, name="His own")
    kept(owner=other, name="For all", is_shared=True)

    shown = text(analyst.get(reverse("insights:questions")))

    assert "For all" in shown
    assert "His own" not in shown


def test_only_who_kept_it_deletes_it(analyst, eventlog):
    mine = kept(owner_id=int(analyst.session["_auth_user_id"]))
    other = kept(is_shared=True)

    assert analyst.post(reverse("insights:delete_question", args=[mine.pk])).status_code == 302
    assert analyst.post(reverse("insights:delete_question", args=[other.pk])).url == reverse(
        "wagtailadmin_home"
    )
    assert list(Question.objects.all()) == [other]


@pytest.mark.parametrize("held", ["", "{", "[]", '{"kind": "nothing"}', '{"kind": "trends", "bucket": "x"}'])
def test_what_the_page_would_not_send_is_not_kept(analyst, eventlog, held):
    assert analyst.post(reverse("insights:keep"), {"held": held, "name": "X"}).status_code == 404
    assert not Question.objects.exists()


def ask(client, sql):
    return client.post(reverse("insights:sql"), {"sql": sql})


def test_sql_reads_touchpoints(analyst, eventlog, now):
    store({"name": "<b>Order</b>", "happened_at": now})

    page = ask(analyst, "SELECT name, count() AS n FROM touchpoints GROUP BY name")

    assert page.context["columns"] == ["name", "n"]
    assert page.context["rows"] == [("<b>Order</b>", 1)]
    assert "&lt;b&gt;Order&lt;/b&gt;" in page.content.decode()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE touchpoints", "INSERT INTO touchpoints SELECT * FROM touchpoints", "SELECT * FROM people",
        "SELECT * FROM file('/etc/passwd')", "SELECT * FROM url('http://127.0.0.1')", "SELECT 1; SELECT 2",
        "SELECT FROM", "SELECT sleep(3)", "SELECT " + "1 + " * 9000 + "1",
    ],
)  # fmt: skip
def test_sql_that_would_do_more_is_refused_beside_the_field(analyst, eventlog, sql):
    page = ask(analyst, sql)

    assert page.status_code == 200
    assert page.context["trouble"]
    assert 'aria-describedby="sql-trouble"' in page.content.decode()


def test_a_long_answer_is_cut_and_says_so(analyst, eventlog):
    page = ask(analyst, "SELECT number FROM numbers(2000)")

    assert len(page.context["rows"]) == 1000
    assert "Only the first 1,000 rows are shown." in text(page)


def test_sql_can_be_kept_and_only_those_who_may_see_it(client, analyst, eventlog):
    analyst.post(reverse("insights:keep"), {"sql": "SELECT 1", "name": "One", "is_shared": "yes"})

    question = Question.objects.get()
    page = analyst.get(reverse("insights:question", args=[question.pk]), follow=True)
    assert page.context["sql"] == "SELECT 1"

    client.force_login(make_staff("budi", MARKETING))
    assert client.get(reverse("insights:question", args=[question.pk])).status_code == 404
    assert client.post(reverse("insights:keep"), {"sql": "SELECT 1", "name": "One"}).url == reverse(
        "wagtailadmin_home"
    )
    client.force_login(make_staff("sari", VIEWER))
    assert explore(client).url == reverse("wagtailadmin_home")


def test_a_funnel_leads_to_who_came_and_who_fell_out(analyst, eventlog, now):
    siti, budi = make_person("Siti"), make_person("Budi")
    store(
        {"trail_id": siti.pk, "name": NAMES[0], "happened_at": now - 2 * DAY},
        {"trail_id": budi.pk, "name": NAMES[0], "happened_at": now - 2 * DAY},
        {"trail_id": budi.pk, "name": NAMES[1], "happened_at": now - DAY},
    )

    page = analyst.get(f"{reverse('insights:explore')}?{asking.address(SMALLEST['funnel'])}")
    came = text(analyst.get(page.context["pictures"][0].chart.steps[1].href))
    [(name, n, href)] = page.context["outs"]
    out = text(analyst.get(href))

    assert (name, n) == (NAMES[0], 1)
    assert ("Budi" in came, "Siti" in came) == (True, False)
    assert ("Budi" in out, "Siti" in out) == (False, True)
    assert f"Fell out after “{NAMES[0]}”" in out
    assert analyst.get(href.replace("of_step=0", "of_step=7")).status_code == 404


def test_a_funnel_without_steps_says_what_is_missing(analyst, eventlog):
    page = explore(analyst, kind="funnel")

    assert "Choose at least two steps." in text(page)
    assert len(page.context["groups"]) == 5


def test_features_offer_what_can_be_done_with_a_kept_question(analyst, eventlog, monkeypatch):
    monkeypatch.setattr(slots, "_panels", [])
    slots.register("question.actions")(lambda request, *, question: f"<b>Frame {question.name}</b>")
    trend = kept(is_shared=True)
    sql = kept(is_shared=True, name="All", asked={"kind": "sql", "sql": "SELECT count() FROM touchpoints"})

    assert "<b>Frame" not in explore(analyst).content.decode()
    for question in (trend, sql):
        page = analyst.get(reverse("insights:question", args=[question.pk]), follow=True)
        assert f"<b>Frame {question.name}</b>" in page.content.decode()


def test_a_credit_leads_to_who_converted_with_it_on_the_way(analyst, eventlog, now):
    siti = make_person()
    order = {"name": "Order Completed", "happened_at": now - HOUR}
    store(
        {"trail_id": siti.pk, "channel": "email", "name": "Email Opened", "happened_at": now - DAY},
        {"trail_id": siti.pk} | order,
        {"trail_id": siti.pk + 1, "channel": "web", "name": "Page Viewed", "happened_at": now - DAY},
        {"trail_id": siti.pk + 1} | order,
    )

    page = explore(analyst, kind="attribution", conversion__names="Order Completed")
    cell = next(cell for cell in page.context["pictures"][0].chart.cells if cell.row == "email")
    behind = analyst.get(cell.href)

    assert cell.value == 1
    assert [whole.root for _behind, whole in behind.context["rows"]] == [siti]
    assert "Converted with “email” on the way" in text(behind)
    for lost in ("", "&of_others=no"):
        address = (
            f"{reverse('insights:explore_people')}?kind=attribution&conversion.names=Order+Completed{lost}"
        )
        assert analyst.get(address).status_code == 404


@pytest.mark.parametrize("kind", q.KINDS)
def test_numbers_of_every_kind_lead_to_their_people(analyst, eventlog, now, kind):
    siti = make_person()
    rows = [(siti.pk, 40, NAMES[1]), (siti.pk, 39, NAMES[0]), (siti.pk, 20, NAMES[0]), (siti.pk, 8, NAMES[1])]
    rows += [(siti.pk, 1, NAMES[0])]
    measured = {"properties": '{"lcp_ms": 2000}'}
    store(
        *(
            {"trail_id": trail, "happened_at": now - days * DAY, "name": name} | measured
            for trail, days, name in rows
        )
    )
    held = SMALLEST[kind] | {"when": {"days": 60}, "zone": "UTC"}
    held |= {"conversion": {"names": [NAMES[0]]}} if kind == "vitals" else {}

    page = analyst.get(f"{reverse('insights:explore')}?{asking.address(held)}")
    tables = [picture.chart.table() for picture in page.context["pictures"]]
    hrefs = {cell.href for table in tables for row in table.rows for cell in row if cell.href}

    assert hrefs
    for href in hrefs:
        behind = analyst.get(href)
        assert [whole.root for _behind, whole in behind.context["rows"]] == [siti], href


@pytest.mark.parametrize(
    "query",
    [
        "?kind=retention&of_cohort=soon", "?kind=retention&of_cohort=2026-11-02&of_later=99",
        "?kind=life_cycle&of_period=2026-11-02&of_state=asleep", "?kind=stickiness&of_times=0",
        "?kind=distribution&of_low=nan&of_high=2", "?kind=paths&of_step=9&of_source=x",
        "?kind=vitals&of_band=fast", "?kind=sql",
    ],
)  # fmt: skip
def test_people_of_no_such_number_are_not_there(analyst, eventlog, query):
    assert analyst.get(reverse("insights:explore_people") + query).status_code in (404,)


def test_coming_back_is_split_by_what_the_first_start_was_like(analyst, eventlog, now):
    store(
        *(
            {"trail_id": trail, "channel": channel, "happened_at": now - days * DAY, "name": NAMES[0]}
            for trail, channel in ((1, "web"), (2, "web"), (3, "app"))
            for days in ((40, 33) if trail != 2 else (40,))
        )
    )

    page = explore(analyst, kind="retention", breakdown="channel", when__days="60")

    chart = page.context["pictures"][1].chart
    first = {cell.row: (cell.value, cell.n) for cell in chart.cells if cell.column == "+1"}
    assert first == {"web (n = 2)": (50, 2), "app (n = 1)": (100, 1)}


def test_a_property_or_name_that_was_not_seen_is_said_beside_its_field(analyst, eventlog, now):
    store({"trail_id": 1, "happened_at": now, "properties": '{"plan": "gold"}'})

    page = explore(
        analyst, kind="trends", breakdown="properties.plann", series__0__how="count",
        series__0__what__names="Order Lost",
    )  # fmt: skip
    fields = {field.name: field for group in page.context["groups"] for row in group.rows for field in row}
    known = explore(analyst, kind="trends", breakdown="properties.plan").content.decode()

    assert re.fullmatch(r"Not seen since \d+ \w+ \d{4}: properties.plann.", fields["breakdown"].note)
    assert fields["series.0.what.names"].note.endswith(": Order Lost.")
    assert "x-breakdown-note" in page.content.decode()
    assert "Not seen since" not in known


def test_old_files_can_be_asked_about_at_once(analyst, eventlog, now):
    long_ago = datetime(2010, 12, 9, 12, tzinfo=UTC)
    store(
        *({"trail_id": i, "name": "Product Purchased", "happened_at": long_ago - i * DAY} for i in range(5))
    )

    page = explore(analyst, kind="trends", series__0__how="count")
    then = analyst.get(reverse("insights:explore") + page.context["then"][1])

    assert "Product Purchased" in page.content.decode()
    assert "Ask about 5 December – 9 December 2010" in text(page)
    assert then.context["told"].lines[0].total.value == 5
    assert then.context["then"] is None
