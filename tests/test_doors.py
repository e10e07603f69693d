"""The doors beside Django: what they answer, no page may have for its address."""

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver

from jejak.features.capture import asgi as capture
from jejak.project import answering, health


def test_no_page_stands_behind_another_door():
    addresses = {f"/{route.split('<')[0]}" for route in _routes(get_resolver(), "") if "^" not in route}

    assert {"/embed/", "/app/insights/explore/"} <= addresses
    for door in (capture, health, answering):
        taken = [one for one in addresses if door.handles(one) or door.handles(f"{one}x/")]
        assert [one for one in taken if one != "/"] == []


def _routes(resolver: Any, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = f"{before}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern, route)
        else:
            yield route
