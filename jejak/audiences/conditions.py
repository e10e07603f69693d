"""What an audience is made of: conditions over people and what they did, nested with all, any and not.

    read({"kind": "all", "conditions": [
        {"kind": "did", "what": {"names": ["Order Completed"]}, "times": 2, "during": {"kind": "last", "count": 90}},
        {"kind": "trait", "key": "city", "operator": "is", "value": "Bandung"},
    ]})

They are frozen, compare by value, and go to JSON and back: `read(write(condition)) == condition`. What makes no sense
comes as BadConditions, which names the place of each fault: "conditions.0.times".
"""

import dataclasses
import math
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any as Anything
from typing import ClassVar, TypeVar, cast
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.people.consent import CHANNELS, PURPOSES
from jejak.touchpoints.scales import UnknownScale, parse

Error = tuple[str, str]
"""The place of a fault, as a path ("conditions.0.value"), and what is wrong there."""
Value = str | float | tuple[str, ...] | tuple[float, float] | None
Labels = Mapping[str, str | Promise]

MOST_CONDITIONS, DEEPEST = 40, 6
_MOST_VALUES = 100
_MOST_TIMES = 1_000_000

TEXT_OPERATORS: Labels = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "any_of": gettext_lazy("is any of"),
    "none_of": gettext_lazy("is none of"),
    "contains": gettext_lazy("contains"),
    "begins": gettext_lazy("begins with"),
}
NUMBER_OPERATORS: Labels = {
    "equals": gettext_lazy("equals"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "between": gettext_lazy("is between"),
}
DAY_OPERATORS: Labels = {
    "on": gettext_lazy("is on"),
    "before": gettext_lazy("is before"),
    "after": gettext_lazy("is after"),
    "last_days": gettext_lazy("was in the last days"),
    "next_days": gettext_lazy("is in the next days"),
}
PRESENCE: Labels = {"filled": gettext_lazy("is filled"), "empty": gettext_lazy("is empty")}
OPERATORS: Labels = {**TEXT_OPERATORS, **NUMBER_OPERATORS, **DAY_OPERATORS, **PRESENCE}
"""Every operator. A text is compared without regard to capitals; what is not there is not anything, too."""
COUNTS: Labels = {
    "at_least": gettext_lazy("at least"),
    "at_most": gettext_lazy("at most"),
    "exactly": gettext_lazy("exactly"),
}
UNITS: Labels = {
    "minute": gettext_lazy("minutes"),
    "hour": gettext_lazy("hours"),
    "day": gettext_lazy("days"),
    "week": gettext_lazy("weeks"),
    "month": gettext_lazy("months"),
}
SPANS: Labels = {
    "day": gettext_lazy("day"),
    "week": gettext_lazy("week"),
    "month": gettext_lazy("month"),
    "year": gettext_lazy("year"),
}
PERIODS: Labels = {
    "ever": gettext_lazy("at any time"),
    "last": gettext_lazy("in the last"),
    "before_last": gettext_lazy("longer ago than"),
    "between": gettext_lazy("from … to"),
    "this": gettext_lazy("this"),
    "previous": gettext_lazy("the previous"),
}
COLUMNS: Labels = {
    "channel": gettext_lazy("Channel"),
    "place": gettext_lazy("Place"),
    "team": gettext_lazy("Team"),
    "stage": gettext_lazy("Stage"),
    "source": gettext_lazy("Source"),
    "currency": gettext_lazy("Currency"),
    "value": gettext_lazy("Value"),
    "score": gettext_lazy("Score"),
    "scale": gettext_lazy("Scale"),
}
"""The columns of a touchpoint that can be asked for; anything else is "properties.…"."""
NUMBER_COLUMNS = frozenset({"value", "score"})
REACHES: Labels = {
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "telegram": gettext_lazy("Telegram"),
    "user_id": gettext_lazy("User id"),
    "known": gettext_lazy("Anything but a browser"),
}
STATES: Labels = {
    "allowed": gettext_lazy("may be written to"),
    "refused": gettext_lazy("has refused"),
    "unsaid": gettext_lazy("has said nothing"),
}
KEPT: Labels = {
    "team": gettext_lazy("Team"),
    "tag": gettext_lazy("Tag"),
    "owner": gettext_lazy("Owner"),
    "demo": gettext_lazy("Demo"),
}
RFM_GROUPS: Labels = {
    "champions": gettext_lazy("Champions"),
    "loyal": gettext_lazy("Loyal"),
    "promising": gettext_lazy("Promising"),
    "need_attention": gettext_lazy("Need attention"),
    "at_risk": gettext_lazy("At risk"),
    "hibernating": gettext_lazy("Hibernating"),
}


class BadConditions(ValueError):
    """Conditions that make no sense. errors: each fault with its place, said in the reader's language."""

    def __init__(self, errors: Iterable[Error]) -> None:
        super().__init__("; ".join(f"{path}: {why}" if path else why for path, why in errors))
        self.errors = list(errors)


Read = Callable[["_Reader", Anything, str], Anything]
C = TypeVar("C")


def _by(read: Read) -> dict[str, Read]:
    return {"read": read}


class _Reader:
    """Reads a whole tree and keeps every fault, so that the page says all of them at once."""

    def __init__(self) -> None:
        self.errors: list[Error] = []
        self.conditions = 0
        self.depth = 0

    def wrong(self, path: str, why: str) -> None:
        self.errors.append((path, why))

    def part(self, kind: type[C], held: Anything, path: str) -> C | None:
        """Return one dataclass from a mapping, or None where something in it is wrong."""
        if not isinstance(held, Mapping):
            self.wrong(path, _("This is no object."))
            return None
        before = len(self.errors)
        known = {one.name: one for one in fields(cast(Anything, kind))}
        for name in held:
            if name not in known and name != "kind":
                self.wrong(_join(path, str(name)[:60]), _("There is no such field."))
        made = {}
        for name, one in known.items():
            if name in held and held[name] is not None:
                made[name] = one.metadata["read"](self, held[name], _join(path, name))
            elif _is_needed(one):
                self.wrong(_join(path, name), _("This is missing."))
        if len(self.errors) > before:
            return None
        part = kind(**made)
        for name, why in getattr(part, "faults", lambda: ())():
            self.wrong(_join(path, name), why)
        return part if len(self.errors) == before else None


def _is_needed(one: Anything) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _text(longest: int = 200) -> Read:
    def read(reader: _Reader, held: Anything, path: str) -> str:
        said = held.strip() if isinstance(held, str) else ""
        if not said:
            reader.wrong(path, _("This is missing."))
        elif len(said) > longest or "\0" in said:
            reader.wrong(path, _("At most %(most)s characters.") % {"most": longest})
        return said

    return read


def _choice(choices: Mapping[str, Anything]) -> Read:
    def read(reader: _Reader, held: Anything, path: str) -> str:
        if not isinstance(held, str) or held not in choices:
            listed = ", ".join(choices)
            reader.wrong(
                path,
                _("“%(said)s” is not one of: %(choices)s.") % {"said": str(held)[:60], "choices": listed},
            )
        return str(held)

    return read


def _whole(least: int, most: int) -> Read:
    def read(reader: _Reader, held: Anything, path: str) -> int:
        number = _number(held)
        if number is None or number != int(number):
            reader.wrong(path, _("“%(said)s” is no whole number.") % {"said": str(held)[:60]})
            return least
        if not least <= number <= most:
            reader.wrong(path, _("From %(least)s to %(most)s.") % {"least": least, "most": most})
        return int(number)

    return read


def _float(reader: _Reader, held: Anything, path: str) -> float:
    number = _number(held)
    if number is None:
        reader.wrong(path, _("“%(said)s” is no number.") % {"said": str(held)[:60]})
        return 0.0
    return number


def _flag(reader: _Reader, held: Anything, path: str) -> bool:
    if not isinstance(held, bool):
        reader.wrong(path, _("Yes or no is needed."))
    return bool(held)


def _number(held: Anything) -> float | None:
    if isinstance(held, bool):
        return None
    try:
        number = float(held)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _day(reader: _Reader, held: Anything, path: str) -> date | None:
    day = _as_day(held)
    if day is None:
        reader.wrong(path, _("“%(said)s” is not a day such as 2026-11-22.") % {"said": str(held)[:40]})
    return day


def _as_day(held: Anything) -> date | None:
    if isinstance(held, date):
        return held
    try:
        day = date.fromisoformat(held) if isinstance(held, str) else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2200 else None


def _texts(longest: int = 200, *, most: int = _MOST_VALUES) -> Read:
    def read(reader: _Reader, held: Anything, path: str) -> tuple[str, ...]:
        if isinstance(held, str):
            held = [held]
        if not isinstance(held, list | tuple):
            reader.wrong(path, _("This is no list."))
            return ()
        if len(held) > most:
            reader.wrong(path, _("At most %(most)s values.") % {"most": most})
            return ()
        one = _text(longest)
        return tuple(dict.fromkeys(one(reader, text, f"{path}.{i}") for i, text in enumerate(held)))

    return read


def _raw(reader: _Reader, held: Anything, path: str) -> Anything:
    """What a value must be depends on the operator beside it: see faults()."""
    return tuple(held) if isinstance(held, list) else held


def _part(kind: Callable[[], type[Anything]]) -> Read:
    return lambda reader, held, path: reader.part(kind(), held, path)


def _parts(kind: Callable[[], type[Anything]], *, most: int) -> Read:
    def read(reader: _Reader, held: Anything, path: str) -> tuple[Anything, ...]:
        if not isinstance(held, list | tuple):
            reader.wrong(path, _("This is no list."))
            return ()
        if len(held) > most:
            reader.wrong(path, _("At most %(most)s of them.") % {"most": most})
            return ()
        return tuple(reader.part(kind(), one, f"{path}.{i}") for i, one in enumerate(held))

    return read


def _condition(reader: _Reader, held: Anything, path: str) -> Anything:
    if not isinstance(held, Mapping):
        reader.wrong(path, _("This is no condition."))
        return None
    kind = BY_KIND.get(str(held.get("kind", "")))
    if kind is None:
        said = str(held.get("kind", ""))[:60]
        reader.wrong(_join(path, "kind"), _("There is no condition “%(kind)s”.") % {"kind": said})
        return None
    reader.conditions += 1
    if reader.conditions == MOST_CONDITIONS + 1:
        reader.wrong(path, _("At most %(most)s conditions.") % {"most": MOST_CONDITIONS})
    if reader.conditions > MOST_CONDITIONS:
        return None
    reader.depth += 1
    try:
        if reader.depth > DEEPEST:
            reader.wrong(path, _("Conditions can be nested %(most)s deep.") % {"most": DEEPEST})
            return None
        return reader.part(kind, held, path)
    finally:
        reader.depth -= 1


def _conditions(reader: _Reader, held: Anything, path: str) -> tuple[Anything, ...]:
    if not isinstance(held, list | tuple):
        reader.wrong(path, _("This is no list."))
        return ()
    return tuple(_condition(reader, one, f"{path}.{i}") for i, one in enumerate(held))


def compare_faults(operator: str, value: Anything, *, name: str = "value") -> Iterator[Error]:
    """Yield what is wrong with a value for its operator."""
    if operator in PRESENCE:
        return
    if value is None or value in ("", ()):
        yield name, _("A value is needed.")
    elif operator in {"any_of", "none_of"}:
        texts = (value,) if isinstance(value, str) else value
        if not isinstance(texts, tuple) or not all(isinstance(one, str) and one for one in texts):
            yield name, _("A list of texts is needed.")
        elif len(texts) > _MOST_VALUES:
            yield name, _("At most %(most)s values.") % {"most": _MOST_VALUES}
    elif operator in TEXT_OPERATORS:
        if not isinstance(value, str | int | float):
            yield name, _("A text is needed.")
        elif len(str(value)) > 400:
            yield name, _("At most %(most)s characters.") % {"most": 400}
    elif operator == "between":
        numbers = [_number(one) for one in value] if isinstance(value, tuple) else []
        if len(numbers) != 2 or None in numbers:
            yield name, _("Two numbers are needed.")
        elif cast(float, numbers[0]) > cast(float, numbers[1]):
            yield name, _("The first number is larger than the second: nobody is between them.")
    elif operator in NUMBER_OPERATORS:
        if _number(value) is None:
            yield name, _("“%(said)s” is no number.") % {"said": str(value)[:60]}
    elif operator in {"last_days", "next_days"}:
        days = _number(value)
        if days is None or days != int(days) or not 0 <= days <= 36_500:
            yield name, _("A whole number of days is needed.")
    elif _as_day(value) is None:
        yield name, _("“%(said)s” is not a day such as 2026-11-22.") % {"said": str(value)[:40]}


def as_compared(operator: str, value: Anything) -> Value:
    """Return a value as its operator compares it: numbers as numbers, texts as texts."""
    if operator in PRESENCE:
        return None
    if operator in {"any_of", "none_of"}:
        return (value,) if isinstance(value, str) else tuple(value)
    if operator in {"equals", "at_least", "at_most", "last_days", "next_days"}:
        return float(value)
    if operator == "between":
        return float(value[0]), float(value[1])
    return value.isoformat() if isinstance(value, date) else str(value)


# What can be asked.


@dataclass(frozen=True, kw_only=True)
class Period:
    """A time that is asked about. "last" and "before_last" take count and unit, "this" and "previous" a span.

    Days, weeks and months go by the calendar of the time zone: seven days ago at this hour, whatever the clocks did.
    """

    kind: str = dataclasses.field(metadata=_by(_choice(PERIODS)), default="ever")
    count: int | None = dataclasses.field(metadata=_by(_whole(1, 100_000)), default=None)
    unit: str = dataclasses.field(metadata=_by(_choice(UNITS)), default="day")
    span: str = dataclasses.field(metadata=_by(_choice(SPANS)), default="month")
    from_on: date | None = dataclasses.field(metadata=_by(_day), default=None)
    to_on: date | None = dataclasses.field(metadata=_by(_day), default=None)

    def faults(self) -> Iterator[Error]:
        if self.kind in {"last", "before_last"}:
            if self.count is None:
                yield "count", _("This is missing.")
            elif not self._is_within_reach():
                yield "count", _("This is longer than two hundred years.")
        if self.kind == "between":
            if self.from_on is None and self.to_on is None:
                yield "from_on", _("Say at least one of the two days.")
            elif self.from_on and self.to_on and self.to_on < self.from_on:
                yield "to_on", _("The last day lies before the first.")

    @property
    def is_relative(self) -> bool:
        """Whether it moves along with the clock."""
        return self.kind not in {"ever", "between"}

    def bounds(self, *, now: datetime, zone: str) -> tuple[datetime | None, datetime | None]:
        """Return the moments it spans, the first one included and the last one not; None is open."""
        if self.kind == "last":
            return self._ago(now, zone), None
        if self.kind == "before_last":
            return None, self._ago(now, zone)
        if self.kind == "between":
            until = self.to_on + timedelta(days=1) if self.to_on else None
            return _midnight(self.from_on, zone), _midnight(until, zone)
        if self.kind == "ever":
            return None, None
        begin = _begin_of(self.span, now.astimezone(ZoneInfo(zone)).date())
        if self.kind == "this":
            return _midnight(begin, zone), None
        return _midnight(_begin_of(self.span, begin - timedelta(days=1)), zone), _midnight(begin, zone)

    def _ago(self, now: datetime, zone: str) -> datetime:
        count = self.count or 0
        if self.unit in {"minute", "hour"}:
            return now - timedelta(**{f"{self.unit}s": count})
        local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        ago = (
            _months_before(local, count)
            if self.unit == "month"
            else local - timedelta(**{f"{self.unit}s": count})
        )
        return ago.replace(tzinfo=ZoneInfo(zone))

    def _is_within_reach(self) -> bool:
        days = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 31}[self.unit]
        return (self.count or 0) * days <= 73_000


