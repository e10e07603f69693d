"""The pages of dashboards: all of them, one of them, its tiles, and how they are put together."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from jejak import eventlog
from jejak.backoffice import pictures
from jejak.backoffice.frame import AdminPage
from jejak.features.dashboards import actions, filters, links, papers, placing, ready, tiles, words
from jejak.features.dashboards.drawn import Drawn
from jejak.features.dashboards.filters import Narrowed
from jejak.features.dashboards.forms import (
    FORMS,
    ICONS,
    USUAL_SIZE,
    DashboardForm,
    LinkForm,
    PlacesForm,
    TileForm,
)
from jejak.features.dashboards.models import Dashboard, Link, Tile
from jejak.questions import actions as questions
from jejak.questions.answering import once
from jejak.staff import audit, scope

log = logging.getLogger(__name__)
VIEW, ADD = "dashboards.view_dashboard", "dashboards.add_dashboard"
LANES = {
    "numbers": (Tile.Kind.MEASURE,),
    "answers": (Tile.Kind.QUESTION,),
    "words": (Tile.Kind.QUOTES, Tile.Kind.MAP, Tile.Kind.LIST),
}
"""Which tiles come together: each lane is one request, so that the slow ones do not hold up the others."""
_RIGHTS = (
    "people.view_person", "questions.view_question", "audiences.view_audience", "audiences.see_members",
    "dashboards.change_place",
)  # fmt: skip
"""What tiles look at before they show something."""


def now() -> datetime:
    return datetime.now(UTC)


class _Page(AdminPage):
    permission = VIEW
    icon = "squares-four"

    def get_back(self) -> Any:
        return reverse("dashboards:dashboards"), _("Dashboards")

    @property
    def user(self) -> Any:
        return self.request.user


class OfOne(_Page):
    """The base: one dashboard that somebody may read. changes: whether they must be who may change it."""

    changes = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and user.has_perm(VIEW):
            self.dashboard = get_object_or_404(actions.seen_by(user), pk=kwargs["dashboard_id"])
            if self.changes and not (user.has_perm(ADD) and actions.may_change(self.dashboard, user)):
                raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_back(self) -> Any:
        return reverse("dashboards:dashboard", args=[self.dashboard.pk]), self.dashboard.name

    @property
    def wide(self) -> Narrowed:
        return filters.opened(self.dashboard.filters, self.request.GET.dict())

    def here(self) -> HttpResponse:
        return redirect("dashboards:dashboard", self.dashboard.pk)


class Dashboards(_Page):
    """The dashboards that somebody may read, and those that are made with one click."""

    title = gettext_lazy("Dashboards")
    subtitle = gettext_lazy("What each team looks at, on one page.")
    template_name = "dashboards/list.html"

    def get_back(self) -> Any:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = list(actions.seen_by(self.user).prefetch_related("tiles"))
        own = {
            "mine": [one for one in held if one.owner_id == self.user.pk],
            "others": [one for one in held if one.owner_id != self.user.pk],
            "ready": ready.ALL,
            "can_add": self.user.has_perm(ADD),
            "can_place": self.user.has_perm("dashboards.change_place"),
        }
        return super().get_context_data(**(own | kwargs))


class Make(_Page):
    """Make a dashboard: an empty one by its form, or a ready-made one with one click."""

    permission = ADD
    title = gettext_lazy("New dashboard")
    template_name = "dashboards/details.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"form": DashboardForm()} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if key := request.POST.get("template", ""):
            template = ready.get(key)
            if template is None:
                raise Http404
            made = ready.make(template, by=self.user, now=now())
        else:
            form = DashboardForm(request.POST)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            made = actions.keep(**form.cleaned_data, by=self.user, now=now())
        note(request, audit.ADDED, made)
        return redirect("dashboards:dashboard", made.pk)


class One(OfOne):
    """One dashboard. It paints at once; its tiles come by themselves."""

    template_name = "dashboards/dashboard.html"

    def get_back(self) -> Any:
        return reverse("dashboards:dashboards"), _("Dashboards")

    def get_title(self) -> Any:
        return self.dashboard.name

    def get_subtitle(self) -> Any:
        return self.dashboard.sentence

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wide, user = self.wide, self.user
        may_change = user.has_perm(ADD) and actions.may_change(self.dashboard, user)
        own = board(self.dashboard, wide, viewer=user, drawn="whole" in self.request.GET)
        own |= {
            "fields": _fields(wide),
            "may_change": may_change,
            "may_link": may_change and user.has_perm("dashboards.share_link"),
            "can_add": user.has_perm(ADD),
            "lanes_url": reverse("dashboards:lane", args=[self.dashboard.pk, "LANE"]),
            "whole_url": f"?{urlencode({**filters.write(wide), 'whole': '1'})}",
        }
        return super().get_context_data(**(own | kwargs))


class Lane(OfOne):
    """Some tiles of a dashboard, told from the log; HTMX puts each into its place."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return lane(request, self.dashboard, kwargs["lane"], self.wide, viewer=self.user, with_words=False)


