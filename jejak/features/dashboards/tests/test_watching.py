"""The watch over a real log: what it finds, and that it tells it once."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

import numpy as np
import pyarrow as pa
import pytest
from django.conf import settings

from jejak.features.dashboards import alert_words, alerting, watching
from jejak.features.dashboards.models import Alert, Mute, Watch
from jejak.measures import underneath
from jejak.measures.watching import Watched
from jejak.staff.models import User

NOON = datetime(2026, 11, 1, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 20, tzinfo=UTC)
TODAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db
_batches = count()


@pytest.fixture
def administrator():
    return User.objects.create_superuser("dewi", "dewi@toko.example", "rahasia-besar")


def shop(eventlog, *, fails_from=None, days=120, seed=1):
    """Let 30 people a day begin a checkout; one in twenty payments fails, and on the app nearly all from a day on."""
    dice = np.random.default_rng(seed)
    rows = []
    for back in range(days, 0, -1):
        on = TODAY - timedelta(days=back)
        at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
        for _ in range(int(dice.poisson(30))):
            channel = "app" if dice.random() < 0.4 else "web"
            broken = fails_from is not None and on >= fails_from and channel == "app"
            failed = dice.random() < (0.7 if broken else 0.05)
            person = len(rows) + 1
            rows.append((person, "Checkout Started", channel, at, {"method": "card"}))
            name = "Payment Failed" if failed else "Order Completed"
            rows.append((person, name, channel, at + timedelta(minutes=1), {}))
    append(eventlog, rows)


def append(eventlog, rows):
    batch = next(_batches)
    held = {field.name: [None if field.nullable else ""] * len(rows) for field in eventlog.SCHEMA}
    held |= {
        "message_id": [f"m{batch}.{i}" for i in range(len(rows))],
        "trail_id": [row[0] for row in rows],
        "kind": ["track"] * len(rows),
        "name": [row[1] for row in rows],
        "channel": [row[2] for row in rows],
        "happened_at": [row[3] for row in rows],
        "received_at": [row[3] for row in rows],
        "source": ["shop"] * len(rows),
        "properties": ["{}" if not row[4] else '{"method": "card"}' for row in rows],
        "message": ["{}"] * len(rows),
        "context": ["{}"] * len(rows),
        "sample": [False] * len(rows),
    }
    eventlog.append(pa.table(held, schema=eventlog.SCHEMA), token=f"watching.{batch}")


def test_a_checkout_that_breaks_is_found_with_its_channel_and_its_day(eventlog):
    broke_on = TODAY - timedelta(days=2)
    shop(eventlog, fails_from=broke_on)

    new = watching.look(now=NOW)

    assert [(alert.began_on, alert.ended_on, alert.severity) for alert in new] == [
        (broke_on, None, "serious")
    ]
    watched = Watched.from_json(new[0].watched)
    assert (watched.after, watched.where) == ("Checkout Started", (("channel", "app"),))
    assert watched.name in ("Payment Failed", "Order Completed")


def test_a_log_in_which_nothing_happens_is_calm(eventlog):
    shop(eventlog)

    assert watching.look(now=NOW) == []
    assert Watch.objects.get().lines > 5


def test_it_is_told_once_however_often_it_is_looked_at(eventlog):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    watching.look(now=NOW)

    assert watching.look(now=NOW + timedelta(minutes=10)) == []
    Watch.objects.update(state="")
    assert watching.look(now=NOW + timedelta(hours=2)) == []
    assert Alert.objects.count() == 1


def test_a_history_that_comes_after_the_first_look_is_looked_at_without_waiting_an_hour(eventlog):
    assert watching.look(now=NOW) == []
    shop(eventlog, fails_from=TODAY - timedelta(days=2))

    assert len(watching.look(now=NOW + timedelta(minutes=5))) == 1


def test_beginning_anew_forgets_what_was_found_and_looks_at_once(eventlog):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    watching.look(now=NOW)

    watching.begin_anew()
    assert not Alert.objects.exists()
    assert len(watching.look(now=NOW + timedelta(minutes=5))) == 1


def test_a_look_that_is_at_work_when_it_begins_anew_leaves_nothing(eventlog, monkeypatch):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    follow = watching.incidents.follow

    def overtaken(*args, **said):
        watching.begin_anew()
        return follow(*args, **said)

    monkeypatch.setattr(watching.incidents, "follow", overtaken)
    assert watching.look(now=NOW) == []
    assert not Alert.objects.exists()
    assert not Watch.objects.exists()


def test_history_that_begins_earlier_than_before_is_read_anew(eventlog):
    shop(eventlog, days=70)
    watching.look(now=NOW)
    before = watching.kept_history()
    old = datetime(2026, 7, 26, 3, tzinfo=UTC)
    append(eventlog, [(1, "Checkout Started", "web", old, {})] * 200)

    watching.look(now=NOW + timedelta(hours=2))
    after = watching.kept_history()
    assert (before.first_on, after.first_on) == (TODAY - timedelta(days=70), old.date())
    line = before.lines.index(Watched(kind="volume", name="Checkout Started"))
    held = after.hits[after.lines.index(before.lines[line])]
    assert held[-before.days :].tolist() == before.hits[line].tolist()


def test_of_two_processes_one_looks(eventlog):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    Watch.objects.create(pk=1, begun_at=NOW - timedelta(minutes=1))

    assert watching.look(now=NOW) == []
    # The other one died: after half an hour its work is taken over.
    assert len(watching.look(now=NOW + timedelta(hours=1))) == 1


def test_where_it_changed_names_the_channel(eventlog):
    broke_on = TODAY - timedelta(days=2)
    shop(eventlog, fails_from=broke_on)
    everywhere = Watched(kind="step", name="Payment Failed", after="Checkout Started")

    found = underneath.groups(everywhere, from_on=broke_on, until_on=TODAY, zone=settings.TIME_ZONE)

    clear = [(group.column, group.value) for group in found if group.is_clear]
    assert clear == [("channel", "app")]
    assert found[0].now.n > 10
    assert found[0].now.low > found[0].usual.high


def test_where_it_changed_names_an_audience_too(eventlog):
    broke_on = TODAY - timedelta(days=2)
    shop(eventlog, fails_from=broke_on)
    failed = {
        person
        for (person,) in eventlog.ask("SELECT DISTINCT trail_id FROM touchpoints WHERE channel = 'app'").rows
    }
    eventlog.write_memberships(7, [(person, NOON, None) for person in sorted(failed)], version=1)
    everywhere = Watched(kind="step", name="Payment Failed", after="Checkout Started")

    found = underneath.groups(everywhere, from_on=broke_on, until_on=TODAY, zone=settings.TIME_ZONE)

    assert [(one.column, one.value) for one in found if one.is_clear] == [
        ("channel", "app"),
        ("audience", "7"),
    ]


def test_who_has_seen_it_first_stays_and_a_reason_is_kept(eventlog, administrator):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    alert = watching.look(now=NOW)[0]

    alerting.see(alert=alert, by=administrator, reason=" Release 5.2 ", now=NOW)
    alerting.see(alert=alert, by=administrator, reason="", now=NOW + timedelta(hours=1))

    alert.refresh_from_db()
    assert (alert.seen_at, alert.reason) == (NOW, "Release 5.2")


def test_a_subject_is_muted_and_told_of_again(administrator):
    alerting.mute(subject="step", days=14, by=administrator, why="known", now=NOW)
    assert Mute.objects.get().until_at == NOW + timedelta(days=14)

    alerting.mute(subject="step", days=0, by=administrator, why="", now=NOW)
    assert not Mute.objects.exists()


def test_an_alert_says_what_was_and_what_is_usual(eventlog):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    said = alert_words.said(watching.look(now=NOW)[0])

    assert "after “Checkout Started”" in said.title
    assert said.where == "App"
    assert "n = " in said.sentence
    assert "usual" in said.sentence


def test_the_page_and_home_show_it(eventlog, client, administrator):
    shop(eventlog, fails_from=TODAY - timedelta(days=2))
    alert = watching.look(now=NOW)[0]
    client.force_login(administrator)

    page = client.get(f"/app/dashboards/alerts/{alert.pk}/").content.decode()

    assert "Where it changed" in page
    assert "Checkout Started" in page
    assert "Checkout Started" in client.get("/app/dashboards/alerts/").content.decode()
    assert "Out of their usual band" in client.get("/app/").content.decode()


def test_one_person_who_does_otherwise_is_no_incident(eventlog):
    rows = []
    for back in range(120, 0, -1):
        on = TODAY - timedelta(days=back)
        at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
        for _ in range(40):
            rows.append((len(rows) + 1, "Application Opened", "app", at, {}))
            rows.append((rows[-1][0], "Screen Viewed", "app", at + timedelta(minutes=1), {}))
    lonely = datetime(2026, 11, 22, 4, tzinfo=UTC)
    rows.append((len(rows) + 1, "Application Opened", "app", lonely, {}))
    append(eventlog, rows)

    assert watching.look(now=NOW) == []
