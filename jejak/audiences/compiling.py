"""Conditions as one question to the log: a SELECT of person_id, with all values apart.

    compiled = compiled(condition, now=now, zone="Asia/Jakarta")
    eventlog.ask(f"SELECT count() FROM ({compiled.sql})", **compiled.values)

What people did is counted in one pass over the touchpoints, grouped by person; each behaviour is a column of it. What is
known of people comes from the mirror beside them. Every value is called a_…, so that the question fits into others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.people import trails
from jejak.people.consent import SERVICE
from jejak.people.models import Company, Membership
from jejak.staff.models import User
from jejak.touchpoints.scales import parse

ENTERED, LEFT = "Audience Entered", "Audience Left"
"""What audiences themselves record: no sign of life, so it counts only where it is asked for by name."""

RFM: dict[str, tuple[str, str]] = {
    "champions": ("r >= 4", "fm >= 4"),
    "loyal": ("r = 3", "fm >= 4"),
    "promising": ("r >= 4", "fm < 4"),
    "need_attention": ("r = 3", "fm < 4"),
    "at_risk": ("r <= 2", "fm >= 3"),
    "hibernating": ("r <= 2", "fm < 3"),
}
"""What makes an RFM group: r is the fifth of recency, 5 the latest; fm the mean of the fifths of how often and how much."""

_MASKS = 64
"""One bit for each step and one for what must not be."""
_LONG_AGO = "toInt64(-4611686018427387904)"


@dataclass(frozen=True)
class Compiled:
    """A question that returns person_id, one row each, and the values it holds as {name:Type}."""

    sql: str
    values: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """One column of the pass over touchpoints. where: which rows it needs; column: what is made of them.

    names, since: what is known of those rows; nothing where they may have any name, or be of any time.
    """

    where: str
    column: str
    evaluated: str = ""
    names: frozenset[str] = frozenset()
    since: datetime | None = None


def compiled(
    condition: c.Condition, *, now: datetime, zone: str, only: Iterable[int] | None = None, own_key: str = ""
) -> Compiled:
    """Return the people for whom a condition holds, as one SELECT.

    only: ask of nobody but these people. own_key: of the audience it belongs to, which it may not ask for itself.
    Raises BadConditions where it asks for something that is not there, or for itself.
    """
    compiler = Compiler(now=now, zone=zone, only=only, within=(own_key,) if own_key else ())
    holds = compiler.holds(condition, "")
    if compiler.errors:
        raise c.BadConditions(compiler.errors)
    return Compiled(
        f"SELECT p.person_id AS person_id FROM {compiler.source()} WHERE {holds}", compiler.values
    )


class Compiler:
    """Turns conditions into expressions over p (a person) and b (what they did), and remembers what both must hold."""

    def __init__(
        self, *, now: datetime, zone: str, only: Iterable[int] | None = None, within: tuple[str, ...] = ()
    ) -> None:
        self.values: dict[str, Any] = {}
        self.errors: list[c.Error] = []
        self.behaviours: list[Behaviour] = []
        self._now, self._zone = now, zone
        self._within = within
        self._columns = {"person_id"}
        self._names: dict[tuple[str, str], str] = {}
        self._only = None if only is None else sorted(set(only))

    def source(self) -> str:
        """Return the FROM of the question: people, and beside them what they did."""
        where = ""
        if self._only is not None:
            where = f" WHERE person_id IN {self.value(self._only, 'Array(UInt64)')}"
        people = f"(SELECT {', '.join(sorted(self._columns))} FROM people FINAL{where}) AS p"
        if not self.behaviours:
            return people
        return f"{people} LEFT JOIN ({self._pass()}) AS b ON p.person_id = b.person_id"

    def _pass(self) -> str:
        rows = " OR ".join(dict.fromkeys(f"({one.where})" for one in self.behaviours))
        until = f"happened_at <= {self.moment(self._now)}"
        # Said once for all, so that the columns of all other touchpoints are not even read.
        if all(one.names for one in self.behaviours):
            names = sorted({name for one in self.behaviours for name in one.names})
            until += f" AND name IN {self.value(names, 'Array(String)')}"
        if all(one.since for one in self.behaviours):
            until += (
                f" AND happened_at >= {self.moment(min(one.since for one in self.behaviours if one.since))}"
            )
        if self._only is not None:
            theirs = sorted(trails.of_roots(self._only))
            rows = f"({rows}) AND trail_id IN {self.value(theirs, 'Array(UInt64)')}"
        columns = ", ".join(f"{one.column} AS b{i}" for i, one in enumerate(self.behaviours))
        counted = (
            f"SELECT person_id, {columns} FROM touchpoints WHERE {until} AND ({rows}) GROUP BY person_id"
        )
        if not any(one.evaluated for one in self.behaviours):
            return counted
        told = ", ".join(
            f"{one.evaluated.replace('SELF', f'b{i}')} AS b{i}_holds" if one.evaluated else f"b{i}"
            for i, one in enumerate(self.behaviours)
        )
        return f"SELECT person_id, {told} FROM ({counted})"

    def value(self, held: Any, kind: str) -> str:
        """Keep a value apart and return what stands for it."""
        key = (repr(held), kind)
        if key not in self._names:
            self._names[key] = f"a_{len(self._names)}"
            self.values[self._names[key]] = held
        return f"{{{self._names[key]}:{kind}}}"

    def moment(self, at: datetime) -> str:
        return self.value(at.astimezone(UTC), "DateTime64(3, 'UTC')")

    def holds(self, condition: c.Condition, path: str) -> str:
        """Return the SQL that is true of a person for whom the condition holds."""
        make = getattr(self, f"_{condition.kind}")
        return f"({make(condition, path)})"

    def behaviour(
        self,
        where: str,
        column: str,
        *,
        evaluated: str = "",
        whats: Sequence[c.What] = (),
        since: datetime | None = None,
    ) -> str:
        """Ask for a column of the pass, once, and return its name."""
        named = (
            frozenset(name for what in whats for name in what.names)
            if all(w.names for w in whats)
            else frozenset()
        )
        one = Behaviour(where=where, column=column, evaluated=evaluated, names=named, since=since)
        if one not in self.behaviours:
            self.behaviours.append(one)
        place = self.behaviours.index(one)
        return f"b.b{place}_holds" if evaluated else f"b.b{place}"

    def _column(self, name: str) -> str:
        self._columns.add(name)
        return f"p.{name}"

    def _wrong(self, path: str, name: str, why: str) -> str:
        self.errors.append((f"{path}.{name}" if path else name, why))
        return "0"

    # Groups

    def _all(self, condition: c.All, path: str) -> str:
        return " AND ".join(self._each(condition.conditions, path)) or "1"

    def _any(self, condition: c.Any, path: str) -> str:
        return " OR ".join(self._each(condition.conditions, path)) or "0"

    def _not(self, condition: c.Not, path: str) -> str:
        return f"NOT {self.holds(condition.condition, f'{path}.condition'.lstrip('.'))}"

    def _each(self, conditions: Sequence[c.Condition], path: str) -> Iterator[str]:
        for i, one in enumerate(conditions):
            yield self.holds(one, f"{path}.conditions.{i}".lstrip("."))

    # What is known of people

    def _trait(self, condition: c.Trait, path: str) -> str:
        key = self.value(condition.key, "String")
        operator = condition.operator
        if operator in c.NUMBER_OPERATORS:
            number = f"{self._column('numbers')}[{key}]"
            return f"mapContains(p.numbers, {key}) AND {self._number(number, operator, condition.value)}"
        if operator in c.DAY_OPERATORS:
            day = f"{self._column('days')}[{key}]"
            return f"mapContains(p.days, {key}) AND {self._day(day, operator, condition.value)}"
        text, several = f"{self._column('texts')}[{key}]", f"{self._column('lists')}[{key}]"
        if operator in c.PRESENCE:
            return f"({text} != '' OR notEmpty({several})) = {int(operator == 'filled')}"
        positive = {"is_not": "is", "none_of": "any_of"}.get(operator, operator)
        fits = f"({self._text(text, positive, condition.value)} OR " + (
            f"arrayExists(one -> {self._text('one', positive, condition.value)}, {several}))"
        )
        return fits if positive == operator else f"NOT {fits}"

    def _consent(self, condition: c.ConsentGiven, path: str) -> str:
        said = self.value(f"{condition.purpose}:{condition.channel}", "String")
        given, refused = (f"has({self._column(name)}, {said})" for name in ("consents", "refusals"))
        if condition.state == "refused":
            return refused
        if condition.state == "unsaid":
            return f"NOT {given} AND NOT {refused}"
        return f"NOT {refused}" if condition.purpose == SERVICE else given

    def _reachable(self, condition: c.Reachable, path: str) -> str:
        handles = self._column("handles")
        if condition.by == "known":
            return f"arrayExists(kind -> kind != 'anonymous_id', {handles})"
        return f"has({handles}, {self.value(condition.by, 'String')})"

    def _kept(self, condition: c.Kept, path: str) -> str:
        if condition.field == "demo":
            return self._column("sample")
        if condition.field == "team":
            return f"{self._column('team')} = {self.value(condition.value, 'String')}"
        if condition.field == "tag":
            tag = f"lowerUTF8({self.value(condition.value, 'String')})"
            return f"arrayExists(tag -> lowerUTF8(tag) = {tag}, {self._column('tags')})"
        owner = User.objects.filter(username=condition.value).first()
        if owner is None:
            return self._wrong(path, "value", _("There is nobody of that user name on the staff."))
        return f"{self._column('owner_id')} = {self.value(owner.pk, 'UInt64')}"

    def _company(self, condition: c.CompanyIs, path: str) -> str:
        companies = self._column("companies")
        if condition.trait is None and condition.least is None and condition.most is None:
            if not condition.key:
                return f"notEmpty({companies})"
            return f"has({companies}, {self.value(condition.key, 'String')})"
        keys = sorted(_companies(condition, now=self._now, zone=self._zone))
        return f"hasAny({companies}, {self.value(keys, 'Array(String)')})"

    # Other audiences

    def _in_audience(self, condition: c.InAudience, path: str) -> str:
        audience = Audience.objects.filter(key=condition.key).first()
        if audience is None:
            return self._wrong(
                path, "key", _("There is no audience “%(key)s” any more.") % {"key": condition.key[:60]}
            )
        if audience.key in self._within:
            return self._wrong(path, "key", _("This audience would ask for itself."))
        if audience.kind != Audience.Kind.DYNAMIC or audience.archived_at:
            return self._members(audience)
        outer, errors, self.errors = self._within, self.errors, []
        self._within = (*outer, audience.key)
        try:
            held = self.holds(c.read(audience.condition), "")
        except c.BadConditions as bad:
            self.errors = bad.errors
            held = "0"
        inner, self.errors, self._within = self.errors, errors, outer
        if inner:
            return self._wrong(path, "key", f"{audience.name}: {inner[0][1]}")
        return held

    def _in_list(self, condition: c.InList, path: str) -> str:
        audience = Audience.objects.filter(key=condition.key).exclude(kind=Audience.Kind.DYNAMIC).first()
        if audience is None:
            return self._wrong(
                path, "key", _("There is no list “%(key)s” any more.") % {"key": condition.key[:60]}
            )
        return self._members(audience)

    def _members(self, audience: Audience) -> str:
        return f"p.person_id IN ({members(self.value(audience.pk, 'UInt64'))})"

    # What people did

    def _did(self, condition: c.Did, path: str) -> str:
        rows = self.rows(condition.what, condition.during)
        since = condition.during.bounds(now=self._now, zone=self._zone)[0]
        count = self.behaviour(rows, f"countIf({rows})", whats=[condition.what], since=since)
        sign = {"at_least": ">=", "at_most": "<=", "exactly": "="}[condition.count]
        return f"{count} {sign} {self.value(condition.times, 'UInt64')}"

    def _score(self, condition: c.Score, path: str) -> str:
        rows = self.scored(condition)
        count = self.behaviour(rows, f"countIf({rows})")
        score = "assumeNotNull(score)"
        made = f"avgIf({score}, {rows})"
        if condition.which == "latest":
            made = f"argMaxIf({score}, (happened_at, {score}), {rows})"
        told = self.behaviour(rows, made)
        return f"{count} > 0 AND {self._number(told, condition.operator, condition.value)}"

    def _seen(self, condition: c.Seen, path: str) -> str:
        from_at, until_at = condition.during.bounds(now=self._now, zone=self._zone)
        if condition.which == "first":
            moment = self._column("first_seen_at")
        else:
            # What is older than the time asked about, the mirror knows.
            since = from_at or until_at
            rows = self.rows(c.What(), c.Period())
            if since is not None:
                rows += f" AND happened_at >= {self.moment(since)}"
            newest = self.behaviour(rows, f"maxIf(happened_at, {rows})")
            moment = f"greatest({self._column('last_seen_at')}, {newest})"
        return self._between(moment, from_at, until_at) or "1"

    def _sequence(self, condition: c.Sequence, path: str) -> str:
        masks, where = [], []
        since, _until = condition.during.bounds(now=self._now, zone=self._zone)
        for i, step in enumerate(condition.steps):
            where.append(self.rows(step.what, condition.during))
            masks.append(f"{1 << i} * ({where[-1]})")
        unless = 1 << len(condition.steps)
        if condition.unless is not None:
            # What lies between or after lies after the first step, so that nothing older needs to be read.
            where.append(self.rows(condition.unless, c.Period(), since=since))
            masks.append(f"{unless} * ({where[-1]})")
        rows = " OR ".join(f"({one})" for one in where)
        # One number for both sorts several times faster than a pair.
        moment = f"toUnixTimestamp64Milli(happened_at) * {_MASKS} + {' + '.join(masks)}"
        column = f"arraySort(groupArrayIf({moment}, {rows}))"
        whats = [step.what for step in condition.steps] + ([condition.unless] if condition.unless else [])
        return self.behaviour(
            rows, column, evaluated=self._evaluated(condition, unless), whats=whats, since=since
        )

    def _evaluated(self, condition: c.Sequence, unless: int) -> str:
        """Return whether a person's touchpoints, in order, hold the sequence.

        For each of them `reached` says when the steps up to one were reached by it, if they were. The latest moment at
        which a step was reached is the best one to go on from, so that one look at each touchpoint is enough.
        """
        masks = f"arrayMap(x -> bitAnd(x, {_MASKS - 1}), SELF)"
        moments = f"arrayMap(x -> intDiv(x - bitAnd(x, {_MASKS - 1}), {_MASKS}), SELF)"
        reached = f"arrayMap((t, m) -> if(bitAnd(m, 1) > 0, t, {_LONG_AGO}), {moments}, {masks})"
        is_between = condition.unless is not None and condition.unless_when == "between"
        for i, step in enumerate(condition.steps[1:], 1):
            stops = f"bitAnd(m, {unless}) > 0" if is_between else "0"
            # A first step may itself be what must not lie between.
            kept = f"r != {_LONG_AGO}" if i == 1 else f"(r != {_LONG_AGO}) AND NOT ({stops})"
            going_on = (
                f"arrayFill((v, s) -> s, arrayMap((r, m) -> if({kept}, r, {_LONG_AGO}), {reached}, {masks}),"
                f" arrayMap((r, m) -> (r != {_LONG_AGO}) OR ({stops}), {reached}, {masks}))"
            )
            before = f"arrayPopBack(arrayPushFront({going_on}, {_LONG_AGO}))"
            within = "1"
            if step.within_seconds is not None:
                within = f"t - l <= {self.value(step.within_seconds * 1000, 'Int64')}"
            reached = (
                f"arrayMap((t, m, l) -> if((bitAnd(m, {1 << i}) > 0) AND (l != {_LONG_AGO}) AND ({within}), t,"
                f" {_LONG_AGO}), {moments}, {masks}, {before})"
            )
        if condition.unless is None or is_between:
            return f"arrayExists(r -> r != {_LONG_AGO}, {reached})"
        is_unless = f"bitAnd(m, {unless}) > 0"
        following = (
            f"arrayReverseFill((v, s) -> s, arrayMap((t, m) -> if({is_unless}, t, {_LONG_AGO}), {moments}, {masks}),"
            f" arrayMap(m -> {is_unless}, {masks}))"
        )
        following = f"arrayPopFront(arrayPushBack({following}, {_LONG_AGO}))"
        clear = f"n = {_LONG_AGO}"
        if condition.unless_seconds is not None:
            span = self.value(condition.unless_seconds * 1000, "Int64")
            now = self.value(int(self._now.timestamp() * 1000), "Int64")
            clear = f"(({clear}) OR (n - r > {span})) AND (r + {span} <= {now})"
        return f"arrayExists((r, n) -> (r != {_LONG_AGO}) AND ({clear}), {reached}, {following})"

    def _rfm(self, condition: c.Rfm, path: str) -> str:
        since = self.moment(self._now - timedelta(days=condition.days))
        name, now = self.value(condition.name, "String"), self.moment(self._now)
        recent, regular = RFM[condition.group]
        return f"""p.person_id IN (
            SELECT person_id FROM (
                SELECT person_id, {_fifth("last")} AS r, ({_fifth("times")} + {_fifth("spent")}) / 2 AS fm
                FROM (
                    SELECT person_id, toFloat64(toUnixTimestamp64Milli(max(happened_at))) AS last,
                        toFloat64(count()) AS times, toFloat64(sum(ifNull(value, 0))) AS spent
                    FROM touchpoints
                    WHERE name = {name} AND happened_at >= {since} AND happened_at <= {now}
                    GROUP BY person_id
                ) AS buyers
                CROSS JOIN (
                    SELECT {", ".join(f"quantilesExact(0.2, 0.4, 0.6, 0.8)({x}) AS {x}_cuts" for x in _RFM)}
                    FROM (
                        SELECT person_id, toFloat64(toUnixTimestamp64Milli(max(happened_at))) AS last,
                            toFloat64(count()) AS times, toFloat64(sum(ifNull(value, 0))) AS spent
                        FROM touchpoints
                        WHERE name = {name} AND happened_at >= {since} AND happened_at <= {now}
                        GROUP BY person_id
                    )
                ) AS cuts
            ) WHERE {recent} AND {regular}
        )"""

    # Touchpoints

    def rows(self, what: c.What, during: c.Period, *, since: datetime | None = None) -> str:
        """Return the condition on touchpoints: which are meant, and when, none of them before `since`."""
        clauses = []
        if what.names:
            clauses.append(f"name IN {self.value(list(what.names), 'Array(String)')}")
        elif not what.type:
            clauses.append("kind IN ('track', 'page', 'screen')")
        if what.type:
            clauses.append(f"kind = {self.value(what.type, 'String')}")
        if not what.names:
            clauses.append(f"name NOT IN ('{ENTERED}', '{LEFT}')")
        from_at, until_at = during.bounds(now=self._now, zone=self._zone)
        if time := self._between("happened_at", from_at or since, until_at):
            clauses.append(time)
        clauses += [f"({self._where(one)})" for one in what.where]
        return " AND ".join(clauses)

    def scored(self, condition: c.Score) -> str:
        """Return the condition on touchpoints that are answers on a scale."""
        clauses = [f"scale = {self.value(parse(condition.scale).key, 'String')}", "isNotNull(score)"]
        from_at, until_at = condition.during.bounds(now=self._now, zone=self._zone)
        if time := self._between("happened_at", from_at, until_at):
            clauses.append(time)
        return " AND ".join(clauses)

    def _between(self, moment: str, from_at: datetime | None, until_at: datetime | None) -> str:
        clauses = [f"{moment} >= {self.moment(from_at)}"] if from_at else []
        clauses += [f"{moment} < {self.moment(until_at)}"] if until_at else []
        return " AND ".join(clauses)

    def _where(self, where: c.Where) -> str:
        if where.field in c.NUMBER_COLUMNS:
            if where.operator in c.PRESENCE:
                return f"{'isNotNull' if where.operator == 'filled' else 'isNull'}({where.field})"
            number = f"toFloat64({where.field})"
            return f"ifNull({self._number(number, where.operator, where.value)}, 0)"
        if where.field in c.COLUMNS:
            return self._column_is(where)
        return self._property_is(where, where.field.removeprefix("properties."))

    def _column_is(self, where: c.Where) -> str:
        column = where.field
        if where.operator in c.PRESENCE:
            return f"{column} {'!=' if where.operator == 'filled' else '='} ''"
        if where.operator in c.NUMBER_OPERATORS:
            return f"ifNull({self._number(f'toFloat64OrNull({column})', where.operator, where.value)}, 0)"
        if where.operator in c.DAY_OPERATORS:
            return f"ifNull({self._day(_as_day(column), where.operator, where.value)}, 0)"
        return self._is_any([column], [], where)

    def _property_is(self, where: c.Where, path: str) -> str:
        """Read a property by its types: as anything at all it takes seven times as long."""
        names = ".".join(self.value(name, "Identifier") for name in path.split("."))
        text, whole, broken, flag, several = (f"properties.{names}.:`{kind}`" for kind in _KINDS)
        if where.operator in c.PRESENCE:
            return f"isNotNull(properties.{names}) = {int(where.operator == 'filled')}"
        if where.operator in c.NUMBER_OPERATORS:
            number = f"coalesce(toFloat64({whole}), {broken}, toFloat64OrNull({text}))"
            return f"ifNull({self._number(number, where.operator, where.value)}, 0)"
        if where.operator in c.DAY_OPERATORS:
            return (
                f"ifNull({self._day(_as_day(f'ifNull({text}, {_EMPTY})'), where.operator, where.value)}, 0)"
            )
        texts = [f"ifNull({text}, {_EMPTY})"]
        texts += [f"ifNull(toString({one}), {_EMPTY})" for one in (whole, broken, flag)]
        return self._is_any(texts, [several], where)

    def _is_any(self, texts: Sequence[str], lists: Sequence[str], where: c.Where) -> str:
        positive = {"is_not": "is", "none_of": "any_of"}.get(where.operator, where.operator)
        fits = [self._text(text, positive, where.value) for text in texts]
        inner = self._text(f"ifNull(one, {_EMPTY})", positive, where.value)
        fits += [f"arrayExists(one -> {inner}, {several})" for several in lists]
        return f"{'' if positive == where.operator else 'NOT '}({' OR '.join(fits)})"

    # Comparing

    def _text(self, text: str, operator: str, asked: c.Value) -> str:
        compared = c.as_compared(operator, asked)
        if isinstance(compared, tuple):
            values = self.value(list(compared), "Array(String)")
            return f"has(arrayMap(each -> lowerUTF8(each), {values}), lowerUTF8({text}))"
        value = f"lowerUTF8({self.value(compared, 'String')})"
        if operator == "contains":
            return f"position(lowerUTF8({text}), {value}) > 0"
        return (
            f"startsWith(lowerUTF8({text}), {value})"
            if operator == "begins"
            else f"lowerUTF8({text}) = {value}"
        )

    def _number(self, number: str, operator: str, asked: c.Value) -> str:
        compared = c.as_compared(operator, asked)
        if isinstance(compared, tuple):
            low, high = (self.value(one, "Float64") for one in compared)
            return f"({number} >= {low} AND {number} <= {high})"
        sign = {"equals": "=", "at_least": ">=", "at_most": "<="}[operator]
        return f"{number} {sign} {self.value(compared, 'Float64')}"

    def _day(self, day: str, operator: str, asked: c.Value) -> str:
        compared = c.as_compared(operator, asked)
        if operator in {"last_days", "next_days"}:
            today = self._now.astimezone(ZoneInfo(self._zone)).date()
            there = today + timedelta(days=int(compared) * (1 if operator == "next_days" else -1))  # type: ignore[arg-type]
            first, last = (self.value(one.isoformat(), "Date32") for one in sorted((today, there)))
            return f"({day} >= {first} AND {day} <= {last})"
        sign = {"on": "=", "before": "<", "after": ">"}[operator]
        return f"{day} {sign} {self.value(compared, 'Date32')}"


_EMPTY = "''"
_KINDS = ("String", "Int64", "Float64", "Bool", "Array(Nullable(String))")


def _as_day(text: str) -> str:
    return f"toDate32OrNull(substring({text}, 1, 10))"


_RFM = ("last", "times", "spent")


def _fifth(name: str) -> str:
    """Return from 1 to 5 in which fifth a buyer lies: one more than the cuts below them."""
    return f"(1 + arrayCount(cut -> {name} > cut, {name}_cuts))"


def members(audience: str) -> str:
    """Return the SELECT of who is in an audience as of its last refresh. audience: what stands for its id."""
    return (
        "SELECT person_id FROM memberships FINAL"
        f" WHERE audience_id = {audience} AND isNull(left_at) GROUP BY person_id"
    )


def _companies(condition: c.CompanyIs, *, now: datetime, zone: str) -> Iterator[str]:
    """Yield the keys of the companies that are meant: they are few beside people, and may change at any time."""
    held = Company.objects.all()
    if condition.key:
        held = held.filter(key=condition.key)
    if condition.least is not None or condition.most is not None:
        members = Membership.objects.annotate(root=Coalesce("person__root", "person")).filter(
            Q(until=None) | Q(until__gt=now.astimezone(ZoneInfo(zone)).date())
        )
        sizes = members.values("company").annotate(people=Count("root", distinct=True))
        if condition.least is not None:
            sizes = sizes.filter(people__gte=condition.least)
        if condition.most is not None:
            sizes = sizes.filter(people__lte=condition.most)
        held = held.filter(pk__in=sizes.values("company"))
    for company in held.only("key", "name", "traits").iterator(chunk_size=2000):
        if condition.trait is None or _has_trait(company, condition.trait, now=now, zone=zone):
            yield company.key


def _has_trait(company: Company, trait: c.Trait, *, now: datetime, zone: str) -> bool:
    from jejak.audiences.comparing import fits

    held = company.traits.get(trait.key, {}).get("value")
    if held is None and trait.key == "name":
        held = company.name
    return fits(held, trait.operator, trait.value, today=now.astimezone(ZoneInfo(zone)).date())
