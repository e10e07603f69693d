"""What staff did to a record, newest first: from the journal of changes, and a deal's way through its stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jejak.features.crm.models import Deal, DealMove, DealStage
from jejak.records import listing
from jejak.records.kinds import Kind, NoSuchField
from jejak.records.kinds import kind as kind_of
from jejak.records.models import Change, ChangedRecord
from jejak.records.types import Value
from jejak.staff.models import User

_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Step:
    """One deed. changes: (label, before, after) of each field. stay: how long it had been in the stage it left."""

    at: datetime
    by: str
    verb: str
    changes: list[tuple[str, str, str]]
    stay: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Visited:
    """A stage on the way of a deal. share: where on the way it lies. seconds: how long the deal was in it, in all."""

    stage: DealStage
    seconds: float | None
    is_here: bool
    is_behind: bool


def history(kind: Kind, record_id: int) -> list[Step]:
    """Return what staff did to a record, newest first."""
    rows = ChangedRecord.objects.filter(kind=kind.key, record_id=record_id)
    deeds = list(rows.select_related("change__by").order_by("-pk")[:_MOST])
    names = _Names(kind, deeds)
    return [
        Step(
            at=row.change.at,
            by=_name(row.change.by),
            verb=row.change.get_verb_display(),
            changes=[] if row.change.verb == Change.MADE else names.changes(row),
        )
        for row in deeds
    ]


def moves(deal: Deal) -> list[Step]:
    """Return how a deal went from stage to stage, newest first, and how long it stayed in each."""
    went = list(
        DealMove.objects.filter(deal=deal).select_related("before", "after", "by").order_by("at", "pk")
    )
    steps = []
    for number, move in enumerate(went):
        stay = move.at - went[number - 1].at if number else None
        before = move.before.name if move.before else ""
        steps.append(
            Step(at=move.at, by=_name(move.by), verb="", changes=[("", before, move.after.name)], stay=stay)
        )
    return steps[::-1]


def path(deal: Deal, *, now: datetime) -> list[Visited]:
    """Return the stages of a deal's pipeline in order, with the time that it spent in each."""
    went = list(DealMove.objects.filter(deal=deal).order_by("at", "pk").values_list("after__key", "at"))
    spent: dict[str, float] = {}
    for number, (stage, at) in enumerate(went):
        until = went[number + 1][1] if number + 1 < len(went) else now
        spent[stage] = spent.get(stage, 0) + (until - at).total_seconds()
    stages = list(DealStage.objects.filter(pipeline__key=deal.pipeline_id).order_by("order", "pk"))
    here = next((number for number, one in enumerate(stages) if one.key == deal.stage_id), 0)
    return [
        Visited(
            stage=stage,
            seconds=spent.get(stage.key),
            is_here=stage.key == deal.stage_id,
            is_behind=deal.is_open and number < here,
        )
        for number, stage in enumerate(stages)
        if stage.archived_at is None or stage.key == deal.stage_id
    ]


class _Names:
    """What values of the journal mean to people; links are looked up for all of it at once."""

    def __init__(self, kind: Kind, rows: Sequence[ChangedRecord]) -> None:
        self.kind = kind
        self.fields = {field.key: field for field in kind.fields}
        wanted: dict[str, set[int]] = {}
        for row in rows:
            for held in (row.before, row.after):
                for key, value in held.items():
                    field = self.fields.get(key)
                    if field is not None and field.type.is_link and isinstance(value, int):
                        wanted.setdefault(field.links_to or "staff", set()).add(value)
        self.titles = {of: _titles(of, ids) for of, ids in wanted.items()}

    def changes(self, row: ChangedRecord) -> list[tuple[str, str, str]]:
        keys = [key for key in {**row.before, **row.after} if key in self.fields]
        return [
            (
                str(self.fields[key].label),
                self._text(key, row.before.get(key)),
                self._text(key, row.after.get(key)),
            )
            for key in keys
        ]

    def _text(self, key: str, value: Value) -> str:
        field = self.fields[key]
        if field.type.is_link:
            return (
                self.titles.get(field.links_to or "staff", {}).get(value, "")
                if isinstance(value, int)
                else ""
            )
        return field.type.show(value, field.options)


def _titles(of: str, ids: set[int]) -> dict[int, str]:
    if of == "staff":
        return {one.pk: _name(one) for one in User.objects.filter(pk__in=ids)}
    try:
        return dict(listing.titles(kind_of(of), ids))
    except (LookupError, NoSuchField):
        return {}


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""
