"""jejak duplicates: find people who may be one, in this install or in a file."""

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

_THRESHOLD = 0.5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--file", type=Path, help="look in this CSV file (also .gz) and not in the install")
    parser.add_argument(
        "--columns",
        nargs="+",
        action="extend",
        default=[],
        metavar="COLUMN[=KIND]",
        help="the columns to compare, and what they hold if it should not be guessed: name, given_name, family_name,"
        " company, email, phone, date, address, street_number, city, postcode, id, category, text, number; others are"
        " ignored (default: all columns that seem to say something)",
    )
    parser.add_argument("--out", type=Path, help="where to write the pairs (default: standard output)")
    parser.add_argument(
        "--threshold", type=_chance, default=_THRESHOLD, help="the least probability (default: %(default)s)"
    )
    parser.add_argument("--id", dest="id_column", help="the column that names a record (default: guessed)")
    parser.add_argument(
        "--truth", help="a column equal for the same person; not compared, tells how well it went"
    )


def run(given: argparse.Namespace) -> int:
    """Look, and say what was found on standard error."""
    import django

    django.setup()
    from jejak.features.duplicates import actions

    if not actions.is_installed():
        print(f"This needs one more package: {actions.how_to_install()}", file=sys.stderr)
        return 1
    if given.file:
        return _in_file(given)
    if given.columns or given.out or given.id_column or given.truth:
        print("--columns, --out, --id and --truth belong to --file.", file=sys.stderr)
        return 2
    return _in_install(given)


def _in_install(given: argparse.Namespace) -> int:
    from jejak.features.duplicates import actions

    now = datetime.now(UTC)
    try:
        look = actions.begin(threshold=given.threshold, started_by_id=None, now=now)
    except actions.AlreadyLooking:
        print("Somebody is looking already.", file=sys.stderr)
        return 1
    look = actions.look(look=look, now=now)
    print(
        f"{look.people:,} people, {look.compared:,} pairs compared, {look.pairs:,} proposed"
        f" ({look.added:,} new, {look.removed:,} no longer)."
    )
    print(
        f"The model thinks that there are {look.expected:,} pairs. Decide in the back office, under People."
    )
    return 0


def _in_file(given: argparse.Namespace) -> int:
    from jejak.features.duplicates import files
    from jejak.features.duplicates.matching import finding

    try:
        planned = files.plan(given.file, kinds=given.columns, id_column=given.id_column, truth=given.truth)
        said = ", ".join(f"{column.name}={column.kind}" for column in planned.columns)
        print(f"Compared: {said}. Records by {planned.id_column or 'their number, from 1'}.", file=sys.stderr)
        database = finding.open_table(planned.columns)
        ids: list[str] = []
        truths: list[str] = []
        for places, cells, named, true in files.batches(given.file, planned):
            finding.add(database, ids=places, cells=cells)
            ids += named
            truths += true
    except files.BadFile as error:
        print(error, file=sys.stderr)
        return 1
    found = finding.find(database, planned.columns, threshold=given.threshold)
    pairs = list(found.pairs)
    try:
        with ExitStack() as stack:
            out = (
                stack.enter_context(given.out.open("w", encoding="utf-8", newline=""))
                if given.out
                else sys.stdout
            )
            files.write(
                out, ((ids[one.left], ids[one.right], one.probability, one.agreements) for one in pairs)
            )
    except OSError as error:
        print(f"{given.out} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    _tell(found.model, [one.probability for one in pairs], given.threshold)
    if truths:
        scored = files.score(((one.left, one.right) for one in pairs), truths)
        print(
            f"Against {planned.truth}: precision {scored.precision:.4f}, recall {scored.recall:.4f},"
            f" F1 {scored.f1:.4f} (n = {scored.true_pairs:,} true pairs).",
            file=sys.stderr,
        )
    return 0


def _tell(model: "object", chances: list[float], threshold: float) -> None:
    from jejak.features.duplicates.matching.finding import Model

    assert isinstance(model, Model)
    print(
        f"{model.records:,} records, {model.compared:,} pairs compared, {len(chances):,} with {threshold} or more.",
        file=sys.stderr,
    )
    if chances:
        print(
            f"By the model's own estimate, {sum(chances) / len(chances):.1%} of them are right, {model.expected:,} pairs"
            f" exist, and two records taken at random are one with {model.prior:.2g}. Look at some before you merge.",
            file=sys.stderr,
        )


def _chance(text: str) -> float:
    chance = float(text)
    if not 0 < chance <= 1:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1")
    return chance
