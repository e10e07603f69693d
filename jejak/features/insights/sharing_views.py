"""Taking an answer along: as CSV, SVG or PNG, and on other sites."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak import eventlog
from jejak.backoffice import pictures as drawings
from jejak.backoffice.charts import Chart
from jejak.backoffice.frame import AdminPage
from jejak.features.insights import asking
from jejak.questions import actions, embedding, pictures
from jejak.questions import asked as q
from jejak.questions.answering import answer
from jejak.questions.models import Embedding, Question
from jejak.questions.picture import Picture
from jejak.questions.reading import BadQuestion
from jejak.staff import audit

_TYPES = {"csv": "text/csv; charset=utf-8", "svg": "image/svg+xml", "png": "image/png"}
_WIDTH, _HEIGHT = 960, 480
_DAYS = (7, 30, 90, 365)


class Export(AdminPage):
    """One picture of an answer, and its numbers, as a file. picture: which one, from 0 on."""

    permission = "questions.view_question"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = kwargs["kind"]
        if kind not in _TYPES:
            raise Http404
        try:
            asked = q.read(asking.held(request.GET))
            shown = told_pictures(asked, now=datetime.now(UTC))
            picture = shown[_which(request.GET.get("picture", "0"), shown)]
            made = _made(kind, picture)
        except (BadQuestion, drawings.CannotDraw) as error:
            raise Http404 from error
        except eventlog.Away:
            return HttpResponse(
                _("The log does not answer at the moment. Try again in a minute."), status=503
            )
        except eventlog.TooExpensive:
            return HttpResponse(
                _("This took too long to count. Choose a shorter window, or fewer touchpoints."), status=422
            )
        response = HttpResponse(made, content_type=_TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{_filename(picture.title)}.{kind}"'
        audit.note(request, audit.EXPORTED, title=picture.title)
        return response


def told_pictures(asked: q.Asked, *, now: datetime) -> list[Picture]:
    """Return the pictures of an answer, which lead nowhere. Raises what answer() raises."""
    told = answer(asked, now=now)
    return pictures.pictures(asked, told, href=lambda _line, _bucket: "", step_href=lambda _step: "")


def in_csv(chart: Chart) -> str:
    """Return the table under a chart as CSV, safe to open in a spreadsheet."""
    table, lines = chart.table(), io.StringIO()
    writer = csv.writer(lines)
    writer.writerow([guarded(column) for column in table.columns])
    for row in table.rows:
        writer.writerow(
            [cell.for_machines() if cell.number else guarded(cell.for_machines()) for cell in row]
        )
    return "\ufeff" + lines.getvalue()


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _made(kind: str, picture: Picture) -> str | bytes:
    if kind == "csv":
        return in_csv(picture.chart)
    if kind == "svg":
        return drawings.svg(picture.chart, width=_WIDTH, height=_HEIGHT)
    return drawings.png(
        picture.chart, width=_WIDTH, height=_HEIGHT, title=picture.title, description=picture.description
    )


def _which(said: str, shown: list[Picture]) -> int:
    if not (said.isdecimal() and len(said) < 4 and int(said) < len(shown)):
        raise Http404
    return int(said)


def _filename(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "answer"


# On other sites


class EmbeddingForm(forms.Form):
    """For how long, and where."""

    days = forms.TypedChoiceField(
        label=gettext_lazy("It leads here for"),
        coerce=int,
        choices=[(n, format_lazy("{} {}", n, gettext_lazy("days"))) for n in _DAYS],
        initial=30,
    )
    site = forms.CharField(
        label=gettext_lazy("Only on this site"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Such as https://intranet.example. Left empty, any site may show it."),
    )

    def clean_site(self) -> str:
        said: str = self.cleaned_data["site"].strip().rstrip("/")
        parts = urlsplit(said)
        is_site = parts.scheme in ("https", "http") and parts.netloc and not (parts.path or parts.query)
        if said and not (is_site and re.fullmatch(r"[a-z0-9.-]+(:\d+)?", parts.netloc)):
            text = _("“%(said)s” is not a site such as https://intranet.example.")
            raise forms.ValidationError(text % {"said": said})
        return said


class Embeddings(AdminPage):
    """Where other sites show a question's answer, and a new place."""

    icon = "share-network"
    permission = "questions.embed_question"
    template_name = "insights/embeddings.html"

    def get_title(self) -> str:
        return _("“%(name)s” on other sites") % {"name": self._question().name}

    def get_back(self) -> tuple[str, Any]:
        return reverse("insights:question", args=[self.kwargs["pk"]]), self._question().name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        held = [(one, self._address(one), _state(one, now)) for one in self._question().embeddings.all()]
        return super().get_context_data(**({"embeddings": held, "form": EmbeddingForm()} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = EmbeddingForm(request.POST)
        user: Any = request.user
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        question = self._question()
        embedding.make(question=question, by=user, now=datetime.now(UTC), **form.cleaned_data)
        audit.note(request, audit.ADDED, kind="embedding", record_id=question.pk, title=question.name)
        return redirect("insights:embeddings", question.pk)

    def _question(self) -> Question:
        return _theirs(self.request, self.kwargs["pk"])

    def _address(self, one: Embedding) -> str:
        return self.request.build_absolute_uri(reverse("insights_embedded", args=[embedding.token(one)]))


class Withdraw(AdminPage):
    """Let an embedding lead nowhere."""

    permission = "questions.embed_question"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        question = _theirs(request, kwargs["pk"])
        user: Any = request.user
        one = get_object_or_404(question.embeddings, pk=kwargs["embedding_id"])
        embedding.withdraw(embedding=one, by=user, now=datetime.now(UTC))
        audit.note(request, audit.DELETED, kind="embedding", record_id=question.pk, title=question.name)
        messages.success(request, _("Withdrawn."))
        return redirect("insights:embeddings", question.pk)


def _theirs(request: HttpRequest, pk: int) -> Question:
    """Return a question with a picture that they may change."""
    user: Any = request.user
    question = get_object_or_404(actions.seen_by(user), pk=pk)
    if question.is_sql:
        raise Http404
    if not actions.may_change(question, user):
        raise PermissionDenied
    return question


def _state(one: Embedding, now: datetime) -> str:
    return "withdrawn" if one.revoked_at else "open" if one.expires_at > now else "ended"
