"""Facts from our own features: declared once as a dataclass, recorded in the transaction that makes them true."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

import msgspec

from jejak.touchpoints.models import Arrival

_registered: dict[str, type["Touchpoint"]] = {}
_COLUMNS = ("value", "currency", "score", "scale", "place", "team", "stage")
_TOGETHER = 200


class Touchpoint:
    """The base of every fact: `class SurveyAnswered(Touchpoint, name="Survey Answered")`, a frozen dataclass."""

    name: ClassVar[str]

    def __init_subclass__(cls, *, name: str, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.name = name
        if name in _registered and _registered[name].__qualname__ != cls.__qualname__:
            raise TypeError(f"Two touchpoints are called {name!r}.")
        _registered[name] = cls


def registered() -> list[type[Touchpoint]]:
    """Return every fact that the features declare, by name."""
    return [_registered[name] for name in sorted(_registered)]


def record(fact: Touchpoint, *, handles: Mapping[str, str], happened_at: datetime, channel: str = "") -> None:
    """Record a fact about the person with these handles, as part of the transaction around it.

    handles: {kind: value}, at least one. The fact's fields become properties; fields called value, currency,
    score, scale, place, team or stage fill the columns of that name.
    """
    if not handles:
        raise ValueError(f"Nobody to record {fact.name!r} of: handles are empty.")
    told = message(fact, handles=handles, happened_at=happened_at, channel=channel)
    told["messageId"] = uuid.uuid4().hex
    Arrival.objects.create(
        source="jejak",
        received_at=happened_at,
        messages=1,
        meta={"trusted": True},
        body=msgspec.json.encode([told]),
    )


def message(
    fact: Touchpoint, *, handles: Mapping[str, str], happened_at: datetime, channel: str = ""
) -> dict[str, Any]:
    """Return a fact as a message of the shape that senders have, without an id."""
    held = dataclasses.asdict(fact)  # type: ignore[call-overload]
    return {
        "type": "track",
        "event": fact.name,
        "handles": dict(handles),
        "properties": held,
        "timestamp": happened_at,
        **{column: held[column] for column in _COLUMNS if held.get(column) not in (None, "")},
        **({"channel": channel} if channel else {}),
    }


def record_many(facts: Sequence[tuple[Touchpoint, Mapping[str, str], str]], *, happened_at: datetime) -> None:
    """Record facts that we worked out ourselves, many at once: (fact, handles, message id), as in record().

    The same message id counts once. They are no sign of life: when their people were last seen stays as it is.
    """
    for start in range(0, len(facts), _TOGETHER):
        some = facts[start : start + _TOGETHER]
        messages = [
            {
                "type": "track",
                "messageId": message_id,
                "event": fact.name,
                "handles": dict(handles),
                "properties": dataclasses.asdict(fact),  # type: ignore[call-overload]
                "timestamp": happened_at,
            }
            for fact, handles, message_id in some
        ]
        Arrival.objects.create(
            source="jejak",
            received_at=happened_at,
            messages=len(messages),
            meta={"trusted": True, "worked_out": True},
            body=msgspec.json.encode(messages),
        )


def identify(
    traits: Mapping[str, Any], *, handles: Mapping[str, str], happened_at: datetime, source: str
) -> None:
    """Record what somebody whom we trust says of the person with these handles, as part of the transaction around it.

    An e-mail or a phone among the traits becomes a handle of theirs. traits: a value of None takes one away.
    """
    identify_many([(handles, traits)], happened_at=happened_at, source=source)


def identify_many(
    said: Sequence[tuple[Mapping[str, str], Mapping[str, Any]]], *, happened_at: datetime, source: str
) -> None:
    """Record what somebody whom we trust says of several people, as one arrival. said: handles and traits of each."""
    if not said:
        return
    messages = [
        {
            "type": "identify",
            "messageId": uuid.uuid4().hex,
            "handles": dict(handles),
            "traits": dict(traits),
            "timestamp": happened_at,
        }
        for handles, traits in said
    ]
    Arrival.objects.create(
        source=source,
        received_at=happened_at,
        messages=len(messages),
        meta={"trusted": True},
        body=msgspec.json.encode(messages),
    )
