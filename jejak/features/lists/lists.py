"""The list of a kind: its pieces, its count, its filters and columns, and its saved views."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext

from jejak.common.numbers import number
from jejak.features.lists import asking, builder, showing
from jejak.features.lists.access import PERSONAL, KindPage, is_htmx, redirected, visible_kinds
from jejak.features.lists.asking import State
from jejak.records import changing, listing
from jejak.records.filtering import BadCondition
from jejak.records.models import Change, View
from jejak.staff import audit

PIECE = 50
_LONGEST_NAME = 80


class ListPage(KindPage):
    """A list of records."""

    template_name = "lists/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.state = asking.read(self.kind, self.user, request.GET)
        self.filter_form: builder.Builder | None = None
        if "f" in request.GET:
            self.filter_form = builder.read(self.kind, request.GET, by=self.user)
            if self.filter_form.condition is not None:
                state = builder.added(self.state, self.filter_form)
                return redirected(request, f"{request.path}?{state.query()}")
        is_piece = is_htmx(request) and "after" in request.GET
        context = self._rows()
        if is_piece:
            return render(request, "lists/rows.html", context)
        if self.kind.key in PERSONAL and self.state.is_narrowed:
            audit.note(request, audit.SEARCHED, kind=self.kind.key, detail=_told(self.state))
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> Any:
        return self.kind.plural

    def get_back(self) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind, state = self.kind, self.state
        views = list(asking.views(kind, self.user))
        likes = asking.liked(kind, self.user)
        own = {
            "icon": kind.icon,
            "state": state,
            "query": state.query(),
            "kept": [(name, value) for name, values in QueryDict(state.query()).lists() for value in values],
            "heads": showing.heads(state),
            "chips": showing.chips(state, by=self.user),
            "views": views,
            "opens": likes.get("opens") or 0,
            "is_mine": state.view is not None and state.view.by_id == self.user.pk,
            "choosable": _choosable(state),
            "filterable": builder.fields(kind),
            "builder": self.filter_form,
            "may_make": changing.can_make(kind) and kind.allows(self.user, "add"),
            "may_import": changing.can_make(kind)
            and kind.allows(self.user, "add")
            and kind.allows(self.user, "change"),
            "may_edit_fields": kind.takes_own_fields and self.request.user.has_perm("records.add_ownfield"),
            "can_archive": changing.can_archive(kind),
            "has_tags": any(one.key == "tags" for one in kind.fields),
            "has_owner": any(one.key == "owner" and one.is_editable for one in kind.fields),
            "done": self._done(),
            "kinds": visible_kinds(self.user),
        }
        return super().get_context_data(**(own | kwargs))

    def _rows(self) -> dict[str, Any]:
        state, user = self.state, self.user
        fault = ""
        try:
            piece = listing.piece(
                self.kind,
                state.asked,
                rows=self.kind.seen_by(user),
                me=user.pk,
                now=datetime.now(UTC),
                after=self.request.GET.get("after", ""),
                limit=PIECE,
            )
        except BadCondition as error:
            piece, fault = listing.Piece(records=[], following=""), str(error)
        count = None
        if not state.is_narrowed:
            count = listing.count(self.kind.seen_by(user), milliseconds=100)
        elif piece.matching is not None:
            count = listing.Count(number=piece.matching, is_exact=True)
        return {
            "kind": self.kind,
            "state": state,
            "rows": showing.rows(self.kind, state.fields, piece.records, by=user),
            "more": state.query(after=piece.following) if piece.following else "",
            "looked_at": piece.looked_at,
            "count": count_in_words(count) if count else "",
            "columns": len(state.columns) + 2,
            "fault": fault,
        }

    def _done(self) -> Change | None:
        """The deed that has just been done, to be undone."""
        given = self.request.GET.get("done", "")
        if not given.isdecimal() or len(given) > 18:
            return None
        return Change.objects.filter(pk=int(given), kind=self.kind.key, by=self.user).first()


class CountPart(KindPage):
    """How many records fit, for lists that are there before that is known."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = asking.read(self.kind, self.user, request.GET)
        try:
            found = listing.matching(
                self.kind,
                state.asked,
                rows=self.kind.seen_by(self.user),
                me=self.user.pk,
                now=datetime.now(UTC),
            )
        except BadCondition:
            return HttpResponse("")
        return HttpResponse(count_in_words(listing.count(found)))