def _months_before(moment: datetime, months: int) -> datetime:
    """Return the same day so many months earlier, or the last day of a month that has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _midnight(day: date | None, zone: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(zone))


def _begin_of(span: str, day: date) -> date:
    if span == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1, month=1 if span == "year" else day.month) if span != "day" else day


@dataclass(frozen=True, kw_only=True)
class Where:
    """What a touchpoint must be like: one of its COLUMNS, or "properties.…"."""

    field: str = dataclasses.field(metadata=_by(_text(200)))
    operator: str = dataclasses.field(metadata=_by(_choice(OPERATORS)))
    value: Value = dataclasses.field(metadata=_by(_raw), default=None)

    def faults(self) -> Iterator[Error]:
        if self.field not in COLUMNS and not self.field.startswith("properties."):
            yield "field", _("There is no field “%(field)s”.") % {"field": self.field[:60]}
        elif self.field in NUMBER_COLUMNS and self.operator not in {**NUMBER_OPERATORS, **PRESENCE}:
            yield "operator", _("This field is a number.")
        elif "" in self.field.split("."):
            yield "field", _("A part of its name is missing.")
        yield from compare_faults(self.operator, self.value)


@dataclass(frozen=True, kw_only=True)
class What:
    """Which touchpoints are meant: those with one of these names, those of a kind, or, where neither is said, all."""

    names: tuple[str, ...] = dataclasses.field(metadata=_by(_texts()), default=())
    type: str = dataclasses.field(metadata=_by(_choice({"track": "", "page": "", "screen": ""})), default="")
    where: tuple[Where, ...] = dataclasses.field(metadata=_by(_parts(lambda: Where, most=10)), default=())


class Condition:
    """The base of every condition. label: what the builder calls it."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]


