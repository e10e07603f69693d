"""A dashboard without a login: numbers only, unless who made the link wanted words, too. Never people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jejak.api.limits import Limit
from jejak.common.addresses import house_of
from jejak.features.dashboards import filters, links, views, words
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.models import Link

_PER_MINUTE = 120
_SEEN_EACH = timedelta(minutes=5)
calls = Limit()


def _for_anybody(show: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open the link before the page, and let no search engine, cache or other site have it."""

    @require_GET
    @wraps(show)
    def shown(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        now = datetime.now(UTC)
        if calls.wait_seconds(house_of(request), per_minute=_PER_MINUTE):
            response = render(request, "dashboards/nowhere.html", {"too_many": True}, status=429)
        else:
            try:
                link = links.opened(token, now=now)
            except links.LeadsNowhere:
                response = render(request, "dashboards/nowhere.html", status=404)
            else:
                _seen(link, now)
                response = show(request, link, _wide(link), token=token, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return shown


@_for_anybody
def page(request: HttpRequest, link: Link, wide: Narrowed, *, token: str) -> HttpResponse:
    """Show the dashboard; its tiles come by themselves."""
    drawn = "whole" in request.GET
    context = views.board(link.dashboard, wide, viewer=None, with_words=link.with_words, drawn=drawn)
    context |= {
        "lanes_url": reverse("dashboards_link_lane", args=[token, "LANE"]),
        "whole_url": "?whole=1",
        "link": link,
        "span": words.spanned(wide.window(now=datetime.now(UTC))),
        "said": words.said(wide),
    }
    return render(request, "dashboards/public.html", context)


@_for_anybody
def lane(request: HttpRequest, link: Link, wide: Narrowed, *, token: str, lane: str) -> HttpResponse:
    """Show some of its tiles."""
    return views.lane(request, link.dashboard, lane, wide, viewer=None, with_words=link.with_words)


def _wide(link: Link) -> Narrowed:
    return filters.opened(link.filters, {})


def _seen(link: Link, now: datetime) -> None:
    """Keep when it was last read; each tile must not wait for a write."""
    if link.last_seen_at is None or now - link.last_seen_at > _SEEN_EACH:
        Link.objects.filter(pk=link.pk).update(last_seen_at=now)
