"""What the pages ask of the log: who would be in, who is in, what two have in common. Each within limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache

from jejak import eventlog
from jejak.audiences import actions
from jejak.audiences import conditions as c
from jejak.audiences.compiling import compiled, members
from jejak.audiences.models import Audience
from jejak.common.statistics import Estimate, counted, share_percent
from jejak.people import reach
from jejak.people.whole import Whole, wholes

LIVE_SECONDS, _LIVE_BYTES = 5, 1_000_000_000
EXAMPLES, _DRAWN = 5, 60
MOST_COMPARED = 5
_REMEMBERED_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How many would be in an audience, of how many, and some of them. trouble: why that cannot be told."""

    size: int = 0
    everybody: int = 0
    examples: tuple[Whole, ...] = ()
    trouble: str = ""

    @property
    def share(self) -> Estimate | None:
        return share(self.size, self.everybody)


def share(size: int, everybody: int) -> Estimate | None:
    """Return an audience's share of all people. All of them were counted, so no interval belongs to it."""
    return share_percent(counted(min(size, everybody), everybody)) if everybody else None


def preview(condition: c.Condition, *, user: Any, key: str, now: datetime) -> Preview:
    """Return who would be in an audience now. Raises BadConditions, Away, TooExpensive."""
    asked = compiled(condition, now=now, zone=settings.TIME_ZONE, own_key=key)
    limits = f"SETTINGS max_execution_time = {LIVE_SECONDS}, max_memory_usage = {_LIVE_BYTES}"
    sql = f"SELECT count(), groupArraySample({_DRAWN}, 7)(person_id) FROM ({asked.sql}) {limits}"
    size, drawn = eventlog.ask(sql, **asked.values).rows[0]
    examples = seen(user, drawn)[:EXAMPLES] if user.has_perm("audiences.see_members") else []
    return Preview(size=size, everybody=actions.everybody(), examples=tuple(examples))


def seen(user: Any, person_ids: Iterable[int]) -> list[Whole]:
    """Return those of these people whom somebody may see, in the same order."""
    ids = list(person_ids)
    known = wholes(ids)
    return [known[pk] for pk in ids if pk in known and reach.sees(user, known[pk])]


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody in an audience. person: None where whoever asks may not see them."""

    person_id: int
    since: datetime
    person: Whole | None


def page_of_members(audience: Audience, *, user: Any, limit: int, offset: int) -> list[Member]:
    """Return some of those who are in an audience, the newest first. Raises Away."""
    rows = eventlog.ask(
        "SELECT person_id, max(entered_at) AS since FROM memberships FINAL"
        " WHERE audience_id = {audience:UInt64} AND isNull(left_at) GROUP BY person_id"
        " ORDER BY since DESC, person_id LIMIT {limit:UInt64} OFFSET {offset:UInt64}",
        audience=audience.pk,
        limit=limit,
        offset=offset,
    ).rows
    known = {person.root.pk: person for person in seen(user, [pk for pk, _since in rows])}
    return [Member(person_id=pk, since=since, person=known.get(pk)) for pk, since in rows]


def member_ids(audience: Audience) -> Iterable[list[int]]:
    """Yield everybody in an audience, some thousands at once, by their id. Raises Away."""
    sql = f"SELECT person_id FROM ({members('{audience:UInt64}')}) ORDER BY person_id"
    for block in eventlog.ask_blocks(sql, audience=audience.pk):
        yield [pk for (pk,) in block.rows]


def audiences_of(person_id: int) -> dict[int, datetime]:
    """Return the audiences that somebody is in, and since when. Raises Away."""
    rows = eventlog.ask(
        "SELECT audience_id, max(entered_at) FROM memberships FINAL"
        " WHERE person_id = {person:UInt64} AND isNull(left_at) GROUP BY audience_id",
        person=person_id,
    ).rows
    return dict(rows)


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """What two audiences have in common. likeness: their Jaccard index, those in both of those in either, 0 to 1."""

    one: Audience
    other: Audience
    both: int
    either: int
    of_one: Estimate | None
    of_other: Estimate | None

    @property
    def likeness(self) -> float | None:
        return self.both / self.either if self.either else None


def overlaps(audiences: Sequence[Audience]) -> tuple[dict[int, int], list[Overlap]]:
    """Return the sizes of audiences as of their last refresh, and what each two have in common. Raises Away."""
    ids = [audience.pk for audience in audiences]
    pairs = [(i, j) for i in range(len(ids)) for j in range(i + 1, len(ids))]
    is_in = [f"has(held, {{a{i}:UInt64}})" for i in range(len(ids))]
    counts = [f"countIf({one})" for one in is_in]
    counts += [f"countIf({is_in[i]} AND {is_in[j]})" for i, j in pairs]
    told = eventlog.ask(
        f"SELECT {', '.join(counts)} FROM (SELECT person_id, groupUniqArray(audience_id) AS held"
        " FROM memberships FINAL WHERE audience_id IN {audiences:Array(UInt64)} AND isNull(left_at)"
        " GROUP BY person_id)",
        audiences=ids,
        **{f"a{i}": pk for i, pk in enumerate(ids)},
    ).rows[0]
    sizes = dict(zip(ids, told, strict=False))
    found = [
        Overlap(
            one=audiences[i],
            other=audiences[j],
            both=both,
            either=sizes[ids[i]] + sizes[ids[j]] - both,
            of_one=share(both, sizes[ids[i]]),
            of_other=share(both, sizes[ids[j]]),
        )
        for (i, j), both in zip(pairs, told[len(ids) :], strict=True)
    ]
    return sizes, found


def trait_names() -> list[str]:
    """Return which traits people have, the commonest first; remembered for a while."""
    return _remembered(
        "audiences.traits",
        "SELECT key FROM (SELECT arrayJoin(arrayConcat(mapKeys(texts), mapKeys(lists))) AS key FROM people"
        " LIMIT 200000) GROUP BY key ORDER BY count() DESC, key LIMIT 300",
    )


def detail_names() -> list[str]:
    """Return the details that touchpoints of late have, as conditions call them; remembered for a while."""
    found = _remembered(
        "audiences.details",
        "SELECT path FROM (SELECT arrayJoin(JSONAllPaths(properties)) AS path FROM (SELECT properties"
        " FROM touchpoints LIMIT 20000)) GROUP BY path ORDER BY count() DESC, path LIMIT 300",
    )
    return [*c.COLUMNS, *(f"properties.{path}" for path in found)]


def _remembered(key: str, sql: str) -> list[str]:
    held: list[str] | None = cache.get(key)
    if held is None:
        try:
            held = [str(row[0]) for row in eventlog.ask(sql).rows]
        except (eventlog.Away, eventlog.TooExpensive):
            return []
        cache.set(key, held, _REMEMBERED_SECONDS)
    return held