def board(
    dashboard: Dashboard, wide: Narrowed, *, viewer: Any, with_words: bool = False, drawn: bool = False
) -> dict[str, Any]:
    """Return what a page needs to show the tiles: texts at once, the others once their lane came, or all drawn."""
    held = [
        tile for tile in dashboard.tiles.select_related("question") if tiles.is_for(viewer, tile, with_words)
    ]
    at_once = [tile for tile in held if drawn or tile.kind == Tile.Kind.TEXT]
    told = tiles.draw_all(at_once, now=now(), viewer=viewer, wide=wide, with_words=with_words)
    by_id: dict[int, Drawn] = {tile.pk: one for tile, one in zip(at_once, told, strict=True)}
    kinds = {tile.kind for tile in held}
    return {
        "dashboard": dashboard,
        "tiles": [(tile, by_id.get(tile.pk), ICONS[Tile.Kind(tile.kind)]) for tile in held],
        "lanes": [] if drawn else [name for name, of in LANES.items() if kinds & set(of)],
        "query": urlencode(filters.write(wide)),
        "wide": wide,
    }


def lane(
    request: HttpRequest, dashboard: Dashboard, name: str, wide: Narrowed, *, viewer: Any, with_words: bool
) -> HttpResponse:
    """Return the tiles of one lane as HTML. Raises Http404 where there is no such lane."""
    if name not in LANES:
        raise Http404
    key = _key_of_lane(dashboard, name, wide, viewer=viewer, with_words=with_words)

    def drawn() -> str:
        of_lane = dashboard.tiles.filter(kind__in=LANES[name]).select_related("question")
        held = [tile for tile in of_lane if tiles.is_for(viewer, tile, with_words)]
        told = tiles.draw_all(held, now=now(), viewer=viewer, wide=wide, with_words=with_words)
        context = {"tiles": list(zip(held, told, strict=True)), "level": 2}
        return render_to_string("dashboards/lane.html", context, request)

    return HttpResponse(once(key, drawn) if key else drawn())


def _key_of_lane(dashboard: Dashboard, name: str, wide: Narrowed, *, viewer: Any, with_words: bool) -> str:
    """Return under which name a drawn lane is kept for whoever sees the same; "" for who sees their own people only."""
    if viewer is not None and scope.limited(viewer):
        return ""
    rights = None if viewer is None else [viewer.has_perm(one) for one in _RIGHTS]
    said = (
        dashboard.pk, dashboard.version, name, sorted(filters.write(wide).items()), with_words, rights,
        get_language(), timezone.get_current_timezone_name(),
    )  # fmt: skip
    return f"dashboards:lane:{hashlib.sha256(repr(said).encode()).hexdigest()}"


def _fields(wide: Narrowed) -> list[dict[str, Any]]:
    """The selects of the filter bar: name, label, and (value, label) of each choice."""
    try:
        found = words.words(now=now())
    except (eventlog.Away, eventlog.TooExpensive):
        found = words.Words()
    is_custom = wide.from_on is not None
    windows = words.windows()
    if not is_custom and str(wide.days) not in dict(windows):
        windows = sorted([*windows, (str(wide.days), words.last(wide.days))], key=lambda one: int(one[0]))
    return [
        _field("days", _("Window"), [*windows, ("custom", _("From … to …"))], "custom" if is_custom else str(wide.days)),
        _field("compare", _("Compared with"), words.compared(), wide.compare or "before"),
        *(
            _field(
                column,
                label,
                [("", _("All")), *words.choices(column, getattr(found, column), getattr(wide, column))],
                filters.write(wide).get(column, ""),
            )
            for column, label in (("channel", _("Channel")), ("place", _("Place")))
        ),
        _field("audience", _("Audience"), [("", _("Everybody")), *words.audiences()], wide.audience),
    ]  # fmt: skip


