"""Pipelines, their stages, and the reasons why deals end: made, renamed, put in order, put away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext, override

from jejak.features.crm.models import LOST, OPEN, OUTCOMES, WON, Deal, DealReason, DealStage, Pipeline

_FIRST_KEY = "sales"
_LONGEST_NAME = 80
Ordered = TypeVar("Ordered", Pipeline, DealStage, DealReason)


class NotPossible(ValueError):
    """What was asked makes no sense, or would leave deals nowhere; its text says why, for whoever asked."""


@transaction.atomic
def begin() -> None:
    """Make the first pipeline and the first reasons, in the language of the install, where there is no pipeline."""
    if Pipeline.objects.exists():
        return
    with override(settings.LANGUAGE_CODE):
        pipeline, is_new = Pipeline.objects.get_or_create(key=_FIRST_KEY, defaults={"name": gettext("Sales")})
        if not is_new:
            return
        stages = [
            ("new", gettext("New"), 10, OPEN),
            ("qualified", gettext("Qualified"), 25, OPEN),
            ("proposal", gettext("Proposal"), 50, OPEN),
            ("negotiation", gettext("Negotiation"), 75, OPEN),
            ("won", gettext("Won"), 100, WON),
            ("lost", gettext("Lost"), 0, LOST),
        ]
        DealStage.objects.bulk_create(
            DealStage(
                pipeline=pipeline,
                key=key,
                name=name,
                order=order,
                probability=probability,
                outcome=outcome,
                asks_reason=outcome == LOST,
            )
            for order, (key, name, probability, outcome) in enumerate(stages)
        )
        reasons = [
            ("price", gettext("Too expensive"), LOST),
            ("competitor", gettext("Bought from somebody else"), LOST),
            ("no_budget", gettext("No budget"), LOST),
            ("no_answer", gettext("No answer any more"), LOST),
            ("not_fitting", gettext("Does not fit what they need"), LOST),
            ("best_offer", gettext("Best offer"), WON),
            ("trust", gettext("They know and trust us"), WON),
        ]
        DealReason.objects.bulk_create(
            DealReason(key=key, name=name, order=order, outcome=outcome)
            for order, (key, name, outcome) in enumerate(reasons)
        )


def first() -> Pipeline:
    """Return the pipeline that comes first; made where there is none."""
    found = Pipeline.objects.filter(archived_at=None).first()
    if found is None:
        begin()
        found = Pipeline.objects.filter(archived_at=None).first()
    if found is None:  # All were put away at once, by somebody else.
        raise NotPossible(gettext("There is no pipeline."))
    return found


@transaction.atomic
def add_pipeline(*, name: str) -> Pipeline:
    """Make a pipeline with the stages that every one needs: where deals begin, are won, and are lost.

    Raises NotPossible.
    """
    name = _named(name)
    pipeline = Pipeline.objects.create(key=_key(Pipeline, name), name=name, order=_next(Pipeline.objects))
    add_stage(pipeline=pipeline, name=gettext("New"), probability=10, outcome=OPEN, asks_reason=False)
    add_stage(pipeline=pipeline, name=gettext("Won"), probability=100, outcome=WON, asks_reason=False)
    add_stage(pipeline=pipeline, name=gettext("Lost"), probability=0, outcome=LOST, asks_reason=True)
    return pipeline


def rename_pipeline(*, pipeline: Pipeline, name: str) -> None:
    """Give a pipeline another name; its key stays. Raises NotPossible."""
    Pipeline.objects.filter(pk=pipeline.pk).update(name=_named(name))


@transaction.atomic
def add_stage(
    *, pipeline: Pipeline, name: str, probability: int, outcome: str, asks_reason: bool
) -> DealStage:
    """Add a stage: an open one before those that end a deal. Raises NotPossible."""
    name = _named(name)
    stage = DealStage.objects.create(
        pipeline=pipeline,
        key=_key(DealStage, name, pipeline.key),
        name=name,
        order=_next(pipeline.stages),
        probability=_chance(probability, outcome),
        outcome=_known(outcome, OUTCOMES),
        asks_reason=asks_reason and outcome != OPEN,
    )
    standing = list(pipeline.stages.filter(archived_at=None).order_by("order", "pk"))
    _renumber(sorted(standing, key=lambda one: one.outcome != OPEN))
    return stage


@transaction.atomic
def change_stage(*, stage: DealStage, name: str, probability: int, outcome: str, asks_reason: bool) -> None:
    """Rename a stage, or change its chance and what it means. Raises NotPossible.

    What a stage means stays while deals are or were in it: a deal that was won cannot become open by this.
    """
    if outcome != stage.outcome:
        if Deal.objects.filter(stage=stage).exists():
            raise NotPossible(
                gettext("There are deals in “%(stage)s”: whether it is open, won or lost stays.")
                % {"stage": stage.name}
            )
        _check_leaves_one(stage)
    DealStage.objects.filter(pk=stage.pk).update(
        name=_named(name),
        probability=_chance(probability, outcome),
        outcome=_known(outcome, OUTCOMES),
        asks_reason=asks_reason and outcome != OPEN,
    )


def add_reason(*, outcome: str, name: str) -> DealReason:
    """Add a reason why deals are won, or lost. Raises NotPossible."""
    name = _named(name)
    return DealReason.objects.create(
        outcome=_known(outcome, OUTCOMES[1:]),
        key=_key(DealReason, name),
        name=name,
        order=_next(DealReason.objects.filter(outcome=outcome)),
    )


def rename_reason(*, reason: DealReason, name: str) -> None:
    """Give a reason another name. Raises NotPossible."""
    DealReason.objects.filter(pk=reason.pk).update(name=_named(name))


@transaction.atomic
def shift(*, one: "Pipeline | DealStage | DealReason", by: int) -> None:
    """Put one up (-1) or down (1) among its like. At an end it stays."""
    standing: list[Any] = list(_beside(one))
    at = next(number for number, other in enumerate(standing) if other.pk == one.pk)
    to = max(0, min(len(standing) - 1, at + by))
    standing.insert(to, standing.pop(at))
    _renumber(standing)


@transaction.atomic
def archive(*, one: "Pipeline | DealStage | DealReason", now: datetime) -> None:
    """Put one away: no deal can come into it any more. Raises NotPossible while open deals are in it.

    What was won or lost stays as it is, and keeps its stage and reason.
    """
    if isinstance(one, Pipeline):
        _check_empty(Deal.objects.filter(pipeline=one, won_at=None, lost_at=None, archived_at=None).count())
        if not Pipeline.objects.filter(archived_at=None).exclude(pk=one.pk).exists():
            raise NotPossible(gettext("The last pipeline stays."))
    elif isinstance(one, DealStage):
        _check_empty(Deal.objects.filter(stage=one, won_at=None, lost_at=None, archived_at=None).count())
        _check_leaves_one(one)
    type(one)._default_manager.filter(pk=one.pk).update(archived_at=now)


def restore(*, one: "Pipeline | DealStage | DealReason") -> None:
    """Take one back that was put away."""
    type(one)._default_manager.filter(pk=one.pk).update(archived_at=None)


def _check_empty(count: int) -> None:
    if count:
        raise NotPossible(
            ngettext(
                "%(count)s open deal is in it. Move it first.",
                "%(count)s open deals are in it. Move them first.",
                count,
            )
            % {"count": count}
        )


def _check_leaves_one(stage: DealStage) -> None:
    """Every pipeline keeps a stage where deals begin, one where they are won and one where they are lost."""
    others = DealStage.objects.filter(pipeline=stage.pipeline_id, outcome=stage.outcome, archived_at=None)
    if not others.exclude(pk=stage.pk).exists():
        raise NotPossible(
            gettext("Every pipeline needs a stage that is open, one that is won and one that is lost.")
        )


def _beside(one: "Pipeline | DealStage | DealReason") -> Any:
    if isinstance(one, DealStage):
        return DealStage.objects.filter(pipeline=one.pipeline_id, archived_at=None).order_by("order", "pk")
    if isinstance(one, DealReason):
        return DealReason.objects.filter(outcome=one.outcome, archived_at=None).order_by("order", "pk")
    return Pipeline.objects.filter(archived_at=None)


def _renumber(standing: Sequence[Ordered]) -> None:
    for number, one in enumerate(standing):
        if one.order != number:
            type(one)._default_manager.filter(pk=one.pk).update(order=number)


def _next(among: Any) -> int:
    last: int | None = among.aggregate(last=Max("order"))["last"]
    return 0 if last is None else last + 1


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise NotPossible(gettext("A name is needed."))
    return name[:_LONGEST_NAME]


def _known(outcome: str, among: Sequence[tuple[str, Any]]) -> str:
    if outcome not in dict(among):
        raise NotPossible(gettext("“%(text)s” is no outcome.") % {"text": outcome[:20]})
    return outcome


def _chance(probability: int, outcome: str) -> int:
    """What is won is certain, and what is lost will not be."""
    if outcome != OPEN:
        return 100 if outcome == WON else 0
    if not 0 <= probability <= 100:
        raise NotPossible(gettext("A chance is from 0 to 100 percent."))
    return probability


def _key(model: type[Ordered], name: str, before: str = "") -> str:
    """Return a key that the name suggests and that no other has, now or earlier."""
    suggested = slugify(name).replace("-", "_")[:40] or "stage"
    if before and before != _FIRST_KEY:
        suggested = f"{before[:15]}_{suggested}"
    taken = set(model._default_manager.values_list("key", flat=True))
    number, found = 2, suggested
    while found in taken:
        found, number = f"{suggested}_{number}", number + 1
    return found
