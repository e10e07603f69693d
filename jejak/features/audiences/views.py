"""The pages of audiences: all of them, one of them, its builder, and what several have in common."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jejak import eventlog
from jejak.audiences import actions, ready, saying, why
from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.backoffice.frame import AdminPage
from jejak.features.audiences import asking, building, pictures
from jejak.people.models import Person
from jejak.people.whole import whole
from jejak.staff import audit, scope

VIEW, ADD, CHANGE = "audiences.view_audience", "audiences.add_audience", "audiences.change_audience"
MEMBERS, EXPORT = "audiences.see_members", "audiences.export_members"
_A_PAGE, _LAST_PAGE = 50, 200
_LARGEST_UPLOAD = 20_000_000


def now() -> datetime:
    return datetime.now(UTC)


class _Page(AdminPage):
    permission = VIEW
    icon = "users-four"

    def get_back(self) -> tuple[str, Any]:
        return reverse("audiences:audiences"), _("Audiences")


class _OfOne(_Page):
    """The base: one audience."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.audience = get_object_or_404(Audience.objects.select_related("owner"), pk=kwargs["audience_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.audience.name

    def get_subtitle(self) -> Any:
        return self.audience.sentence

    def here(self) -> HttpResponse:
        return redirect("audiences:audience", self.audience.pk)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An audience of the list: in words, with its trend and its share of all people."""

    audience: Audience
    said: str
    line: str
    share: Any


class Audiences(_Page):
    """All audiences, with how many are in each."""

    title = gettext_lazy("Audiences")
    subtitle = gettext_lazy("Sets of people, given by conditions or by name, used the same way everywhere.")
    template_name = "audiences/list.html"

    def get_back(self) -> Any:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_away = self.request.GET.get("archived") == "1"
        held = list(
            Audience.objects.filter(archived_at__isnull=not is_away)
            .select_related("owner")
            .prefetch_related("sizes")
        )
        there = set(Audience.objects.values_list("key", flat=True))
        own = {
            "listed": [_listed(audience) for audience in held],
            "is_away": is_away,
            "any_away": Audience.objects.exclude(archived_at=None).exists(),
            "ready": _ready(there),
            "can_add": self.request.user.has_perm(ADD),
        }
        return super().get_context_data(**(own | kwargs))


def _listed(audience: Audience) -> Listed:
    sizes = sorted(audience.sizes.all(), key=lambda one: one.at)
    everybody = sizes[-1].everybody if sizes else 0
    share = asking.share(audience.size, everybody) if audience.size is not None else None
    return Listed(audience=audience, said=_said(audience), line=pictures.sparkline(sizes), share=share)


def _said(audience: Audience) -> str:
    if audience.condition is None:
        return str(audience.get_kind_display())
    try:
        return saying.whole(c.read(audience.condition))
    except c.BadConditions as bad:
        return bad.errors[0][1]


def _ready(there: set[str]) -> list[tuple[Any, list[ready.Ready]]]:
    groups: dict[str, list[ready.Ready]] = {}
    for one in ready.ALL:
        if one.key not in there:
            groups.setdefault(str(one.group), []).append(one)
    return list(groups.items())


class MakeReady(_Page):
    """Make a ready-made audience, as it is."""

    permission = ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        one = ready.get(key)
        if one is None:
            return HttpResponse(status=404)
        try:
            audience = actions.make(
                name=str(one.name), sentence=str(one.sentence), condition=one.condition, key=one.key,
                owner=_user(request), is_told=False, now=now(),
            )  # fmt: skip
        except actions.NameTaken:
            return redirect("audiences:audiences")
        return redirect("audiences:audience", audience.pk)


class Details(forms.ModelForm[Audience]):
    """What an audience is called. Its conditions are the builder's."""

    class Meta:
        model = Audience
        fields = ("name", "sentence", "is_told")
        labels = {
            "is_told": gettext_lazy("Record “Audience Entered” and “Audience Left” on the trails of people")
        }


