"""What an analyst does who has only the touchpoints: tables, differences of means, regressions, usual bands."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from jejak.people.normalising import normalise

DAY = 86_400


@dataclass(frozen=True)
class Effect:
    """An estimate with its standard error."""

    value: float
    error: float

    def holds(self, planted: float) -> bool:
        """Tell whether the planted number is within the 95 % interval."""
        return abs(self.value - planted) <= 1.96 * self.error

    def __str__(self) -> str:
        return f"{self.value:+.3f} ± {1.96 * self.error:.3f}"


@dataclass(frozen=True)
class Row:
    """One touchpoint of somebody."""

    person: str
    name: str
    at: float
    channel: str
    place: str
    score: int | None
    said: dict


def regress(outcome, people, **causes) -> dict[str, Effect]:
    """Return the effect of each cause by least squares. A list of texts becomes dummies.

    The errors heed that one person's rows belong together (clustered, as what one does is no news of others).
    """
    columns, names = [np.ones(len(outcome))], [""]
    for key, values in causes.items():
        if isinstance(values[0], str):
            for level in sorted(set(values))[1:]:
                columns.append(np.array([value == level for value in values], float))
                names.append("")
        else:
            columns.append(np.array(values, float))
            names.append(key)
    x, y = np.column_stack(columns), np.array(outcome, float)
    inverse = np.linalg.pinv(x.T @ x)  # Groups may hold others, as a country its cities.
    fit = inverse @ x.T @ y
    left = (y - x @ fit)[:, None] * x
    number = {person: i for i, person in enumerate(dict.fromkeys(people))}
    together = np.zeros((len(number), x.shape[1]))
    np.add.at(together, [number[person] for person in people], left)
    errors = np.sqrt(np.diag(inverse @ (together.T @ together) @ inverse).clip(0))
    return {name: Effect(float(fit[i]), float(errors[i])) for i, name in enumerate(names) if name}


def difference(outcome, exposed) -> float:
    """Return the plain difference of means, which heeds nothing."""
    y, x = np.array(outcome, float), np.array(exposed, bool)
    return float(y[x].mean() - y[~x].mean())


def did(outcome, people, treated, after, **held) -> Effect:
    """Return the difference in differences."""
    both = [bool(t and a) for t, a in zip(treated, after, strict=True)]
    return regress(outcome, people, treated=treated, after=after, both=both, **held)["both"]


def strangest(counted: dict[tuple[str, int], tuple[int, int]], *, fewest: int) -> tuple[float, str, int]:
    """Return the z-score, the group and the window of the share farthest above its group's usual band.

    counted: {(group, window): (how many, of how many)}.
    """
    found = (-math.inf, "", 0)
    for group in sorted({group for group, _ in counted}):
        own = {window: pair for (one, window), pair in counted.items() if one == group and pair[1] >= fewest}
        for window, (hits, n) in own.items():
            others = [pair for other, pair in own.items() if other != window]
            total = sum(pair[1] for pair in others)
            if not total:
                continue
            usual = sum(pair[0] for pair in others) / total
            spread = math.sqrt(max(usual * (1 - usual), 1e-4) / n)
            found = max(found, ((hits / n - usual) / spread, group, window))
    return found


def read(messages) -> list[Row]:
    """Return the touchpoints with whoever they are of, as identities join them: by user id, number, address."""
    user_of = {}
    for message in messages:
        if message["type"] == "identify":
            traits = message["traits"]
            for kind in ("email", "phone"):
                if traits.get(kind):
                    user_of[kind, normalise(kind, traits[kind], ["ID", "MY"])] = message["userId"]
            if "anonymousId" in message:
                user_of.setdefault(("anonymous_id", message["anonymousId"]), message["userId"])
    for message in messages:
        handles = [
            (kind, normalise(kind, value, ["ID", "MY"])) for kind, value in message.get("handles", {}).items()
        ]
        known = next((user_of[handle] for handle in handles if handle in user_of), None)
        if known:
            user_of.update(dict.fromkeys(handles, known))
    rows = []
    for message in messages:
        person = message.get("userId")
        if person is None and (handles := message.get("handles")):
            kind, value = next(iter(handles.items()))
            person = user_of.get((kind, normalise(kind, value, ["ID", "MY"])), f"{kind} {value}")
        if person is None:
            anonymous = message["anonymousId"]
            person = user_of.get(("anonymous_id", anonymous), anonymous)
        rows.append(
            Row(
                person=person,
                name=message.get("event", message["type"]),
                at=datetime.fromisoformat(message["timestamp"]).timestamp(),
                channel=message.get("channel", ""),
                place=message.get("place", ""),
                score=message.get("score"),
                said=message.get("properties", {}),
            )
        )
    return rows


class Table:
    """The touchpoints of the demo, by name, and what belongs to an order, a conversation, a visit."""

    def __init__(self, messages, now: float) -> None:
        self.by_name = defaultdict(list)
        for row in read(messages):
            self.by_name[row.name].append(row)
        self.now = now
        self.delivered = {row.said["order_id"]: row for row in self.by_name["Order Delivered"]}
        self.shipped = {row.said["order_id"]: row for row in self.by_name["Order Shipped"]}
        self.helped = {row.said["conversation_id"]: row for row in self.by_name["Help Given"]}
        self.visited = {row.said["visit_id"]: row for row in self.by_name["Store Visited"]}
        self.closed = defaultdict(list)
        for row in self.by_name["Account Closed"]:
            self.closed[row.person].append(row.at)

    def left(self, row: Row, days: int) -> bool | None:
        """Tell whether somebody left within so many days; None where it is too early, or they had left already."""
        if row.at > self.now - days * DAY or any(at <= row.at for at in self.closed[row.person]):
            return None
        return any(row.at < at <= row.at + days * DAY for at in self.closed[row.person])


def is_late(row: Row) -> bool:
    """Tell whether a delivery came after the promised day."""
    return row.said["delivered_on"] > row.said["promised_on"]


def is_slow(row: Row) -> bool:
    """Tell whether the first reply took more than an hour."""
    return row.said["first_reply_minutes"] > 60
