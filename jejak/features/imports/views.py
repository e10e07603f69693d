"""The pages of imports: the list, the upload, the columns, and one import from its trial to its result."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.common import numbers
from jejak.common.sheets import wording
from jejak.features.imports import (
    actions,
    background,
    cells,
    feeding,
    guessing,
    mapper,
    mapping,
    previewing,
    process,
    running,
    trials,
    writing,
)
from jejak.features.imports.forms import ROLES, TYPES, ChoicesForm
from jejak.features.imports.models import Import
from jejak.features.imports.spec import BadMapping, Mapping
from jejak.touchpoints.message import NAMES

_ON_A_PAGE = 25
_ROWS_SHOWN = 50
_LONGEST_CELL = 80
_VIEW, _ADD = "imports.view_import", "imports.add_import"
_TONES = {
    "done": "good",
    "failed": "bad",
    "stopped": "warn",
    "running": "info",
    "waiting": "info",
    "trying": "info",
}


class Imports(AdminPage):
    """Every import, the latest first."""

    title = _("Import")
    subtitle = _("Files that became touchpoints.")
    icon = "cloud-arrow-up"
    template_name = "imports/list.html"
    permission = _VIEW

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(
            Import.objects.select_related("started_by").order_by("-started_at", "-pk"), _ON_A_PAGE
        ).get_page(self.request.GET.get("page"))
        own = {
            "page": page,
            "imports": [_Shown(taken) for taken in page],
            "busy": any(taken.is_busy for taken in page),
            "may_add": self.request.user.has_perm(_ADD),
        }
        return super().get_context_data(**(own | kwargs))


class Upload(AdminPage):
    """Choose a file."""

    title = _("Import a file")
    subtitle = _("Nothing is imported yet: first you see what would come.")
    icon = "cloud-arrow-up"
    template_name = "imports/upload.html"
    permission = _ADD

    def get_back(self) -> tuple[str, Any]:
        return reverse("imports:list"), _("Import")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "most": _size(settings.IMPORT_BYTES),
            "bytes": settings.IMPORT_BYTES,
            "too_large": _too_large(),
            "endings": ",".join(_ENDINGS),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest) -> HttpResponse:
        file = request.FILES.get("file")
        if file is None or not file.name:
            return self._again(_t("Choose a file first."))
        if file.size is not None and file.size > settings.IMPORT_BYTES:
            return self._again(_too_large(), status=413)
        try:
            taken = actions.upload(pieces=file.chunks(), name=file.name, by=request.user, now=_now())
            previewing.preview(Path(taken.path))
        except actions.TooLarge:
            return self._again(_too_large(), status=413)
        except process.ReadingFailed as error:
            actions.remove(taken=taken)
            return self._again(wording.of(error.saying))
        return redirect("imports:columns", taken.pk)

    def _again(self, error: str, *, status: int = 422) -> HttpResponse:
        return self.render_to_response(self.get_context_data(error=error), status=status)


class _OfOne(AdminPage):
    """A page of one import."""

    permission = _ADD
    icon = "cloud-arrow-up"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.taken = get_object_or_404(Import, pk=kwargs["import_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.taken.file_name

    def get_back(self) -> tuple[str, Any]:
        return reverse("imports:list"), _("Import")


class Columns(_OfOne):
    """Say what the columns mean: by choosing, by a shipped mapping, or by writing it."""

    subtitle = _("What do the columns mean?")
    template_name = "imports/columns.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.taken.is_busy:
            return redirect("imports:one", self.taken.pk)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        try:
            preview = previewing.preview(Path(self.taken.path))
        except process.ReadingFailed as error:
            return super().get_context_data(unreadable=wording.of(error.saying), taken=self.taken)
        choices = kwargs.pop("choices", None) or self._choices(preview)
        form = kwargs.pop("form", None) or ChoicesForm(initial=asdict(choices))
        by = kwargs.pop("by", self.request.GET.get("by", ""))
        fitting, others = _shipped(preview.columns)
        own = {
            "taken": self.taken,
            "preview": preview,
            "form": form,
            "by": by if by in ("shipped", "text") else "columns",
            "columns": [(column, *choices.columns.get(column, ["", "text"])) for column in preview.columns],
            "rows": [[_short(cell) for cell in row] for row in preview.rows[:_ROWS_SHOWN]],
            "roles": ROLES,
            "types": TYPES,
            "fitting": fitting,
            "others": others,
            "text": self.taken.mapping or writing.mapping_of(choices),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by = request.POST.get("by", "columns")
        choices, form = None, None
        try:
            if by == "shipped":
                text = mapping.text_of(_known(request.POST.get("shipped", "")))
            elif by == "text":
                text = request.POST.get("text", "").replace("\r\n", "\n")
            else:
                form = ChoicesForm(request.POST)
                columns = previewing.preview(Path(self.taken.path)).columns
                if not form.is_valid():
                    form.cleaned_data = {name: form[name].value() or "" for name in form.fields}
                    return self._again(by=by, form=form, choices=form.choices(columns))
                choices = form.choices(columns)
                text = writing.mapping_of(choices)
            actions.choose(taken=self.taken, mapping_text=text, choices=choices)
        except (BadMapping, process.ReadingFailed) as error:
            return self._again(
                by=by, form=form, choices=choices, error=wording.of(error.saying), **_typed(by, request)
            )
        except actions.AlreadyImported as known:
            says = _t(
                "This file was imported by a mapping of this name already. Open that import to change it."
            )
            return self._again(
                by=by, form=form, choices=choices, error=says, known=known.taken, **_typed(by, request)
            )
        except actions.Busy:
            return redirect("imports:one", self.taken.pk)
        background.try_out(self.taken)
        return redirect("imports:one", self.taken.pk)

    def _again(self, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def _choices(self, preview: feeding.Preview) -> guessing.Choices:
        if self.taken.choices:
            return msgspec.convert(self.taken.choices, guessing.Choices)
        return guessing.guess(
            file_name=self.taken.file_name,
            columns=preview.columns,
            rows=preview.rows,
            zone=settings.TIME_ZONE,
        )


class One(_OfOne):
    """One import: what a trial came to, how far it is, or how it ended."""

    template_name = "imports/one.html"
    permission = _VIEW

    def get_subtitle(self) -> Any:
        return self.taken.mapping_name

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.taken.state == Import.State.DRAFT and not self.taken.mapping:
            return redirect("imports:columns", self.taken.pk)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "taken": self.taken,
            "shown": _Shown(self.taken),
            **_trial(self.taken.trial),
            "may_add": self.request.user.has_perm(_ADD),
        }
        return super().get_context_data(**(own | kwargs))


class Start(_OfOne):
    """Let an import begin, or go on."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("imports:one", self.taken.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actions.start(taken=self.taken, by=request.user, now=_now())
        except running.FileGone:
            messages.error(request, _t("The file is not there any more. Upload it again."))
        except actions.Busy:
            pass  # Somebody else was quicker; the page shows how far it is.
        background.wake()
        return redirect("imports:one", self.taken.pk)