class Build(_Page):
    """Make an audience of blocks, or change one."""

    permission = ADD
    template_name = "audiences/build.html"
    audience: Audience | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "audience_id" in kwargs:
            self.audience = get_object_or_404(Audience, pk=kwargs["audience_id"])
            self.permission = CHANGE
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> Any:
        return self.audience.name if self.audience else _("New audience")

    def get_back(self) -> tuple[str, Any]:
        if self.audience:
            return reverse("audiences:audience", args=[self.audience.pk]), self.audience.name
        return super().get_back()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        held = building.EMPTY if self.audience is None else self.audience.condition
        tree = None if held is None else building.fold(held)
        return self._shown(Details(instance=self.audience), tree, {})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = Details(request.POST, instance=self.audience)
        is_list = self.audience is not None and self.audience.condition is None
        tree = None if is_list else building.read(request.POST)
        if deed := request.POST.get("do", ""):
            assert tree is not None
            tree = building.do(tree, deed)
            return self._shown(Details(initial=request.POST.dict()), tree, {})
        errors: dict[str, str] = {}
        if form.is_valid():
            said = form.cleaned_data
            condition = None if tree is None else building.unfold(tree)
            try:
                if self.audience is None:
                    made = actions.make(**said, condition=condition, owner=_user(request), now=now())
                    _note(request, audit.ADDED, made)
                else:
                    made = actions.change(audience=self.audience, **said, condition=condition, now=now())
                    _note(request, audit.CHANGED, made)
                return redirect("audiences:audience", made.pk)
            except c.BadConditions as bad:
                errors = dict(bad.errors)
            except actions.NameTaken:
                form.add_error("name", _("There is an audience of this name."))
            except actions.PutAway:
                form.add_error(None, _("This audience is put away. Take it back before you change it."))
        response = self._shown(form, tree, errors)
        response.status_code = 422
        return response

    def _shown(self, form: Details, tree: building.Tree | None, errors: Mapping[str, str]) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=form, **_blocks(self.request, tree, errors, self.audience))
        )


class Blocks(_Page):
    """The blocks alone, drawn anew while somebody builds; who would be in it is asked for apart, as it takes longer."""

    permission = ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tree = building.read(request.POST)
        if deed := request.POST.get("do", ""):
            tree = building.do(tree, deed)
        return render(
            request,
            "audiences/blocks.html",
            _blocks(request, tree, None, _asked_audience(request), counts=False),
        )


class Live(_Page):
    """Who would be in it, while somebody types."""

    permission = ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown, _errors = _preview(request, building.read(request.POST), _asked_audience(request))
        return render(request, "audiences/live.html", {"preview": shown})


def _asked_audience(request: HttpRequest) -> Audience | None:
    asked = request.POST.get("audience", "")
    return Audience.objects.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 12 else None


def _blocks(
    request: HttpRequest,
    tree: building.Tree | None,
    errors: Mapping[str, str] | None,
    audience: Audience | None,
    *,
    counts: bool = True,
) -> dict[str, Any]:
    """Return what the builder's template needs. errors: of saving; None to say what is wrong so far."""
    if tree is None:
        return {"audience": audience, "node": None}
    shown: asking.Preview | None = None
    if counts:
        shown, found = _preview(request, tree, audience)
    else:
        found = _faults(tree, audience)
    return {
        "audience": audience,
        "node": building.node(tree, found if errors is None else errors),
        "preview": shown,
        "added": building.added(),
        "options": {
            "names": building.touchpoint_names(),
            "traits": asking.trait_names(),
            "details": asking.detail_names(),
            "scales": ["nps", "csat-1-5", "csat-1-10", "ces-1-7-easy", "ces-1-5-hard"],
        },
    }


def _faults(tree: building.Tree, audience: Audience | None) -> dict[str, str]:
    try:
        actions.checked(building.unfold(tree), key=audience.key if audience else "", now=now())
    except c.BadConditions as bad:
        return dict(bad.errors)
    return {}


def _preview(
    request: HttpRequest, tree: building.Tree, audience: Audience | None
) -> tuple[asking.Preview, dict[str, str]]:
    try:
        condition = c.read(building.unfold(tree))
        key = audience.key if audience else ""
        return asking.preview(condition, user=request.user, key=key, now=now()), {}
    except c.BadConditions as bad:
        return asking.Preview(trouble=_("Something is still missing.")), dict(bad.errors)
    except eventlog.TooExpensive:
        trouble = _("This takes longer than %(n)s seconds to count. It can be saved all the same.")
        return asking.Preview(trouble=trouble % {"n": asking.LIVE_SECONDS}), {}
    except eventlog.Away:
        return asking.Preview(trouble=_("The log does not answer at the moment.")), {}


