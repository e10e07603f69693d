"""The pages of an import: the file, what its columns are, the trial, and what came of it."""

import shutil
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language, gettext

from jejak.backoffice.frame import require_admin_access
from jejak.common.sheets import wording
from jejak.common.sheets.tables import Unreadable
from jejak.features.lists import background, guessing, taking_in, targets
from jejak.features.lists.access import PERSONAL, KindPage, allowed_kind, is_htmx
from jejak.features.lists.models import Work
from jejak.records import changing
from jejak.staff import audit

_ROWS_SHOWN = 5
_LONGEST_CELL = 60
_KEPT_DAYS = 14


@method_decorator(require_admin_access, name="dispatch")
class ImportPage(KindPage):
    """A page of an import: for whoever may make and change records of this kind."""

    verb = "add"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        allowed_kind(request.user, kwargs["kind"], self.verb)
        if "work_id" in kwargs:
            imports = Work.objects.filter(
                do__in=[Work.TRY, Work.IMPORT], kind=kwargs["kind"], by_id=request.user.pk
            )
            self.work = get_object_or_404(imports.select_related("change"), pk=kwargs["work_id"])
        return super().dispatch(request, *args, **kwargs)

    def check(self) -> None:
        """See to it that records of this kind are taken in, by somebody who may. Raises Http404, PermissionDenied."""
        if not changing.can_make(self.kind):
            raise Http404
        if not self.kind.allows(self.user, "change"):
            raise PermissionDenied

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(icon="upload-simple", **kwargs)


