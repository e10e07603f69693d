"""The builder's form: blocks of conditions as fields, and back.

Each field is called by its place: "c.conditions.0.times". What staff see as a tick "not" is a Not around the block. What
cannot be used stays in the form as it was typed, with its fault beside it.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.people.consent import CHANNELS, PURPOSES
from jejak.staff.models import User
from jejak.touchpoints.models import Definition

Tree = dict[str, Any]
ROOT = "c"
_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
_SECOND_UNITS = {key: c.UNITS[key] for key in _SECONDS}
EMPTY: Mapping[str, Any] = {"kind": "all", "conditions": []}
ADDED: tuple[str, ...] = (
    "did", "sequence", "seen", "trait", "score", "consent", "reachable", "company", "kept", "in_audience", "in_list",
    "rfm", "any", "all",
)  # fmt: skip
_ICONS = {
    "did": "footprints", "sequence": "path", "seen": "eye", "trait": "tag", "score": "gauge", "consent": "shield-check",
    "reachable": "paper-plane-tilt", "company": "buildings", "kept": "user-circle", "in_audience": "users-four",
    "in_list": "list-checks", "rfm": "chart-pie-slice", "any": "stack", "all": "stack",
}  # fmt: skip
_NEW: dict[str, Tree] = {
    "did": {"what": {"names": []}, "count": "at_least", "times": 1, "during": {"kind": "last", "count": 30}},
    "sequence": {"steps": [{"what": {}}, {"what": {}, "within": {"count": 1, "unit": "hour"}}]},
    "seen": {"which": "last", "during": {"kind": "last", "count": 30}},
    "trait": {"operator": "is"},
    "score": {"scale": "nps", "which": "latest", "operator": "at_least", "value": "9"},
    "consent": {"purpose": "marketing", "channel": "email"},
    "reachable": {"by": "email"},
    "company": {},
    "kept": {"field": "team"},
    "in_audience": {},
    "in_list": {},
    "rfm": {"group": "champions"},
    "any": {"conditions": []},
    "all": {"conditions": []},
}


@dataclass(frozen=True, kw_only=True)
class Control:
    """One field of a block. type: select, text, number or date; or words between fields. redraws: other fields follow."""

    type: str
    name: str = ""
    label: Any = ""
    value: Any = ""
    choices: list[tuple[str, Any]] = field(default_factory=list)
    error: str = ""
    listed: str = ""
    redraws: bool = False

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a block. remove, add: what its buttons do."""

    controls: list[Control]
    remove: str = ""
    adds: list[tuple[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One block. path: its place; errors: faults that belong to no field of it."""

    path: str
    kind: str
    title: Any
    icon: str
    is_not: bool
    rows: list[Row]
    children: list["Node"]
    errors: list[str]

    @property
    def is_group(self) -> bool:
        return self.kind in {"all", "any"}

    @property
    def is_root(self) -> bool:
        return self.path == ROOT

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")


def fold(held: Mapping[str, Any]) -> Tree:
    """Return conditions as the form has them."""
    if held.get("kind") == "not":
        inner = fold(held["condition"])
        return inner | {"not": not inner.get("not")}
    tree = copy.deepcopy(dict(held))
    if "conditions" in tree:
        tree["conditions"] = [fold(one) for one in tree["conditions"]]
    if tree["kind"] == "sequence":
        for step in tree["steps"]:
            if (seconds := step.pop("within_seconds", None)) is not None:
                step["within"] = _span(seconds)
        if "unless" in tree:
            tree["unless_when"] = tree.get("unless_when", "between")
        if (seconds := tree.pop("unless_seconds", None)) is not None:
            tree["unless_within"] = _span(seconds)
    return tree


def unfold(tree: Tree) -> Tree:
    """Return what the form says as conditions, which may make no sense."""
    held = {key: value for key, value in tree.items() if key != "not"}
    if "conditions" in held:
        held["conditions"] = [unfold(one) for one in held["conditions"]]
    if held.get("kind") == "sequence":
        held["steps"] = [_with_seconds(step, "within", "within_seconds") for step in held.get("steps", [])]
        held = _with_seconds(held, "unless_within", "unless_seconds")
        when = held.get("unless_when")
        if when not in {"between", "after"}:
            for name in ("unless", "unless_when", "unless_seconds"):
                held.pop(name, None)
        else:
            held.setdefault("unless", {})
            if when == "between":
                held.pop("unless_seconds", None)
    return {"kind": "not", "condition": held} if tree.get("not") else held


def read(given: QueryDict) -> Tree:
    """Return the tree that a form was sent with."""
    nested: dict[str, Any] = {}
    for key in given:
        parts = key.split(".")
        if parts[0] != ROOT or len(parts) < 2 or len(parts) > 20:
            continue
        place = nested
        for part in parts[1:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                break
        else:
            texts = [text.strip() for text in given.getlist(key) if text.strip()]
            place[parts[-1]] = texts if parts[-1] == "names" else texts[-1] if texts else ""
    tree = _tidied(_shaped(_listed(nested)))
    return tree if tree.get("kind") in c.BY_KIND else dict(EMPTY, conditions=[])


def do(tree: Tree, deed: str) -> Tree:
    """Return the tree after a button was pressed: "add:c:did", "remove:c.conditions.0", "detail:c.conditions.0.what"."""
    verb, path, kind = [*deed.split(":"), "", ""][:3]
    parts = path.split(".")[1:]
    try:
        if verb == "remove":
            holder = _at(tree, parts[:-1])
            holder.pop(int(parts[-1]) if isinstance(holder, list) else parts[-1])
        elif verb == "add":
            if kind in _NEW:
                _at(tree, parts).setdefault("conditions", []).append(
                    {"kind": kind, **copy.deepcopy(_NEW[kind])}
                )
        elif verb == "detail":
            _at(tree, parts).setdefault("where", []).append({"field": "channel", "operator": "is"})
        elif verb == "step":
            _at(tree, parts).setdefault("steps", []).append(
                {"what": {}, "within": {"count": 1, "unit": "day"}}
            )
        elif verb == "name":
            _at(tree, parts).setdefault("names", []).append("")
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        pass  # Somebody's page is older than what they have sent since.
    return tree


def node(tree: Tree, errors: Mapping[str, str]) -> Node:
    """Return the blocks to draw. errors: {place in the conditions: fault}."""
    folded: dict[str, str] = {}
    for path, why in errors.items():
        place = ".".join([ROOT, *(part for part in path.split(".") if part and part != "condition")])
        folded.setdefault(
            place.replace("within_seconds", "within.count").replace("unless_seconds", "unless_within.count"),
            why,
        )
    return _Drawing(folded).node(tree, ROOT)


class _Drawing:
    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        self.said: set[str] = set()

    def node(self, tree: Tree, path: str) -> Node:
        kind = str(tree.get("kind"))
        children = [
            self.node(one, f"{path}.conditions.{i}") for i, one in enumerate(tree.get("conditions") or [])
        ]
        rows = list(getattr(self, f"_{kind}", lambda *_given: ())(tree, path))
        own = [
            why
            for place, why in self.errors.items()
            if place not in self.said
            and (place == path or place.startswith(f"{path}."))
            and not any(place.startswith(f"{child.path}") for child in children)
        ]
        label = c.BY_KIND[kind].label if kind in c.BY_KIND else kind
        return Node(
            path=path,
            kind=kind,
            title=label,
            icon=_ICONS.get(kind, "circle"),
            is_not=bool(tree.get("not")),
            rows=rows,
            children=children,
            errors=own,
        )

    def control(self, type: str, path: str, label: Any, value: Any, **more: Any) -> Control:
        error = self.errors.get(path, "")
        if error:
            self.said.add(path)
        return Control(
            type=type, name=path, label=label, value="" if value is None else value, error=error, **more
        )

    def select(self, path: str, label: Any, value: Any, choices: Any, *, redraws: bool = False) -> Control:
        listed = list(choices.items()) if isinstance(choices, Mapping) else list(choices)
        chosen = str(value or (listed[0][0] if listed else ""))
        if chosen and chosen not in {key for key, _label in listed}:
            listed.append((chosen, chosen))  # It is gone; the fault beside it says so.
        return self.control("select", path, label, chosen, choices=listed, redraws=redraws)

    def compared(self, held: Tree, path: str, operators: Mapping[str, Any]) -> list[Control]:
        operator = str(held.get("operator") or "is")
        controls = [self.select(f"{path}.operator", _("How"), operator, operators, redraws=True)]
        value = held.get("value")
        if operator in c.PRESENCE:
            return controls
        if operator == "between":
            low, high = [*(value if isinstance(value, list) else [value]), "", ""][:2]
            if f"{path}.value" in self.errors:
                self.errors.setdefault(f"{path}.value.1", self.errors.pop(f"{path}.value"))
            return [
                *controls,
                self.control("number", f"{path}.value.0", _("From"), low),
                words(_("and")),
                self.control("number", f"{path}.value.1", _("To"), high),
            ]
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        type = "number" if operator in c.NUMBER_OPERATORS or operator.endswith("_days") else "text"
        type = "date" if operator in {"on", "before", "after"} else type
        return [*controls, self.control(type, f"{path}.value", _("Value"), value)]

    def during(self, held: Tree, path: str) -> list[Control]:
        kind = str(held.get("kind") or "ever")
        controls = [self.select(f"{path}.kind", _("When"), kind, c.PERIODS, redraws=True)]
        if kind in {"last", "before_last"}:
            controls.append(self.control("number", f"{path}.count", _("How many"), held.get("count")))
            controls.append(self.select(f"{path}.unit", _("Unit"), held.get("unit") or "day", c.UNITS))
        elif kind == "between":
            controls.append(self.control("date", f"{path}.from_on", _("From"), held.get("from_on")))
            controls.append(self.control("date", f"{path}.to_on", _("To"), held.get("to_on")))
        elif kind in {"this", "previous"}:
            controls.append(self.select(f"{path}.span", _("Time"), held.get("span") or "month", c.SPANS))
        return controls

    def what(
        self, held: Tree, path: str, before: list[Control], after: list[Control], **more: Any
    ) -> Iterator[Row]:
        names = list(held.get("names") or []) or [""]
        controls = list(before)
        for i, name in enumerate(names):
            if i:
                controls.append(words(_("or")))
            error = self.errors.get(f"{path}.names", "") or self.errors.get(f"{path}.names.{i}", "")
            self.said |= {f"{path}.names", f"{path}.names.{i}"}
            controls.append(
                Control(
                    type="text",
                    name=f"{path}.names",
                    label=_("Touchpoint"),
                    value=name,
                    listed="names",
                    error=error,
                )
            )
        adds = [(f"name:{path}", _("or another")), (f"detail:{path}", _("with a detail"))]
        yield Row(controls=[*controls, *after], adds=adds, **more)
        for i, one in enumerate(held.get("where") or []):
            place = f"{path}.where.{i}"
            field = str(one.get("field") or "")
            operators = {**c.NUMBER_OPERATORS, **c.PRESENCE} if field in c.NUMBER_COLUMNS else c.OPERATORS
            chosen = self.control(
                "text", f"{place}.field", _("Detail"), field, listed="details", redraws=True
            )
            yield Row(
                controls=[words(_("with")), chosen, *self.compared(one, place, operators)],
                remove=f"remove:{place}",
            )

    def _did(self, tree: Tree, path: str) -> Iterator[Row]:
        before = [
            self.select(f"{path}.count", _("How often"), tree.get("count"), c.COUNTS),
            self.control("number", f"{path}.times", _("Times"), tree.get("times", 1)),
            words(_("times")),
        ]
        yield from self.what(tree.get("what") or {}, f"{path}.what", before, [])
        yield Row(controls=self.during(tree.get("during") or {}, f"{path}.during"))

    def _sequence(self, tree: Tree, path: str) -> Iterator[Row]:
        steps = tree.get("steps") or []
        for i, step in enumerate(steps):
            place = f"{path}.steps.{i}"
            after = []
            if i:
                span = step.get("within") or {}
                after = [
                    words(_("within")),
                    self.control("number", f"{place}.within.count", _("How many"), span.get("count")),
                    self.select(f"{place}.within.unit", _("Unit"), span.get("unit") or "hour", _SECOND_UNITS),
                ]
            before = [words(_("then") if i else _("first"))]
            removes = {"remove": f"remove:{place}"} if len(steps) > 1 else {}
            yield from self.what(step.get("what") or {}, f"{place}.what", before, after, **removes)
        if len(steps) < 5:
            yield Row(controls=[], adds=[(f"step:{path}", _("then another"))])
        when = str(tree.get("unless_when") or "")
        choices = {
            "": _("whatever else"),
            "between": _("and not in between"),
            "after": _("and not afterwards"),
        }
        first = self.control(
            "select", f"{path}.unless_when", _("Except"), when, choices=list(choices.items()), redraws=True
        )
        if not when:
            yield Row(controls=[first])
        else:
            after = []
            if when == "after":
                span = tree.get("unless_within") or {}
                after = [
                    words(_("within")),
                    self.control("number", f"{path}.unless_within.count", _("How many"), span.get("count")),
                    self.select(
                        f"{path}.unless_within.unit", _("Unit"), span.get("unit") or "hour", _SECOND_UNITS
                    ),
                ]
            yield from self.what(tree.get("unless") or {}, f"{path}.unless", [first], after)
        yield Row(controls=self.during(tree.get("during") or {}, f"{path}.during"))

    def _trait(self, tree: Tree, path: str) -> Iterator[Row]:
        key = self.control("text", f"{path}.key", _("Trait"), tree.get("key"), listed="traits")
        yield Row(controls=[key, *self.compared(tree, path, c.OPERATORS)])

    def _score(self, tree: Tree, path: str) -> Iterator[Row]:
        which = {"latest": _("the latest"), "average": _("the average")}
        yield Row(
            controls=[
                self.select(f"{path}.which", _("Which"), tree.get("which"), which),
                self.control(
                    "text", f"{path}.scale", _("Scale"), tree.get("scale") or "nps", listed="scales"
                ),
                *self.compared(tree, path, c.NUMBER_OPERATORS),
            ]
        )
        yield Row(controls=self.during(tree.get("during") or {}, f"{path}.during"))

    def _seen(self, tree: Tree, path: str) -> Iterator[Row]:
        which = {"first": _("for the first time"), "last": _("for the last time")}
        first = self.select(f"{path}.which", _("Which"), tree.get("which") or "last", which)
        yield Row(controls=[first, *self.during(tree.get("during") or {}, f"{path}.during")])

    def _consent(self, tree: Tree, path: str) -> Iterator[Row]:
        yield Row(
            controls=[
                self.select(f"{path}.state", _("State"), tree.get("state"), c.STATES),
                self.select(f"{path}.purpose", _("Purpose"), tree.get("purpose"), PURPOSES),
                self.select(f"{path}.channel", _("Channel"), tree.get("channel"), CHANNELS),
            ]
        )

    def _reachable(self, tree: Tree, path: str) -> Iterator[Row]:
        yield Row(controls=[self.select(f"{path}.by", _("By"), tree.get("by"), c.REACHES)])

    def _company(self, tree: Tree, path: str) -> Iterator[Row]:
        yield Row(
            controls=[
                self.control("text", f"{path}.key", _("Key of the company, or any"), tree.get("key")),
                self.control("number", f"{path}.least", _("People, at least"), tree.get("least")),
                self.control("number", f"{path}.most", _("People, at most"), tree.get("most")),
            ]
        )
        trait = tree.get("trait") or {}
        key = self.control("text", f"{path}.trait.key", _("Trait of the company"), trait.get("key"))
        yield Row(controls=[key, *self.compared(trait, f"{path}.trait", c.OPERATORS)])

    def _kept(self, tree: Tree, path: str) -> Iterator[Row]:
        field = str(tree.get("field") or "team")
        controls = [self.select(f"{path}.field", _("What"), field, c.KEPT, redraws=True)]
        if field == "owner":
            staff = [
                (user.username, user.get_full_name() or user.username)
                for user in User.objects.filter(is_active=True)
            ]
            controls.append(self.select(f"{path}.value", _("Owner"), tree.get("value"), staff))
        elif field != "demo":
            controls.append(self.control("text", f"{path}.value", _("Value"), tree.get("value")))
        yield Row(controls=controls)

    def _in_audience(self, tree: Tree, path: str) -> Iterator[Row]:
        held = Audience.objects.filter(archived_at=None).values_list("key", "name")
        yield Row(controls=[self.select(f"{path}.key", _("Audience"), tree.get("key"), held)])

    def _in_list(self, tree: Tree, path: str) -> Iterator[Row]:
        held = (
            Audience.objects.exclude(kind=Audience.Kind.DYNAMIC)
            .filter(archived_at=None)
            .values_list("key", "name")
        )
        yield Row(controls=[self.select(f"{path}.key", _("List"), tree.get("key"), held)])

    def _rfm(self, tree: Tree, path: str) -> Iterator[Row]:
        yield Row(
            controls=[
                self.select(f"{path}.group", _("Group"), tree.get("group"), c.RFM_GROUPS),
                words(_("of those who had")),
                self.control(
                    "text",
                    f"{path}.name",
                    _("Touchpoint"),
                    tree.get("name") or "Order Completed",
                    listed="names",
                ),
                words(_("in the last")),
                self.control("number", f"{path}.days", _("Days"), tree.get("days") or 365),
                words(_("days")),
            ]
        )


def words(text: Any) -> Control:
    return Control(type="words", value=text)


def added() -> list[tuple[str, Any, str]]:
    """Return the blocks that can be added, each with its label and icon."""
    return [(kind, c.BY_KIND[kind].label, _ICONS[kind]) for kind in ADDED]


def touchpoint_names() -> list[str]:
    """Return what has happened so far, by name."""
    return list(Definition.objects.order_by("name").values_list("name", flat=True)[:2000])


OPTIONS = {
    "details": gettext_lazy("Details"),
    "names": gettext_lazy("Touchpoints"),
    "traits": gettext_lazy("Traits"),
}


def _span(seconds: int) -> Tree:
    unit = next(
        unit for unit in ("day", "hour", "minute") if seconds % _SECONDS[unit] == 0 or unit == "minute"
    )
    return {"count": max(1, seconds // _SECONDS[unit]), "unit": unit}


def _with_seconds(held: Tree, name: str, into: str) -> Tree:
    made = {key: value for key, value in held.items() if key != name}
    span = held.get(name) or {}
    count, unit = span.get("count"), span.get("unit")
    if count not in (None, ""):
        try:
            made[into] = float(count) * _SECONDS[str(unit)]
        except (ValueError, KeyError):
            made[into] = count
    return made


def _listed(held: Any) -> Any:
    """Return mappings whose keys are all numbers as lists, in their order."""
    if not isinstance(held, dict):
        return held
    made = {key: _listed(value) for key, value in held.items()}
    if made and all(key.isdecimal() and len(key) < 4 for key in made):
        return [made[key] for key in sorted(made, key=int)]
    return made


_BLOCKS, _PARTS, _MAPPINGS = (
    {"conditions"},
    {"steps", "where"},
    {"what", "during", "within", "unless_within", "unless", "trait"},
)


def _shaped(held: Any) -> Tree:
    """Return a block with parts of the shape that they must have; of anything else nothing is left."""
    if not isinstance(held, dict):
        return {}
    made: Tree = {}
    for key, value in held.items():
        if key in _BLOCKS | _PARTS:
            parts = [_shaped(one) for one in value] if isinstance(value, list) else []
            made[key] = [one for one in parts if key in _PARTS or one.get("kind") in c.BY_KIND]
        elif key in _MAPPINGS:
            made[key] = _shaped(value)
        elif key == "names":
            made[key] = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
        elif isinstance(value, str) or (key == "value" and isinstance(value, list)):
            made[key] = value if isinstance(value, str) else [one for one in value if isinstance(one, str)]
    return made


def _tidied(held: Any) -> Any:
    """Return what was sent without what was left empty, with values as their operator wants them."""
    if isinstance(held, list):
        return [_tidied(one) for one in held]
    if not isinstance(held, dict):
        return held
    made = {key: _tidied(value) for key, value in held.items() if value not in ("", [], {})}
    operator, value = made.get("operator"), made.get("value")
    if operator in {"any_of", "none_of"} and isinstance(value, str):
        made["value"] = [one.strip() for one in value.split(",") if one.strip()]
    elif operator != "between" and isinstance(value, list) and operator not in {"any_of", "none_of"}:
        made["value"] = value[0] if value else ""
    if operator in c.PRESENCE:
        made.pop("value", None)
    if made.get("kind") in {"all", "any"}:
        made.setdefault("conditions", [])
    if made.get("kind") == "sequence":
        made.setdefault("steps", [])
    if made.get("kind") == "company" and "key" not in (made.get("trait") or {}):
        made.pop("trait", None)
    if isinstance(during := made.get("during"), dict):
        _only(during)
    return made


def _only(during: Tree) -> None:
    """A kind of time keeps its own fields; what another kind had would be wrong in it."""
    wanted = {
        "last": {"count", "unit"},
        "before_last": {"count", "unit"},
        "between": {"from_on", "to_on"},
        "this": {"span"},
        "previous": {"span"},
    }.get(str(during.get("kind")), set())
    for name in set(during) - wanted - {"kind"}:
        del during[name]


def _at(tree: Any, parts: list[str]) -> Any:
    for part in parts:
        tree = tree[int(part)] if isinstance(tree, list) else tree.setdefault(part, {})
    return tree