class One(_OfOne):
    """One audience: how many are in it, by which conditions, since when."""

    template_name = "audiences/audience.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        audience, request = self.audience, self.request
        sizes = list(audience.sizes.order_by("-at")[:400])[::-1]
        own: dict[str, Any] = {
            "audience": audience,
            "said": _said(audience),
            "share": asking.share(audience.size or 0, sizes[-1].everybody) if sizes else None,
            "everybody": sizes[-1].everybody if sizes else 0,
            "chart": pictures.history(sizes),
            "newest": sizes[-1] if sizes else None,
            "can_change": request.user.has_perm(CHANGE),
            "upload": Upload() if audience.kind == Audience.Kind.STATIC else None,
            "used_in": _used_in(audience),
        }
        if request.user.has_perm(MEMBERS):
            try:
                own |= self._members()
            except eventlog.Away:
                own["away"] = True
        return super().get_context_data(**(own | kwargs))

    def _members(self) -> dict[str, Any]:
        number = self.request.GET.get("page", "1")
        asked = min(int(number), _LAST_PAGE) if number.isdecimal() and len(number) < 6 else 1
        page = Paginator(range(self.audience.size or 0), _A_PAGE).get_page(asked)
        offset = (page.number - 1) * _A_PAGE
        held = asking.page_of_members(self.audience, user=self.request.user, limit=_A_PAGE, offset=offset)
        return {"page": page, "members": held, "limited": scope.limited(self.request.user)}


def _used_in(audience: Audience) -> list[Audience]:
    """Return the audiences that ask for this one."""
    found = []
    for other in Audience.objects.exclude(pk=audience.pk).filter(archived_at=None).exclude(condition=None):
        try:
            leaves = list(c.leaves(c.read(other.condition)))
        except c.BadConditions:
            continue
        if any(isinstance(leaf, c.InAudience | c.InList) and leaf.key == audience.key for leaf in leaves):
            found.append(other)
    return found


class Why(_OfOne):
    """Why somebody is in an audience, or not."""

    permission = MEMBERS
    template_name = "audiences/why.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.person_id = kwargs["person_id"]
        return super().dispatch(request, *args, **kwargs)

    def get_back(self) -> tuple[str, Any]:
        return reverse("audiences:audience", args=[self.audience.pk]), self.audience.name

    def get_title(self) -> Any:
        return _("Why, or why not?")

    def get_subtitle(self) -> Any:
        return self.audience.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        get_object_or_404(scope.limit(Person.objects.all(), self.request.user), pk=self.person_id)
        person = whole(self.person_id)
        assert person is not None
        own: dict[str, Any] = {"audience": self.audience, "person": person}
        try:
            own["since"] = asking.audiences_of(person.root.pk).get(self.audience.pk)
            if self.audience.condition is not None:
                own["verdict"] = why.why(self.audience, person.root.pk, now=now(), zone=settings.TIME_ZONE)
        except eventlog.Away:
            own["away"] = True
        except c.BadConditions as bad:
            own["trouble"] = str(bad)
        return super().get_context_data(**(own | kwargs))


class Archive(_OfOne):
    """Put an audience away, or take it back."""

    permission = CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        deed = actions.archive if self.audience.archived_at is None else actions.take_back
        deed(audience=self.audience, now=now())
        _note(request, audit.CHANGED, self.audience)
        return self.here()


class Snapshot(_OfOne):
    """Keep who is in it now."""

    permission = ADD
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        at = now()
        name = f"{self.audience.name}, {at.astimezone():%Y-%m-%d %H:%M}"
        try:
            kept = actions.snapshot(audience=self.audience, name=name, owner=_user(request), now=at)
        except eventlog.Away:
            messages.error(request, _("The log does not answer at the moment."))
            return self.here()
        _note(request, audit.ADDED, kept)
        return redirect("audiences:audience", kept.pk)


class Upload(forms.Form):
    """Names people one by one."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "One person a row, by e-mail, phone, user id or any other handle. A first row may name them."
        ),
    )

    def clean_file(self) -> list[list[str]]:
        given = self.cleaned_data["file"]
        if given.size > _LARGEST_UPLOAD:
            raise forms.ValidationError(_("At most 20 MB."))
        try:
            text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This is no text in UTF-8.")) from None
        if "\0" in text:
            raise forms.ValidationError(_("This is no text in UTF-8."))
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            return list(csv.reader(io.StringIO(text), delimiter=delimiter))
        except csv.Error as error:
            raise forms.ValidationError(_("This is no CSV: %(why)s.") % {"why": error}) from None


class MakeList(_Page):
    """Make a list, by name; a file may name people at once."""

    permission = ADD
    title = gettext_lazy("New list")
    template_name = "audiences/make_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**({"form": ListForm()} | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ListForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        made = actions.make(**form.cleaned_data, condition=None, owner=_user(request), now=now())
        _note(request, audit.ADDED, made)
        return redirect("audiences:audience", made.pk)


class ListForm(forms.Form):
    """What a list is called."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    sentence = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)


