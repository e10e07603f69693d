"""What can be wrong with a record: rules that any part of the house declares, and the quality feature checks.

    @quality.rule("deal", "overdue", quality.STALE, _("Close date has passed"), advice=_("Say when it closes."), points=20)
    def overdue(deals: Sequence[Deal], now: datetime) -> dict[int, str]:
        return {deal.pk: "" for deal in deals if …}

A rule looks at many records at once and returns those it finds wrong, each with what exactly, in a few words.
A record has 100 points, less those of each rule that finds it wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jejak.records import kinds

MISSING, STALE, CONTRADICTORY = "missing", "stale", "contradictory"
UNREACHABLE, UNDELIVERABLE = "unreachable", "undeliverable"
CONCERNS: dict[str, Promise] = {
    UNDELIVERABLE: _("Undeliverable"),
    UNREACHABLE: _("Unreachable"),
    CONTRADICTORY: _("Contradictory"),
    MISSING: _("Missing"),
    STALE: _("Stale"),
}
"""What a rule is about, the gravest first."""

Find = Callable[[Sequence[Any], datetime], Mapping[int, str]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that can be wrong. points: how many of 100 it costs. advice: what to do about it."""

    kind: str
    key: str
    concern: str
    title: str | Promise
    advice: str | Promise
    points: int
    find: Find


_rules: dict[tuple[str, str], Rule] = {}


def rule(
    kind: str, key: str, concern: str, title: str | Promise, *, advice: str | Promise, points: int
) -> Callable[[Find], Find]:
    """Declare a rule for a kind of record. Raises ValueError for a second one of that key."""

    def register(find: Find) -> Find:
        if (kind, key) in _rules:
            raise ValueError(f"Two rules for {kind} are called {key!r}.")
        _rules[kind, key] = Rule(
            kind=kind, key=key, concern=concern, title=title, advice=advice, points=points, find=find
        )
        return find

    return register


def rules(kind: str) -> list[Rule]:
    """Return the rules of a kind, those that weigh most first; required own fields have one each."""
    known = kinds.kind(kind)  # Loads the parts that declare rules.
    found = [one for (of, _key), one in _rules.items() if of == kind]
    found += [_of_field(known, held) for held in known.fields if held.is_own and held.is_required]
    return sorted(found, key=lambda one: (-one.points, one.key))


def checked_kinds() -> list[str]:
    """Return the kinds that have rules."""
    return [one.key for one in kinds.kinds() if rules(one.key)]


def wrong(kind: str, records: Sequence[Any], *, now: datetime) -> dict[int, list[tuple[Rule, str]]]:
    """Return what is wrong with each of these records: {id: [(rule, what exactly)]}; nothing for those all right."""
    found: dict[int, list[tuple[Rule, str]]] = {}
    for one in rules(kind):
        for pk, detail in one.find(records, now).items():
            found.setdefault(pk, []).append((one, detail))
    return found


def score(lost: int) -> int:
    """Return the points that a record has left."""
    return max(0, 100 - lost)


def _of_field(kind: kinds.Kind, held: kinds.Field) -> Rule:
    def find(records: Sequence[Any], now: datetime) -> dict[int, str]:
        return {record.pk: "" for record in records if kind.value(record, held) in (None, "", [])}

    return Rule(
        kind=kind.key,
        key=f"missing_{held.key}",
        concern=MISSING,
        title=_("%(field)s is missing") % {"field": held.label},
        advice=_("This field must be filled."),
        points=10,
        find=find,
    )
