"""Digests, quiet hours, own alerts and what somebody owns."""

import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from jejak import eventlog as log
from jejak.channels import letters
from jejak.channels.models import Letter
from jejak.features.dashboards import alerting, digesting, owned, ruling, telling
from jejak.features.dashboards.models import Alert, Digest, Hook, Rule, Told
from jejak.features.dashboards.tests.alert_makers import MORNING, make_alert, make_digest
from jejak.features.dashboards.tests.makers import make_dashboard
from jejak.measures.tests.makers import DAY, NOON, answers, store
from jejak.staff import clocks
from jejak.staff.models import Team, User
from jejak.touchpoints.models import Definition

pytestmark = pytest.mark.django_db
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def dewi():
    return User.objects.create_superuser("dewi", "dewi@toko.example", "rahasia-besar")


def quiet(at, start=time(21), end=time(7), zone=JAKARTA):
    return clocks.may_tell_at(at, quiet_from=start, quiet_until=end, zone=zone)


def test_quiet_hours_go_on_over_midnight():
    late = datetime(2026, 11, 22, 22, tzinfo=JAKARTA)
    ends = datetime(2026, 11, 23, 7, tzinfo=JAKARTA)

    assert quiet(late) == ends
    assert quiet(late + timedelta(hours=5)) == ends
    assert quiet(ends) == ends
    assert quiet(ends - timedelta(hours=12)) == ends - timedelta(hours=12)


def test_quiet_hours_end_by_the_clock_on_the_wall_when_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    # On 25 October 2026 the night has an hour more; on 29 March one less.
    assert quiet(datetime(2026, 10, 24, 20, tzinfo=UTC), zone=berlin) == datetime(2026, 10, 25, 6, tzinfo=UTC)
    assert quiet(datetime(2026, 3, 28, 21, tzinfo=UTC), zone=berlin) == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_a_digest_comes_at_its_hour_on_the_wall(dewi):
    digest = make_digest(owner=dewi, zone="Europe/Berlin", every="day", hour=7)
    before, after = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)

    assert digesting.next_at(digest, after=before) == datetime(2026, 10, 25, 6, tzinfo=UTC)
    assert digesting.next_at(digest, after=before - timedelta(days=1)) == datetime(
        2026, 10, 24, 5, tzinfo=UTC
    )
    digest.every = "month"
    assert digesting.next_at(digest, after=after) == datetime(2026, 11, 1, 6, tzinfo=UTC)
    digest.every, digest.weekday = "week", 2
    assert digesting.next_at(digest, after=after) == datetime(2026, 10, 28, 6, tzinfo=UTC)


def board_of_scores():
    store(*answers("nps", [10, 9, 3, 7] * 12))
    return make_dashboard(
        ("measure", {"measure": "nps.score"}), ("measure", {"measure": "nps.score", "as": "line"})
    )


def test_a_digest_has_the_numbers_as_text_and_the_pictures_inside(eventlog, dewi):
    digest = make_digest(owner=dewi, dashboard=board_of_scores())

    assert digesting.write_due(now=NOON + DAY) == 1

    letter = Letter.objects.get()
    assert "n = 48" in letter.text
    assert digest.dashboard.name in letter.subject
    assert "/told/stop/" in letter.text
    assert [part["cid"] for part in letter.parts] == ["tile1-0"]
    assert 'src="cid:tile1-0"' in letter.html


def test_a_digest_is_written_once_also_when_a_process_died_over_it(eventlog, dewi):
    digest = make_digest(owner=dewi)
    digesting.write(digest, slot=digest.next_at, now=MORNING)
    # It died before it could note that: slot_at stays, and a quarter of an hour later it is due again.
    Digest.objects.update(next_at=MORNING + timedelta(minutes=15), slot_at=MORNING)

    digesting.write_due(now=MORNING + timedelta(minutes=15))

    assert Letter.objects.count() == 1
    held = Digest.objects.get()
    assert (held.next_at, held.slot_at) == (MORNING + timedelta(days=7), None)