class Upload(ImportPage):
    """Choose a file."""

    template_name = "lists/import_upload.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        file = request.FILES.get("file")
        if file is None or not file.name:
            return self._again(gettext("Choose a file first."))
        if file.size is None or file.size > settings.IMPORT_BYTES:
            return self._again(gettext("The file is too large."), 413)
        name = Path(file.name).name[:200]
        if not name.lower().endswith(taking_in.ENDINGS):
            return self._again(
                gettext("Choose a file of one of these: %(known)s.") % {"known": ", ".join(taking_in.ENDINGS)}
            )
        work = keep(kind_key=self.kind.key, name=name, pieces=file.chunks(), by=self.user)
        try:
            columns, rows = beginning(work)
        except Unreadable as error:
            remove(work)
            return self._again(wording.of(error.saying))
        rules = guessing.guess(self.kind, columns, rows)
        work.asked |= {"columns": dict(rules.columns), "key": rules.key, "mode": rules.mode}
        work.save(update_fields=["asked"])
        return redirect("lists:import_columns", self.kind.key, work.pk)

    def _again(self, fault: str, status: int = 422) -> HttpResponse:
        return self.render_to_response(self.get_context_data(fault=fault), status=status)

    def get_title(self) -> str:
        return gettext("Import: %(plural)s") % {"plural": self.kind.plural}

    def get_subtitle(self) -> str:
        return gettext("Nothing is written before you have seen a trial, and all of it can be undone.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before = Work.objects.filter(kind=self.kind.key, by=self.user, do__in=[Work.TRY, Work.IMPORT])
        return super().get_context_data(
            endings=",".join(taking_in.ENDINGS), before=before.order_by("-pk")[:10], **kwargs
        )


class Columns(ImportPage):
    """Say what each column is, which one tells the record, and what is to be done; then try it."""

    template_name = "lists/import_columns.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        columns, _rows = beginning(self.work)
        known = {key for key, _label in targets.of_kind(self.kind)}
        chosen = {
            column: target
            for number, column in enumerate(columns)
            if (target := request.POST.get(f"column-{number}", "")) in known
        }
        key, mode = request.POST.get("key", ""), request.POST.get("mode", "")
        fault = ""
        twice = [target for target in chosen.values() if list(chosen.values()).count(target) > 1]
        if not chosen or set(chosen.values()) == {targets.ID}:
            fault = gettext("Say of at least one column what it is.")
        elif twice:
            fault = gettext("Two columns are the same field.")
        elif key and key not in chosen.values():
            fault = gettext("No column is what tells the record.")
        elif mode not in {targets.NEW, targets.UPDATE, targets.BOTH}:
            fault = gettext("Say what is to be done.")
        elif mode == targets.UPDATE and not key:
            fault = gettext("To change records, say which column tells them.")
        asked = {**self.work.asked, "columns": chosen, "key": key, "mode": mode, "language": get_language()}
        free = Work.objects.filter(
            pk=self.work.pk, state__in=[Work.State.DRAFT, Work.State.FAILED], do=Work.TRY
        )
        if fault:
            self.work.asked = asked
            return self.render_to_response(self.get_context_data(fault=fault), status=422)
        if free.update(asked=asked, state=Work.State.WAITING, told={}, done=0, total=0, error=""):
            background.wake()
        return redirect("lists:import_one", self.kind.key, self.work.pk)

    def get_title(self) -> str:
        return self.work.file_name

    def get_subtitle(self) -> str:
        return gettext("What each column is.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        columns, rows = beginning(self.work)
        asked = self.work.asked
        own = {
            "work": self.work,
            "columns": [
                (
                    f"column-{number}",
                    column,
                    asked["columns"].get(column, ""),
                    [text for row in rows[:_ROWS_SHOWN] if (text := row.get(column, "")[:_LONGEST_CELL])],
                )
                for number, column in enumerate(columns)
            ],
            "targets": targets.of_kind(self.kind),
            "keys": targets.keys_of(self.kind),
            "key": asked["key"],
            "mode": asked["mode"],
            "modes": [
                (targets.BOTH, gettext("Make new ones, and change those that are there")),
                (targets.NEW, gettext("Only make new ones")),
                (targets.UPDATE, gettext("Only change those that are there")),
            ],
        }
        return super().get_context_data(**(own | kwargs))


class One(ImportPage):
    """An import: how far it is, what its trial or itself came to."""

    template_name = "lists/import_one.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data(**_told(self.work))
        return render(request, "lists/import_part.html" if is_htmx(request) else self.template_name, context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Start it."""
        self.check()
        tried = Work.objects.filter(
            pk=self.work.pk, do=Work.TRY, state=Work.State.DRAFT, told__has_key="trial"
        )
        if tried.update(do=Work.IMPORT, state=Work.State.WAITING, done=0, total=0):
            if self.kind.key in PERSONAL:
                audit.note(request, audit.IMPORTED, kind=self.kind.key, detail={"work": self.work.pk})
            background.wake()
        return redirect("lists:import_one", self.kind.key, self.work.pk)

    def get_title(self) -> str:
        return self.work.file_name

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists:import", args=[self.kind.key]), gettext("Import")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(work=self.work, **kwargs)


class Rejects(ImportPage):
    """The rows that were refused, with their reasons, to be mended and taken in again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        path = taking_in.rejects_path(self.work)
        if self.work.is_busy or not path.is_file():
            raise Http404
        return FileResponse(
            path.open("rb"), as_attachment=True, filename="rejects.csv", content_type="text/csv"
        )


def keep(*, kind_key: str, name: str, pieces: Any, by: Any) -> Work:
    """Keep a file that was uploaded, and return its work."""
    tidy()
    work = Work.objects.create(
        kind=kind_key,
        do=Work.TRY,
        state=Work.State.DRAFT,
        by=by,
        file_name=name,
        made_at=datetime.now(UTC),
        asked={"columns": {}, "key": "", "mode": targets.BOTH},
    )
    folder = _folder() / str(work.pk)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    path = folder / f"file{Path(name).suffix.lower()}"
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    work.path = str(path)
    work.save(update_fields=["path"])
    return work


def remove(work: Work) -> None:
    """Forget a file."""
    if work.path:
        shutil.rmtree(Path(work.path).parent, ignore_errors=True)
    work.delete()


def tidy() -> None:
    """Delete files that were uploaded long ago."""
    old = Work.objects.filter(made_at__lt=datetime.now(UTC) - timedelta(days=_KEPT_DAYS)).exclude(path="")
    for work in old.exclude(state__in=[Work.State.WAITING, Work.State.RUNNING])[:100]:
        shutil.rmtree(Path(work.path).parent, ignore_errors=True)
        Work.objects.filter(pk=work.pk).update(path="")


def beginning(work: Work) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns of a file and its first rows. Raises Unreadable, Http404 where it was deleted."""
    if not work.path or not Path(work.path).is_file():
        raise Http404
    with taking_in.opened(Path(work.path)) as (columns, pieces):
        rows = [dict(row.cells) for piece, _share in islice(pieces, 1) for row in piece if not row.fault]
    return columns, rows


def _told(work: Work) -> dict[str, Any]:
    """What a trial or an import came to, for the page."""
    told = work.told.get("result" if work.do == Work.IMPORT else "trial") or {}
    names = {
        "new": gettext("new"),
        "changed": gettext("changed"),
        "same": gettext("the same already"),
        "passed": gettext("passed by"),
        "refused": gettext("refused"),
    }
    tones = {"new": "good", "changed": "info", "refused": "bad", "passed": "warn", "same": ""}
    counts = told.get("counts", {})
    return {
        "counts": [(names[key], counts.get(key, 0), tones[key]) for key in names],
        "shown": [
            (line, names[what], tones[what], why, title) for line, what, why, title in told.get("shown", [])
        ],
        "reasons": told.get("reasons", []),
        "refused": counts.get("refused", 0),
        "is_tried": work.do == Work.TRY and work.state == Work.State.DRAFT and bool(told),
        "has_file": bool(work.path) and Path(work.path).is_file(),
    }


def _folder() -> Path:
    return Path(settings.HOME) / "records-imports"
