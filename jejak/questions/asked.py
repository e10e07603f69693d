"""What can be asked of the log: one frozen class for each kind of question, to JSON and back.

    read({"kind": "trends", "when": {"days": 90}, "series": [{"what": {"names": ["Order Completed"]}}]})

`read(write(asked)) == asked`. What makes no sense comes as BadQuestion, which names the place of each fault.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jejak.audiences import conditions as c
from jejak.measures import COLUMNS, Bucket, Window
from jejak.questions import formula
from jejak.questions.reading import BadQuestion, Fields

Labels = Mapping[str, str | Promise]
LETTERS = "ABCDE"
EVERYTHING = c.What()
NUMBERS = ("value", "score")
"""Columns that hold a number; any other number is "properties.…"."""
BUCKETS: Labels = {"day": gettext_lazy("Day"), "week": gettext_lazy("Week"), "month": gettext_lazy("Month")}
HOWS: Labels = {
    "count": gettext_lazy("Touchpoints"),
    "people": gettext_lazy("People"),
    "per_person": gettext_lazy("Touchpoints per person"),
    "sum": gettext_lazy("Sum of"),
    "average": gettext_lazy("Average of"),
    "percentile": gettext_lazy("Percentile of"),
}
OF_A_NUMBER = ("sum", "average", "percentile")
COMPARISONS: Labels = {
    "none": gettext_lazy("Nothing"),
    "before": gettext_lazy("The days before"),
    "year": gettext_lazy("A year before"),
}
STARTS: Labels = {
    "first": gettext_lazy("Their first time ever"),
    "every": gettext_lazy("Every time"),
}
COUNTINGS: Labels = {
    "classic": gettext_lazy("In exactly that period"),
    "rolling": gettext_lazy("In that period or later"),
}
ORDERS: Labels = {
    "ordered": gettext_lazy("In this order"),
    "strict": gettext_lazy("In this order, and nothing between"),
    "any": gettext_lazy("In any order"),
}
WITHINS: Labels = {
    "minute": gettext_lazy("minutes"),
    "hour": gettext_lazy("hours"),
    "day": gettext_lazy("days"),
}
VITALS: Labels = {
    "lcp": gettext_lazy("Largest contentful paint (LCP)"),
    "inp": gettext_lazy("Interaction to next paint (INP)"),
    "cls": gettext_lazy("Layout shift (CLS)"),
}
DIRECTIONS: Labels = {
    "from": gettext_lazy("Where people go from it"),
    "to": gettext_lazy("How people come to it"),
}
FEWEST_STEPS, MOST_STEPS = 2, 8
_LONGEST_DAYS = 3660
_MOST_BUCKETS = 400
_A_YEAR_OF_WEEKS_DAYS = 364


@dataclass(frozen=True, kw_only=True)
class When:
    """The days that are asked about: the last so many, today included, or from one day to another."""

    days: int = 28
    from_on: date | None = None
    to_on: date | None = None

    @classmethod
    def read(cls, fields: Fields) -> "When":
        when = cls(
            days=fields.whole("days", 1, _LONGEST_DAYS, 28),
            from_on=fields.day("from_on"),
            to_on=fields.day("to_on"),
        )
        if (when.from_on is None) != (when.to_on is None):
            missing = "to_on" if when.to_on is None else "from_on"
            fields.wrong(missing, _("Say both days."))
        elif when.from_on and when.to_on and when.to_on < when.from_on:
            fields.wrong("to_on", _("The last day lies before the first."))
        elif when.from_on and when.to_on and (when.to_on - when.from_on).days >= _LONGEST_DAYS:
            fields.wrong("from_on", _("At most ten years can be shown at once."))
        else:
            return when
        return cls()

    @property
    def length(self) -> int:
        """How many days it spans."""
        return (self.to_on - self.from_on).days + 1 if self.from_on and self.to_on else self.days

    def window(self, *, now: datetime, zone: str) -> Window:
        if self.from_on and self.to_on:
            return Window(from_on=self.from_on, until_on=self.to_on + timedelta(days=1), zone=zone)
        return Window.last(self.days, now=now, zone=zone)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every question has. where: what touchpoints must be like. audience: its key, "" for everybody."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]

    when: When = When()
    zone: str = dataclasses.field(default_factory=lambda: settings.TIME_ZONE)
    where: tuple[c.Where, ...] = ()
    audience: str = ""
    without_demo: bool = False

    def window(self, now: datetime) -> Window:
        return self.when.window(now=now, zone=self.zone)


KINDS: dict[str, type[Asked]] = {}
Kind = TypeVar("Kind", bound=type[Asked])


def _kind(made: Kind) -> Kind:
    KINDS[made.kind] = made
    return made


def _common(fields: Fields) -> dict[str, Any]:
    return {
        "when": fields.part("when", When.read),
        "zone": fields.zone("zone", settings.TIME_ZONE),
        "where": fields.where("where"),
        "audience": fields.text("audience", longest=80),
        "without_demo": fields.flag("without_demo"),
    }


@dataclass(frozen=True, kw_only=True)
class Series:
    """One number of a trend. of: what is added or averaged. percentile: which one, of "percentile"."""

    what: c.What = EVERYTHING
    how: str = "count"
    of: str = ""
    percentile: int = 50

    @classmethod
    def read(cls, fields: Fields) -> "Series":
        how = fields.choice("how", HOWS, "count")
        of = fields.property("of", NUMBERS, needed=how in OF_A_NUMBER)
        return cls(
            what=fields.what("what"),
            how=how,
            of=of if how in OF_A_NUMBER else "",
            percentile=fields.whole("percentile", 1, 99, 50),
        )


@_kind
@dataclass(frozen=True, kw_only=True)
class Trends(Asked):
    """How numbers go over time. formula: of the letters of the series, told in their place."""

    kind = "trends"
    label = gettext_lazy("Trend")

    series: tuple[Series, ...] = (Series(),)
    formula: str = ""
    bucket: Bucket = "day"
    breakdown: str = ""
    compare: str = "none"

    @classmethod
    def read(cls, fields: Fields) -> "Trends":
        series: tuple[Series, ...] = (Series(),)
        if fields.raw("series") is not None:
            series = fields.parts("series", Series.read, least=1, most=len(LETTERS))
        text = fields.text("formula", longest=200)
        if text and series:
            try:
                text = formula.parse(text, letters=LETTERS[: len(series)]).text
            except formula.BadFormula as bad:
                fields.wrong("formula", str(bad))
        asked = cls(
            **_common(fields),
            series=series,
            formula=text,
            bucket=_bucket(fields),
            breakdown=fields.property("breakdown", ("name", *COLUMNS)),
            compare=fields.choice("compare", COMPARISONS, "none"),
        )
        _not_too_fine(fields, asked.when, asked.bucket)
        return asked

    def before(self, now: datetime) -> Window | None:
        """Return the window that it is compared with, if any."""
        if self.compare == "none":
            return None
        days = _A_YEAR_OF_WEEKS_DAYS if self.compare == "year" else None
        return self.window(now).before(now=now, days=days)


@_kind
@dataclass(frozen=True, kw_only=True)
class Retention(Asked):
    """How many of those who start come back, so many days, weeks or months later; breakdown: of their first start."""

    kind = "retention"
    label = gettext_lazy("Coming back")

    start: c.What = EVERYTHING
    back: c.What = EVERYTHING
    starts: str = "first"
    counting: str = "classic"
    bucket: Bucket = "week"
    periods: int = 8
    breakdown: str = ""

    @classmethod
    def read(cls, fields: Fields) -> "Retention":
        asked = cls(
            **_common(fields),
            start=fields.what("start"),
            back=fields.what("back"),
            starts=fields.choice("starts", STARTS, "first"),
            counting=fields.choice("counting", COUNTINGS, "classic"),
            bucket=_bucket(fields, "week"),
            periods=fields.whole("periods", 1, 31, 8),
            breakdown=fields.property("breakdown", ("name", *COLUMNS)),
        )
        _not_too_fine(fields, asked.when, asked.bucket, most=100)
        return asked


@_kind
@dataclass(frozen=True, kw_only=True)
class LifeCycle(Asked):
    """How many are new, returning, back after a pause, or gone quiet, in each period."""

    kind = "life_cycle"
    label = gettext_lazy("Life cycle")

    what: c.What = EVERYTHING
    bucket: Bucket = "week"

    @classmethod
    def read(cls, fields: Fields) -> "LifeCycle":
        asked = cls(**_common(fields), what=fields.what("what"), bucket=_bucket(fields, "week"))
        _not_too_fine(fields, asked.when, asked.bucket)
        return asked


@_kind
@dataclass(frozen=True, kw_only=True)
class Stickiness(Asked):
    """On how many days, weeks or months of the window people had such a touchpoint."""

    kind = "stickiness"
    label = gettext_lazy("Stickiness")

    what: c.What = EVERYTHING
    bucket: Bucket = "day"

    @classmethod
    def read(cls, fields: Fields) -> "Stickiness":
        asked = cls(**_common(fields), what=fields.what("what"), bucket=_bucket(fields))
        _not_too_fine(fields, asked.when, asked.bucket)
        return asked


@_kind
@dataclass(frozen=True, kw_only=True)
class Distribution(Asked):
    """How a number is spread. of: the number of each touchpoint, or "" for how often each person had one."""

    kind = "distribution"
    label = pgettext_lazy("of numbers, in statistics", "Distribution")

    what: c.What = EVERYTHING
    of: str = ""

    @classmethod
    def read(cls, fields: Fields) -> "Distribution":
        return cls(**_common(fields), what=fields.what("what"), of=fields.property("of", NUMBERS))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a funnel."""

    what: c.What = EVERYTHING

    @classmethod
    def read(cls, fields: Fields) -> "Step":
        return cls(what=fields.what("what"))


