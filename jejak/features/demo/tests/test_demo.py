"""The demo is made through the same door as everything, and goes without a trace."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.conf import settings
from django.db import connections

from jejak.features.demo import actions, background
from jejak.features.demo.kinds import KINDS
from jejak.features.demo.making import Making
from jejak.features.demo.models import Demo
from jejak.features.leads.touchpoints import LeadAssigned
from jejak.measures import Filters, Window, words
from jejak.people import mirroring
from jejak.people.models import Company, Handle, Membership, Person, Suggestion
from jejak.people.normalising import normalise
from jejak.touchpoints import demo, inlet, recording, understanding, worker
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival, Definition, Refusal

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
PEOPLE = 240
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "inlet"])


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return tmp_path


@pytest.fixture
def fresh_worker(home):
    understanding.forget_people()
    yield
    understanding.forget_people()


def load(people=60, seed=3, now=NOON):
    made = actions.begin(now=now, people=people, seed=seed)
    making = actions.make(made, now=lambda: now)
    worker.drain()
    actions.fill(made, making, now=lambda: now)
    worker.drain()  # What the parts told.
    return made


def follow():
    """Let the log's mirror of people come to what the database holds, as the worker does."""
    while mirroring.follow(now=NOON):
        pass


def told(days=430):
    return words(Filters(window=Window.last(days, now=NOON, zone="Asia/Jakarta")))


def rows():
    """How many rows every table of every database holds."""
    counted = {}
    for alias in connections:
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(f'SELECT count(*) FROM "{table}"')
                counted[alias, table] = cursor.fetchone()[0]
    return counted


def test_the_same_seed_makes_the_same_to_the_byte():
    def made(seed, now=NOON):
        return [msgspec.json.encode(chunk) for chunk in Making(now=now, people=PEOPLE, seed=seed).chunks()]

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert made(1) != made(1, NOON - timedelta(days=1))


def test_what_is_known_of_some_is_wrong():
    chunks = Making(now=NOON, people=1500, seed=1).chunks()
    messages = [message for chunk in chunks for message in chunk]
    said = [message["traits"] for message in messages if message["type"] == "identify"]
    wrong = {
        "phone": sum(
            "phone" in traits and normalise("phone", traits["phone"], ["ID"]) is None for traits in said
        ),
        "email": sum("," in traits.get("email", "") for traits in said),
        "moved": sum(traits.keys() == {"phone", "city", "country"} for traits in said),
        "mailbox": len(
            {message["userId"] for message in messages if message.get("event") == "Email Bounced"}
        ),
    }
    assert all(3 <= count <= 40 for count in wrong.values()), wrong


def test_nothing_happens_in_the_future_or_before_the_history_begins():
    times = [
        datetime.fromisoformat(message["timestamp"])
        for chunk in Making(now=NOON, people=PEOPLE, seed=1).chunks()
        for message in chunk
    ]

    assert min(times) > NOON - timedelta(days=428)
    assert NOON - timedelta(hours=3) < max(times) <= NOON


def test_it_goes_through_the_pipeline_and_is_marked_everywhere(eventlog, fresh_worker):
    made = load(people=PEOPLE)

    seen = told()
    assert Refusal.objects.count() == 0
    assert made.state == Demo.State.READY
    assert 10_000 < made.messages < 22_000
    assert seen.touchpoints == seen.sample_touchpoints
    assert set(seen.channels) == {
        *("web", "app", "email", "whatsapp", "telegram"),
        *("phone", "store", "social", "marketplace"),
        *("meeting", "visit", ""),
    }
    told_by_parts = {fact.name for fact in recording.registered()}
    assert set(seen.names) <= set(KINDS) | told_by_parts
    assert {"Deal Opened", "Deal Won", "Deal Lost", "Task Completed", "Call Made", "Lead Captured"} <= set(
        seen.names
    )
    assert eventlog.ask("SELECT count(), countIf(sample) FROM touchpoints").rows == [(made.messages,) * 2]
    assert Person.objects.filter(is_sample=False).count() == 0
    assert Company.objects.filter(is_sample=False).count() == 0
    # Devices and channels are joined: there are about as many people as were made.
    standing = Person.objects.filter(root=None)
    assert PEOPLE * 0.95 <= standing.count() <= PEOPLE * 1.2
    assert standing.exclude(name="").count() > PEOPLE * 0.85
    assert (
        Membership.objects.count()
        == Handle.objects.filter(kind="user_id", person__memberships__isnull=False)
        .values("value")
        .distinct()
        .count()
    )
    assert Company.objects.exclude(name="").count() == Company.objects.count() > 0


