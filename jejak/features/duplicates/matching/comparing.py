"""How two values of a kind may agree, from the same to different: Splink's comparisons, made of the columns' kinds."""

from dataclasses import dataclass

from jejak.features.duplicates.matching.kinds import NAMES, PARTS_OF_NAMES, TEXTS, Column, Kind

_DIFFERENT = {
    Kind.PHONE: 0.3,
    Kind.EMAIL: 0.3,
    Kind.ADDRESS: 0.1,
    Kind.CITY: 0.1,
    Kind.POSTCODE: 0.1,
    Kind.CATEGORY: 0.2,
    Kind.NUMBER: 0.2,
    Kind.TEXT: 0.1,
}


@dataclass(frozen=True, slots=True)
class Level:
    """One way to agree. often: how often it is thought to be among true pairs, before any is seen."""

    agreement: str
    sql: str
    often: float
    by_rareness: float = 0.0
    """How far agreeing on a rare value says more than on a common one: 0 not at all, 1 as far as it is rarer."""
    relatives: bool = False
    """Whether relatives and colleagues agree like this for another reason than chance."""
    weakly: bool = False
    """Whether this is hardly agreeing: among true pairs such ways are the lesser part."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How a column is compared: the ways to agree, the strongest first; the last is that they differ."""

    column: Column
    levels: tuple[Level, ...]
    says_nothing: str
    """SQL for when the two values tell nothing of whether they are one's."""
    at_once: str | None
    """SQL that finds most of those that differ, so that the ways to agree need not be tried one by one."""


def compared(column: Column, columns: list[Column], *, leads: bool) -> Compared:
    """Return how this column of those is compared. leads: whether it says who or what a record is about."""
    loosely = column.kind in (Kind.NAME, Kind.EMAIL) or leads
    different = Level("different", "ELSE", _DIFFERENT.get(column.kind, 0.05), relatives=loosely, weakly=True)
    return Compared(
        column,
        (*_levels(column, columns, leads=leads), different),
        _nothing(column, columns),
        _at_once(column),
    )


def _at_once(column: Column) -> str | None:
    if column.kind not in TEXTS:
        return None
    name = column.clean
    apart = f"little_shared({name}_w_l, {name}_w_r, {name}_n_l, {name}_n_r)"
    apart += f" AND NOT close({name}_l, {name}_r, 0.78)"
    return f"({apart} AND NOT {_initials(column)})" if column.kind == Kind.NAME else f"({apart})"


def _nothing(column: Column, columns: list[Column]) -> str:
    left, right = f"{column.clean}_l", f"{column.clean}_r"
    nothing = f"({left} IS NULL OR {right} IS NULL)"
    if column.kind == Kind.EMAIL:
        # Made of a name, it says no more than the name: namesakes have siti.aminah@ too.
        same_box = f"split_part({left}, '@', 1) = split_part({right}, '@', 1)"
        made = f"{column.clean}_m_l", f"{column.clean}_m_r"
        says_the_name = (
            f"{left} <> {right} AND ({made[0]} AND {made[1]} OR {same_box} AND ({made[0]} OR {made[1]}))"
        )
        return f"({nothing} OR ({says_the_name}))"
    if column.kind == Kind.FAMILY_NAME and (other := _other_part(column, columns)):
        return f"({nothing} OR coalesce({_swap(column, other)}, false))"  # The given name tells it.
    return nothing


def _levels(column: Column, columns: list[Column], *, leads: bool) -> list[Level]:
    name = column.clean
    left, right = f"{name}_l", f"{name}_r"
    same = Level("same", f"{left} = {right}", 0.75, by_rareness=1)
    near = Level("near", f"near({left}, {right})", 0.1)
    match column.kind:
        case kind if kind in PARTS_OF_NAMES:
            return [
                same,
                near,
                *_swapped(column, columns),
                Level("similar", f"close({left}, {right}, 0.88)", 0.04),
                Level("begins", f"(starts_with({left}, {right}) OR starts_with({right}, {left}))", 0.02),
            ]
        case kind if kind in TEXTS:
            return _of_texts(column, leads=leads)
        case Kind.EMAIL:
            # Addresses are made of names: siti.aminah1@ and siti.aminah2@ are namesakes sooner than one.
            box = "split_part({}, '@', 1)"
            numbers = f"digits({left}) = digits({right})"
            alike = f"({numbers} AND close({box.format(left)}, {box.format(right)}, 0.92))"
            named = any(other.kind in NAMES for other in columns)
            return [
                same,
                Level("near", f"({numbers} AND near({left}, {right}))", 0.1),
                Level("same_box", f"{box.format(left)} = {box.format(right)}", 0.05),
                *([] if named else [Level("similar", alike, 0.04, relatives=True)]),
            ]
        case Kind.PHONE:
            return [
                same,
                near,
                Level("ending", f"right({left}, 7) = right({right}, 7)", 0.03),
            ]
        case Kind.DATE:
            turned = f"substr({left}, 1, 4) || substr({left}, 7, 2) || substr({left}, 5, 2) = {right}"
            return [
                same,
                Level("turned", turned, 0.02),
                near,
                Level("two_off", f"within_two({left}, {right})", 0.03),
            ]
        case Kind.CITY:
            return [same, near, Level("similar", f"close({left}, {right}, 0.88)", 0.04)]
        case Kind.POSTCODE | Kind.ID:
            return [same, near, Level("two_off", f"within_two({left}, {right})", 0.03)]
        case Kind.NUMBER:
            apart, size = f"abs({left} - {right})", f"greatest(abs({left}), abs({right}))"
            return [
                same,
                Level("near", f"({apart} <= 1 OR {apart} <= 0.02 * {size})", 0.1),
                Level("similar", f"{apart} <= 0.15 * {size}", 0.05),
            ]
        case Kind.CATEGORY:
            return [
                same,
                near,
                Level("begins", f"(starts_with({left}, {right}) OR starts_with({right}, {left}))", 0.05),
            ]
        case Kind.STREET_NUMBER:
            return [
                same,
                Level("near", f"within_one({left}, {right})", 0.1),
            ]
    return [same]


