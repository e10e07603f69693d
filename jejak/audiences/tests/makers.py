"""People for tests of audiences, put straight into the log and its mirror."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pyarrow as pa

from jejak import eventlog
from jejak.audiences.tests.reference import Somebody
from jejak.eventlog import KnownPerson
from jejak.people.mirroring import typed

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
"""Noon of a Sunday in Jakarta."""
ZONE = "Asia/Jakarta"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NAMES = ("Order Completed", "Product Viewed", "Checkout Started", "Call Ended", "Audience Entered")
CITIES = ("Bandung", "jakarta", "Kuala Lumpur", "Surabaya")
_ids = count()


def store(*rows: dict[str, Any]) -> None:
    """Put touchpoints into the log; each states only what it is about. properties: a dict."""
    filled = [_default() | row for row in rows]
    for row in filled:
        row["properties"] = json.dumps(row["properties"])
        row["value"] = None if row["value"] is None else Decimal(str(row["value"]))
    table = pa.Table.from_pylist(filled, schema=eventlog.SCHEMA)
    eventlog.append(table, token=f"audiences.{next(_ids)}")


def know(*people: Somebody) -> None:
    """Put people into the mirror, as mirroring would."""
    eventlog.write_people([_known(one) for one in people], version=next(_ids))


def crowd(chance: random.Random, *, size: int = 60) -> list[Somebody]:
    """Return people who did many things at few moments, so that all that can meet does meet."""
    return [_somebody(pk, chance) for pk in range(1, size + 1)]


def settle(everybody: Sequence[Somebody]) -> None:
    """Put people and all they did into the log."""
    know(*everybody)
    store(*[row | {"trail_id": one.pk} for one in everybody for row in one.touchpoints])


def _somebody(pk: int, chance: random.Random) -> Somebody:
    traits: dict[str, Any] = {}
    if chance.random() < 0.8:
        traits["city"] = chance.choice(CITIES)
    if chance.random() < 0.7:
        traits["age"] = chance.choice((7, 18, 18.5, "42", "0812", "old", True))
    if chance.random() < 0.6:
        traits["born"] = chance.choice(
            ("1990-05-01", "2026-11-20", "2026-11-25T23:00:00Z", "1990-02-31", "soon")
        )
    if chance.random() < 0.5:
        traits["likes"] = chance.sample(("shoes", "Bags", "toys"), chance.randint(0, 3))
    handles = [kind for kind in ("email", "phone", "anonymous_id", "user_id") if chance.random() < 0.5]
    consents = {
        f"{purpose}:{channel}": chance.random() < 0.5
        for purpose in ("service", "marketing")
        for channel in ("email", "whatsapp")
        if chance.random() < 0.5
    }
    rows = [_did(chance) for _ in range(chance.choice((0, 1, 3, 6, 9)))]
    seen = [row["happened_at"] for row in rows] + [NOON - 100 * DAY * chance.random()]
    return Somebody(
        pk=pk,
        traits=traits,
        handles=handles,
        consents=consents,
        tags=chance.sample(("vip", "Wholesale"), chance.randint(0, 2)),
        team=chance.choice(("", "Shop", "Support")),
        first_seen_at=min(seen),
        touchpoints=rows,
    )


def _did(chance: random.Random) -> dict[str, Any]:
    # Few moments: many at the same one, and exactly an hour or a day apart.
    steps = chance.choice((timedelta(minutes=30), HOUR, 12 * HOUR, DAY))
    answered = chance.random() < 0.3
    return {
        "name": chance.choice(NAMES),
        "kind": chance.choice(("track", "track", "page", "identify")),
        "channel": chance.choice(("web", "store", "")),
        "happened_at": NOON - steps * chance.randint(-1, 40),
        "value": chance.choice((None, 5, 12.5, 90)),
        "scale": chance.choice(("nps", "csat-1-5")) if answered else "",
        "score": float(chance.randint(1, 5)) if answered else None,
        "properties": chance.choice(
            (
                {},
                {"total": 50, "coupon": "HEMAT"},
                {"total": 7.5, "cart": {"items": 3}},
                {"total": "12", "gift": True, "due": "2026-11-25"},
                {"coupon": ["Hemat", "LEBARAN"], "total": 12},
            )
        ),
    }


def _known(one: Somebody) -> KnownPerson:
    held = {key: typed(value) for key, value in one.traits.items()}
    return KnownPerson(
        person_id=one.pk,
        handles=one.handles,
        texts={key: said.text for key, said in held.items() if said.text is not None},
        numbers={key: said.number for key, said in held.items() if said.number is not None},
        days={key: said.day for key, said in held.items() if said.day is not None},
        lists={key: list(said.listed) for key, said in held.items() if said.listed is not None},
        consents=[key for key, is_given in one.consents.items() if is_given],
        refusals=[key for key, is_given in one.consents.items() if not is_given],
        tags=one.tags,
        team=one.team,
        first_seen_at=one.first_seen_at,
        last_seen_at=one.first_seen_at,
    )


def _default() -> dict[str, Any]:
    i = next(_ids)
    return {
        "message_id": f"m{i}", "trail_id": 1, "kind": "track", "name": "Order Completed", "channel": "web",
        "place": "", "team": "", "stage": "", "happened_at": NOON - DAY, "received_at": NOON, "source": "test",
        "value": None, "currency": "", "score": None, "scale": "", "properties": {}, "context": "{}",
        "message": "{}", "sample": False,
    }  # fmt: skip
