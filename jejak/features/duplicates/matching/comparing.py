"""How two values of a kind may agree, from the same to different: Splink's comparisons, made of the columns' kinds."""

from dataclasses import dataclass

from jejak.features.duplicates.matching.kinds import NAMES, PARTS_OF_NAMES, TEXTS, Column, Kind


@dataclass(frozen=True, slots=True)
class Level:
    """One way to agree. often: how often it is thought to be among true pairs, before any is seen."""

    agreement: str
    sql: str
    often: float
    by_rareness: bool = False
    """Whether agreeing on a rare value says more than on a common one."""
    relatives: bool = False
    """Whether relatives and colleagues agree like this for another reason than chance."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How a column is compared: the ways to agree, the strongest first; the last is that they differ."""

    column: Column
    levels: tuple[Level, ...]


def compared(column: Column, columns: list[Column]) -> Compared:
    """Return how this column of those is compared."""
    return Compared(
        column,
        (
            *_levels(column, columns),
            Level("different", "ELSE", 0.05, relatives=column.kind in (Kind.NAME, Kind.EMAIL)),
        ),
    )


def _levels(column: Column, columns: list[Column]) -> list[Level]:
    name = column.clean
    left, right = f"{name}_l", f"{name}_r"
    same = Level("same", f"{left} = {right}", 0.75, by_rareness=True)
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
            share = f"2 * shared({name}_w_l, {name}_w_r) / ({name}_n_l + {name}_n_r)"
            named = column.kind == Kind.NAME
            part = f"shared({name}_w_l, {name}_w_r) >= 0.99 * least({name}_n_l, {name}_n_r)"
            return [
                same,
                Level("other_order", f"{name}_a_l = {name}_a_r", 0.04),
                near,
                Level("mostly", f"({share} >= 0.7 OR close({left}, {right}, 0.95))", 0.08),
                Level("contained", part, 0.04),
                Level("partly", f"({share} >= 0.4 OR close({left}, {right}, 0.88))", 0.05, relatives=named),
                Level("little", f"({share} >= 0.2 OR close({left}, {right}, 0.78))", 0.03, relatives=named),
            ]
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
        case Kind.STREET_NUMBER:
            return [
                same,
                Level("near", f"within_one({left}, {right})", 0.1),
            ]
    return [same]


def _swapped(column: Column, columns: list[Column]) -> list[Level]:
    other = next((c for c in columns if c.kind in PARTS_OF_NAMES and c.kind != column.kind), None)
    if other is None:
        return []
    mine, theirs = column.clean, other.clean
    sql = f"({mine}_l = {theirs}_r AND {theirs}_l = {mine}_r)"
    return [Level("swapped", f"coalesce({sql}, false)", 0.02)]
