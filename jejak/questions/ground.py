"""What every question stands on: which touchpoints, whose, in which words of SQL; and asking within limits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.audiences import conditions as c
from jejak.audiences.compiling import Compiler
from jejak.measures import COLUMNS, Bucket, Window
from jejak.questions.asked import NUMBERS, Asked
from jejak.questions.reading import BadQuestion

MOST_GROUPS, MOST_KNOWN = 10, 2**16 - 1
_LIMITS = (
    "SETTINGS max_execution_time = 30, max_memory_usage = 2000000000, max_bytes_before_external_group_by = 1500000000,"
    # Compiling a question takes 250 ms at its fourth time, in the middle of somebody's page.
    " compile_expressions = 0, compile_aggregate_expressions = 0"
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an answer was made from. sql: as it can be asked again in the console, its values filled in."""

    rows: list[tuple[Any, ...]]
    sql: str


class Ground:
    """The words of SQL for one question. Every value is kept apart in `values`."""

    def __init__(self, asked: Asked, *, now: datetime) -> None:
        self._asked = asked
        self._compiler = Compiler(now=now, zone=asked.zone)
        self.window = asked.window(now)
        self.zone = self.value(asked.zone, "String")
        self._whose = self._who()

    @property
    def whose(self) -> str:
        """The condition on whose touchpoints they are, and whether the demo's count."""
        return self._whose

    def _who(self) -> str:
        clauses = ["1"]
        if self._asked.without_demo:
            clauses.append("NOT sample")
        if self._asked.audience:
            holds = self._compiler.holds(c.InAudience(key=self._asked.audience), "")
            if self._compiler.errors:
                raise BadQuestion([("audience", why) for _path, why in self._compiler.errors])
            source = self._compiler.source()
            clauses.append(f"person_id IN (SELECT p.person_id FROM {source} WHERE {holds})")
        return " AND ".join(clauses)

    def value(self, held: Any, kind: str) -> str:
        """Keep a value apart and return what stands for it."""
        return self._compiler.value(held, kind)

    def happened(self, what: c.What) -> str:
        """Return the condition on touchpoints: what is meant, with what the whole question narrows."""
        both = c.What(names=what.names, type=what.type, where=what.where + self._asked.where)
        return f"({self._compiler.rows(both, c.Period())})"

    def within(self, window: Window) -> str:
        """Return the condition that it happened in the window."""
        return f"{self.since(window)} AND {self.until(window)}"

    def since(self, window: Window) -> str:
        return f"happened_at >= {self._compiler.moment(window.from_at)}"

    def until(self, window: Window) -> str:
        return f"happened_at < {self._compiler.moment(window.until_at)}"

    def first_day(self, bucket: Bucket) -> str:
        """Return the first day of the bucket that a touchpoint lies in."""
        day = f"toDate(happened_at, {self.zone})"
        return {"day": day, "week": f"toMonday({day})", "month": f"toStartOfMonth({day})"}[bucket]

    def bucket_number(self, bucket: Bucket) -> str:
        """Return which day, week or month a touchpoint lies in, counted up as number_of() does."""
        day = f"toInt32(toDate(happened_at, {self.zone}))"
        month = f"toInt32(toRelativeMonthNum(toDate(happened_at, {self.zone})))"
        return {"day": day, "week": f"intDiv({day} + 3, 7)", "month": month}[bucket]

    def text(self, field: str) -> str:
        """Return one of the columns of words, or a property, as a text; "" where there is none."""
        if field in ("name", *COLUMNS):
            return f"toString({field})"
        path = self._path(field)
        others = ", ".join(f"toString({path}.:`{kind}`)" for kind in ("Int64", "Float64", "Bool"))
        return f"coalesce({path}.:`String`, {others}, '')"

    def number(self, field: str) -> str:
        """Return a column or a property as a number, NaN where there is none."""
        if field in NUMBERS:
            return f"ifNull(toFloat64({field}), nan)"
        path = self._path(field)
        return (
            f"coalesce(toFloat64({path}.:`Int64`), {path}.:`Float64`, toFloat64OrNull({path}.:`String`), nan)"
        )

    def _path(self, field: str) -> str:
        """Name a property, to be read by its types: as anything at all it takes seven times as long."""
        return ".".join(["properties", *(self.value(one, "Identifier") for one in field.split(".")[1:])])

    def groups_of(self, field: str, rows: str) -> tuple[str, str]:
        """Return the SQL of all that a field says in some rows, and of the place of a row's among them, as `groups`.

        0 is the place of what is beyond the most frequent ones, where there are more than 16 bits can number.
        """
        if not field:
            return "['']", "1"
        text = self.text(field)
        groups = f"""(
            SELECT groupArray(g) FROM (
                SELECT {text} AS g FROM touchpoints WHERE ({rows}) AND {self.whose}
                GROUP BY g ORDER BY count() DESC, g LIMIT {MOST_KNOWN}
            )
        )"""
        return groups, f"transform({text}, groups, arrayEnumerate(groups), 0)"

    def ask(self, sql: str, *, by_person: bool = False) -> Told:
        """Ask within limits of time and memory. Raises what eventlog.ask() raises.

        by_person: read in the order of people and time: it puts together what each person did.
        """
        values = self._compiler.values
        used = {name: values[name] for name in re.findall(r"\{(\w+):", sql)}
        # ClickHouse would choose the order of names whenever a name is said; it is heeded at the end only.
        order = ", optimize_use_projections = 0" if by_person else ""
        answer = eventlog.ask(f"{sql}\n{_LIMITS}{order}", **used)
        return Told(rows=answer.rows, sql=_filled(sql, used))


def number_of(day: Any, bucket: Bucket) -> int:
    """Return the number of the bucket that begins on this day: weeks and days since 1970, months of all years."""
    days = day.toordinal() - _EPOCH
    if bucket == "month":
        return int(day.year * 12 + day.month)
    return int((days + 3) // 7 if bucket == "week" else days)


_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


def missing_words(asked_names: Sequence[str], of: str) -> str:
    """Say why an answer is empty: nothing has this name or property."""
    named = ", ".join(f"“{name}”" for name in asked_names)
    if of:
        said = {"field": of.removeprefix("properties.")}
        return _("No touchpoint in this window has a number in “%(field)s”.") % said
    if named:
        return _("Nothing called %(names)s happened in this window.") % {"names": named}
    return _("Nothing happened in this window.")


def _filled(sql: str, values: dict[str, Any]) -> str:
    """Return the SQL with its values in their places, so that it can be read and asked again."""
    filled = re.sub(r"\{(\w+):([^}]+)\}", lambda match: _literal(values[match[1]], match[2]), sql)
    lines = [line.rstrip() for line in filled.splitlines() if line.strip()]
    indents = [len(line) - len(line.lstrip()) for line in lines]
    least = min(indents, default=0)
    return "\n".join(line[least:] for line in lines)


def _literal(held: Any, kind: str) -> str:
    if isinstance(held, list | tuple):
        listed = ", ".join(_literal(one, kind.removeprefix("Array(").removesuffix(")")) for one in held)
        return f"[{listed}]"
    if isinstance(held, datetime):
        return f"toDateTime64('{held:%Y-%m-%d %H:%M:%S}.{held.microsecond // 1000:03}', 3, 'UTC')"
    if isinstance(held, bool | int | float):
        return repr(held).lower() if isinstance(held, bool) else repr(held)
    text = str(held).replace("\\", "\\\\").replace("'", "\\'")
    if kind == "Identifier":
        return "`" + text.replace("`", "\\`") + "`"
    return f"'{text}'" if kind == "String" else f"CAST('{text}', '{kind}')"