def test_the_hidden_truth_lies_beside_the_data(eventlog, fresh_worker, home):
    load(people=200)

    truth = json.loads((home / "demo" / "truth.json").read_text())
    assert truth["effects_on_score"]["late_delivery"]["points"] == -1.4
    assert [one["key"] for one in truth["incidents"]] == ["courier-strike", "checkout-error"]
    assert [fix["worked"] for fix in truth["fixes"].values()] == [True, False]
    users = set(Handle.objects.filter(kind="user_id").values_list("value", flat=True))
    assert truth["duplicates"]
    assert {user for pair in truth["duplicates"] for user in pair} <= users


def test_removing_leaves_nothing(eventlog, fresh_worker, home):
    follow()
    before = rows()
    load(people=PEOPLE)
    follow()
    assert rows() != before
    assert eventlog.ask("SELECT count() FROM people FINAL").rows[0][0] > PEOPLE * 0.9

    removed = actions.remove(now=NOON)
    follow()

    assert PEOPLE * 0.95 <= removed <= PEOPLE * 1.2
    assert not actions.is_there()
    after = rows()
    # That somebody was forgotten is noted for processes that remember them; it says of nobody who.
    left = {table: n - before[alias, table] for (alias, table), n in after.items() if alias == "default"}
    assert {table: n for table, n in left.items() if n} == {"people_forgetting": 1}
    assert {key: n for key, n in after.items() if n != before[key] and key[1] != "people_forgetting"} == {}
    assert eventlog.ask("SELECT count() FROM touchpoints").rows[0][0] == 0
    assert eventlog.ask("SELECT count() FROM people FINAL").rows[0][0] == 0
    assert eventlog.ask("SELECT count() FROM merges FINAL WHERE trail_id != person_id").rows[0][0] == 0
    assert not (home / "demo" / "truth.json").exists()


def test_it_can_be_made_again_after_removing(eventlog, fresh_worker):
    first = load(people=40)
    actions.remove(now=NOON)

    assert load(people=40).messages == first.messages
    assert told().touchpoints > 1000


def test_removing_spares_what_is_real(eventlog, fresh_worker):
    load(people=100)
    made_up = Handle.objects.filter(kind="email").first()
    buyer = Membership.objects.select_related("company").first()
    colleague = {"type": "group", "userId": "budi", "groupId": buyer.company.key}
    order = {"type": "track", "event": "Order Completed"}
    real = [order | {"userId": "budi"}, colleague, order | {"handles": {"email": made_up.value}}]
    inlet.accept_now([Accepted(source="shop", received_at=NOON, messages=3, body=json.dumps(real).encode())])
    worker.drain()

    actions.remove(now=NOON)

    assert (told().touchpoints, told().sample_touchpoints) == (2, 0)
    assert Person.objects.filter(is_sample=False).count() == Person.objects.count() == 2
    [company] = Company.objects.all()
    assert (company.key, company.is_sample) == (buyer.company.key, False)
    assert Definition.objects.filter(name="Order Completed").exists()


def test_what_still_arrives_cannot_be_removed_yet(eventlog, fresh_worker):
    actions.load(now=NOON, people=5)

    with pytest.raises(actions.StillArriving):
        actions.remove(now=NOON)

    worker.drain()
    # Whoever made it has gone without filling the parts; after a while that need not be waited for.
    assert actions.remove(now=NOON + timedelta(minutes=1)) >= 4


def test_there_is_one_demo_at_a_time(home):
    actions.begin(now=NOON, people=5)

    with pytest.raises(actions.AlreadyThere):
        actions.begin(now=NOON, people=5)


