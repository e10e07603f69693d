"""The pages of the calendar and of meetings."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.agenda import about, clocks, forms, lists, weeks
from jejak.features.agenda.actions import feeds, meetings
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.ics import writing
from jejak.features.agenda.models import Attendee, Feed, Meeting
from jejak.features.agenda.views.asking import back, me
from jejak.features.agenda.views.notes import found
from jejak.records import changing, kinds
from jejak.staff import audit

_VIEW, _ADD, _CHANGE = "agenda.view_meeting", "agenda.add_meeting", "agenda.change_meeting"
_MOST_SHOWN = 1_000
_FEED_BEFORE, _FEED_AFTER = timedelta(days=90), timedelta(days=400)


class Calendar(AdminPage):
    """A week or a month of meetings."""

    title = _("Calendar")
    subtitle = _("Calls, meetings and visits.")
    icon = "calendar"
    permission = _VIEW
    template_name = "agenda/calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone, today = timezone.get_current_timezone(), timezone.localdate()
        view = "month" if self.request.GET.get("view") == "month" else "week"
        on = _day(self.request.GET.get("on", "")) or today
        who = self.request.GET.get("who", "mine")
        who = who if who in lists.WHO else "mine"
        days = weeks.month_of(on) if view == "month" else weeks.week_of(on)
        begins, ends = weeks.bounds(days, zone)
        shown = _of_whom(lists.meetings(self.request.user), who, self.request.user).filter(
            starts_at__lt=ends, ends_at__gte=begins
        )
        held = list(shown.select_related("owner").order_by("starts_at", "pk")[:_MOST_SHOWN])
        named = about.named(held)
        for meeting in held:
            meeting.on = named.get((meeting.about_kind, meeting.about_id))
        laid_out, span = weeks.laid_out(
            days, held, zone=zone, today=today, month=on.month if view == "month" else None
        )
        first = days[0] if view == "week" else on.replace(day=1)
        before = first - timedelta(days=1 if view == "month" else 7)
        after = first + timedelta(days=32 if view == "month" else 7)
        own = {
            "days": laid_out,
            "weeks": [laid_out[start : start + 7] for start in range(0, len(laid_out), 7)],
            "nothing": not held,
            "span": span,
            "height": (span.last - span.first) * 60,
            "now_line": _now_line(span, zone) if today in days and view == "week" else None,
            "view": view,
            "first": first,
            "last": days[-1],
            "on": on,
            "before": before.replace(day=1) if view == "month" else before,
            "after": after.replace(day=1) if view == "month" else after,
            "today": today,
            "who": who,
            "whose": [(key, label, key == who) for key, label in lists.WHO.items()],
            "may_add": self.request.user.has_perm(_ADD),
        }
        return super().get_context_data(**(own | kwargs))


class Plan(AdminPage):
    """Plan a meeting, or write down a call that was."""

    title = _("Plan a meeting")
    icon = "calendar"
    permission = _ADD
    template_name = "agenda/meeting_form.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:calendar"), _("Calendar")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        on = _asked_on(self.request)
        day = _day(self.request.GET.get("on", ""))
        kind = self.request.GET.get("kind", "meeting")
        starts = timezone.localtime(_now() + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
        if day:
            starts = starts.replace(year=day.year, month=day.month, day=day.day, hour=10)
        initial = {
            "kind": kind, "starts_at": starts, "ends_at": starts + timedelta(hours=1),
            "owner": self.request.user.pk, "remind_minutes": "10",
            "title": {"call": _t("Call with %(name)s"), "visit": _t("Visit to %(name)s")}.get(
                kind, _t("Meeting with %(name)s")) % {"name": on.title} if on else "",
        }  # fmt: skip
        own = {"form": forms.MeetingForm(initial=initial), "on": on, "submit": _("Plan it")}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = forms.MeetingForm(request.POST)
        on = _asked_on(request)
        if form.is_valid():
            values = form.values() | ({"about_kind": on.kind, "about_id": on.id} if on else {})
            try:
                made = changing.make(kind=kinds.kind("meeting"), values=values, by=me(request), now=_now())
            except changing.BadValues as error:
                _add_errors(form, error)
            else:
                if on and on.kind == "person":
                    meetings.invite(meeting=made, guests=[Guest(person_id=on.id)], by=me(request), now=_now())
                audit.note(request, audit.ADDED, kind="meeting", record_id=made.pk, title=made.title)
                return redirect("agenda:meeting", made.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class _OfOne(AdminPage):
    """A page of one meeting."""

    permission = _CHANGE
    icon = "calendar"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.has_perm(self.permission):
            self.meeting = get_object_or_404(
                lists.meetings(request.user).select_related("owner", "made_by"), pk=kwargs["meeting_id"]
            )
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.meeting.title

    def get_back(self) -> tuple[str, Any]:
        on = timezone.localdate(self.meeting.starts_at)
        return f"{reverse('agenda:calendar')}?on={on:%Y-%m-%d}", _("Calendar")


class One(_OfOne):
    """One meeting: when, where, with whom, and what came of it."""

    permission = _VIEW
    template_name = "agenda/meeting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.meeting
        attendees = list(meeting.attendees.select_related("person", "user").order_by("pk"))
        mine = next((one for one in attendees if one.user_id == self.request.user.pk), None)
        audit.note(self.request, audit.SAW, kind="meeting", record_id=meeting.pk, title=meeting.title)
        last = meeting.ends_at - timedelta(days=1) if meeting.is_all_day else meeting.ends_at
        own = {
            "meeting": meeting,
            "last": last,
            "one_day": timezone.localdate(meeting.starts_at) == timezone.localdate(last),
            "attendees": attendees,
            "mine": mine,
            "answers": [(key, label) for key, label in Attendee.Answer.choices if key != "none"],
            "on": about.named([meeting]).get((meeting.about_kind, meeting.about_id or 0)),
            "may_change": self.request.user.has_perm(_CHANGE),
            "can_hold": meeting.state == Meeting.State.PLANNED,
            "colleagues": forms.colleagues() if self.request.user.has_perm(_CHANGE) else [],
        }
        return super().get_context_data(**(own | kwargs))


class Edit(_OfOne):
    """Change a meeting."""

    template_name = "agenda/meeting_form.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:meeting", args=[self.meeting.pk]), self.meeting.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        meeting = self.meeting
        plain = ("title", "kind", "starts_at", "is_all_day", "place", "link", "text")
        initial = {key: getattr(meeting, key) for key in plain} | {
            "ends_at": meeting.ends_at - timedelta(days=1) if meeting.is_all_day else meeting.ends_at,
            "owner": meeting.owner_id,
            "remind_minutes": "" if meeting.remind_minutes is None else str(meeting.remind_minutes),
        }
        own = {
            "form": forms.MeetingForm(initial=initial, reminder=meeting.remind_minutes),
            "submit": _("Save"),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = forms.MeetingForm(request.POST, reminder=self.meeting.remind_minutes)
        if form.is_valid():
            try:
                changing.change(
                    kind=kinds.kind("meeting"),
                    record=self.meeting,
                    values=form.values(),
                    by=me(request),
                    now=_now(),
                )
            except changing.BadValues as error:
                _add_errors(form, error)
            else:
                _changed(request, self.meeting, sorted(form.changed_data))
                messages.success(request, _t("Saved."))
                return redirect("agenda:meeting", self.meeting.pk)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class Hold(_OfOne):
    """Says that a meeting took place, and what came of it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        outcome = request.POST.get("outcome", "").replace("\0", "").strip()[:20_000]
        try:
            meetings.hold(meeting=self.meeting, outcome=outcome, by=me(request), now=_now())
        except meetings.NotPlanned:
            # It was marked before; what came of it may still be written down.
            changing.change(
                kind=kinds.kind("meeting"),
                record=self.meeting,
                values={"outcome": outcome},
                by=me(request),
                now=_now(),
            )
        _changed(request, self.meeting, ["state", "outcome"])
        return redirect("agenda:meeting", self.meeting.pk)


