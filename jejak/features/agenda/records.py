"""Tasks and meetings as records: lists, filters, own fields, import, export and the API come from here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jejak.features.agenda import about
from jejak.features.agenda.actions import meetings, tasks
from jejak.features.agenda.models import Meeting, Task
from jejak.records import kinds
from jejak.records.kinds import Field, Kind
from jejak.records.models import OwnObject
from jejak.records.types import BY_KEY

_text, _long, _moment, _staff, _record, _number, _flag, _choice, _tags = (
    BY_KEY[key]
    for key in ("text", "long_text", "moment", "staff", "record", "number", "flag", "choice", "choices")
)


def _kinds_there_are() -> Sequence[tuple[str, Any]]:
    # By the registry alone: asking for own fields here would ask for them again for each kind.
    return [(key, kind.name) for key, kind in kinds._registered.items()] + [
        (own.key, own.name) for own in OwnObject.objects.filter(archived_at=None)
    ]


def _about(things: Sequence[Any]) -> dict[int, str]:
    named = about.named(things)
    return {
        thing.pk: named[thing.about_kind, thing.about_id].title
        for thing in things
        if (thing.about_kind, thing.about_id) in named
    }


def _done(things: Sequence[Any]) -> dict[int, str | bool]:
    return {thing.pk: bool(thing.is_done) for thing in things}


def _is_done(operator: str, asked: Any) -> Q:
    wanted = bool(asked) if operator == "is" else operator == "filled"
    return Q(done_at__isnull=not wanted)


def _titles(model: type[Any]) -> Any:
    def titles(ids: Iterable[int]) -> Mapping[int, str]:
        return dict(model._default_manager.filter(pk__in=list(ids)).values_list("pk", "title"))

    return titles


_HUNG = (
    Field(key="person", label=_("Person"), type=_record, column="person_id", links_to="person"),
    Field(
        key="about_kind",
        label=_("Belongs to (kind)"),
        type=_choice,
        column="about_kind",
        choices=_kinds_there_are,
    ),
    Field(
        key="about_id",
        label=_("Belongs to"),
        type=_number,
        column="about_id",
        show=_about,
        is_personal=True,
    ),
)
_KEPT = (
    Field(key="owner", label=_("Owner"), type=_staff, column="owner_id"),
    Field(key="team", label=_("Team"), type=_text, column="team_key", longest=60),
    Field(key="tags", label=_("Tags"), type=_tags, column="tags"),
    Field(key="created_at", label=_("Made"), type=_moment, column="created_at", is_editable=False),
    Field(key="changed_at", label=_("Changed"), type=_moment, column="changed_at", is_editable=False),
    Field(key="is_demo", label=_("Demo"), type=_flag, column="is_sample", is_editable=False),
)

TASK = kinds.register(
    Kind(
        key="task",
        name=_("Task"),
        plural=_("Tasks"),
        icon="check-circle",
        model=Task,
        title="title",
        columns=("title", "due_at", "priority", "owner", "about_id", "is_done"),
        sort="due_at",
        searched=("title", "text"),
        write=tasks.write,
        make=tasks.make,
        titles=_titles(Task),
        link=lambda pk: reverse("agenda:task", args=[pk]),
        fields=(
            Field(key="title", label=_("Title"), type=_text, column="title", is_required=True, longest=200),
            Field(key="due_at", label=_("Due"), type=_moment, column="due_at"),
            Field(key="priority", label=_("Priority"), type=_choice, column="priority", choices=tuple(Task.Priority.choices)),
            Field(key="is_done", label=_("Done"), type=_flag, column="is_done", matches=_is_done, show=_done),
            Field(key="text", label=_("Text"), type=_long, column="text"),
            *_HUNG,
            Field(key="remind_minutes", label=_("Reminder, minutes before"), type=_number, column="remind_minutes"),
            Field(
                key="repeat",
                label=_("Repeats"),
                type=_choice,
                column="repeat",
                choices=tuple((key, label) for key, label in Task.Repeat.choices if key),
            ),
            Field(key="done_at", label=_("Done at"), type=_moment, column="done_at", is_editable=False),
            Field(key="done_by", label=_("Done by"), type=_staff, column="done_by_id", is_editable=False),
            *_KEPT,
        ),
    )
)  # fmt: skip

MEETING = kinds.register(
    Kind(
        key="meeting",
        name=_("Meeting"),
        plural=_("Meetings"),
        icon="calendar",
        model=Meeting,
        title="title",
        columns=("title", "kind", "starts_at", "state", "owner", "about_id"),
        sort="-starts_at",
        searched=("title", "place", "text", "outcome"),
        write=meetings.write,
        make=meetings.make,
        titles=_titles(Meeting),
        link=lambda pk: reverse("agenda:meeting", args=[pk]),
        fields=(
            Field(key="title", label=_("Title"), type=_text, column="title", is_required=True, longest=200),
            Field(key="kind", label=_("Kind"), type=_choice, column="kind", choices=tuple(Meeting.Kind.choices)),
            Field(key="starts_at", label=_("Begins"), type=_moment, column="starts_at", is_required=True),
            Field(key="ends_at", label=_("Ends"), type=_moment, column="ends_at"),
            Field(key="is_all_day", label=_("All day"), type=_flag, column="is_all_day"),
            Field(key="state", label=_("State"), type=_choice, column="state", choices=tuple(Meeting.State.choices)),
            Field(key="place", label=_("Place"), type=_text, column="place"),
            Field(key="link", label=_("Link"), type=BY_KEY["link"], column="link", longest=1000),
            Field(key="text", label=_("Text"), type=_long, column="text"),
            Field(key="outcome", label=_("Outcome"), type=_long, column="outcome"),
            *_HUNG,
            Field(key="remind_minutes", label=_("Reminder, minutes before"), type=_number, column="remind_minutes"),
            *_KEPT,
        ),
    )
)  # fmt: skip