class ConditionPart(KindPage):
    """The operator and the value of a filter that is being made."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given = request.GET.copy()
        for name in ("o", "v", "v2"):
            given.pop(name, None)
        return render(
            request,
            "lists/condition.html",
            {"builder": builder.read(self.kind, given, by=self.user), "kind": self.kind},
        )


class Columns(KindPage):
    """Choose and order the columns of a list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = asking.read(self.kind, self.user, QueryDict(request.POST.get("state", "")))
        columns = list(asking.columns_of(self.kind, request.POST.getlist("column")))
        key, _colon, way = request.POST.get("move", "").partition(":")
        if key in columns:
            here = columns.index(key)
            there = min(max(here + (1 if way == "later" else -1), 0), len(columns) - 1)
            columns.insert(there, columns.pop(here))
        if request.POST.get("reset"):
            columns = []
        view = state.view
        if view is not None and view.by_id == self.user.pk:
            view.asked["columns"] = columns
            view.save(update_fields=["asked"])
            asking.like(self.kind, self.user, columns={str(view.pk): []})
        else:
            asking.like(self.kind, self.user, columns={str(view.pk) if view else "": columns})
        opened = {"columns": "1"} if key else {}
        return redirected(request, _list_url(self.kind.key, state.query(**opened)))


class MakeView(KindPage):
    """Save what a list shows, under a name."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = asking.read(self.kind, self.user, QueryDict(request.POST.get("state", "")))
        name = " ".join(request.POST.get("name", "").split())[:_LONGEST_NAME] or gettext("My view")
        view, _is_new = View.objects.update_or_create(
            kind=self.kind.key,
            by=self.user,
            name=name,
            defaults={
                "asked": state.kept(),
                "is_shared": _may_share(self) and bool(request.POST.get("shared")),
            },
        )
        return redirected(request, _list_url(self.kind.key, f"view={view.pk}"))


class ChangeView(KindPage):
    """Save, rename, share, order or delete one's view; or have a list open with it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not kwargs["view_id"]:
            asking.like(self.kind, self.user, opens=0)
            return redirected(request, _list_url(self.kind.key, "view=0"))
        view = get_object_or_404(asking.views(self.kind, self.user), pk=kwargs["view_id"])
        do = request.POST.get("do", "")
        if do == "open":
            asking.like(self.kind, self.user, opens=view.pk)
            return redirected(request, _list_url(self.kind.key, f"view={view.pk}"))
        if view.by_id != self.user.pk and not (do == "delete" and self.user.is_superuser):
            raise PermissionDenied
        if do == "delete":
            view.delete()
            return redirected(request, _list_url(self.kind.key, "view=0"))
        if do == "save":
            state = asking.read(self.kind, self.user, QueryDict(request.POST.get("state", "")))
            view.asked = state.kept()
        elif do == "name":
            name = " ".join(request.POST.get("name", "").split())[:_LONGEST_NAME]
            taken = View.objects.filter(kind=view.kind, by=view.by, name=name).exclude(pk=view.pk)
            if name and not taken.exists():
                view.name = name
            view.is_shared = _may_share(self) and bool(request.POST.get("shared"))
        else:
            raise Http404
        view.save()
        return redirected(request, _list_url(self.kind.key, f"view={view.pk}"))


def count_in_words(count: listing.Count) -> str:
    """Return how many records there are, exactly or not, and say so."""
    if count.is_exact:
        return number(count.number)
    if not count.number:
        return gettext("Too many to count quickly")
    return gettext("More than %(count)s") % {"count": number(count.number)}


def _may_share(page: KindPage) -> bool:
    return page.kind.allows(page.user, "change")


def _choosable(state: State) -> list[tuple[str, Any, bool]]:
    """Every column, those shown first, in their order: (key, label, whether it is shown)."""
    title = state.kind.title
    rest = [field for field in state.kind.fields if field.key not in state.columns and field.key != title]
    return [(field.key, field.label, True) for field in state.fields] + [
        (field.key, field.label, False) for field in rest
    ]


def _list_url(kind_key: str, query: str) -> str:
    return f"{reverse('lists:list', args=[kind_key])}?{query}"


def _told(state: State) -> dict[str, Any]:
    """What the audit log keeps of a search: what was asked, without what may be somebody's address or number."""
    return {"fields": [one.field for one in state.where], "searched": bool(state.q)}