class Cancel(_OfOne):
    """Calls a meeting off."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        meetings.cancel(meeting=self.meeting, by=me(request), now=_now())
        _changed(request, self.meeting, ["state"])
        return redirect("agenda:meeting", self.meeting.pk)


class Invite(_OfOne):
    """Asks somebody to a meeting: a colleague, or an e-mail address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        guests = []
        if (colleague := request.POST.get("colleague", "")).isdecimal():
            if not forms.colleagues().filter(pk=int(colleague)).exists():
                raise Http404
            guests.append(Guest(user_id=int(colleague)))
        for email in request.POST.get("emails", "").replace(";", ",").split(","):
            if not (email := email.strip()):
                continue
            try:
                validate_email(email)
            except ValidationError:
                messages.error(request, _t("“%(text)s” is not an e-mail address.") % {"text": email[:60]})
                continue
            guests.append(Guest(email=email))
        meetings.invite(meeting=self.meeting, guests=guests[:100], by=me(request), now=_now())
        _changed(request, self.meeting, ["attendees"])
        return redirect("agenda:meeting", self.meeting.pk)


class Answer(_OfOne):
    """Keeps what an attendee answers, or takes them off."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        attendee = get_object_or_404(self.meeting.attendees, pk=kwargs["attendee_id"])
        given = request.POST.get("answer", "")
        if request.POST.get("off"):
            meetings.uninvite(attendee=attendee, now=_now())
        elif given in Attendee.Answer.values:
            meetings.answer(attendee=attendee, answer=given, now=_now())
        return back(request, "agenda:calendar")


class File(_OfOne):
    """A meeting as a file for a calendar: to keep, to invite with, or to call it off."""

    permission = _VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("method", "PUBLISH").upper()
        is_off = self.meeting.state == Meeting.State.CANCELLED
        method = (
            "CANCEL"
            if is_off and asked != "PUBLISH"
            else asked
            if asked in {"PUBLISH", "REQUEST"}
            else "PUBLISH"
        )
        text = writing.message(
            self.meeting, method=method, zone=clocks.zone_of(me(request)), now=_now(), base_url=_base()
        )
        return _ics(text, f"meeting-{self.meeting.pk}.ics", method)


class Address(AdminPage):
    """The secret address under which a calendar program reads my meetings."""

    title = _("Your calendar elsewhere")
    subtitle = _(
        "Subscribe to your meetings and tasks in Google Calendar, Outlook, Apple Calendar or on your phone."
    )
    icon = "calendar-check"
    permission = _VIEW
    template_name = "agenda/address.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("agenda:calendar"), _("Calendar")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"feed": Feed.objects.filter(user=self.request.user.pk).first()}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("stop"):
            feeds.stop(user=me(request))
            audit.note(request, audit.TOKEN_REVOKED, kind="calendar")
            return redirect("agenda:address")
        token = feeds.reset(user=me(request), now=_now())
        audit.note(request, audit.TOKEN_MADE, kind="calendar")
        address = f"{_base()}{reverse('agenda_feed', args=[token])}"
        return self.render_to_response(self.get_context_data(address=address))


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return somebody's meetings and tasks to their calendar program, which knows the secret."""
    now = _now()
    user = feeds.owner_of(token, now=now)
    if user is None:
        raise Http404
    mine = Meeting.objects.filter(
        Q(owner=user) | Q(pk__in=Attendee.objects.filter(user=user).values("meeting"))
    )
    mine = mine.filter(starts_at__gt=now - _FEED_BEFORE, starts_at__lt=now + _FEED_AFTER, archived_at=None)
    found_tasks = lists.tasks(user).filter(owner=user, due_at__gt=now - _FEED_BEFORE)
    text = writing.calendar(
        mine.select_related("owner").prefetch_related("attendees").order_by("starts_at")[:_MOST_SHOWN],
        found_tasks.order_by("due_at")[:_MOST_SHOWN],
        name=f"Jejak: {user.get_full_name() or user.get_username()}",
        zone=clocks.zone_of(user),
        now=now,
        base_url=_base(),
    )
    response = _ics(text, "jejak.ics")
    response["Cache-Control"] = "private, max-age=300"
    response["X-Robots-Tag"] = "noindex"
    return response


