"""Who may look at audiences, at who is in them, and who may make and change them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from jejak.audiences import actions
from jejak.audiences.models import Audience
from jejak.people.tests.makers import make_person
from tests.access import (
    ADMINISTRATOR,
    ANALYST,
    EVERYBODY,
    LEAD,
    MARKETING,
    SUPPORT,
    Rule,
    endpoint,
    page,
    post,
)

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_WHO = {"kind": "reachable", "by": "email"}


def audience() -> dict[str, Any]:
    there = Audience.objects.filter(key="reachable").first()
    there = there or actions.make(name="Reachable", condition=_WHO, now=_NOW)
    return {"audience_id": there.pk}


def somebody() -> dict[str, Any]:
    return {**audience(), "person_id": make_person("Siti").pk}


def a_list() -> dict[str, Any]:
    there = Audience.objects.filter(key="vip").first() or actions.make(name="VIP", condition=None, now=_NOW)
    return {"audience_id": there.pk, "person_id": make_person("Siti").pk}


def _both(
    may_read: Iterable[str], may_change: Iterable[str], method: str, make: Callable[[], dict[str, Any]] = dict
) -> Rule:
    """Return the rule of two endpoints at one address."""
    return Rule(
        get=frozenset({ADMINISTRATOR, *may_read}),
        change=frozenset({ADMINISTRATOR, *may_change}),
        method=method,
        api=True,
        make=make,
    )


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
ACCESS = {
    "audiences:audiences": page(*EVERYBODY),
    "audiences:overlap": page(*EVERYBODY),
    "audiences:audience": page(*EVERYBODY, make=audience),
    "audiences:new": page(LEAD, MARKETING),
    "audiences:new_list": page(LEAD, MARKETING),
    "audiences:ready": post(LEAD, MARKETING, make=lambda: {"key": "new"}),
    "audiences:blocks": post(LEAD, MARKETING),
    "audiences:live": post(LEAD, MARKETING),
    "audiences:change": page(LEAD, MARKETING, make=audience),
    "audiences:archive": post(LEAD, MARKETING, make=audience),
    "audiences:snapshot": post(LEAD, MARKETING, make=audience, only_refusals=True),
    "audiences:upload": post(LEAD, MARKETING, make=audience),
    "audiences:take_off": post(LEAD, MARKETING, make=a_list),
    "audiences:export": page(LEAD, MARKETING, ANALYST, make=audience),
    "audiences:why": page(*_SEE, make=somebody),
    "api:list_audiences": _both(EVERYBODY, (LEAD, MARKETING), "post"),
    "api:add_audience": _both(EVERYBODY, (LEAD, MARKETING), "post"),
    "api:count_audience": endpoint(*EVERYBODY, method="post"),
    "api:overlap_audiences": endpoint(*EVERYBODY, query="?keys=a,b"),
    "api:read_audience": _both(EVERYBODY, (LEAD, MARKETING), "patch", audience),
    "api:change_audience": _both(EVERYBODY, (LEAD, MARKETING), "patch", audience),
    "api:list_audience_sizes": endpoint(*EVERYBODY, make=audience),
    "api:list_audience_people": _both(_SEE, (LEAD, MARKETING), "post", audience),
    "api:add_audience_people": _both(_SEE, (LEAD, MARKETING), "post", audience),
    "api:remove_audience_people": _both(_SEE, (LEAD, MARKETING), "delete", audience),
    "api:explain_audience": endpoint(*_SEE, make=somebody),
}