BY_KIND: dict[str, type[Anything]] = {}


def _kind(name: str, label: str | Promise) -> Callable[[type[C]], type[C]]:
    def register(made: type[C]) -> type[C]:
        cast(Anything, made).kind, cast(Anything, made).label = name, label
        BY_KIND[name] = made
        return made

    return register


@_kind("all", gettext_lazy("All of these"))
@dataclass(frozen=True, kw_only=True)
class All(Condition):
    """Every condition holds. Of none at all it is everybody."""

    conditions: tuple[Condition, ...] = dataclasses.field(metadata=_by(_conditions))


@_kind("any", gettext_lazy("Any of these"))
@dataclass(frozen=True, kw_only=True)
class Any(Condition):
    """At least one condition holds. Of none at all it is nobody."""

    conditions: tuple[Condition, ...] = dataclasses.field(metadata=_by(_conditions))


@_kind("not", gettext_lazy("Not"))
@dataclass(frozen=True, kw_only=True)
class Not(Condition):
    """The condition does not hold."""

    condition: Condition = dataclasses.field(metadata=_by(_condition))


@_kind("trait", gettext_lazy("Trait"))
@dataclass(frozen=True, kw_only=True)
class Trait(Condition):
    """What is known of a person. key: as it was sent; parts of an object as "address.city"."""

    key: str = dataclasses.field(metadata=_by(_text()))
    operator: str = dataclasses.field(metadata=_by(_choice(OPERATORS)))
    value: Value = dataclasses.field(metadata=_by(_raw), default=None)

    def faults(self) -> Iterator[Error]:
        yield from compare_faults(self.operator, self.value)


