"""The sample is made through the same door as everything, and goes without a trace."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from jejak.features.sample import actions, shop
from jejak.measures import Filters, Window, change, funnel, get, tell_one, words
from jejak.people.models import Handle, Merge, Person
from jejak.touchpoints import inlet, understanding, worker
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Definition, Refusal

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "inlet"])


@pytest.fixture
def fresh_worker():
    understanding.forget_people()
    yield
    understanding.forget_people()


def load(people=600, seed=2):
    made = actions.load(now=NOON, people=people, seed=seed)
    worker.drain()
    return made


def last(days, **said):
    return Filters(window=Window.last(days, now=NOON, zone="Asia/Jakarta"), **said)


def test_the_same_seed_tells_the_same_history():
    def told(seed):
        return shop.messages(now=NOON, people=50, seed=seed, zone="Asia/Jakarta")

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_nothing_happens_in_the_future_or_too_long_ago():
    times = [
        datetime.fromisoformat(message["timestamp"])
        for message in shop.messages(now=NOON, people=100, seed=1, zone="Asia/Jakarta")
    ]

    assert times == sorted(times)
    assert NOON - timedelta(days=shop.DAYS + 2) < times[0]
    assert times[-1] <= NOON


def test_it_goes_through_the_pipeline_and_is_marked_everywhere(eventlog, fresh_worker):
    made = load(people=150)

    told = words(last(150))
    assert Refusal.objects.count() == 0
    assert 3_000 < made < 7_000
    assert told.touchpoints == told.sample_touchpoints
    assert {"web", "app", "whatsapp", "email", "phone", "store"} == set(told.channels)
    assert set(told.names) == set(shop.NAMES)
    assert Person.objects.filter(is_sample=False).count() == 0
    standing = Person.objects.filter(root=None)
    assert 150 <= standing.count() <= 170
    assert standing.exclude(name="").count() > 100
    assert Handle.objects.filter(kind="phone", value__startswith="+62855").exists()


def test_the_planted_troubles_can_be_seen(eventlog, fresh_worker):
    load()
    courier = last(28, name="Delivery Rated")
    app = Filters(
        window=Window(
            from_on=(NOON - timedelta(days=68)).date(),
            until_on=(NOON - timedelta(days=47)).date(),
            zone="Asia/Jakarta",
        ),
        channel="app",
    )

    satisfied = change(
        get("csat-1-5.satisfied"), courier, courier.within(courier.window.before(now=NOON)), now=NOON
    )
    steps = ["Checkout Started", "Order Completed"]
    within = timedelta(days=1)
    in_app = funnel(steps, app, within=within, now=NOON).steps[1].of_first
    on_web = funnel(steps, app.also("channel", "web"), within=within, now=NOON).steps[1].of_first

    assert satisfied.is_clear
    assert satisfied.difference.value < -15
    assert tell_one(get("ces-1-7-easy.mean"), app, now=NOON).estimate.high < 5
    assert in_app.value < on_web.value - 8


def test_removing_leaves_nothing(eventlog, fresh_worker):
    load(people=60)

    removed = actions.remove(now=NOON)

    assert 60 <= removed <= 75  # Who stays anonymous on two devices is two people.
    assert not actions.is_there()
    assert (Person.objects.count(), Handle.objects.count(), Merge.objects.count()) == (0, 0, 0)
    assert Definition.objects.filter(name__in=shop.NAMES).count() == 0
    assert words(last(200)).touchpoints == 0


def test_it_can_be_made_again_after_removing(eventlog, fresh_worker):
    load(people=20)
    actions.remove(now=NOON)
    actions.load(now=NOON + timedelta(seconds=1), people=20)
    worker.drain()

    assert words(last(200)).touchpoints > 100
    assert actions.is_there()


def test_removing_spares_what_is_real(eventlog, fresh_worker):
    load(people=20)
    sample_person = Handle.objects.filter(kind="email").first()
    order = {"type": "track", "event": "Order Completed"}
    real = [order | {"userId": "budi"}, order | {"handles": {"email": sample_person.value}}]
    inlet.accept_now([Accepted(source="shop", received_at=NOON, messages=2, body=json.dumps(real).encode())])
    worker.drain()

    actions.remove(now=NOON)

    told = words(last(200))
    assert (told.touchpoints, told.sample_touchpoints) == (2, 0)
    assert Person.objects.filter(is_sample=False).count() == Person.objects.count() == 2
    assert Definition.objects.filter(name="Order Completed").exists()


def test_what_still_arrives_cannot_be_removed_yet(eventlog, fresh_worker):
    actions.load(now=NOON, people=5)

    with pytest.raises(actions.StillArriving):
        actions.remove(now=NOON)

    worker.drain()
    assert actions.remove(now=NOON) >= 5
