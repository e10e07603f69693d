"""Look for people who may be one, and propose them to staff. Nobody is merged here."""

import importlib.util
import itertools
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from jejak.features.duplicates import people
from jejak.features.duplicates.models import Look
from jejak.features.duplicates.wording import AGREEMENTS
from jejak.people.models import Merge, Person, Suggestion

if TYPE_CHECKING:
    from jejak.features.duplicates.matching.finding import Pair

RULE = "fuzzy"
THRESHOLD = 0.5
"""A pair is proposed where it is likelier one than not."""

_AT_ONCE = 500
_ROOT = Path(__file__).parents[3]
_TAKEN_FOR_DEAD = timedelta(hours=2)

Couple = tuple[int, int]


class NotInstalled(Exception):
    """Splink is not there: `pip install jejak[duplicates]`."""


class AlreadyLooking(Exception):
    """Somebody is looking for duplicates right now."""


def is_installed() -> bool:
    """Return whether the extra is there."""
    return importlib.util.find_spec("splink") is not None


def how_to_install() -> str:
    """Return the command that adds the extra: to the clone that runs, or by the package's name."""
    if (_ROOT / "pyproject.toml").is_file():
        return f'"{sys.executable}" -m pip install --editable "{_ROOT}[duplicates]"'
    return 'pip install "jejak[duplicates]"'


def begin(*, threshold: float, started_by_id: int | None, now: datetime) -> Look:
    """Return a new look, which `look` then does. Raises NotInstalled, or AlreadyLooking: one at a time."""
    if not is_installed():
        raise NotInstalled
    Look.objects.filter(state=Look.State.RUNNING, started_at__lt=now - _TAKEN_FOR_DEAD).update(
        state=Look.State.FAILED, ended_at=now, error="The process ended."
    )
    try:
        with transaction.atomic():
            return Look.objects.create(threshold=threshold, started_by_id=started_by_id, started_at=now)
    except IntegrityError:
        raise AlreadyLooking from None


def look(*, look: Look, now: datetime) -> Look:
    """Propose every pair of people who may be one, and take back open proposals that no longer hold.

    What staff decided or parted is not proposed again. Done twice, it changes nothing.
    """
    from jejak.features.duplicates.matching import finding  # Splink comes with an extra.

    try:
        database = finding.open_table(people.COLUMNS)
        for ids, cells in people.batches():
            look.people += len(ids)
            finding.add(database, ids=ids, cells=cells)
        found = finding.find(database, people.COLUMNS, threshold=look.threshold)
        look.compared, look.expected = found.model.compared, found.model.expected
        _propose(look, found.pairs, now)
        look.state = Look.State.DONE
    except Exception as error:
        # Only its kind: a message of the database could quote somebody's data.
        look.state, look.error = Look.State.FAILED, type(error).__name__
        raise
    finally:
        look.ended_at = datetime.now(now.tzinfo)
        look.save()
    return look


def _propose(look: Look, pairs: Iterator["Pair"], now: datetime) -> None:
    settled = _settled()
    open_before = set(Suggestion.objects.filter(rule=RULE, decided_at=None).values_list("pk", flat=True))
    certain = 0.0
    while some := list(itertools.islice(pairs, _AT_ONCE)):
        wanted = {(pair.left, pair.right): pair for pair in some if (pair.left, pair.right) not in settled}
        kept = _write(look, wanted, now)
        open_before.difference_update(kept)
        look.pairs += len(kept)
        certain += sum(pair.probability for pair in wanted.values())
    gone = sorted(open_before)
    for start in range(0, len(gone), _AT_ONCE):
        removed, _ = Suggestion.objects.filter(
            pk__in=gone[start : start + _AT_ONCE], decided_at=None
        ).delete()
        look.removed += removed
    look.sure_percent = 100 * certain / look.pairs if look.pairs else None


def _write(look: Look, wanted: dict[Couple, "Pair"], now: datetime) -> list[int]:
    """Add or renew these suggestions in one short transaction, and return their ids."""
    with transaction.atomic():
        cells = people.cells_of(sorted({pk for couple in wanted for pk in couple}))
        evidence = {
            couple: _evidence(pair, cells)
            for couple, pair in wanted.items()
            if couple[0] in cells and couple[1] in cells  # Neither merged nor forgotten meanwhile.
        }
        ours = Suggestion.objects.filter(rule=RULE, person__in=[left for left, _ in evidence])
        there = {(one.person_id, one.other_id): one for one in ours}
        changed = []
        for couple, one in there.items():
            if couple in evidence and one.decided_at is None and one.evidence != evidence[couple]:
                one.evidence = evidence[couple]
                changed.append(one)
        Suggestion.objects.bulk_update(changed, ["evidence"])
        new = Suggestion.objects.bulk_create(
            Suggestion(person_id=left, other_id=right, rule=RULE, evidence=said, suggested_at=now)
            for (left, right), said in evidence.items()
            if (left, right) not in there
        )
    look.added += len(new)
    return [one.pk for one in new] + [
        one.pk for couple, one in there.items() if couple in evidence and one.decided_at is None
    ]


def _evidence(pair: "Pair", cells: dict[int, list[str]]) -> dict[str, Any]:
    reasons = [
        {
            "field": column.name,
            "left": cells[pair.left][column.place],
            "right": cells[pair.right][column.place],
            "agreement": AGREEMENTS[pair.agreements[column.name]],
        }
        for column in people.COLUMNS
        if column.name in pair.agreements
    ]
    return {"probability": round(pair.probability, 4), "reasons": reasons}


def _settled() -> set[Couple]:
    """Return the people whom staff decided about, or parted, by who stands for each now."""
    couples = set(Suggestion.objects.exclude(decided_at=None).values_list("person", "other"))
    couples |= set(Merge.objects.exclude(undone_at=None).values_list("person", "other"))
    ids = sorted({pk for couple in couples for pk in couple})
    root_of: dict[int, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = Person.objects.filter(Q(pk__in=ids[start : start + _AT_ONCE]), root__isnull=False)
        root_of.update((pk, root) for pk, root in some.values_list("pk", "root") if root is not None)
    roots = ((root_of.get(left, left), root_of.get(right, right)) for left, right in couples)
    return {(min(couple), max(couple)) for couple in roots}
