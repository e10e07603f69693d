"""The pages of tasks and notices."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.agenda import about, forms, lists, when
from jejak.features.agenda.actions import notices, tasks
from jejak.features.agenda.models import Notice, Task
from jejak.features.agenda.views.asking import back, me
from jejak.records import changing, kinds
from jejak.staff import audit

_VIEW, _ADD, _CHANGE = "agenda.view_task", "agenda.add_task", "agenda.change_task"
_FOUND = 8


class Tasks(AdminPage):
    """What is to be done: mine, my team's, or everybody's."""

    title = _("Tasks")
    subtitle = _("What is to be done, and by when.")
    icon = "list-checks"
    permission = _VIEW
    template_name = "agenda/tasks.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, now = self.request.user, _now()
        who = self.request.GET.get("who", "mine")
        who = who if who in lists.WHO else "mine"
        groups = lists.groups(lists.of_whom(lists.tasks(user), who, user), now=now)
        own = {
            "groups": groups,
            "nothing": not any(group.rows for group in groups),
            "all_done": not any(group.rows for group in groups[:-1]),
            "postpones": [("tomorrow 9:00", _("Tomorrow")), ("next week 9:00", _("Next week"))],
            "who": who,
            "whose": [(key, label, key == who) for key, label in lists.WHO.items()],
            "may_add": user.has_perm(_ADD),
            "may_change": user.has_perm(_CHANGE),
        }
        return super().get_context_data(**(own | kwargs))


class Add(AdminPage):
    """Takes a line such as "Call Siti tomorrow 9:00" and makes a task of it."""

    http_method_names = ["post"]
    permission = _ADD

    def post(self, request: HttpRequest) -> HttpResponse:
        now = _now()
        read = when.read(request.POST.get("line", ""), now=now, zone=timezone.get_current_timezone())
        on = _on(request)
        try:
            task = tasks.add(
                title=read.text,
                due_at=read.at,
                priority="high" if request.POST.get("priority") == "high" else "normal",
                owner=me(request),
                about_kind=on.kind if on else "",
                about_id=on.id if on else None,
                by=me(request),
                now=now,
            )
        except changing.BadValues as error:
            messages.error(request, "; ".join(error.errors.values()))
        else:
            audit.note(request, audit.ADDED, kind="task", record_id=task.pk, title=task.title)
        return back(request)


class _OfOne(AdminPage):
    """A page of one task."""

    permission = _CHANGE
    icon = "check-circle"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.task = get_object_or_404(
                lists.tasks(request.user).select_related("owner", "done_by", "made_by"), pk=kwargs["task_id"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.task.title

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:tasks"), _("Tasks")


class One(_OfOne):
    """One task, to read and to change."""

    permission = _VIEW
    template_name = "agenda/task.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        task = self.task
        initial = {
            "title": task.title, "due_at": task.due_at, "owner": task.owner_id, "priority": task.priority,
            "remind_minutes": "" if task.remind_minutes is None else str(task.remind_minutes),
            "repeat": task.repeat, "text": task.text,
        }  # fmt: skip
        own = {
            "task": task,
            "row": lists.rows([task], now=_now())[0],
            "form": forms.TaskForm(initial=initial, reminder=task.remind_minutes),
            "may_change": self.request.user.has_perm(_CHANGE),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(_CHANGE):
            raise PermissionDenied
        form = forms.TaskForm(request.POST, reminder=self.task.remind_minutes)
        if form.is_valid():
            try:
                changing.change(
                    kind=kinds.kind("task"),
                    record=self.task,
                    values=form.values(),
                    by=me(request),
                    now=_now(),
                )
            except changing.BadValues as error:
                for key, why in error.errors.items():
                    form.add_error(key if key in form.fields else None, why)
            else:
                _changed(request, self.task, sorted(form.changed_data))
                messages.success(request, _t("Saved."))
                return redirect("agenda:task", self.task.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Done(_OfOne):
    """Completes a task, or opens it again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_done = request.POST.get("done") != "0"
        try:
            changing.change(
                kind=kinds.kind("task"),
                record=self.task,
                values={"is_done": is_done},
                by=me(request),
                now=_now(),
            )
        except (tasks.DoneAlready, tasks.NotDone):
            pass  # Somebody else was quicker, and wanted the same.
        else:
            _changed(request, self.task, ["is_done"])
        return back(request)


class Postpone(_OfOne):
    """Lets a task be due another time, in words."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = _now()
        due_at = when.moment(request.POST.get("to", ""), now=now, zone=timezone.get_current_timezone())
        if due_at is None:
            messages.error(request, _t("Say when, such as “tomorrow 9:00” or “next week”."))
        else:
            tasks.postpone(task=self.task, due_at=due_at, by=me(request), now=now)
            _changed(request, self.task, ["due_at"])
        return back(request)


class Remove(_OfOne):
    """Puts a task away."""

    http_method_names = ["post"]
    permission = "agenda.delete_task"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = kinds.kind("task")
        changing.archive_many(kind=kind, rows=kind.rows().filter(pk=self.task.pk), by=me(request), now=_now())
        audit.note(request, audit.DELETED, kind="task", record_id=self.task.pk, title=self.task.title)
        return redirect("agenda:tasks")


class Notices(AdminPage):
    """What somebody should know, the newest first."""

    title = _("Notices")
    icon = "bell"
    template_name = "agenda/notices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Notice.objects.filter(user=self.request.user.pk, made_at__gt=_now() - timedelta(days=90))
        page = Paginator(
            found.select_related("task", "note", "meeting").order_by("-made_at", "-pk"), 30
        ).get_page(self.request.GET.get("page"))
        own = {"page": page, "can_mail": notices.can_mail(), "any_new": any(not one.seen_at for one in page)}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        notices.see(user=me(request), now=_now())
        return redirect("agenda:notices")


class NoticeOne(AdminPage):
    """Leads to what a notice is about, and marks it as seen."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        notice = get_object_or_404(
            Notice.objects.select_related("note"), pk=kwargs["notice_id"], user=request.user.pk
        )
        notices.see(user=me(request), notice=notice, now=_now())
        if notice.task_id:
            return redirect("agenda:task", notice.task_id)
        if notice.meeting_id:
            return redirect("agenda:meeting", notice.meeting_id)
        if notice.note:
            return redirect("agenda:notes", notice.note.about_kind, notice.note.about_id)
        return redirect("agenda:notices")


class Colleagues(AdminPage):
    """Names of staff that begin with some letters, for mentions."""

    permission = "agenda.view_note"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("q", "").strip().casefold()[:60]
        fitting = [
            user
            for user in forms.colleagues()
            if user.get_username().casefold().startswith(asked)
            or any(word.startswith(asked) for word in user.get_full_name().casefold().split())
        ]
        names = [
            {"username": user.get_username(), "name": user.get_full_name() or user.get_username()}
            for user in fitting[:_FOUND]
        ]
        return JsonResponse({"staff": names})


def _on(request: HttpRequest) -> about.About | None:
    """Return the record that a form names, as far as its sender may see it."""
    kind, pk = request.POST.get("about_kind", ""), request.POST.get("about_id", "")
    if not kind or not pk.isdecimal():
        return None
    try:
        return about.find(kind, int(pk), request.user)
    except about.NotThere:
        raise Http404 from None


def _changed(request: HttpRequest, task: Task, fields: list[str]) -> None:
    audit.note(
        request, audit.CHANGED, kind="task", record_id=task.pk, title=task.title, detail={"fields": fields}
    )


def _now() -> datetime:
    return datetime.now(UTC)