def _ics(text: str, name: str, method: str = "") -> HttpResponse:
    said = f"; method={method}" if method else ""
    return HttpResponse(
        text,
        content_type=f"text/calendar; charset=utf-8{said}",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Referrer-Policy": "no-referrer"},
    )


def _of_whom(shown: Any, who: str, user: Any) -> Any:
    if who == "mine":
        return shown.filter(
            Q(owner=user.pk) | Q(pk__in=Attendee.objects.filter(user=user.pk).values("meeting"))
        )
    return lists.of_whom(shown, who, user)


def _asked_on(request: HttpRequest) -> about.About | None:
    given = request.POST if request.method == "POST" else request.GET
    kind, pk = given.get("about_kind", ""), given.get("about_id", "")
    return found(request, kind, int(pk)) if kind and pk.isdecimal() else None


def _now_line(span: weeks.Span, zone: Any) -> int | None:
    now = timezone.localtime(timezone=zone)
    minutes = (now.hour - span.first) * 60 + now.minute
    return minutes if 0 <= minutes <= (span.last - span.first) * 60 else None


def _add_errors(form: Any, error: changing.BadValues) -> None:
    for key, why in error.errors.items():
        form.add_error(key if key in form.fields else None, why)


def _changed(request: HttpRequest, meeting: Meeting, fields: list[str]) -> None:
    audit.note(
        request,
        audit.CHANGED,
        kind="meeting",
        record_id=meeting.pk,
        title=meeting.title,
        detail={"fields": fields},
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _base() -> str:
    return str(settings.BASE_URL).rstrip("/")


def _now() -> datetime:
    return datetime.now(UTC)
