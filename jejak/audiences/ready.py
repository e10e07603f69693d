"""Audiences that nearly everybody needs, ready to be made: each with its conditions, to be changed at will."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jejak.audiences.conditions import RFM_GROUPS


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One ready-made audience."""

    key: str
    group: Promise
    name: str | Promise
    sentence: str | Promise
    condition: Mapping[str, Any]


def _last(days: int) -> dict[str, Any]:
    return {"kind": "last", "count": days}


def _ago(days: int) -> dict[str, Any]:
    return {"kind": "before_last", "count": days}


def _seen(which: str, during: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "seen", "which": which, "during": during}


def _all(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "all", "conditions": list(conditions)}


_LIFE, _VOICE, _RFM = _("Life-cycle"), _("What they say"), _("RFM")
_ORDER = {"names": ["Order Completed"]}
_ANSWERED = {"where": [{"field": "scale", "operator": "filled"}]}
_KNOWN = {"kind": "reachable", "by": "known"}

ALL: tuple[Ready, ...] = (
    Ready(
        key="new",
        group=_LIFE,
        name=_("New"),
        sentence=_("First seen in the last 30 days."),
        condition=_all(_seen("first", _last(30))),
    ),
    Ready(
        key="active",
        group=_LIFE,
        name=_("Active"),
        sentence=_("Known for longer than 30 days, and seen in the last 30."),
        condition=_all(_seen("first", _ago(30)), _seen("last", _last(30))),
    ),
    Ready(
        key="slipping",
        group=_LIFE,
        name=_("Slipping away"),
        sentence=_("Not seen for 30 days, but for less than 90."),
        condition=_all(_seen("last", _ago(30)), _seen("last", _last(90))),
    ),
    Ready(
        key="dormant",
        group=_LIFE,
        name=_("Dormant"),
        sentence=_("Not seen for 90 days."),
        condition=_all(_seen("last", _ago(90))),
    ),
    Ready(
        key="promoters",
        group=_VOICE,
        name=_("Promoters"),
        sentence=_("Their latest answer to the NPS question is 9 or 10."),
        condition=_all({"kind": "score", "scale": "nps", "operator": "at_least", "value": 9}),
    ),
    Ready(
        key="detractors",
        group=_VOICE,
        name=_("Detractors"),
        sentence=_("Their latest answer to the NPS question is 0 to 6."),
        condition=_all({"kind": "score", "scale": "nps", "operator": "at_most", "value": 6}),
    ),
    Ready(
        key="silent",
        group=_VOICE,
        name=_("Silent"),
        sentence=_("Known people, seen in the last 90 days, who never answered a survey."),
        condition=_all(
            _KNOWN,
            _seen("last", _last(90)),
            {"kind": "did", "what": _ANSWERED, "count": "at_most", "times": 0},
        ),
    ),
    Ready(
        key="at-risk",
        group=_LIFE,
        name=_("At risk"),
        sentence=_("Bought at least twice in a year, but not in the last 60 days, or are unhappy."),
        condition=_all(
            {"kind": "did", "what": _ORDER, "times": 2, "during": _last(365)},
            {
                "kind": "any",
                "conditions": [
                    {"kind": "did", "what": _ORDER, "count": "at_most", "times": 0, "during": _last(60)},
                    {"kind": "score", "scale": "nps", "operator": "at_most", "value": 6},
                ],
            },
        ),
    ),
    *(
        Ready(
            key=f"rfm-{group.replace('_', '-')}",
            group=_RFM,
            name=format_lazy("RFM: {group}", group=title),
            sentence=sentence,
            condition=_all({"kind": "rfm", "group": group}),
        )
        for (group, title), sentence in zip(
            RFM_GROUPS.items(),
            (
                _("Bought lately, often and for much."),
                _("Buy often and for much, and not long ago."),
                _("Bought lately, but not yet often."),
                _("Bought some time ago, and not often."),
                _("Bought often or for much, but long ago."),
                _("Bought little, and long ago."),
            ),
            strict=True,
        )
    ),
)


def get(key: str) -> Ready | None:
    """Return a ready-made audience by its key."""
    return next((one for one in ALL if one.key == key), None)
