"""Audiences as a field of people: lists show and ask for them, and so do exports, views, bulk edits and the API."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q
from django.db.models.lookups import In
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.audiences.models import Audience
from jejak.people.models import Person
from jejak.records import kinds
from jejak.records.expressions import Numbers
from jejak.records.filtering import BadCondition
from jejak.records.kinds import Field
from jejak.records.types import BY_KEY

MOST_LISTED = 300_000
"""More ids than this take the database longer than a page may."""
_FEW = 20_000


def _choices() -> Sequence[tuple[str, Any]]:
    return list(Audience.objects.filter(archived_at=None).values_list("key", "name"))


def _is_in(operator: str, asked: Any) -> Q:
    """Ask for people as of the last refresh. Raises BadCondition where they are too many, or the log is away."""
    audiences = Audience.objects.filter(archived_at=None)
    if operator in {"any_of", "none_of"}:
        audiences = audiences.filter(key__in=asked)
    try:
        found = _members(list(audiences.values_list("pk", flat=True)))
    except eventlog.Away:
        raise BadCondition("audience", gettext("The log does not answer at the moment.")) from None
    if len(found) > MOST_LISTED:
        raise BadCondition(
            "audience",
            gettext("That is more than %(most)s people. Open the audience itself, or narrow it down.")
            % {"most": f"{MOST_LISTED:,}"},
        )
    # Of many, the first ones in the list's own order are found sooner than all of them by their ids and then sorted.
    among = Q(pk__in=Numbers(found)) if len(found) < _FEW else Q(In(F("pk") + 0, Numbers(found)))
    return ~among if operator in {"none_of", "empty"} else among


def _members(audiences: list[int]) -> list[int]:
    asked = {"audiences": audiences, "most": MOST_LISTED + 1}
    return [pk for block in eventlog.ask_blocks(_ANY, **asked) for (pk,) in block.rows]


_ANY = """
    SELECT DISTINCT person_id FROM memberships FINAL
    WHERE audience_id IN {audiences:Array(UInt64)} AND isNull(left_at) LIMIT {most:UInt64}
"""
_HELD = """
    SELECT DISTINCT person_id, audience_id FROM memberships FINAL
    WHERE person_id IN {people:Array(UInt64)} AND isNull(left_at)
"""


def _shown(people: Sequence[Person]) -> dict[int, str | bool]:
    """Return which audiences people are in; nothing while the log is away."""
    names = dict(Audience.objects.filter(archived_at=None).values_list("pk", "name"))
    if not names:
        return {}
    try:
        pairs = eventlog.ask(_HELD, people=[person.pk for person in people]).rows
    except eventlog.Away:
        return {}
    held: dict[int, list[str]] = {}
    for person, audience in pairs:
        if audience in names:
            held.setdefault(person, []).append(names[audience])
    return {person: ", ".join(sorted(listed)) for person, listed in held.items()}


kinds.extend(
    "person",
    Field(
        key="audience",
        label=_("Audiences"),
        type=BY_KEY["choice"],
        is_editable=False,
        can_sort=False,
        choices=_choices,
        matches=_is_in,
        show=_shown,
    ),
)
