"""The picture of an answer on other sites: numbers only, never people."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

from jejak import eventlog
from jejak.api.limits import Limit
from jejak.backoffice import pictures as drawings
from jejak.backoffice.policy import policy
from jejak.common.addresses import house_of
from jejak.common.masking import masked
from jejak.features.insights import sharing_views
from jejak.measures import saying
from jejak.questions import asked as q
from jejak.questions import embedding
from jejak.questions.answering import once
from jejak.questions.models import Embedding
from jejak.questions.picture import Picture
from jejak.questions.reading import BadQuestion

_PER_MINUTE = 120
calls = Limit()


def _for_anybody(show: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the embedding first, and let its site have it in a frame, but no search engine."""

    @require_GET
    @xframe_options_exempt
    @wraps(show)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        site = "*"
        if calls.wait_seconds(house_of(request), per_minute=_PER_MINUTE):
            response = render(request, "insights/embedded.html", {"too_many": True}, status=429)
        else:
            try:
                one = embedding.opened(token, now=datetime.now(UTC))
                site = one.site or "*"
                response = show(request, one, token)
            except embedding.LeadsNowhere:
                response = render(request, "insights/embedded.html", {"nowhere": True}, status=404)
            except (eventlog.Away, eventlog.TooExpensive, BadQuestion, drawings.CannotDraw):
                response = render(request, "insights/embedded.html", {"nothing": True}, status=503)
        framed = policy().replace("frame-ancestors 'self'", f"frame-ancestors {site}")
        response["Content-Security-Policy"] = framed
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, max-age=60" if response.status_code == 200 else "no-store"
        return response

    return shown


@_for_anybody
def page(request: HttpRequest, one: Embedding, token: str) -> HttpResponse:
    """Show the picture and its numbers."""
    now = datetime.now(UTC)
    asked = q.read(one.question.asked)
    shown = _first(asked, now)
    context = {
        "name": one.question.name,
        "sentence": one.question.sentence,
        "span": saying.span(asked.window(now)),
        "picture": shown,
        "table": shown.chart.table(),
        "empty": shown.chart.empty(),
        "image": reverse("insights_embedded_picture", args=[token]),
    }
    return render(request, "insights/embedded.html", context)


@_for_anybody
def picture(request: HttpRequest, one: Embedding, token: str) -> HttpResponse:
    """Give the picture alone."""
    now = datetime.now(UTC)
    shown = _first(q.read(one.question.asked), now)
    key = f"insights:embedded:{one.pk}:{one.question.version}:{now:%Y%m%d%H%M}:{request.LANGUAGE_CODE}"
    drawn = once(key, lambda: drawings.svg(shown.chart, width=800, height=400))
    return HttpResponse(drawn, content_type="image/svg+xml")


def _first(asked: q.Asked, now: datetime) -> Picture:
    """Return the first picture, without what leads to a person where people's words are its names."""
    first = sharing_views.told_pictures(asked, now=now)[0]
    names_groups = getattr(asked, "breakdown", "") or getattr(asked, "credit", "")
    return replace(first, chart=_without_people(first.chart)) if names_groups else first


def _without_people(held: Any) -> Any:
    if isinstance(held, str | Promise):
        return masked(str(held))
    if isinstance(held, list | tuple):
        return [_without_people(one) for one in held]
    if is_dataclass(held) and not isinstance(held, type):
        return replace(held, **{one.name: _without_people(getattr(held, one.name)) for one in fields(held)})
    return held