def _field(name: str, label: str, choices: Sequence[tuple[str, Any]], value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": value}


class Change(OfOne):
    """What a dashboard is called, who sees it, and with which filters it opens."""

    changes = True
    template_name = "dashboards/details.html"

    def get_title(self) -> Any:
        return _("Change “%(name)s”") % {"name": self.dashboard.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = filters.opened(self.dashboard.filters, {})
        own = {
            "dashboard": self.dashboard,
            "form": DashboardForm(instance=self.dashboard),
            "version": self.dashboard.version,
            "fields": [one for one in _fields(kept) if one["name"] != "compare"],
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A copy: an unsaved form must not change what the page says of what is kept.
        form = DashboardForm(request.POST, instance=copy(self.dashboard))
        version = request.POST.get("version", "")
        # "name" is what it is called here, and no touchpoint.
        opens_with = {name: request.POST.get(name) for name in ("days", "channel", "place", "audience")}
        if not form.is_valid() or not version.isdecimal():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            actions.change(
                dashboard=self.dashboard, seen_version=int(version), **form.cleaned_data,
                filters=filters.write(filters.read(opens_with)), by=self.user, now=now(),
            )  # fmt: skip
        except actions.ChangedMeanwhile:
            self.dashboard.refresh_from_db()
            form.add_error(
                None, _("Somebody changed this dashboard meanwhile. What you typed is still here: save it again to keep it.")
            )  # fmt: skip
            return self.render_to_response(self.get_context_data(form=form), status=409)
        note(request, audit.CHANGED, self.dashboard)
        messages.success(request, _("Kept."))
        return self.here()


class Delete(OfOne):
    """Delete a dashboard."""

    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        note(request, audit.DELETED, self.dashboard)
        actions.delete(dashboard=self.dashboard, by=self.user)
        messages.success(request, _("Deleted."))
        return redirect("dashboards:dashboards")


class Copy(OfOne):
    """Make a dashboard like this one, of one's own."""

    permission = ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = _("%(name)s (copy)") % {"name": self.dashboard.name[:110]}
        made = actions.copy(dashboard=self.dashboard, name=name, by=self.user, now=now())
        note(request, audit.ADDED, made)
        return redirect("dashboards:dashboard", made.pk)


class Arrange(OfOne):
    """Take the order and sizes of the tiles. Who comes second is told, and loses nothing."""

    changes = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        version = request.POST.get("version", "")
        places = [place for text in request.POST.getlist("tile")[:200] if (place := _place(text))]
        if not version.isdecimal():
            return HttpResponse(status=400)
        try:
            actions.arrange(
                dashboard=self.dashboard, seen_version=int(version), places=places, by=self.user, now=now()
            )
        except actions.ChangedMeanwhile:
            self.dashboard.refresh_from_db()
            return render(request, "dashboards/conflict.html", {"dashboard": self.dashboard}, status=409)
        note(request, audit.CHANGED, self.dashboard)
        return HttpResponse(status=204)


def _place(text: str) -> actions.Place | None:
    parts = text.split(":")
    if len(parts) != 3 or not all(part.isdecimal() and len(part) < 18 for part in parts):
        return None
    tile_id, width, height = map(int, parts)
    return actions.Place(tile_id=tile_id, width=width, height=height)


class _OfTile(OfOne):
    """The base: a tile, one that is there or one that is to be."""

    changes = True
    template_name = "dashboards/tile_form.html"

    def tile(self) -> Tile:
        if "tile_id" in self.kwargs:
            held = self.dashboard.tiles.select_related("question", "dashboard")
            return get_object_or_404(held, pk=self.kwargs["tile_id"])
        kind = self.request.GET.get("kind", Tile.Kind.MEASURE)
        if kind not in FORMS:
            raise Http404
        width, height = USUAL_SIZE[kind]
        what = {key: self.request.GET[key] for key in ("measure", "as") if key in self.request.GET}
        return Tile(dashboard=self.dashboard, kind=kind, width=width, height=height, what=what)

    def form(self, tile: Tile, data: QueryDict | None = None) -> TileForm:
        return FORMS[tile.kind](data, tile=tile, user=self.user, now=now())


class PutTile(_OfTile):
    """Put a tile on a dashboard, or change one."""

    def get_title(self) -> Any:
        return _("Change a tile") if "tile_id" in self.kwargs else _("Add a tile")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tile = self.tile()
        form = kwargs.pop("form", None) or self.form(tile)
        own = {
            "dashboard": self.dashboard,
            "tile": tile,
            "form": form,
            "kinds": [(kind.value, kind.label, ICONS[kind]) for kind in Tile.Kind],
            "preview_url": reverse("dashboards:preview", args=[self.dashboard.pk]),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tile = self.tile()
        form = self.form(tile, request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        said: dict[str, Any] = {
            "what": form.what(), "title": form.cleaned_data["title"], "question": form.question(),
            "width": form.cleaned_data["width"], "height": form.cleaned_data["height"],
        }  # fmt: skip
        if tile.pk:
            actions.change_tile(tile=tile, **said, by=self.user, now=now())
        else:
            try:
                actions.put(dashboard=self.dashboard, kind=tile.kind, **said, by=self.user, now=now())
            except actions.TooManyTiles:
                form.add_error(None, _("A dashboard has at most %(n)s tiles.") % {"n": actions.MOST_TILES})
                return self.render_to_response(self.get_context_data(form=form), status=422)
        note(request, audit.CHANGED, self.dashboard)
        return self.here()


class Preview(_OfTile):
    """A tile as it would be, while its form is filled in."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tile = self.tile()
        form = self.form(tile, request.GET)
        form.is_valid()
        if set(form.errors) & {"measure", "as", "question", "text", "whose", "of"}:
            return render(request, "dashboards/preview.html", {"told": None})
        said = form.cleaned_data
        tile.what, tile.title, tile.question = form.what(), said.get("title", ""), form.question()
        tile.height = said.get("height") or tile.height
        wide = filters.opened(self.dashboard.filters, {})
        told = tiles.draw(tile, now=now(), viewer=self.user, wide=wide)
        return render(request, "dashboards/preview.html", {"told": told, "tile": tile, "level": 2})


class TakeOff(_OfTile):
    """Take a tile off a dashboard."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actions.take_off(tile=self.tile(), by=self.user, now=now())
        note(request, audit.CHANGED, self.dashboard)
        return self.here()


class Put(_Page):
    """Put a kept question, or a number, on one of one's dashboards."""

    permission = ADD
    title = gettext_lazy("Put on a dashboard")
    template_name = "dashboards/put.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        question = self._question()
        own = {
            "question": question,
            "dashboards": [one for one in actions.seen_by(self.user) if actions.may_change(one, self.user)],
        }
        return super().get_context_data(**(own | kwargs))

    def get_subtitle(self) -> Any:
        return self._question().name

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        question, user = self._question(), self.user
        pk = request.POST.get("dashboard", "")
        if pk == "new":
            name = request.POST.get("name", "").strip()[:120] or question.name
            dashboard = actions.keep(name=name, by=user, now=now())
            note(request, audit.ADDED, dashboard)
        else:
            if not pk.isdecimal() or len(pk) > 18:
                raise Http404
            dashboard = get_object_or_404(actions.seen_by(user), pk=int(pk))
        width, height = USUAL_SIZE[Tile.Kind.QUESTION]
        try:
            actions.put(
                dashboard=dashboard, kind=Tile.Kind.QUESTION, what={}, question=question,
                width=width, height=height, by=user, now=now(),
            )  # fmt: skip
        except actions.NotTheirs:
            raise PermissionDenied from None
        except actions.TooManyTiles:
            messages.error(request, _("A dashboard has at most %(n)s tiles.") % {"n": actions.MOST_TILES})
        else:
            note(request, audit.CHANGED, dashboard)
            messages.success(request, _("It is on “%(name)s” now.") % {"name": dashboard.name})
        return redirect("dashboards:dashboard", dashboard.pk)

    def _question(self) -> Any:
        pk = self.request.GET.get("question", "")
        if not pk.isdecimal() or len(pk) > 18:
            raise Http404
        return get_object_or_404(questions.seen_by(self.user).exclude(asked__kind="sql"), pk=int(pk))


class Wall(OfOne):
    """A dashboard alone on a screen: it fits, and asks for its numbers each minute."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wide = self.wide
        context = board(self.dashboard, wide, viewer=self.user) | {
            "lanes_url": reverse("dashboards:lane", args=[self.dashboard.pk, "LANE"]),
            "theme": "w-theme-light" if request.GET.get("theme") == "light" else "w-theme-dark",
            "span": words.spanned(wide.window(now=now())),
            "said": words.said(wide),
        }
        return render(request, "dashboards/wall.html", context)


class Pdf(OfOne):
    """A dashboard as a file, with what its reader may see."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            made = papers.pdf(self.dashboard, now=now(), viewer=self.user, wide=self.wide)
        except pictures.CannotDraw:
            log.exception("The PDF of dashboard %s was not made.", self.dashboard.pk)
            messages.error(request, _("The PDF could not be made. Try again in a minute."))
            return self.here()
        note(request, audit.EXPORTED, self.dashboard)
        response = HttpResponse(made, content_type="application/pdf")
        name = slugify(self.dashboard.name) or "dashboard"
        response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        return response


class Links(OfOne):
    """The links by which others read it, and a new one."""

    changes = True
    permission = "dashboards.share_link"
    icon = "link"
    title = gettext_lazy("Link for others")
    template_name = "dashboards/links.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        at = now()
        own = {
            "dashboard": self.dashboard,
            "form": LinkForm(),
            "links": [(link, self._address(link), _state(link, at)) for link in self.dashboard.links.all()],
        }
        return super().get_context_data(**(own | kwargs))

    def _address(self, link: Link) -> str:
        return self.request.build_absolute_uri(reverse("dashboards_link", args=[links.token(link)]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = LinkForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        actions.make_link(
            dashboard=self.dashboard, **form.cleaned_data, filters=filters.write(self.wide),
            by=self.user, now=now(),
        )  # fmt: skip
        note(request, audit.CHANGED, self.dashboard, {"reason": "link made"})
        return redirect("dashboards:links", self.dashboard.pk)


def _state(link: Link, at: datetime) -> str:
    return "withdrawn" if link.revoked_at else "open" if link.expires_at > at else "ended"


class Withdraw(OfOne):
    """Let a link lead nowhere."""

    changes = True
    permission = "dashboards.share_link"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        link = get_object_or_404(self.dashboard.links.select_related("dashboard"), pk=kwargs["link_id"])
        actions.withdraw(link=link, by=self.user, now=now())
        note(request, audit.CHANGED, self.dashboard, {"reason": "link withdrawn"})
        return redirect("dashboards:links", self.dashboard.pk)


class Places(_Page):
    """Where the places of the log are, for maps: a line for each."""

    permission = "dashboards.change_place"
    icon = "map-pin"
    title = gettext_lazy("Places")
    subtitle = gettext_lazy("Where places are, so that maps can show them.")
    template_name = "dashboards/places.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or PlacesForm(initial={"places": placing.lines()})
        try:
            unknown = placing.unknown(words.words(now=now()).place)
        except (eventlog.Away, eventlog.TooExpensive):
            unknown = []
        return super().get_context_data(**({"form": form, "unknown": unknown} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PlacesForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        placing.keep(form.cleaned_data["places"])
        messages.success(request, _("Kept."))
        return redirect("dashboards:places")


def note(
    request: HttpRequest, verb: str, dashboard: Dashboard, detail: Mapping[str, Any] | None = None
) -> None:
    """Write into the audit log what was done with a dashboard."""
    audit.note(
        request,
        verb,
        kind="dashboard",
        record_id=dashboard.pk,
        title=dashboard.name,
        detail=dict(detail or {}),
    )