@_kind("consent", gettext_lazy("Consent"))
@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Condition):
    """Whether a person may be written to, as people.consent decides it: service words unless they were refused."""

    purpose: str = dataclasses.field(metadata=_by(_choice(PURPOSES)))
    channel: str = dataclasses.field(metadata=_by(_choice(CHANNELS)))
    state: str = dataclasses.field(metadata=_by(_choice(STATES)), default="allowed")


@_kind("score", gettext_lazy("Score"))
@dataclass(frozen=True, kw_only=True)
class Score(Condition):
    """What a person answered on a scale: the latest or the average of a time. Without an answer it never holds."""

    scale: str = dataclasses.field(metadata=_by(_text(40)))
    which: str = dataclasses.field(metadata=_by(_choice({"latest": "", "average": ""})), default="latest")
    operator: str = dataclasses.field(metadata=_by(_choice(NUMBER_OPERATORS)))
    value: Value = dataclasses.field(metadata=_by(_raw), default=None)
    during: Period = dataclasses.field(metadata=_by(_part(lambda: Period)), default=Period())

    def faults(self) -> Iterator[Error]:
        try:
            scale = parse(self.scale)
        except UnknownScale:
            yield (
                "scale",
                _("“%(scale)s” is not a scale such as nps, csat-1-5 or ces-1-7-easy.")
                % {"scale": self.scale[:40]},
            )
            return
        faults = list(compare_faults(self.operator, self.value))
        yield from faults
        compared = () if faults else as_compared(self.operator, self.value)
        for number in compared if isinstance(compared, tuple) else (compared,):
            if not scale.holds(cast(float, number)):
                yield (
                    "value",
                    _("The scale goes from %(low)s to %(high)s.") % {"low": scale.low, "high": scale.high},
                )