def test_two_workers_write_one(eventlog, dewi):
    make_digest(owner=dewi)

    assert digesting.write_due(now=MORNING) + digesting.write_due(now=MORNING) == 1
    assert Letter.objects.count() == 1


def test_a_digest_waits_while_the_log_is_away(dewi, monkeypatch):
    make_digest(owner=dewi)

    def away(*_args, **_kwargs):
        raise log.Away("no log")

    with monkeypatch.context() as without:
        without.setattr(digesting.tiles, "draw_all", away)
        assert digesting.write_due(now=MORNING) == 0
    assert Digest.objects.get().trouble == "Away"

    assert digesting.write_due(now=MORNING + timedelta(minutes=15)) == 1
    assert Letter.objects.get().key == f"digest.{Digest.objects.get().pk}.20261123T0000.{dewi.pk}"


def test_who_may_not_read_the_dashboard_any_more_gets_nothing(eventlog, dewi):
    digest = make_digest(owner=dewi)
    ayu = User.objects.create_user("ayu", "ayu@toko.example", "rahasia-besar")
    digest.told_to.add(ayu)

    digesting.write_due(now=MORNING)

    assert [letter.address for letter in Letter.objects.all()] == ["dewi@toko.example"]


def test_a_digest_is_left_by_its_link_and_only_by_a_post(client, dewi):
    digest = make_digest(owner=dewi)
    path = "/told/stop/" + digesting.stop_url(digest, dewi).partition("/told/stop/")[2]

    assert client.get(path).status_code == 200
    assert digest.told_to.count() == 1
    assert client.post(path).status_code == 200
    assert digest.told_to.count() == 0
    assert client.get("/told/stop/nonsense/").status_code == 404


def test_another_system_gets_the_numbers_signed(eventlog, dewi):
    hook = Hook.objects.create(name="Chat", owner=dewi, url="https://hooks.example/x", made_at=NOON)
    make_digest(owner=dewi, dashboard=board_of_scores(), hook=hook)

    digesting.write_due(now=NOON + DAY)

    body = json.loads(Letter.objects.get(kind="webhook").text)
    assert (body["type"], body["tiles"][0]["number"]["n"]) == ("digest", 48)
    assert body["tiles"][1]["pictures"][0].startswith("iVBOR")


def test_an_alert_reaches_those_who_want_it_after_their_quiet_hours(dewi):
    Told.objects.create(user=dewi, least="serious", quiet_from=time(21), quiet_until=time(7))
    night = datetime(2026, 11, 22, 23, tzinfo=JAKARTA)
    alert = make_alert()

    assert telling.tell(alert, now=night) == 1
    assert telling.tell(alert, now=night) == 0

    letter = Letter.objects.get()
    assert letter.due_at == datetime(2026, 11, 23, 7, tzinfo=JAKARTA)
    assert "Store Visited" in letter.subject


def test_what_is_muted_or_not_serious_enough_is_not_told(dewi):
    Told.objects.create(user=dewi, least="serious")

    assert telling.tell(make_alert(severity="notable"), now=NOON) == 0
    alerting.mute(subject="volume Store Visited", days=14, by=dewi, why="", now=NOON)
    assert telling.tell(make_alert(), now=NOON) == 0
    assert telling.tell(make_alert(), now=NOON + timedelta(days=15)) == 1


def test_an_own_alert_begins_when_the_number_is_surely_beyond_and_ends_when_not(eventlog, dewi):
    store(*answers("nps", [2] * 40))
    rule = Rule.objects.create(
        name="NPS falls", owner=dewi, measure="nps.score", how="below", limit=0, days=7, made_at=NOON
    )
    rule.told_to.add(dewi)

    assert ruling.look(now=NOON) == 1
    assert ruling.look(now=NOON + timedelta(minutes=5)) == 0
    assert ruling.look(now=NOON + timedelta(hours=2)) == 0
    assert Letter.objects.count() == 1
    assert Alert.objects.get().is_open

    ruling.look(now=NOON + timedelta(days=30))
    assert not Alert.objects.get().is_open