class UploadList(_OfOne):
    """Put those on a list whom a file names."""

    permission = CHANGE
    http_method_names = ["post"]
    template_name = "audiences/uploaded.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = Upload(request.POST, request.FILES)
        own: dict[str, Any] = {"audience": self.audience, "upload": form}
        if form.is_valid():
            try:
                own["found"] = actions.upload(
                    audience=self.audience, rows=form.cleaned_data["file"], now=now()
                )
                _note(request, audit.CHANGED, self.audience)
            except actions.NoList:
                form.add_error(None, _("People are put by name on lists only."))
            except actions.PutAway:
                form.add_error(None, _("This audience is put away. Take it back before you change it."))
            except eventlog.Away:
                form.add_error(None, _("The log does not answer at the moment."))
        status = 200 if form.is_valid() else 422
        return self.render_to_response(self.get_context_data(**own), status=status)


class TakeOff(_OfOne):
    """Take somebody off a list."""

    permission = CHANGE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, person_id: int, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.audience.kind != Audience.Kind.STATIC or self.audience.archived_at is not None:
            raise PermissionDenied
        gone = actions.take_off(audience=self.audience, person_ids=[person_id], now=now())
        _note(request, audit.CHANGED, self.audience)
        messages.success(
            request, ngettext("%(n)s person taken off.", "%(n)s people taken off.", gone) % {"n": gone}
        )
        return self.here()


class Export(_OfOne):
    """Everybody in an audience whom one may see, as CSV."""

    permission = EXPORT

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _note(request, audit.EXPORTED, self.audience, records=self.audience.size or 0)
        response = StreamingHttpResponse(
            _csv(self.audience, request.user), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{self.audience.key}.csv"'
        return response


def _csv(audience: Audience, user: Any) -> Iterator[str]:
    masks = not user.has_perm("people.export_unmasked")
    yield "\ufeffid,name,email,phone\r\n"
    for ids in asking.member_ids(audience):
        for start in range(0, len(ids), 500):
            lines = io.StringIO()
            writer = csv.writer(lines)
            for person in asking.seen(user, ids[start : start + 500]):
                texts = [person.name, person.email, person.phone]
                if masks:
                    texts = [
                        _initials(person.name),
                        _hidden(person.email, 1, "@"),
                        _hidden(person.phone, 3, ""),
                    ]
                writer.writerow([person.root.pk, *map(guarded, texts)])
            yield lines.getvalue()


def _initials(name: str) -> str:
    return " ".join(f"{word[:1]}." for word in name.split())


def _hidden(text: str, shown: int, kept_from: str) -> str:
    end = text[text.find(kept_from) :] if kept_from and kept_from in text else text[-2:]
    return f"{text[:shown]}…{end}" if text else ""


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "-", "@", "\t", "\r")) else text


class Overlap(_Page):
    """What several audiences have in common."""

    title = gettext_lazy("Overlap")
    subtitle = gettext_lazy("Who is in several audiences at once, as of their last refresh.")
    icon = "stack"
    template_name = "audiences/overlap.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = list(Audience.objects.filter(archived_at=None))
        asked = {int(one) for one in self.request.GET.getlist("a") if one.isdecimal() and len(one) < 12}
        chosen = [audience for audience in held if audience.pk in asked][: asking.MOST_COMPARED]
        own: dict[str, Any] = {"audiences": held, "chosen": chosen, "most": asking.MOST_COMPARED}
        if len(chosen) > 1:
            try:
                own["sizes"], own["overlaps"] = asking.overlaps(chosen)
            except eventlog.Away:
                own["away"] = True
        return super().get_context_data(**(own | kwargs))


def _note(request: HttpRequest, verb: str, audience: Audience, **detail: Any) -> None:
    audit.note(request, verb, kind="audience", record_id=audience.pk, title=audience.name, detail=detail)


def _user(request: HttpRequest) -> Any:
    return request.user