def test_what_was_cut_off_goes_on_where_it_was(home):
    whole = [len(chunk) for chunk in Making(now=NOON, people=120, seed=3).chunks()]
    made = actions.begin(now=NOON, people=120, seed=3)

    class Cut(Exception):
        pass

    def cut(made):
        if made.people_done == 50:
            raise Cut

    with pytest.raises(Cut):
        actions.make(made, now=lambda: NOON, tell=cut)
    left = actions.current()
    assert (left.people_done, left.messages) == (50, whole[0])

    actions.make(left, now=lambda: NOON)

    assert [one.messages for one in Arrival.objects.using(settings.INLET_DATABASE).order_by("pk")] == whole
    assert actions.current().messages == sum(whole)


def test_parts_that_were_cut_off_are_filled_anew(eventlog, fresh_worker, monkeypatch):
    monkeypatch.setattr(demo, "_parts", {})
    shelf = []

    class Cut(BaseException):
        pass

    class Books:
        def fill(self, world, *, now, progress):
            shelf.append("book")
            world.record(LeadAssigned(owner="dewi", rule=""), person=world.people[0], at=now)

        def remove(self, world, *, now):
            shelf.clear()

    class Slow:
        cut = True

        def fill(self, world, *, now, progress):
            if Slow.cut:
                raise Cut

        def remove(self, world, *, now):
            pass

    demo.part("books", order=10)(Books)
    demo.part("slow", order=20)(Slow)
    with pytest.raises(Cut):
        load(people=30)
    assert shelf == ["book"]

    Slow.cut = False
    made = actions.current()
    actions.fill(made, actions.make(made, now=lambda: NOON), now=lambda: NOON)
    worker.drain()

    assert (shelf, made.state) == (["book"], Demo.State.READY)
    count = "SELECT count() FROM touchpoints WHERE name = 'Lead Assigned' AND sample"
    assert eventlog.ask(count).rows == [(1,)]


def test_two_processes_do_not_make_it_at_once(home):
    made = actions.begin(now=NOON, people=5)
    Demo.objects.update(maker="another", seen_at=NOON)

    with pytest.raises(actions.MadeElsewhere):
        actions.take_over(made, now=NOON + timedelta(seconds=5))
    actions.take_over(made, now=NOON + timedelta(minutes=1))


def test_a_server_makes_it_beside(eventlog, fresh_worker):
    actions.begin(now=NOON, people=30)
    background.begin()
    while actions.current().state != Demo.State.READY:
        worker.drain()
    background.stop()

    assert told().touchpoints > 1000


class Ledger:
    """A part as a feature registers it, which keeps what it was called with."""

    filled, removed = None, None

    def fill(self, world, *, now, progress):
        Ledger.filled = world
        progress(1, 1)

    def remove(self, world, *, now):
        Ledger.removed = world


def test_features_fill_their_part_and_take_it_away(eventlog, fresh_worker, monkeypatch):
    monkeypatch.setattr(demo, "_parts", {})

    class Broken:
        def fill(self, world, *, now, progress):
            raise ValueError("no room")

        def remove(self, world, *, now):
            pass

    demo.part("ledger", order=20)(Ledger)
    demo.part("broken", order=10)(Broken)
    made = load(people=PEOPLE)

    world = Ledger.filled
    assert made.trouble == "broken: ValueError: no room"
    assert all(person.person_id for person in world.people)
    assert all(company.company_id for company in world.companies if world.people_of(company))
    assert {len(world.stores), len(world.staff)} == {13, 12}
    assert {person.language for person in world.people} == {"id", "ms", "en"}
    assert [one.key for one in world.incidents if one.kind == "incident"] == [
        "courier-strike",
        "checkout-error",
    ]
    assert world.dice("ledger").random() == world.dice("ledger").random() != world.dice("other").random()

    actions.remove(now=NOON)
    assert [company.key for company in Ledger.removed.companies] == [
        company.key for company in world.companies
    ]


def test_a_shared_browser_is_a_question_and_not_a_merge(eventlog, fresh_worker):
    load(people=PEOPLE)

    shared = Suggestion.objects.filter(rule="shared_anonymous_id")
    assert shared.count() <= 5
    assert all(one.person.root_id != one.other_id for one in shared)
