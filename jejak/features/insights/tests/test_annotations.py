"""What staff write beside days, and where it is drawn."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from jejak.backoffice.charts import LineChart
from jejak.measures import Window
from jejak.measures.tests.makers import store
from jejak.questions import annotations
from jejak.questions.models import Annotation
from jejak.staff import tokens
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff
from tests.access import ANALYST, VIEWER

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])
NOVEMBER = Window(from_on=date(2026, 11, 1), until_on=date(2026, 12, 1), zone="Asia/Jakarta")
ADD = reverse("insights:add_annotation")


@pytest.fixture
def analyst(client):
    cache.clear()
    client.force_login(make_staff("rini", ANALYST))
    return client


def wrote(words, on, until_on=None, **where):
    return Annotation.objects.create(
        words=words, on=on, until_on=until_on, changed_at=datetime(2026, 11, 22, tzinfo=UTC), **where
    )


def test_a_line_shows_what_lies_in_its_window_at_the_point_of_its_day():
    wrote("Before", date(2026, 10, 31))
    wrote("Sale", date(2026, 10, 20), date(2026, 11, 4))
    wrote("New courier", date(2026, 11, 12))
    wrote("Strike", date(2026, 11, 10), date(2026, 11, 25))
    wrote("After", date(2026, 12, 1))

    def marks(bucket):
        chart = annotations.drawn(LineChart(series=[]), window=NOVEMBER, bucket=bucket)
        return [(mark.label, mark.at.day, mark.until and mark.until.day) for mark in chart.marks]

    assert marks("day") == [("Sale", 1, 4), ("Strike", 10, 25), ("New courier", 12, None)]
    # A week is drawn where it begins, on Monday: the first of November lies in that of 26 October.
    assert marks("week") == [("Sale", 26, 2), ("Strike", 9, 23), ("New courier", 9, None)]
    assert marks("month") == [("Sale", 1, None), ("Strike", 1, None), ("New courier", 1, None)]


def test_what_is_about_another_channel_stays_away():
    wrote("For all", date(2026, 11, 3))
    wrote("WhatsApp down", date(2026, 11, 4), channel="whatsapp")
    wrote("Roof leaks", date(2026, 11, 5), place="Bandung")

    def found(**narrowed):
        return {one.words for one in annotations.inside(NOVEMBER, **narrowed)}

    assert found() == {"For all", "WhatsApp down", "Roof leaks"}
    assert found(channel="web") == {"For all", "Roof leaks"}
    assert found(channel="whatsapp", place="Jakarta") == {"For all", "WhatsApp down"}


def test_an_annotation_is_written_changed_and_deleted(analyst):
    said = {"words": "New courier", "on": "2026-11-03"}
    assert analyst.post(ADD, said).status_code == 302
    one = Annotation.objects.get()
    assert (one.words, one.on, one.owner.username) == ("New courier", date(2026, 11, 3), "rini")

    analyst.post(reverse("insights:annotation", args=[one.pk]), said | {"until_on": "2026-11-09"})
    one.refresh_from_db()
    assert one.until_on == date(2026, 11, 9)
    assert "New courier" in analyst.get(reverse("insights:annotations")).content.decode()

    analyst.post(reverse("insights:delete_annotation", args=[one.pk]))
    assert not Annotation.objects.exists()
    noted = AuditEntry.objects.filter(kind="annotation").order_by("pk").values_list("verb", flat=True)
    assert list(noted) == ["added", "changed", "deleted"]


def test_what_makes_no_sense_is_said_beside_its_field(analyst):
    page = analyst.post(
        ADD, {"words": " ", "on": "2026-11-03", "until_on": "2026-11-01", "channel": "x" * 61}
    )

    assert set(page.context["form"].errors) == {"words", "until_on", "channel"}
    assert analyst.post(ADD, {"words": "Far", "on": "0001-01-01"}).context["form"].errors.keys() == {"on"}
    assert not Annotation.objects.exists()


def test_explorer_and_insights_draw_it(analyst, eventlog):
    now = datetime.now(UTC)
    store({"trail_id": 1, "happened_at": now - timedelta(days=2)}, {"trail_id": 1, "happened_at": now})
    wrote("New courier", (now - timedelta(days=2)).date())
    wrote("WhatsApp down", (now - timedelta(days=1)).date(), channel="whatsapp")

    def labels(chart):
        return [mark.label for mark in chart.marks]

    explorer = analyst.get(reverse("insights:explore"))
    narrowed = analyst.get(
        f"{reverse('insights:explore')}?where.0.field=channel&where.0.operator=is&where.0.value=web"
    )
    insights = analyst.get(reverse("insights:insights"))

    assert labels(explorer.context["pictures"][0].chart) == ["New courier", "WhatsApp down"]
    assert labels(narrowed.context["pictures"][0].chart) == ["New courier"]
    assert labels(insights.context["people_over_time"]) == ["New courier", "WhatsApp down"]
    for page in (explorer, insights):
        assert "New courier" in page.content.decode().split("insights-annotated")[1]


def test_a_viewer_reads_and_does_not_write(client):
    client.force_login(make_staff("wati", VIEWER))
    wrote("New courier", date(2026, 11, 3))

    assert "insights/annotations/add" not in client.get(reverse("insights:annotations")).content.decode()
    assert client.post(ADD, {"words": "Mine", "on": "2026-11-03"}).status_code in (302, 403)
    assert Annotation.objects.count() == 1


def test_a_program_writes_annotations(client):
    rini = make_staff("rini", ANALYST)
    _token, secret = tokens.make(
        user=rini, made_by=None, name="Deployments", scopes=["annotations:read", "annotations:write"],
        expires_at=None, now=datetime.now(UTC),
    )  # fmt: skip
    head = {"Authorization": f"Bearer {secret}"}
    url = "/api/v1/annotations"

    def post(**said):
        return client.post(url, said, content_type="application/json", headers=head)

    made = post(words="Release 5.2", on="2026-11-03")
    wrong = post(words="Backwards", on="2026-11-03", until_on="2026-11-01")

    assert made.status_code == 201
    assert [one["words"] for one in client.get(url, headers=head).json()["items"]] == ["Release 5.2"]
    assert wrong.json()["errors"] == [
        {"pointer": "#/until_on", "detail": "The last day lies before the first."}
    ]
    assert client.delete(f"{url}/{made.json()['id']}", headers=head).status_code == 204
    assert not Annotation.objects.exists()
