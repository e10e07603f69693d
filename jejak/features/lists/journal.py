"""Who changed what of a kind, and when; and the undoing of it."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext

from jejak.features.lists import background, works
from jejak.features.lists.access import PERSONAL, KindPage, is_htmx, link_to
from jejak.records import changing, kinds, listing, unmaking
from jejak.records.models import Change, ChangedRecord
from jejak.staff import audit, scope

_PIECE = 30
_MOST_SHOWN = 100


class Changes(KindPage):
    """The journal of a kind."""

    template_name = "lists/changes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = changes(self.kind, self.user)
        after = request.GET.get("after", "")
        if after.isdecimal() and len(after) < 19:
            found = found.filter(pk__lt=int(after))
        piece = list(found.order_by("-pk")[: _PIECE + 1])
        more = f"?after={piece[_PIECE - 1].pk}" if len(piece) > _PIECE else ""
        context = {"changes": piece[:_PIECE], "more": more, "kind": self.kind}
        if is_htmx(request) and after:
            return render(request, "lists/changes_piece.html", self.get_context_data(**context))
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> Any:
        return gettext("Changes")

    def get_subtitle(self) -> Any:
        return gettext("Who changed what, and when. Every change can be undone.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(icon="arrow-counter-clockwise", **kwargs)


class OneChange(KindPage):
    """What a change did to each record."""

    template_name = "lists/change.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        change = get_object_or_404(changes(self.kind, self.user), pk=kwargs["change_id"])
        rows = _rows(change)
        within = set(
            self.kind.seen_by(self.user)
            .filter(pk__in=[r.record_id for r in rows])
            .values_list("pk", flat=True)
        )
        away = {r.record_id for r in rows} - within if change.verb == Change.ARCHIVED else set()
        titles = listing.titles(self.kind, within | away)
        shown = [
            {
                "title": titles.get(row.record_id, f"#{row.record_id}"),
                "link": link_to(self.kind, row.record_id) if row.record_id in within else "",
                "fields": _differences(self.kind, row),
                "kept_for": unmaking.why(row.kept_for),
            }
            for row in rows[:_MOST_SHOWN]
            if row.record_id in within | away
        ]
        context = self.get_context_data(
            change=change, shown=shown, has_more=len(rows) > _MOST_SHOWN, taken=_taken(change)
        )
        return self.render_to_response(context)

    def get_title(self) -> Any:
        return gettext("What was changed")


class Undo(KindPage):
    """Undo a change."""

    http_method_names = ["post"]
    verb = "change"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        change = get_object_or_404(changes(self.kind, self.user), pk=kwargs["change_id"])
        if not self.kind.allows(self.user, verb_of_undoing(change, self.user)):
            raise PermissionDenied
        if change.records > works.MOST_AT_ONCE:
            work = works.leave_undoing(change=change, by=self.user, now=datetime.now(UTC))
            background.wake()
            return redirect("lists:work", self.kind.key, work.pk)
        try:
            undone = works.undo(change=change, by=self.user, now=datetime.now(UTC))
        except changing.UndoneAlready:
            messages.warning(request, gettext("It was undone before."))
            return redirect("lists:changes", self.kind.key)
        except changing.NotNow as error:
            messages.warning(request, str(error))
            return redirect("lists:change", self.kind.key, change.pk)
        if self.kind.key in PERSONAL:
            audit.note(
                request,
                audit.UNDID,
                kind=self.kind.key,
                detail={"change": change.pk, "records": undone.restored},
            )
        say_undone(request, undone.restored, len(undone.kept))
        if undone.kept:
            return redirect("lists:change", self.kind.key, change.pk)
        return redirect("lists:list", self.kind.key)


def changes(kind: kinds.Kind, user: Any) -> Any:
    """Return the changes of a kind that somebody may see: all of them, or their own where their reach is limited."""
    found = Change.objects.filter(kind=kind.key).select_related("by", "undone_by")
    return found.filter(by=user) if scope.limited(user) and kind.is_scoped else found


def verb_of_undoing(change: Change, user: Any) -> str:
    """Return what somebody must be allowed to do to undo a change: what others made is put away by it."""
    is_made = change.verb in {Change.MADE, Change.IMPORTED} and change.by_id != user.pk
    return "delete" if is_made or change.verb == Change.ARCHIVED else "change"


def say_undone(request: HttpRequest, restored: int, kept: int) -> None:
    """Say what an undoing did, also what it left alone."""
    words = ngettext(
        "%(count)s record is as it was before.", "%(count)s records are as they were before.", restored
    )
    messages.success(request, words % {"count": restored})
    if kept:
        words = ngettext(
            "%(count)s record was changed again since and stays as it is.",
            "%(count)s records were changed again since and stay as they are.",
            kept,
        )
        messages.warning(request, words % {"count": kept})


def _rows(change: Change) -> list[ChangedRecord]:
    """The first rows of a change; of one that was undone, what was kept comes first, and nothing of what is gone."""
    rows = ChangedRecord.objects.filter(change=change).order_by("pk")
    if change.undone_at is None:
        return list(rows[: _MOST_SHOWN + 1])
    kept = list(rows.filter(undone=ChangedRecord.KEPT)[: _MOST_SHOWN + 1])
    others = rows.exclude(undone__in=[ChangedRecord.KEPT, ChangedRecord.TAKEN])
    return kept + list(others[: _MOST_SHOWN + 1 - len(kept)])


def _taken(change: Change) -> int:
    """How many records that it made were taken away again."""
    if change.undone_at is None:
        return 0
    taken = ChangedRecord.objects.filter(change=change, undone=ChangedRecord.TAKEN)
    return taken.values("record_id").distinct().count()


def _differences(kind: kinds.Kind, row: ChangedRecord) -> list[tuple[Any, str, str]]:
    """Return what changed in a record: (field, before, after), as staff read it."""
    found = []
    for key in sorted({*row.before, *row.after} - {"archived"}):
        try:
            field = kind.field(key)
        except kinds.NoSuchField:
            continue
        before, after = (_words(field, held.get(key)) for held in (row.before, row.after))
        found.append((field.label, before, after))
    return found


def _words(field: kinds.Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type.key == "record":
        named = listing.titles(kinds.kind(field.links_to), [value])
        return named.get(value, f"#{value}")
    return field.type.show(value, field.options)
