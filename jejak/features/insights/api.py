"""The REST API of annotations: what happened on a day, drawn into every line over time.

POST /api/v1/annotations   {"words": "New courier", "on": "2026-11-03"}
"""

from datetime import UTC, date, datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Schema, Status

from jejak import api
from jejak.questions import annotations
from jejak.questions.models import Annotation
from jejak.staff import audit

router = api.router("annotations", "Annotations")
READ, WRITE = (
    api.scope("annotations:read", _("Read annotations")),
    api.scope("annotations:write", _("Write annotations")),
)
_SEE, _ADD, _DELETE = (f"questions.{verb}_annotation" for verb in ("view", "add", "delete"))


class AnnotationIn(api.In):
    """What happened on a day, or from it to another. A deployment or a campaign can write its own."""

    words: str = Field(min_length=1, max_length=120, pattern=r"\S")
    on: date
    until_on: date | None = Field(None, description="The last day, where it lasted longer than one.")
    channel: str = Field("", max_length=60, description="Only where it is about one channel.")
    place: str = Field("", max_length=120, description="Only where it is about one place.")


class AnnotationOut(Schema):
    """An annotation."""

    id: int
    words: str
    on: date
    until_on: date | None
    channel: str
    place: str


@router.get("", response=api.Page[AnnotationOut], auth=api.needs(READ, _SEE))
def list_annotations(request: api.Request, paging: Query[api.Paging]) -> Any:
    """Return annotations, the latest written first."""
    return api.page(request, Annotation.objects.all(), order="-changed_at", paging=paging)


@router.post("", response={201: AnnotationOut}, auth=api.needs(WRITE, _ADD))
def add_annotation(request: api.Request, given: AnnotationIn) -> Any:
    """Write an annotation."""
    if given.until_on and given.until_on < given.on:
        fault = {"pointer": "#/until_on", "detail": "The last day lies before the first."}
        raise api.Problem(422, "The request does not fit.", code="invalid", errors=[fault])
    user: Any = request.user
    made = annotations.add(**given.dict(), by=user, now=datetime.now(UTC))
    audit.note(request, audit.ADDED, kind="annotation", record_id=made.pk, title=made.words)
    return Status(201, made)


@router.delete("/{int:annotation_id}", response={204: None}, auth=api.needs(WRITE, _DELETE))
def delete_annotation(request: api.Request, annotation_id: int) -> Any:
    """Delete an annotation."""
    one = get_object_or_404(Annotation, pk=annotation_id)
    annotations.delete(annotation=one)
    audit.note(request, audit.DELETED, kind="annotation", record_id=annotation_id, title=one.words)
    return Status(204, None)