@_kind("company", gettext_lazy("Company"))
@dataclass(frozen=True, kw_only=True)
class CompanyIs(Condition):
    """A person belongs to a company: to any, to one by its key, to those with a trait, or to those of a size.

    least, most: how many people belong to it.
    """

    key: str = dataclasses.field(metadata=_by(_text(255)), default="")
    trait: Trait | None = dataclasses.field(metadata=_by(_part(lambda: Trait)), default=None)
    least: int | None = dataclasses.field(metadata=_by(_whole(1, 10_000_000)), default=None)
    most: int | None = dataclasses.field(metadata=_by(_whole(1, 10_000_000)), default=None)

    def faults(self) -> Iterator[Error]:
        if self.least is not None and self.most is not None and self.most < self.least:
            yield "most", _("This is less than the least.")


@_kind("in_audience", gettext_lazy("In an audience"))
@dataclass(frozen=True, kw_only=True)
class InAudience(Condition):
    """A person is in another audience, by its key."""

    key: str = dataclasses.field(metadata=_by(_text(80)))


@_kind("in_list", gettext_lazy("On a list"))
@dataclass(frozen=True, kw_only=True)
class InList(Condition):
    """A person is on a list that was uploaded or kept at a moment, by its key."""

    key: str = dataclasses.field(metadata=_by(_text(80)))


