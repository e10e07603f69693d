"""Many records at once: fields, tags, owner, put away; few at once, many behind the page; all to be undone."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from jejak.common.numbers import number
from jejak.features.lists import asking, background, works
from jejak.features.lists.access import PERSONAL, KindPage, is_htmx
from jejak.features.lists.models import Work
from jejak.features.lists.record_pages import lively
from jejak.features.lists.works import Deed, Which
from jejak.records import changing, listing
from jejak.records.filtering import BadCondition
from jejak.records.forms import RecordForm, editable
from jejak.records.models import Change
from jejak.staff import audit

_MOST_CHOSEN = 1_000
_DOINGS = ("change", "tag", "assign", "archive")


class Bulk(KindPage):
    """Say what is to be done with the chosen records, and do it."""

    template_name = "lists/bulk.html"
    verb = "change"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("lists:list", self.kind.key)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.do = request.POST.get("do", "")
        if self.do not in _DOINGS:
            raise Http404
        if self.do == "archive" and not (
            changing.can_archive(self.kind) and self.kind.allows(self.user, "delete")
        ):
            raise PermissionDenied
        self.which = _which(request.POST)
        self.form: RecordForm | None = None
        self.fault = ""
        if not self.which.ids and not self.which.is_all:
            return redirect(self._back())
        keys = (
            ["owner"]
            if self.do == "assign"
            else list(dict.fromkeys(filter(None, request.POST.getlist("field"))))
        )
        is_sure = "sure" in request.POST
        if keys and self.do in {"change", "assign"}:
            self.form = lively(
                RecordForm(self.kind, request.POST if is_sure else None, user=self.user, only=keys),
                self.kind.key,
                None,
            )
        if is_sure and (deed := self._deed()) is not None:
            done = self._try(deed)
            if done is not None:
                return done
        return self.render_to_response(self.get_context_data(), status=422 if is_sure else 200)

    def get_title(self) -> str:
        titles = {
            "change": gettext("Change fields"),
            "tag": gettext("Add and remove tags"),
            "assign": gettext("Give an owner"),
            "archive": gettext("Put away"),
        }
        return titles[self.do]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = {field.key for field in self.form.held} if self.form else set()
        own = {
            "icon": self.kind.icon,
            "do": self.do,
            "which": self.which,
            "number": self._number(),
            "form": self.form,
            "fault": self.fault,
            "fields": [one for one in editable(self.kind) if one.key not in chosen],
            "cancel": self._back(),
            "add": self.request.POST.get("add", ""),
            "drop": self.request.POST.get("drop", ""),
        }
        return super().get_context_data(**(own | kwargs))

    def _deed(self) -> Deed | None:
        """Return what is to be done; None while something is missing."""
        if self.do == "archive":
            return Deed(do=Work.ARCHIVE)
        if self.do == "tag":
            add, drop = (_tags(self.request.POST.get(name, "")) for name in ("add", "drop"))
            if not add and not drop:
                self.fault = gettext("Name at least one tag.")
                return None
            return Deed(do=Work.TAG, add=add, drop=drop)
        if self.form is None or not self.form.is_valid():
            return None
        return Deed(do=Work.CHANGE, values=self.form.values)

    def _try(self, deed: Deed) -> HttpResponse | None:
        now = datetime.now(UTC)
        try:
            rows = self.which.rows(self.kind, self.user, now)
            if self._is_large(rows):
                changing.cleaned(self.kind, deed.values or {})
                work = works.leave(kind=self.kind, deed=deed, which=self.which, by=self.user, now=now)
                background.wake()
                return redirect("lists:work", self.kind.key, work.pk)
            change = works.do(kind=self.kind, deed=deed, rows=rows, by=self.user, now=now)
        except changing.BadValues as error:
            if self.form is not None:
                self.form.refuse(error.errors)
            else:
                self.fault = "; ".join(error.errors.values())
        except (changing.TooMany, BadCondition) as error:
            self.fault = str(error)
        else:
            note_many(self.request, self.kind.key, change)
            return redirect(f"{self._back()}&done={change.pk}")
        return None

    def _is_large(self, rows: Any) -> bool:
        counted = listing.count(rows, most=works.MOST_AT_ONCE, milliseconds=300)
        return not counted.is_exact

    def _number(self) -> str:
        if not self.which.is_all:
            count = len(self.which.ids)
            return ngettext("%(count)s record", "%(count)s records", count) % {"count": number(count)}
        try:
            rows = self.which.rows(self.kind, self.user, datetime.now(UTC))
        except BadCondition:
            return gettext("Every record that fits")
        counted = listing.count(rows, most=changing.MOST_AT_ONCE, milliseconds=500)
        if counted.is_exact:
            return ngettext("%(count)s record", "%(count)s records", counted.number) % {
                "count": number(counted.number)
            }
        return gettext("Every record that fits")

    def _back(self) -> str:
        state = asking.read(self.kind, self.user, QueryDict(self.which.state))
        return f"{reverse('lists:list', args=[self.kind.key])}?{state.query()}"


class WorkPage(KindPage):
    """How far a piece of work is, and what came of it."""

    template_name = "lists/work.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.work = get_object_or_404(
            Work.objects.select_related("change"), pk=kwargs["work_id"], kind=self.kind.key, by=self.user
        )
        if is_htmx(request):
            return render(request, "lists/work_part.html", self.get_context_data())
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        titles = {
            Work.CHANGE: gettext("Change fields"),
            Work.TAG: gettext("Add and remove tags"),
            Work.ARCHIVE: gettext("Put away"),
            Work.UNDO: gettext("Undo"),
        }
        return titles.get(self.work.do, gettext("Import"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(icon=self.kind.icon, work=self.work, **kwargs)


def note_many(request: HttpRequest, kind_key: str, change: Change) -> None:
    """Write into the audit log that the personal data of many was changed."""
    if kind_key in PERSONAL:
        audit.note(
            request,
            audit.CHANGED,
            kind=kind_key,
            record_id="",
            detail={"change": change.pk, "records": change.records},
        )


def _which(given: QueryDict) -> Which:
    ids = [int(one) for one in given.getlist("id") if one.isdecimal() and len(one) < 19]
    return Which(ids=tuple(ids[:_MOST_CHOSEN]), state=given.get("state", "")[:8000], is_all="all" in given)


def _tags(text: str) -> list[str]:
    return [tag.strip() for tag in text.split(",") if tag.strip()]