@_kind
@dataclass(frozen=True, kw_only=True)
class Funnel(Asked):
    """How many go from step to step, each person's best way counted. within, unit: from the first to the last."""

    kind = "funnel"
    label = gettext_lazy("Funnel")

    steps: tuple[Step, ...]
    order: str = "ordered"
    within: int = 7
    unit: str = "day"
    breakdown: str = ""

    @classmethod
    def read(cls, fields: Fields) -> "Funnel":
        return cls(
            **_common(fields),
            steps=_steps(fields),
            order=fields.choice("order", ORDERS, "ordered"),
            within=fields.whole("within", 1, 10_000, 7),
            unit=fields.choice("unit", WITHINS, "day"),
            breakdown=fields.property("breakdown", ("name", *COLUMNS)),
        )

    @property
    def within_time(self) -> timedelta:
        return timedelta(**{f"{self.unit}s": self.within})


@_kind
@dataclass(frozen=True, kw_only=True)
class Paths(Asked):
    """What people do after, or did before, their first such touchpoint. within_days: at most so far from it."""

    kind = "paths"
    label = gettext_lazy("Paths")

    what: c.What = EVERYTHING
    direction: str = "from"
    steps: int = 4
    within_days: int = 1

    @classmethod
    def read(cls, fields: Fields) -> "Paths":
        return cls(
            **_common(fields),
            what=fields.what("what"),
            direction=fields.choice("direction", DIRECTIONS, "from"),
            steps=fields.whole("steps", 1, 6, 4),
            within_days=fields.whole("within_days", 1, 366, 1),
        )