def _swapped(column: Column, columns: list[Column]) -> list[Level]:
    other = _other_part(column, columns)
    if other is None or column.kind == Kind.FAMILY_NAME:
        return []
    return [Level("swapped", f"coalesce({_swap(column, other)}, false)", 0.02, by_rareness=1)]


def _of_texts(column: Column, *, leads: bool) -> list[Level]:
    name, kind = column.clean, column.kind
    left, right = f"{name}_l", f"{name}_r"
    words = f"shared({name}_w_l, {name}_w_r)"
    share = f"2 * {words} / ({name}_n_l + {name}_n_r)"
    part = f"{words} >= 0.99 * least({name}_n_l, {name}_n_r)"
    most, half = f"{share} >= 0.7", f"({share} >= 0.4 OR close({left}, {right}, 0.88))"
    same = Level("same", f"{left} = {right}", 0.75, by_rareness=1)
    turned = Level("other_order", f"{name}_a_l = {name}_a_r", 0.04, by_rareness=1)
    near = Level("near", f"near({left}, {right})", 0.1)
    mostly = Level("mostly", f"({most} OR close({left}, {right}, 0.95))", 0.08)
    contained = Level("contained", part, 0.04)
    loosely = kind == Kind.NAME or leads
    partly = Level("partly", half, 0.05, relatives=loosely, weakly=True)
    little = Level(
        "little", f"({share} >= 0.2 OR close({left}, {right}, 0.78))", 0.03, relatives=loosely, weakly=True
    )
    if kind == Kind.ADDRESS:
        return [same, turned, near, mostly, contained, partly, little]
    if kind == Kind.NAME:
        return [
            same,
            turned,
            near,
            mostly,
            contained,
            Level("initials", _initials(column), 0.03),
            partly,
            little,
        ]
    other = f"other_numbers({name}_d_l, {name}_d_r) AND {half}"
    numbered = (
        f"({name}_d_l IS NULL) = ({name}_d_r IS NULL)"  # Without its number, a thing is any of its kind.
    )
    words = f"least(len({name}_o_l), len({name}_o_r)) > len(list_intersect({name}_o_l, {name}_o_r))"
    return [
        same,
        turned,
        Level("other_numbers", f"({other})", 0.02, relatives=loosely),
        near,
        Level("longer", f"({numbered} AND {part} AND {most})", 0.04),
        Level("other_words", f"({most} AND {words})", 0.02, relatives=loosely),
        Level("mostly", f"({numbered} AND {most} OR close({left}, {right}, 0.95))", 0.08),
        contained,
        Level("rare_word", f"(list_has_any({name}_r_l, {name}_r_r) AND {share} >= 0.2)", 0.05, weakly=True),
        partly,
        little,
    ]


def _initials(column: Column) -> str:
    name = column.clean
    same = f"{name}_i_l = {name}_i_r AND {name}_h_l <> {name}_h_r"
    return f"({same} AND shared({name}_w_l, {name}_w_r) > 0)"


def _other_part(column: Column, columns: list[Column]) -> Column | None:
    return next((c for c in columns if c.kind in PARTS_OF_NAMES and c.kind != column.kind), None)


def _swap(column: Column, other: Column) -> str:
    mine, theirs = column.clean, other.clean
    return (
        f"({mine}_l = {theirs}_r AND ({theirs}_l = {mine}_r OR near({theirs}_l, {mine}_r))"
        f" OR {theirs}_l = {mine}_r AND near({mine}_l, {theirs}_r))"
    )
