"""From what a sender wrote to what the log says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from jejak import eventlog as the_log
from jejak.people import resolving
from jejak.people.models import Company, Handle, Membership, Person, Suggestion
from jejak.touchpoints import columns, definitions, inlet, refusals, telling, understanding, worker
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival, Claim, Definition, Refusal

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)


@pytest.fixture(autouse=True)
def _fresh(eventlog: Any) -> None:
    understanding.forget_people()
    definitions.forget()


def send(*messages: Any, at: datetime = NOON, **meta: Any) -> None:
    body = b"[" + b",".join(m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages) + b"]"
    inlet.accept_now([Accepted(source="shop", received_at=at, messages=len(messages), body=body, meta=meta)])
    worker.drain()


def track(event: str = "Order Completed", **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "userId": "siti", **fields}


def stored(columns: str) -> list[tuple[Any, ...]]:
    return the_log.ask(f"SELECT {columns} FROM touchpoints ORDER BY happened_at, message_id").rows


def test_a_message_becomes_a_touchpoint_with_its_columns() -> None:
    send(
        track(
            messageId="m1",
            timestamp="2026-11-05T18:30:00.250+07:00",
            properties={"total": "129000.50", "currency": "idr", "channel": "store", "place": "Bandung"},
        )
    )
    assert stored("message_id, kind, name, channel, place, value, currency, happened_at, received_at, source") == [
        ("m1", "track", "Order Completed", "store", "Bandung", 129000.5, "IDR",
         datetime(2026, 11, 5, 11, 30, 0, 250000, tzinfo=UTC), NOON, "shop")
    ]  # fmt: skip


def test_what_comes_back_is_what_was_sent() -> None:
    sent = track(
        messageId="m1",
        properties={"a.b": 1, "a": {"b": None}, "__proto__": [], "🦶": 2**53 + 1, "empty": {}},
        context={"page": "odd", "nothing": None},
    )
    send(sent)
    assert [json.loads(message) for (message,) in stored("message")] == [sent]


def test_a_repeated_message_id_counts_once_within_a_batch_and_long_after() -> None:
    send(track(messageId="m1"), track(messageId="m1"), track(messageId="m2"))
    send(track(messageId="m1"), at=NOON + timedelta(days=31))
    assert stored("message_id") == [("m1",), ("m2",)]


def test_messages_without_an_id_are_all_kept() -> None:
    send(track(), track())
    assert len({message_id for (message_id,) in stored("message_id")}) == 2


def test_one_bad_message_does_not_cost_the_batch() -> None:
    send(track(messageId="good"), track(event=7), {"type": "dance", "userId": "siti"}, 42, track(userId=None))
    assert stored("message_id") == [("good",)]
    assert sorted(Refusal.objects.values_list("reason", flat=True)) == [
        "nobody",
        "unknown_type",
        "wrong_type",
        "wrong_type",
    ]


@pytest.mark.parametrize(
    ("raw", "properties"),
    [
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":NaN,"y":Infinity}}', {"x": None, "y": None}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":"\\ud800"}}', {"x": "\ufffd"}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":"\xff"}}', {"x": "\ufffd"}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":"a\\u0000b"}}', {"x": "a\ufffdb"}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":1,"x":2}}', {"x": 2}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":1,"x.y":2,"x":{"y":{"z":1}}}}',
         {"x": {"y": {"z": 1}}, "x.y": 2}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":' + b"9" * 400 + b"}}", {"x": int("9" * 400)}),
        (b'{"type":"track","event":"A","userId":"siti","properties":{"x":1e999}}', None),
    ],
)  # fmt: skip
def test_sloppy_json_is_kept(raw: bytes, properties: dict[str, Any] | None) -> None:
    send(raw, track(messageId="next"))
    assert Refusal.objects.count() == 0
    assert the_log.ask("SELECT count() FROM touchpoints").rows == [(2,)]
    if properties is not None:
        (message,) = the_log.ask("SELECT message FROM touchpoints WHERE name = 'A'").rows[0]
        assert json.loads(message)["properties"] == properties


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "expected"),
    [
        ("2026-11-05T11:00:00Z", None, NOON - HOUR),
        ("2026-11-05T11:00:00.123456789Z", None, NOON - HOUR + timedelta(milliseconds=123)),
        ("2026-11-05 11:00:00", None, NOON - HOUR),
        (1793876400, None, datetime.fromtimestamp(1793876400, UTC)),
        (1793876400123, None, datetime.fromtimestamp(1793876400.123, UTC)),
        # The sender's clock is three hours behind: it sent this an hour after it happened.
        ("2026-11-05T08:00:00Z", "2026-11-05T09:00:00Z", NOON - HOUR),
        ("not a time", None, NOON),
        ("9999-12-31T23:59:59Z", None, NOON),
        ("0001-01-01T00:00:00+14:00", None, NOON),
        ("1970-01-01T00:00:00Z", None, datetime(1970, 1, 1, tzinfo=UTC)),
        (None, None, NOON),
        (1e300, None, NOON),
    ],
)
def test_time_is_read_in_many_forms_and_by_our_clock(
    timestamp: Any, sent_at: Any, expected: datetime
) -> None:
    send(track(timestamp=timestamp), sent_at=sent_at)
    assert stored("happened_at") == [(expected,)]


def test_a_score_stands_on_its_scale_or_is_refused() -> None:
    send(
        track("Survey Answered", messageId="1", properties={"score": 9, "scale": "nps"}),
        track("Survey Answered", messageId="2", properties={"score": 4, "scale": "csat"}),
        track("Survey Answered", messageId="3", properties={"score": 11, "scale": "nps"}),
        track("Level Reached", messageId="4", properties={"score": 9000, "scale": "logarithmic"}),
    )
    assert stored("message_id, score, scale") == [("1", 9.0, "nps"), ("2", 4.0, "csat-1-5"), ("4", None, "")]
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.detail) == ("off_scale", "score is '11'; nps goes from 0 to 10.")


def test_what_was_refused_can_be_replayed() -> None:
    send(track(messageId="bot"), user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)")
    assert stored("message_id") == []
    assert refusals.replay(refusals=Refusal.objects.all(), now=NOON) == 1
    worker.drain()
    assert stored("message_id") == [("bot",)]
    assert refusals.replay(refusals=Refusal.objects.all(), now=NOON) == 0


def test_a_batch_that_was_stored_but_not_marked_done_is_not_counted_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(telling.batches, "finish", die)
        with pytest.raises(MemoryError):
            send(track(messageId="m1"), track(messageId="m2"), track(userId=None))
    assert Claim.objects.using("inlet").count() == 1

    worker.drain()

    assert stored("message_id") == [("m1",), ("m2",)]
    assert (
        Refusal.objects.count(),
        Arrival.objects.using("inlet").count(),
        Claim.objects.using("inlet").count(),
    ) == (1, 0, 0)


def test_traits_are_the_newest_whatever_order_they_come_in() -> None:
    newer = {
        "type": "identify",
        "userId": "siti",
        "traits": {"plan": "pro"},
        "timestamp": "2026-11-05T11:00:00Z",
    }
    older = {"type": "identify", "userId": "siti", "traits": {"plan": "free", "name": "Siti Rahma", "email": "Siti@Toko.id"},
             "timestamp": "2026-11-05T10:00:00Z"}  # fmt: skip
    send(newer)
    send(older)
    siti = Person.objects.get()
    assert {key: held["value"] for key, held in siti.traits.items()} == {
        "plan": "pro", "name": "Siti Rahma", "email": "Siti@Toko.id",
    }  # fmt: skip
    assert (siti.name, siti.traits["plan"]["source"]) == ("Siti Rahma", "shop")
    assert Handle.objects.filter(kind="email").get().value == "siti@toko.id"
    assert stored("name, kind") == [("Identified", "identify"), ("Identified", "identify")]


def test_traits_in_the_context_count_where_there_are_no_others() -> None:
    send({"type": "identify", "userId": "budi", "context": {"traits": {"name": "Budi"}}})
    assert Person.objects.get().name == "Budi"


def test_a_group_is_a_company_with_its_people() -> None:
    send({"type": "group", "userId": "siti", "groupId": 7, "traits": {"name": "Toko Maju"}})
    assert [(c.key, c.name) for c in Company.objects.all()] == [("7", "Toko Maju")]
    assert Membership.objects.count() == 1


def test_team_and_stage_come_from_the_definition() -> None:
    Definition.objects.create(name="Order Completed", team="Sales", stage="buy")
    definitions.forget()
    send(track(messageId="1"), track(messageId="2", team="Web"))
    assert stored("team, stage") == [("Sales", "buy"), ("Web", "buy")]


def test_new_names_are_noted() -> None:
    send(track("Cart Viewed"))
    assert Definition.objects.get().name == "Cart Viewed"


def test_two_people_who_shared_a_browser_stay_two() -> None:
    send(
        track(anonymousId="browser", messageId="1"),
        track(userId="budi", anonymousId="browser", messageId="2", timestamp="2026-11-05T12:00:01Z"),
    )
    assert [count for (count,) in the_log.ask("SELECT uniqExact(person_id) FROM touchpoints").rows] == [2]
    suggestion = Suggestion.objects.get()
    assert (suggestion.rule, suggestion.evidence["shared"]) == (
        "shared_anonymous_id",
        ["anonymous_id", "browser"],
    )


def test_an_anonymous_trail_becomes_the_known_person() -> None:
    send(track(userId=None, anonymousId="tablet", messageId="1"), track(messageId="2"))
    send(track(anonymousId="tablet", messageId="3"))
    assert the_log.ask("SELECT uniqExact(person_id), count() FROM touchpoints").rows == [(1, 3)]


def test_what_the_log_cannot_hold_is_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    append = the_log.append

    def picky(rows: Any, *, token: str) -> None:
        if "bad" in rows["message_id"].to_pylist():
            raise the_log.BadRows("Too odd.")
        append(rows, token=token)

    monkeypatch.setattr(the_log, "append", picky)
    send(*(track(messageId=name) for name in ("a", "bad", "b", "c")), ip="10.0.0.1")

    assert stored("message_id") == [("a",), ("b",), ("c",)]
    refusal = Refusal.objects.get()
    assert (refusal.reason, refusal.detail, refusal.name) == ("not_stored", "Too odd.", "Order Completed")
    assert (refusal.meta, json.loads(bytes(refusal.message))["messageId"]) == ({"ip": "10.0.0.1"}, "bad")


def test_whoever_was_forgotten_is_somebody_new_the_next_time() -> None:
    send(track(messageId="m1"))
    with transaction.atomic():
        Person.objects.all().delete()
        resolving.note_forgetting(NOON)
    send(track(messageId="m2"))
    assert {trail for (trail,) in stored("trail_id")} - {Person.objects.get().pk} != set()
    assert Handle.objects.get().person_id == Person.objects.get().pk


def test_long_ids_are_told_apart_and_not_remembered() -> None:
    columns._two_ids.cache_clear()
    long = "x" * 5000
    send(track(userId=long + "1", messageId="m1"), track(userId=long + "2", messageId="m2"))
    assert Person.objects.count() == 2
    assert columns._two_ids.cache_info().currsize == 0