@_kind("did", gettext_lazy("Did"))
@dataclass(frozen=True, kw_only=True)
class Did(Condition):
    """How often a person had such touchpoints in a time. "Did not" is at most 0."""

    what: What = dataclasses.field(metadata=_by(_part(lambda: What)), default=What())
    count: str = dataclasses.field(metadata=_by(_choice(COUNTS)), default="at_least")
    times: int = dataclasses.field(metadata=_by(_whole(0, _MOST_TIMES)), default=1)
    during: Period = dataclasses.field(metadata=_by(_part(lambda: Period)), default=Period())

    def faults(self) -> Iterator[Error]:
        if self.count == "at_least" and self.times == 0:
            yield "times", _("At least 0 times is everybody.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a sequence. within_seconds: at most so long after the step before it."""

    what: What = dataclasses.field(metadata=_by(_part(lambda: What)), default=What())
    within_seconds: int | None = dataclasses.field(metadata=_by(_whole(1, 3_155_760_000)), default=None)


@_kind("sequence", gettext_lazy("Did in this order"))
@dataclass(frozen=True, kw_only=True)
class Sequence(Condition):
    """A then B within an hour and not C. Each step is another touchpoint, not before the one of the step before it.

    unless: no such touchpoint may lie between the first step and the last one, or, with unless_when "after", within
    unless_seconds after the last step (until now where left out); as long as that time runs, it does not hold yet.
    """

    steps: tuple[Step, ...] = dataclasses.field(metadata=_by(_parts(lambda: Step, most=5)))
    unless: What | None = dataclasses.field(metadata=_by(_part(lambda: What)), default=None)
    unless_when: str = dataclasses.field(
        metadata=_by(_choice({"between": "", "after": ""})), default="between"
    )
    unless_seconds: int | None = dataclasses.field(metadata=_by(_whole(1, 3_155_760_000)), default=None)
    during: Period = dataclasses.field(metadata=_by(_part(lambda: Period)), default=Period())

    def faults(self) -> Iterator[Error]:
        if not self.steps:
            yield "steps", _("At least one step is needed.")
        elif len(self.steps) == 1 and (self.unless is None or self.unless_when == "between"):
            yield "steps", _("Nothing lies between: at least two steps are needed.")


@_kind("seen", gettext_lazy("Seen"))
@dataclass(frozen=True, kw_only=True)
class Seen(Condition):
    """When a person was seen for the first or the last time."""

    which: str = dataclasses.field(metadata=_by(_choice({"first": "", "last": ""})), default="last")
    during: Period = dataclasses.field(metadata=_by(_part(lambda: Period)), default=Period())


@_kind("reachable", gettext_lazy("Can be reached"))
@dataclass(frozen=True, kw_only=True)
class Reachable(Condition):
    """A person has a handle of this kind."""

    by: str = dataclasses.field(metadata=_by(_choice(REACHES)))


@_kind("kept", gettext_lazy("Team, owner or tag"))
@dataclass(frozen=True, kw_only=True)
class Kept(Condition):
    """What staff keep of a person: the team and the owner (by user name) who look after them, a tag, or the demo."""

    field: str = dataclasses.field(metadata=_by(_choice(KEPT)))
    value: str = dataclasses.field(metadata=_by(_text()), default="")

    def faults(self) -> Iterator[Error]:
        if self.field != "demo" and not self.value:
            yield "value", _("A value is needed.")


@_kind("rfm", gettext_lazy("RFM group"))
@dataclass(frozen=True, kw_only=True)
class Rfm(Condition):
    """Where a buyer stands among all buyers of a time by how recently, how often and for how much they bought.

    Each is cut into fifths of the buyers; see compiling.RFM for what makes a group. Who bought nothing is in none.
    """

    group: str = dataclasses.field(metadata=_by(_choice(RFM_GROUPS)))
    name: str = dataclasses.field(metadata=_by(_text()), default="Order Completed")
    days: int = dataclasses.field(metadata=_by(_whole(7, 3660)), default=365)


def read(held: Anything) -> Condition:
    """Return a condition from JSON. Raises BadConditions with every fault and its place."""
    reader = _Reader()
    found = _condition(reader, held, "")
    if reader.errors or found is None:
        raise BadConditions(reader.errors or [("", _("This is no condition."))])
    return cast(Condition, found)


def write(condition: Condition) -> dict[str, Anything]:
    """Return a condition as JSON; what is left at its default is left out."""
    return cast("dict[str, Anything]", _written(condition))


def _written(held: Anything) -> Anything:
    if isinstance(held, Condition | Period | Where | What | Step):
        said: dict[str, Anything] = {"kind": held.kind} if isinstance(held, Condition) else {}
        for one in fields(cast(Anything, held)):
            value = getattr(held, one.name)
            if _is_needed(one) or value != one.default:
                said[one.name] = _written(value)
        return said
    if isinstance(held, tuple):
        return [_written(one) for one in held]
    return held.isoformat() if isinstance(held, date) else held


def leaves(condition: Condition) -> Iterator[Condition]:
    """Yield every condition that holds no others, from left to right."""
    if isinstance(condition, All | Any):
        for one in condition.conditions:
            yield from leaves(one)
    elif isinstance(condition, Not):
        yield from leaves(condition.condition)
    else:
        yield condition


def is_relative(condition: Condition) -> bool:
    """Tell whether it may hold or not without anything happening, because time passes."""
    for leaf in leaves(condition):
        if isinstance(leaf, Rfm):
            return True
        if isinstance(leaf, Trait) and leaf.operator in {"last_days", "next_days"}:
            return True
        if isinstance(leaf, Did | Sequence | Seen | Score) and leaf.during.is_relative:
            return True
        if isinstance(leaf, Sequence) and leaf.unless_seconds:
            return True
    return False
