"""The explorer's form: what an address asks, and the fields to ask it with. A field is named by its path in the question."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.measures import COLUMNS
from jejak.questions import asked as q
from jejak.questions import pictures
from jejak.questions.words import Choices

SEVERAL = ("any_of", "none_of", "between")
"""Operators whose value is several, with semicolons between them in the field."""
_NEEDED = {"where": "field", "series": "how", "steps": "what"}
_MOST_PARTS = 400
_WINDOWS = (7, 28, 90, 180, 365, 730)

Held = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. kind: select, several, text, number, date or check. listed: the id of its suggestions."""

    name: str
    label: str
    kind: str = "select"
    value: str = ""
    values: Sequence[str] = ()
    choices: Sequence[tuple[str, Any]] = ()
    error: str = ""
    listed: str = ""
    hint: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Fields that belong together, in rows. letter: of a series."""

    title: str
    rows: Sequence[Sequence[Field]]
    letter: str = ""


def held(given: QueryDict) -> Held:
    """Return the question that an address holds, as asked.read() takes it; rows left blank are left out."""
    kind = given.get("kind", "trends")
    known = {one.name for one in dataclasses.fields(q.KINDS.get(kind, q.Trends))}
    tree: Held = {"kind": kind}
    for key in list(given)[:_MOST_PARTS]:
        said = [value for value in given.getlist(key) if value.strip()]
        parts = key.split(".")
        if not said or parts[0] not in known or len(parts) > 7:
            continue
        place = tree
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[parts[-1]] = said if parts[-1] == "names" else said[0]
    return {key: made for key, value in tree.items() if (made := _rows(value, key)) is not None}


def _rows(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    if not all(key.isdecimal() for key in value):
        read = ((key, _rows(inner, key)) for key, inner in value.items())
        made = {key: inner for key, inner in read if inner is not None}
        if made.get("operator") in SEVERAL and isinstance(made.get("value"), str):
            made["value"] = [one.strip() for one in made["value"].split(";") if one.strip()]
        return made
    rows = [_rows(value[key], "") for key in sorted(value, key=int)]
    needed = _NEEDED.get(name, "")
    return [row for row in rows if not needed or not isinstance(row, dict) or row.get(needed)] or None


def address(written: Mapping[str, Any]) -> str:
    """Return the query of the address that asks this: what held() reads."""
    query = QueryDict(mutable=True)
    for path, value in _flat(written, ""):
        query.appendlist(path, value)
    return query.urlencode()


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        if path.endswith(".names"):
            yield from ((path, str(one)) for one in value)
        elif path.endswith(".value"):
            yield path, "; ".join(str(one) for one in value)
        else:
            for i, inner in enumerate(value):
                yield from _flat(inner, f"{path}.{i}")
    elif value is True:
        yield path, "yes"
    elif value not in (None, False):
        yield path, str(value)


class Form:
    """The fields for one question, filled with what was asked, each fault beside its field."""

    def __init__(
        self,
        asked: Held,
        errors: Iterable[tuple[str, str]],
        choices: Choices,
        unseen: frozenset[str] = frozenset(),
        seen_since: date | None = None,
    ) -> None:
        self._asked = asked
        self.errors = dict(errors)
        self._choices = choices
        self._unseen, self._seen_since = unseen, seen_since
        self.kind = asked["kind"] if asked["kind"] in q.KINDS else "trends"
        self._said: set[str] = set()

    def groups(self) -> list[Group]:
        """Return the fields of this kind, in order."""
        own = list(getattr(self, f"_{self.kind}")())
        return [*own, self._filters(), self._when()]

    def elsewhere(self) -> list[str]:
        """Return the faults that no field shows, once groups() was called."""
        return [why for path, why in self.errors.items() if path not in self._said]

    def kinds(self) -> list[tuple[str, Any, str, bool]]:
        """Return each kind with its label, the address that asks it of the same days and filters, and whether it is asked."""
        kept: Held = {
            key: self._asked[key]
            for key in ("when", "zone", "where", "audience", "without_demo")
            if key in self._asked
        }
        return [
            (kind, made.label, address({"kind": kind, **kept}), kind == self.kind)
            for kind, made in q.KINDS.items()
        ]  # fmt: skip

    # Groups of each kind

    def _trends(self) -> Iterator[Group]:
        series = self._list("series") or [{}]
        for i in range(min(len(series) + 1, len(q.LETTERS))):
            path, is_new = f"series.{i}", i == len(series)
            title = _("One more number") if is_new else _("Number %(letter)s") % {"letter": q.LETTERS[i]}
            yield Group(
                title=title, letter=q.LETTERS[i], rows=self._series(path, is_new=is_new, shown=len(series))
            )
        yield Group(
            title=_("Over time"),
            rows=[[self._choice("bucket", _("By"), q.BUCKETS, "day"), self._breakdown(), self._compare(), self._formula()]],
        )  # fmt: skip

    def _series(self, path: str, *, is_new: bool, shown: int) -> list[list[Field]]:
        hows: dict[str, Any] = {**q.HOWS}
        if is_new or shown > 1:
            hows = {"": "–", **hows}
        how = self._at(f"{path}.how")
        first = [self._choice(f"{path}.how", _("Count"), hows, "" if is_new else "count")]
        if is_new:
            return [first]
        if how in q.OF_A_NUMBER:
            first.append(self._text(f"{path}.of", _("Of the number"), listed="numbers"))
        if how == "percentile":
            first.append(self._text(f"{path}.percentile", _("Percentile"), "50", kind="number"))
        return [[*first, self._names(f"{path}.what", _("Touchpoint"))], *self._where(f"{path}.what.where")]

    def _retention(self) -> Iterator[Group]:
        starts, countings = q.STARTS, q.COUNTINGS
        yield Group(
            title=_("Start"),
            rows=[
                [self._names("start", _("Touchpoint")), self._choice("starts", _("Counts"), starts, "first")]
            ],
        )
        yield Group(
            title=_("Coming back"),
            rows=[
                [
                    self._names("back", _("Touchpoint")),
                    self._choice("counting", _("Counts"), countings, "classic"),
                    self._choice("bucket", _("By"), q.BUCKETS, "week"),
                    self._text("periods", _("Periods"), "8", kind="number"),
                    self._breakdown(),
                ]
            ],
        )

    def _life_cycle(self) -> Iterator[Group]:
        yield self._one_touchpoint("week")

    def _stickiness(self) -> Iterator[Group]:
        yield self._one_touchpoint("day")

    def _one_touchpoint(self, bucket: str) -> Group:
        by = self._choice("bucket", _("By"), q.BUCKETS, bucket)
        return Group(title=_("What"), rows=[[self._names("what", _("Touchpoint")), by]])

    def _distribution(self) -> Iterator[Group]:
        of = self._text("of", _("Of the number"), listed="numbers", hint=_("Empty: how often each person"))
        yield Group(title=_("What"), rows=[[self._names("what", _("Touchpoint")), of]])

    def _funnel(self) -> Iterator[Group]:
        steps = self._list("steps")
        for i in range(min(max(len(steps) + 1, q.FEWEST_STEPS), q.MOST_STEPS)):
            path, title = f"steps.{i}.what", _("Step %(number)s") % {"number": i + 1}
            rows: list[list[Field]] = [[self._names(path, _("Touchpoint"))]]
            if i < len(steps):
                rows += self._where(f"{path}.where")
            yield Group(title=title, rows=rows)
        yield Group(
            title=_("How"),
            rows=[
                [
                    self._choice("order", _("Order"), q.ORDERS, "ordered"),
                    self._text("within", _("Within"), "7", kind="number"),
                    self._choice("unit", _("Unit"), q.WITHINS, "day"),
                    self._breakdown(),
                ]
            ],
        )

    def _paths(self) -> Iterator[Group]:
        yield Group(
            title=_("What"),
            rows=[
                [
                    self._names("what", _("Touchpoint")),
                    self._choice("direction", _("Direction"), q.DIRECTIONS, "from"),
                    self._text("steps", _("Steps"), "4", kind="number"),
                    self._text("within_days", _("Within days"), "1", kind="number"),
                ]
            ],
        )

    def _attribution(self) -> Iterator[Group]:
        yield Group(
            title=_("Conversion"),
            rows=[
                [
                    self._names("conversion", _("Touchpoint")),
                    self._text("value", _("Value"), listed="numbers", hint=_("Empty: only how many")),
                ],
                *self._where("conversion.where"),
            ],
        )
        yield Group(
            title=_("Touches on the way"),
            rows=[
                [
                    self._text("credit", _("What is credited"), "channel", listed="fields"),
                    self._names("touch", _("Touchpoint")),
                    self._text("look_back_days", _("Looks back, days"), "30", kind="number"),
                    self._text("half_life_days", _("Half-life, days"), "7", kind="number"),
                ],
                *self._where("touch.where"),
            ],
        )

    def _vitals(self) -> Iterator[Group]:
        yield Group(
            title=_("Pages"),
            rows=[
                [
                    self._choice("vital", _("Looked at"), q.VITALS, "lcp"),
                    self._choice("bucket", _("By"), q.BUCKETS, "day"),
                    self._text("breakdown", _("Split by"), "properties.path", listed="fields"),
                ]
            ],
        )
        yield Group(
            title=_("Conversion"),
            rows=[[self._names("conversion", _("Touchpoint"))], *self._where("conversion.where")],
        )

    # Groups that all have

    def _filters(self) -> Group:
        audiences = Audience.objects.filter(archived_at=None).values_list("key", "name")
        chosen = self._at("audience")
        listed = [("", _("Everybody")), *audiences]
        if chosen and chosen not in dict(audiences):
            listed.append((chosen, chosen))
        whose = [self._field("audience", _("Audience"), value=chosen, choices=listed)]
        whose.append(
            self._field("without_demo", _("Leave the demo out"), kind="check", value=self._at("without_demo"))
        )
        return Group(title=_("Filters"), rows=[*self._where("where"), whose])

    def _when(self) -> Group:
        days = self._at("when.days") or "28"
        listed = [(str(n), _("Last %(days)s days") % {"days": n}) for n in _WINDOWS]
        if days not in dict(listed):
            listed.append((days, _("Last %(days)s days") % {"days": days}))
        return Group(
            title=_("Window"),
            rows=[
                [
                    self._field("when.days", _("Window"), value=days, choices=listed),
                    self._field(
                        "when.from_on", _("or first day"), kind="date", value=self._at("when.from_on")
                    ),
                    self._field("when.to_on", _("Last day"), kind="date", value=self._at("when.to_on")),
                    self._text("zone", _("Time zone"), hint="Asia/Jakarta"),
                ]
            ],
        )

    def _where(self, path: str) -> Iterator[list[Field]]:
        for i in range(len(self._list(path)) + 1):
            if i == 10:
                return
            row = f"{path}.{i}"
            field = self._text(f"{row}.field", _("Only where"), listed="fields", hint="properties.…")
            if not field.value:
                yield [field]
                return
            operator = self._choice(f"{row}.operator", _("Compared"), c.OPERATORS, "is")
            value = self._text(f"{row}.value", _("Value"), hint="…; …" if operator.value in SEVERAL else "")
            yield [field, operator] + ([] if operator.value in c.PRESENCE else [value])

    # Fields

    def _names(self, path: str, label: str) -> Field:
        said = self._get(f"{path}.names") or []
        chosen = [said] if isinstance(said, str) else [str(one) for one in said]
        names = list(dict.fromkeys([*self._choices.names, *chosen]))
        listed: list[tuple[str, Any]] = [(name, name) for name in sorted(names)]
        if len(chosen) > 1:
            return self._field(f"{path}.names", label, kind="several", values=chosen, choices=listed)
        value = chosen[0] if chosen else ""
        return self._field(f"{path}.names", label, value=value, choices=[("", _("Any")), *listed])

    def _breakdown(self) -> Field:
        return self._text("breakdown", _("Split by"), listed="fields", hint=_("Nothing"))

    def _compare(self) -> Field:
        return self._choice("compare", _("Compared with"), q.COMPARISONS, "none")

    def _formula(self) -> Field:
        return self._text("formula", _("Formula"), hint="A / B")

    def _choice(self, path: str, label: str, choices: Mapping[str, Any], default: str) -> Field:
        return self._field(path, label, value=self._at(path) or default, choices=list(choices.items()))

    def _text(
        self,
        path: str,
        label: str,
        default: str = "",
        *,
        kind: str = "text",
        listed: str = "",
        hint: str = "",
    ) -> Field:
        value = self._get(path)
        shown = "; ".join(str(one) for one in value) if isinstance(value, list | tuple) else value
        return self._field(
            path, label, kind=kind, value=str(default if shown is None else shown), listed=listed, hint=hint
        )

    def _field(self, name: str, label: str, **more: Any) -> Field:
        # A fault of a part of the value ("names.0") stands beside the whole.
        errors = [why for path, why in self.errors.items() if path == name or path.startswith(f"{name}.")]
        self._said |= {path for path in self.errors if path == name or path.startswith(f"{name}.")}
        gone = self._unseen & {more.get("value", ""), *more.get("values", ())}
        note = ""
        if gone and self._seen_since:
            told = {"words": ", ".join(sorted(gone)), "day": pictures.day(self._seen_since)}
            note = _("Not seen since %(day)s: %(words)s.") % told
        return Field(name=name, label=str(label), error=errors[0] if errors else "", note=note, **more)

    def _at(self, path: str) -> str:
        value = self._get(path)
        return "" if value is None or isinstance(value, list | dict) else str(value)

    def _list(self, path: str) -> list[Any]:
        value = self._get(path)
        return value if isinstance(value, list) else []

    def _get(self, path: str) -> Any:
        value: Any = self._asked
        for part in path.split("."):
            if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict):
                value = value.get(part)
            else:
                return None
        return value


def words(asked: Held) -> tuple[set[str], set[str]]:
    """Return the properties and the names of touchpoints that a question says."""
    said = list(_flat(asked, ""))
    names = {value for path, value in said if path.endswith(".names")}
    return {value for _path, value in said if value.startswith("properties.")}, names


def suggestions(choices: Choices) -> dict[str, Sequence[str]]:
    """Return what fields of words and of numbers suggest, by the id of their list."""
    numbers = [*q.NUMBERS, *choices.properties]
    return {"fields": [*dict.fromkeys([*COLUMNS, *c.COLUMNS]), *choices.properties], "numbers": numbers}
