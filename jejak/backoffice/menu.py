"""The menu. Features register their places in their own wagtail_hooks.py; the frame knows none of them.

    from jejak.backoffice import menu
    menu.place("people", _("People"), icon="users-three", url_name="profiles:search", order=menu.PEOPLE)
    menu.entry("capture", "live", _("Live"), icon="pulse", url_name="capture:live", order=10)

The menu is flat: at most nine places. What belongs to a place is an entry of it, shown while one is there.
An entry whose address does not exist (yet) is not shown, nor one whose permission is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

# The nine places, from top to bottom. Entries of a place count on their own, from 10 in tens.
HOME = 0
INBOX = 100
PEOPLE = 200
INSIGHTS = 300
JOURNEYS = 400
FEEDBACK = 500
REACH = 600
CONTENT = 700
CAPTURE = 800
SETTINGS = 900


@dataclass(frozen=True, kw_only=True)
class Item:
    """A place of the menu, or an entry of one.

    label, description: lazily translated. url_name: as reverse() takes it, without arguments.
    place: the name of the place that an entry belongs to; "" for a place itself.
    description: a sentence, shown where entries are cards (Settings).
    also: beginnings of further addresses where it is the one that is shown as open, below the back office's own.
    """

    name: str
    label: Any
    icon: str
    url_name: str
    order: int
    permission: str = ""
    place: str = ""
    description: Any = ""
    also: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An item as one request sees it."""

    name: str
    label: str
    icon: str
    url: str
    order: int
    description: str = ""
    active: bool = False
    here: bool = False
    beginnings: tuple[str, ...] = ()
    entries: list["Shown"] = field(default_factory=list)


_items: dict[tuple[str, str], Item] = {}


def place(
    name: str,
    label: Any,
    *,
    icon: str,
    url_name: str,
    order: int,
    permission: str = "",
    also: Sequence[str] = (),
) -> None:
    """Register one of the nine places. icon: a Phosphor name of icons.py. order: a constant above."""
    _items["", name] = Item(
        name=name, label=label, icon=icon, url_name=url_name, order=order, permission=permission, also=also
    )


def entry(
    place: str,
    name: str,
    label: Any,
    *,
    url_name: str,
    icon: str = "circle",
    order: int = 500,
    permission: str = "",
    description: Any = "",
    also: Sequence[str] = (),
) -> None:
    """Register an entry of a place."""
    _items[place, name] = Item(
        name=name,
        label=label,
        icon=icon,
        url_name=url_name,
        order=order,
        permission=permission,
        place=place,
        description=description,
        also=also,
    )


def places(request: HttpRequest) -> list[Shown]:
    """Return the places that this request may see, each with its entries, and marks where it is.

    The address that is the longest beginning of the request's own is the one where it is.
    """
    tops = [replace(top, entries=entries(top.name, request)) for top in _shown("", request)]
    everything = [start for top in tops for item in (top, *top.entries) for start in item.beginnings]
    here = _longest_beginning(request.path, everything)
    return [_marked(top, here) for top in tops]


def entries(place: str, request: HttpRequest) -> list[Shown]:
    """Return the entries of one place that this request may see."""
    return list(_shown(place, request))


def _shown(place: str, request: HttpRequest) -> Iterable[Shown]:
    root = reverse("wagtailadmin_home")
    for item in sorted(_items.values(), key=lambda item: item.order):
        if item.place != place or (item.permission and not request.user.has_perm(item.permission)):
            continue
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        yield Shown(
            name=item.name,
            label=str(item.label),
            icon=item.icon,
            url=url,
            order=item.order,
            description=str(item.description),
            beginnings=(url, *(root + start for start in item.also)),
        )


def _longest_beginning(path: str, urls: list[str]) -> str:
    # Home lies above everything, so it is only itself.
    home = min(urls, key=len, default="")
    fitting = [url for url in urls if path == url or (url != home and path.startswith(url))]
    return max(fitting, key=len, default="")


def _marked(top: Shown, here: str) -> Shown:
    marked = [
        replace(entry, here=here in entry.beginnings, active=here in entry.beginnings)
        for entry in top.entries
    ]
    inside = any(entry.here for entry in marked)
    return replace(
        top,
        here=top.url == here and not inside,
        active=here in top.beginnings or inside,
        entries=marked,
    )
