"""Life cycle: who is new, returning, back after a pause or gone quiet; and stickiness: on how many days people come."""

from dataclasses import dataclass
from datetime import date, datetime

from jejak.common.statistics import Estimate, counted, share_percent
from jejak.questions.answers import Answer
from jejak.questions.asked import LifeCycle, Stickiness
from jejak.questions.ground import Ground, missing_words, number_of

_NEVER = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One day, week or month. dormant: active in the one before, and not in this one.

    returning_share: of those active in the one before.
    """

    begun: date
    new: int
    returning: int
    resurrected: int
    dormant: int
    is_complete: bool

    @property
    def returning_share(self) -> Estimate:
        return share_percent(counted(self.returning, self.returning + self.dormant))


@dataclass(frozen=True, kw_only=True)
class LifeCycles(Answer):
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """How many people were active in exactly so many periods, and in at least so many, as a share of all active."""

    times: int
    people: int
    at_least: Estimate


@dataclass(frozen=True, kw_only=True)
class Sticky(Answer):
    """people: who was active at all. of: how many periods there were."""

    active: tuple[Active, ...]
    people: int
    of: int


def tell(asked: LifeCycle, *, now: datetime) -> LifeCycles:
    """Return each period's people. Whoever was active at any time before, also before the window, is not new."""
    ground = Ground(asked, now=now)
    buckets = list(ground.window.buckets(asked.bucket))
    first, last = (ground.value(number_of(day, asked.bucket), "Int32") for day in (buckets[0], buckets[-1]))
    # 0 is any period before the one before the window, so that 16 bits hold each: whoever was there then is not new.
    place = f"toUInt16(greatest({ground.bucket_number(asked.bucket)} - {first} + 2, 0))"
    told = ground.ask(
        f"""
        SELECT intDiv(one, 4) - 2 + {first} AS bucket, countIf(one % 4 = 0), countIf(one % 4 = 1), countIf(one % 4 = 2),
            countIf(one % 4 = 3)
        FROM (
            SELECT arrayCompact(arraySort(groupArray({place}))) AS active
            FROM touchpoints
            WHERE {ground.happened(asked.what)} AND {ground.whose} AND {ground.until(ground.window)}
            GROUP BY person_id
        )
        ARRAY JOIN arrayConcat(
            arrayMap((at, before) -> at * 4 + multiIf(before = {_NEVER}, 0, before + 1 = at, 1, 2),
                active, arrayShiftRight(active, 1, {_NEVER})),
            arrayMap(at -> (at + 1) * 4 + 3, arrayFilter((at, next) -> next != at + 1, active, arrayShiftLeft(active, 1)))
        ) AS one
        WHERE bucket >= {first} AND bucket <= {last}
        GROUP BY bucket
        """,
        by_person=True,
    )
    by_number = {number: people for number, *people in told.rows}
    periods = []
    for begun in buckets:
        new, returning, resurrected, dormant = by_number.get(number_of(begun, asked.bucket), [0] * 4)
        periods.append(
            Period(
                begun=begun,
                new=new,
                returning=returning,
                resurrected=resurrected,
                dormant=dormant,
                is_complete=ground.window.holds_all_of(begun, asked.bucket, now=now),
            )
        )
    notes = () if by_number else (missing_words(asked.what.names, ""),)
    return LifeCycles(periods=tuple(periods), notes=notes, sql=told.sql)


def tell_stickiness(asked: Stickiness, *, now: datetime) -> Sticky:
    """Return on how many of the window's days, weeks or months people were active."""
    ground = Ground(asked, now=now)
    of = len(list(ground.window.buckets(asked.bucket)))
    first = ground.value(number_of(next(iter(ground.window.buckets(asked.bucket))), asked.bucket), "Int32")
    place = f"toUInt16({ground.bucket_number(asked.bucket)} - {first})"
    told = ground.ask(
        f"""
        SELECT times, count() FROM (
            SELECT length(arrayCompact(arraySort(groupArray({place})))) AS times
            FROM touchpoints
            WHERE {ground.happened(asked.what)} AND {ground.whose} AND {ground.within(ground.window)}
            GROUP BY person_id
        )
        GROUP BY times ORDER BY times
        """,
        by_person=True,
    )
    by_times: dict[int, int] = dict(told.rows)
    people = sum(by_times.values())
    active = tuple(
        Active(
            times=times,
            people=by_times.get(times, 0),
            at_least=share_percent(counted(sum(n for t, n in by_times.items() if t >= times), people)),
        )
        for times in range(1, of + 1)
    )
    notes = () if people else (missing_words(asked.what.names, ""),)
    return Sticky(active=active, people=people, of=of, notes=notes, sql=told.sql)