def test_an_own_alert_says_its_limit_on_its_page(eventlog, client, dewi):
    store(*answers("nps", [2] * 40))
    Rule.objects.create(
        name="NPS falls", owner=dewi, measure="nps.score", how="below", limit=0, days=7, made_at=NOON
    )
    ruling.look(now=NOON)
    client.force_login(dewi)

    page = client.get(f"/app/dashboards/alerts/{Alert.objects.get().pk}/").content.decode()

    assert "NPS falls" in page
    assert "(n = 40), where the limit is 0." in page, page[page.index("What happened") :][:900]


def test_an_own_alert_tells_of_a_number_out_of_its_usual_band(eventlog, dewi):
    for back in range(1, 120):
        store(
            *answers("csat-1-5", [5, 4, 5, 4, 5, 4] if back > 2 else [1] * 6, happened_at=NOON - back * DAY)
        )
    Rule.objects.create(name="Stars", owner=dewi, measure="csat-1-5.mean", how="band", made_at=NOON)

    assert ruling.look(now=NOON) == 1
    assert Alert.objects.get().severity == "serious"


def test_too_few_answers_begin_no_own_alert(eventlog, dewi):
    store(*answers("nps", [2, 9, 2]))
    Rule.objects.create(
        name="NPS", owner=dewi, measure="nps.score", how="below", limit=0, days=7, made_at=NOON
    )

    assert ruling.look(now=NOON) == 0


def test_what_somebody_owns_is_that_of_their_teams_and_what_they_follow(dewi):
    team = Team.objects.create(key="stores", name="Stores")
    dewi.teams.add(team)
    Definition.objects.create(name="Store Visited", team="Stores", first_seen_at=NOON)
    Definition.objects.create(name="Order Completed", team="Digital", first_seen_at=NOON)

    assert owned.names_of(dewi) == ["Store Visited"]
    owned.follow(user=dewi, names=["Order Completed", "Nonsense"])
    assert owned.names_of(dewi) == ["Order Completed", "Store Visited"]


def test_my_touchpoints_say_what_changed_with_n_and_whether_it_is_clear(eventlog, client, dewi):
    Definition.objects.create(name="Survey Answered", team="Care", first_seen_at=NOON)
    owned.follow(user=dewi, names=["Survey Answered"])
    store(*answers("csat-1-5", [5] * 50, happened_at=NOON - 9 * DAY), *answers("csat-1-5", [1] * 50))

    told = owned.told(dewi, now=NOON, with_words=True)

    assert [(one.name, one.volume.now.estimate.n) for one in told] == [("Survey Answered", 50)]
    assert [(change.now.estimate.n, change.is_clear) for _m, change in told[0].changes] == [(50, True)]
    client.force_login(dewi)
    assert "Survey Answered" in client.get("/app/dashboards/mine/").content.decode()


def test_who_owns_nothing_reads_what_to_do(eventlog, client, dewi):
    client.force_login(dewi)

    assert "You own no touchpoint yet" in client.get("/app/dashboards/mine/").content.decode()


def test_digests_are_made_and_faults_said_beside_the_field(client, dewi):
    client.force_login(dewi)
    board = make_dashboard(("text", {"text": "Good morning"}))
    said = {"dashboard": board.pk, "every": "week", "weekday": 0, "hour": 7, "zone": "Asia/Jakarta"}

    refused = client.post("/app/dashboards/telling/digests/new/", said | {"zone": "Mars"})
    assert refused.status_code == 422
    assert "“Mars” is no time zone" in refused.content.decode()
    made = client.post("/app/dashboards/telling/digests/new/", said | {"told_to": [dewi.pk]})
    assert made.status_code == 302
    assert Digest.objects.get().next_at > datetime(2026, 1, 1, tzinfo=UTC)
    assert board.name in client.get("/app/dashboards/telling/").content.decode()


def test_a_letter_that_waits_is_said_on_the_page(client, dewi):
    client.force_login(dewi)
    letters.write(key="x", user=dewi, subject="Stores", text="", now=NOON)
    Letter.objects.update(trouble="ConnectionRefusedError", state="queued")

    assert "ConnectionRefusedError" in client.get("/app/dashboards/telling/").content.decode()
    assert mail.outbox == []