class Stop(_OfOne):
    """Stop an import."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("imports:one", self.taken.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actions.stop(taken=self.taken)
        return redirect("imports:one", self.taken.pk)


class Remove(_OfOne):
    """Take an import off the list."""

    permission = "imports.delete_import"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("imports:one", self.taken.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actions.remove(taken=self.taken)
        except actions.Busy:
            messages.error(request, _t("It runs. Stop it first."))
            return redirect("imports:one", self.taken.pk)
        messages.success(request, _t("Removed from the list. Its touchpoints stay."))
        return redirect("imports:list")


class Rejects(_OfOne):
    """The rejected rows, as a file."""

    permission = _VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        path = Path(self.taken.rejects_path)
        if not self.taken.rejects_path or not self.taken.rejected or not path.is_file():
            raise Http404
        name = f"{self.taken.file_name}.rejects.csv"
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
        )


class MappingText(_OfOne):
    """The mapping, as a file for `jejak import`."""

    permission = _VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        headers = {
            "Content-Disposition": f'attachment; filename="{self.taken.mapping_name or "mapping"}.toml"'
        }
        return HttpResponse(
            self.taken.mapping, content_type="application/toml; charset=utf-8", headers=headers
        )


class _Shown:
    """An import as the pages show it."""

    def __init__(self, taken: Import) -> None:
        self.taken = taken
        self.cut_off = running.is_cut_off(taken)
        self.error = wording.of_error(taken.error) if taken.error else ""
        self.rules = wording.of_counted(taken.told.get("rules"))
        self.noticed = wording.of_counted(taken.told.get("noticed"))
        self.state = _t("Cut off") if self.cut_off else taken.get_state_display()
        self.tone = "warn" if self.cut_off else _TONES.get(taken.state, "")
        self.share = min(100.0, 100 * taken.bytes_done / taken.bytes_total) if taken.bytes_total else 0.0
        self.storing = taken.state == "running" and self.share >= 100
        self.rate = taken.rows_done / taken.seconds if taken.seconds else None
        self.left = taken.seconds * (100 - self.share) / self.share if 2 < self.share < 100 else None
        self.known = max(0, taken.touchpoints - taken.added) if taken.added is not None else None
        self.has_file = bool(taken.path) and Path(taken.path).is_file()
        self.size = _size(taken.bytes_total) if taken.bytes_total else ""


_ENDINGS = (".csv", ".gz", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".xls", ".ods")


def _shipped(columns: list[str]) -> tuple[list[Mapping], list[Mapping]]:
    """Return the shipped mappings that fit the columns, and the others."""
    fitting, others = [], []
    for name in mapping.shipped():
        said = mapping.parse(mapping.text_of(name))
        try:
            mapper.compile(said, columns=columns, now=None, countries=["ID"])
        except BadMapping:
            others.append(said)
        else:
            fitting.append(said)
    return fitting, others


def _known(name: str) -> str:
    if name not in mapping.shipped():
        raise BadMapping(_t("Choose one of the mappings."))
    return name


def _typed(by: str, request: HttpRequest) -> dict[str, str]:
    return {"text": request.POST.get("text", "")} if by == "text" else {}


def _trial(held: dict[str, Any] | None) -> dict[str, Any]:
    if held is None:
        return {"trial": None}
    trial = msgspec.convert(held, trials.Trial)
    return {
        "trial": trial,
        "rules": wording.of_counted(held["rules"]),
        "noticed": wording.of_counted(held["noticed"]),
        "rejects": [(one.line, wording.of(one.reason), one.row) for one in trial.rejects],
        "examples": [_example(text) for text in trial.examples],
    }


def _example(text: str) -> dict[str, Any]:
    """Return a message as the page shows it: what happened, when, to whom, and all else."""
    message: dict[str, Any] = msgspec.json.decode(text)
    handles = [f"{kind} {value}" for kind, value in message.get("handles", {}).items()]
    handles = [message[kind] for kind in ("userId", "anonymousId") if kind in message] + handles
    facts = {**message.get("properties", {}), **message.get("traits", {})}
    comment = facts.pop("comment", "")
    for key in ("channel", "place", "value", "currency", "score", "scale"):
        if key in message:
            facts[key] = message[key]
    return {
        "name": message.get("event") or NAMES[message["type"]],
        "at": datetime.fromisoformat(message["timestamp"]),
        "handles": ", ".join(map(str, handles)),
        "facts": {key: cells.as_text(value) for key, value in facts.items()},
        "comment": comment,
        "text": text,
    }


def _short(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - 1] + "…"


def _too_large() -> str:
    return _t("The file is larger than %(most)s. The command `jejak import` takes files of any size.") % {
        "most": _size(settings.IMPORT_BYTES)
    }


def _size(size: int) -> str:
    for unit, word in ((2**30, "GiB"), (2**20, "MiB")):
        if size >= unit:
            return f"{numbers.number(size / unit, decimals=0 if size % unit == 0 else 1)} {word}"
    return f"{numbers.number(max(1, size / 1024))} KiB"


def _now() -> datetime:
    return datetime.now(UTC)
