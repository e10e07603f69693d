"""Rows become messages: a mapping bound to the columns of a file."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from jejak.common.sheets.sayings import Saying, saying
from jejak.common.sheets.sayings import gettext_noop as _
from jejak.features.imports import cells, values
from jejak.features.imports.cells import BadCell, Unusable
from jejak.features.imports.spec import BadMapping, Handle, Mapping, Touchpoint, Typed, Value
from jejak.features.imports.values import Get, Row, Sheet
from jejak.people import normalising
from jejak.touchpoints import scales

_LONGEST_ID = 100
_MOST_REMEMBERED = 50_000
_Handle = tuple[str, str, Callable[[Row, str], tuple[str | None, bool]], bool]
"""Kind, label, what makes it, and whether it is required."""


def compile(
    mapping: Mapping,
    *,
    columns: Sequence[str] | None,
    now: datetime | None,
    countries: Sequence[str],
    only_text: bool = False,
) -> "Mapper":
    """Bind a mapping to the columns of a file. Raises BadMapping, for one where a column is not there.

    columns: None where each row brings its own. now: touchpoints a day later than this are refused.
    only_text: whether all cells are text.
    """
    sheet = Sheet(
        columns=columns,
        zone=values.zone(mapping.file.zone, "file"),
        decimal=mapping.file.decimal,
        empties=frozenset(mapping.file.empty),
        types={name: Typed(type=one) if isinstance(one, str) else one for name, one in mapping.types.items()},
        now=now,
        only_text=only_text,
    )
    if columns is not None:
        for column in mapping.types:
            sheet.cell(column, "types", column)
    return Mapper(mapping=mapping, sheet=sheet, countries=countries)


class Mapper:
    """A mapping bound to the columns of a file.

    made(row, key) returns the messages of one row; key tells the row from all others. Raises Unusable.
    by_row: whether keys are asked for at all. told: what was left out on the way, with how often.
    """

    def __init__(self, *, mapping: Mapping, sheet: Sheet, countries: Sequence[str]) -> None:
        self.told: Counter[Saying] = Counter()
        self._mapping, self._sheet, self._countries = mapping, sheet, countries
        self._latest = sheet.now + timedelta(days=1) if sheet.now is not None else None
        self._rejections = [
            (values.condition(one.when, sheet, "reject_when", number, "when"), one.reason)
            for number, one in enumerate(mapping.reject_when)
        ]
        self._makers = [
            self._maker(one, "touchpoint", number) for number, one in enumerate(mapping.touchpoint)
        ]
        self.by_row = any(self._needs_row(one) for one in mapping.touchpoint)

    def made(self, row: Row, key: str) -> list[dict[str, Any]]:
        """Return the messages of one row: all of them, or Unusable is raised and there are none."""
        for holds, reason in self._rejections:
            if holds(row):
                raise Unusable(reason)
        return [message for make in self._makers if (message := make(row, key)) is not None]

    def _needs_row(self, touchpoint: Touchpoint) -> bool:
        handles = self._mapping.handles if touchpoint.handles is None else touchpoint.handles
        return not (touchpoint.id or self._mapping.id) or any(
            isinstance(h, Handle) and h.row for h in handles.values()
        )

    def _maker(self, touchpoint: Touchpoint, *path: str | int) -> Callable[[Row, str], dict[str, Any] | None]:
        mapping, sheet = self._mapping, self._sheet
        when = (
            values.condition(touchpoint.when, sheet, *path, "when") if touchpoint.when is not None else None
        )
        base, varying = self._fields(touchpoint, *path)
        time = self._time(touchpoint, *path)
        handles = self._handles(touchpoint, *path)
        prefix = f"{mapping.name}:{touchpoint.key or path[-1]}:"
        id = self._id(touchpoint, *path)
        score, scale = self._score(touchpoint, *path)
        traits = self._named("traits", touchpoint.traits, *path)
        properties_of = self._properties(touchpoint, *path)
        sent: set[int] | None = set() if touchpoint.once else None

        def make(row: Row, key: str) -> dict[str, Any] | None:
            if when is not None and not when(row):
                return None
            own = id(row) if id is not None else key
            if sent is not None:
                if (hashed := hash(own)) in sent:
                    return None
                sent.add(hashed)
            message = {"messageId": prefix + own, **base, "timestamp": time(row)}
            for field, get in varying:
                if (found := get(row)) is not None:
                    message[field] = found
            if score is not None and (scored := score(row)) is not None:
                message["score"], message["scale"] = scored, scale
            handles(row, key, message)
            if traits and (found := {name: cell for name, get in traits if (cell := get(row)) is not None}):
                message["traits"] = found
            if properties_of is not None and (found := properties_of(row)):
                message["properties"] = found
            return message

        return make

    def _fields(
        self, touchpoint: Touchpoint, *path: str | int
    ) -> tuple[dict[str, Any], list[tuple[str, Get]]]:
        """Return the fields that are the same for all rows, and what makes the others."""
        mapping, sheet = self._mapping, self._sheet
        base: dict[str, Any] = {"type": touchpoint.kind}
        varying: list[tuple[str, Get]] = []

        def add(field: str, given: str | Value | None, key: str, *, required: bool = False) -> None:
            if isinstance(given, str):
                base[field] = given
            elif given is not None:
                get = values.text_getter(given, sheet, *path, key)
                varying.append((field, _filled(get, key) if required else get))

        if touchpoint.kind == "track" and not touchpoint.name:
            raise BadMapping(_("say what happened: name is missing."), *path, "name")
        add("event" if touchpoint.kind == "track" else "name", touchpoint.name, "name", required=True)
        for key in ("channel", "place", "team", "stage", "currency"):
            add(key, getattr(touchpoint, key) or getattr(mapping, key), key)
        if base.get("currency") and touchpoint.value is None:
            del base["currency"]
        if touchpoint.value is not None:
            varying.append(("value", values.number_getter(touchpoint.value, sheet, *path, "value")))
        if touchpoint.kind == "group":
            varying.append(("groupId", self._must(touchpoint.group, *path, "group")))
        if touchpoint.kind == "alias":
            varying.append(("previousId", self._must(touchpoint.previous, *path, "previous")))
        return base, varying

    def _must(self, given: str | Value | None, *path: str | int) -> Get:
        if given is None:
            raise BadMapping(_("is needed for this kind of touchpoint."), *path)
        return _filled(
            values.text_getter(given, self._sheet, *path), given if isinstance(given, str) else str(path[-1])
        )

    def _score(self, touchpoint: Touchpoint, *path: str | int) -> tuple[Get | None, str]:
        """Return what makes the score, and the key of its scale."""
        if touchpoint.score is None:
            if touchpoint.scale is not None:
                raise BadMapping(_("a scale needs a score."), *path, "scale")
            return None, ""
        if touchpoint.scale is None:
            raise BadMapping(
                _("a score needs its scale, such as nps, csat-1-5 or ces-1-7-easy."), *path, "scale"
            )
        try:
            scale = scales.parse(touchpoint.scale)
        except scales.UnknownScale as error:
            raise BadMapping("%(fault)s", *path, "scale", fault=error) from None
        given = touchpoint.score
        get = values.number_getter(given, self._sheet, *path, "score")
        label = given if isinstance(given, str) else (given.column or "score")

        def score(row: Row) -> float | None:
            found: float | None = get(row)
            if found is not None and not scale.holds(found):
                text = _("%(column)s: %(value)s is not on the scale %(scale)s (%(low)s to %(high)s).")
                raise BadCell(label, found, text, scale=scale.key, low=scale.low, high=scale.high)
            return found

        return score, scale.key

    def _time(self, touchpoint: Touchpoint, *path: str | int) -> Get:
        given = touchpoint.time or self._mapping.time
        if given is None and touchpoint.kind == "identify":
            # What a file says of people without saying since when, it says now.
            return values.always(cells.written(self._sheet.now or datetime.now(UTC)))
        if given is None:
            raise BadMapping(_("say which column holds the time."), *path, "time")
        get = values.moment_getter(given, self._sheet, *path, "time", latest=self._latest, as_text=True)
        return _filled(
            get,
            given if isinstance(given, str) else (given.column or "time"),
            _("%(column)s is empty: a touchpoint needs a time."),
        )

    def _id(self, touchpoint: Touchpoint, *path: str | int) -> Callable[[Row], str] | None:
        columns = touchpoint.id or self._mapping.id
        if not columns:
            if touchpoint.once:
                raise BadMapping(_("once needs id: the columns that tell one from another."), *path, "once")
            return None
        gets = [(column, values.text_getter(column, self._sheet, *path, "id")) for column in columns]

        def id(row: Row) -> str:
            parts = []
            for column, get in gets:
                if (part := get(row)) is None:
                    raise BadCell(column, "", _("%(column)s is empty, and it is part of the id."))
                parts.append(part)
            joined = parts[0] if len(parts) == 1 else "/".join(part.replace("/", "//") for part in parts)
            return (
                joined if len(joined) <= _LONGEST_ID else blake2b(joined.encode(), digest_size=16).hexdigest()
            )

        return id

    def _named(self, key: str, given: dict[str, str | Value], *path: str | int) -> list[tuple[str, Get]]:
        return [(name, values.getter(one, self._sheet, *path, key, name)) for name, one in given.items()]

    def _properties(self, touchpoint: Touchpoint, *path: str | int) -> Callable[[Row], dict[str, Any]] | None:
        sheet = self._sheet
        named = self._named("properties", touchpoint.properties, *path)
        if touchpoint.comment is not None:
            named.append(("comment", values.text_getter(touchpoint.comment, sheet, *path, "comment")))
        if isinstance(touchpoint.keep, list):
            kept = touchpoint.keep
        elif sheet.columns is not None:
            told = set() if touchpoint.keep == "all" else self._told(touchpoint)
            kept = [column for column in sheet.columns if column not in told]
        else:
            return self._with_own_columns(named, touchpoint)
        plain = [column for column in kept if values.is_plain(column, sheet)]
        named += [
            (column, values.getter(column, sheet, *path, "keep")) for column in kept if column not in plain
        ]
        cells_of = [(column, sheet.cell(column, *path, "keep")) for column in plain]
        if not named and not cells_of:
            return None
        blank, simple = sheet.blank, sheet.only_text and not sheet.empties

        def properties(row: Row) -> dict[str, Any]:
            if simple:
                found = {name: cell for name, get in cells_of if (cell := get(row)) and not cell.isspace()}
            else:
                found = {name: cell for name, get in cells_of if not blank(cell := get(row))}
            for name, get in named:
                if (value := get(row)) is not None:
                    found[name] = value
            return found

        return properties

    def _with_own_columns(
        self, named: list[tuple[str, Get]], touchpoint: Touchpoint
    ) -> Callable[[Row], dict[str, Any]]:
        """Rows bring their own columns: which are left over is seen row by row."""
        blank, sheet = self._sheet.blank, self._sheet
        told = set() if touchpoint.keep == "all" else self._told(touchpoint)
        typed = {column: values.getter(column, sheet, "types", column) for column in sheet.types}

        def properties(row: Row) -> dict[str, Any]:
            found = {
                column: typed[column](row) if column in typed else cell
                for column, cell in row.items()
                if column not in told and not blank(cell)
            }
            for name, get in named:
                if (value := get(row)) is not None:
                    found[name] = value
            return found

        return properties

    def _told(self, touchpoint: Touchpoint) -> set[str]:
        """Return the columns whose cells this touchpoint says elsewhere: "rest" leaves them out."""
        mapping = self._mapping
        handles = mapping.handles if touchpoint.handles is None else touchpoint.handles
        columns = [
            handle if isinstance(handle, str) else handle.column
            for handle in handles.values()
            if isinstance(handle, str) or not (handle.fallback or handle.prefix)
        ]
        named = [touchpoint.time or mapping.time, touchpoint.value, touchpoint.score, touchpoint.comment]
        named += [
            touchpoint.group,
            touchpoint.previous,
            *touchpoint.properties.values(),
            *touchpoint.traits.values(),
        ]
        columns += [
            one if isinstance(one, str) else one.column for one in named if isinstance(one, str | Value)
        ]
        for key in ("name", "channel", "place", "team", "stage", "currency"):
            said = getattr(touchpoint, key) or getattr(mapping, key, None)
            if isinstance(said, Value):
                columns.append(said.column)
        return {column for column in columns if column}

    def _handles(
        self, touchpoint: Touchpoint, *path: str | int
    ) -> Callable[[Row, str, dict[str, Any]], None]:
        """Return what puts a row's handles on its message. It raises Unusable where they recognise nobody."""
        own = touchpoint.handles is not None
        given = self._mapping.handles if touchpoint.handles is None else touchpoint.handles
        if not given:
            raise BadMapping(
                _("say by which columns people are recognised: handles is missing."), *path, "handles"
            )
        at = (*path, "handles") if own else ("handles",)
        told = self.told
        usual: list[_Handle] = []
        fallbacks: list[_Handle] = []
        for kind, said in given.items():
            handle = Handle(column=said) if isinstance(said, str) else said
            entry = (kind, _label(kind, handle), self._handle(kind, handle, *at, kind), handle.required)
            (fallbacks if handle.fallback else usual).append(entry)

        def put(row: Row, key: str, message: dict[str, Any]) -> None:
            found: dict[str, str] = {}
            faults: list[str] = []
            for entries in (usual, fallbacks):
                for kind, label, get, required in entries:
                    text, recognises = get(row, key)
                    if text is not None and recognises:
                        found[kind] = text
                    elif required:
                        raise BadCell(
                            label, text, _("%(column)s: %(value)s recognises nobody, and it is required.")
                        )
                    elif text is not None:
                        found[kind] = text  # The log keeps what was said.
                        faults.append(text)
                        told[saying(_("%(column)s: this is no %(kind)s"), column=label, kind=kind)] += 1
                if len(found) > len(faults):
                    break
            else:
                raise _nobody(usual + fallbacks, faults)
            if (user := found.pop("user_id", None)) is not None:
                message["userId"] = user
            if (anonymous := found.pop("anonymous_id", None)) is not None:
                message["anonymousId"] = anonymous
            if found:
                message["handles"] = found

        return put

    def _handle(
        self, kind: str, handle: Handle, *path: str | int
    ) -> Callable[[Row, str], tuple[str | None, bool]]:
        """Return what makes a handle's text of a row, and tells whether it recognises somebody."""
        prefix = handle.prefix
        if handle.row:
            before = prefix or f"{self._mapping.name}-"
            return lambda row, key: (before + key, True)
        if (handle.column is None) == (handle.value is None):
            raise BadMapping(_("a handle needs a column, a value, or row = true."), *path)
        get = values.text_getter(handle.column or handle.value or "", self._sheet, *path)
        countries = [handle.country, *self._countries] if handle.country else list(self._countries)
        remembered: dict[str, tuple[str, bool]] = {}

        def make(row: Row, key: str) -> tuple[str | None, bool]:
            text = get(row)
            if text is None:
                return None, False
            if (known := remembered.get(text)) is not None:
                return known
            normal = normalising.normalise(kind, text, countries)
            # As it was written, unless only this mapping knows the country.
            said = normal if normal is not None and handle.country else text
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            remembered[text] = made = (prefix + said, normal is not None)
            return made

        return make


def _filled(get: Get, label: str, sentence: str = _("%(column)s is empty: it is needed.")) -> Get:
    def filled(row: Row) -> Any:
        found = get(row)
        if found is None:
            raise BadCell(label, "", sentence)
        return found

    return filled


def _label(kind: str, handle: Handle) -> str:
    return handle.column or (handle.value.column if handle.value and handle.value.column else kind)


def _nobody(entries: Sequence[_Handle], faults: Sequence[str]) -> Unusable:
    labels = ", ".join(dict.fromkeys(label for _kind, label, *_rest in entries))
    if faults:
        return BadCell(labels, ", ".join(faults), _("%(column)s: %(value)s recognises nobody."))
    return Unusable(_("%(columns)s: empty, so nobody is recognised."), columns=labels)