@_kind
@dataclass(frozen=True, kw_only=True)
class Attribution(Asked):
    """Which touches on the way to a conversion are credited with it.

    touch: what counts as one. credit: the column or property that is credited; a touch without it is none. value: a number
    of the conversion that is shared out, too. half_life_days: so old a touch weighs half as much, by time decay.
    """

    kind = "attribution"
    label = gettext_lazy("Attribution")

    conversion: c.What = EVERYTHING
    touch: c.What = EVERYTHING
    credit: str = "channel"
    value: str = ""
    look_back_days: int = 30
    half_life_days: int = 7

    @classmethod
    def read(cls, fields: Fields) -> "Attribution":
        asked = cls(
            **_common(fields),
            conversion=fields.what("conversion"),
            touch=fields.what("touch"),
            credit=fields.property("credit", ("name", *COLUMNS)) or "channel",
            value=fields.property("value", NUMBERS),
            look_back_days=fields.whole("look_back_days", 1, 366, 30),
            half_life_days=fields.whole("half_life_days", 1, 366, 7),
        )
        if not (asked.conversion.names or asked.conversion.where):
            fields.wrong("conversion.names", _("Choose what counts as a conversion."))
        return asked


@_kind
@dataclass(frozen=True, kw_only=True)
class Vitals(Asked):
    """How fast pages are where people are. vital: the one that is looked at closely. conversion: told beside it, if named."""

    kind = "vitals"
    label = gettext_lazy("Web vitals")

    vital: str = "lcp"
    breakdown: str = "properties.path"
    bucket: Bucket = "day"
    conversion: c.What = EVERYTHING

    @classmethod
    def read(cls, fields: Fields) -> "Vitals":
        asked = cls(
            **_common(fields),
            vital=fields.choice("vital", VITALS, "lcp"),
            breakdown=fields.property("breakdown", ("name", *COLUMNS)) or "properties.path",
            bucket=_bucket(fields),
            conversion=fields.what("conversion"),
        )
        _not_too_fine(fields, asked.when, asked.bucket)
        return asked


def read(held: Any) -> Asked:
    """Return what is asked, from JSON. Raises BadQuestion with every fault and its place."""
    fields = Fields(held)
    kind = fields.choice("kind", KINDS, "trends")
    asked = cast(Any, KINDS[kind]).read(fields)
    fields.nothing_else()
    if fields.errors:
        raise BadQuestion(fields.errors)
    return cast(Asked, asked)


def write(asked: Asked) -> dict[str, Any]:
    """Return what is asked as JSON; what is left at its default is left out."""
    return {"kind": asked.kind, **_written(asked)}


def _written(held: Any) -> Any:
    if dataclasses.is_dataclass(held):
        pairs = ((one, getattr(held, one.name)) for one in dataclasses.fields(held))
        return {
            one.name: _written(value)
            for one, value in pairs
            if one.default is dataclasses.MISSING or value != one.default
        }
    if isinstance(held, tuple):
        return [_written(one) for one in held]
    return held.isoformat() if isinstance(held, date) else held


def _steps(fields: Fields) -> tuple[Step, ...]:
    if not fields.raw("steps"):
        fields.wrong("steps", _("Choose at least two steps."))
        return ()
    return fields.parts("steps", Step.read, least=FEWEST_STEPS, most=MOST_STEPS)


def _bucket(fields: Fields, default: Bucket = "day") -> Bucket:
    return cast(Bucket, fields.choice("bucket", BUCKETS, default))


def _not_too_fine(fields: Fields, when: When, bucket: Bucket, *, most: int = _MOST_BUCKETS) -> None:
    if when.length / {"day": 1, "week": 7, "month": 28}[bucket] > most:
        fields.wrong("bucket", _("This would be more than %(most)s: choose a longer one.") % {"most": most})
