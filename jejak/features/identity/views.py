"""Who is who: merging two people, why somebody is one person, who may be one, and what several people share."""

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jejak.backoffice.frame import AdminPage
from jejak.common.numbers import number
from jejak.features.identity import drawing, sides, telling, words
from jejak.people import deciding, merging, reach
from jejak.people.evidence import NAMING
from jejak.people.models import Handle, Link, Merge, SharedHandle, Suggestion
from jejak.people.search import search
from jejak.people.whole import Whole, whole, wholes
from jejak.staff import audit, scope
from jejak.staff.models import User

_MANY = 20
_MOST_AT_ONCE = 200
_LONGEST_NOTE = 500


class MergePeople(AdminPage):
    """Find the other, see what each brings, and make them one."""

    icon = "arrows-merge"
    permission = "people.merge_people"
    template_name = "identity/merge.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.person = _person_or_404(request, kwargs["person_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_title(self) -> str:
        return _now("Merge %(name)s with…") % {"name": self.person.title}

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()
        other = _other(self.request, self.request.GET.get("other", ""))
        own: dict[str, Any] = {"person": self.person, "query": query}
        if other is not None and other.root.pk != self.person.root.pk:
            own |= {"other": other, "preview": sides.merged(self.person, other)}
        elif query:
            found = [one.person.pk for one in search(query, _MANY) if one.person.pk != self.person.root.pk]
            people = wholes(found)
            own["found"] = [
                people[pk] for pk in found if pk in people and reach.sees(self.request.user, people[pk])
            ]
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        other = _other(request, request.POST.get("other", ""))
        if other is None:
            raise Http404
        note = request.POST.get("note", "").strip()[:_LONGEST_NOTE]
        try:
            edge = merging.merge(
                person=self.person.root,
                other=other.root,
                rule="staff",
                evidence={"note": note} if note else {},
                by=_staff(request),
                now=_utc_now(),
            )
        except merging.OnePersonAlready:
            messages.info(request, _("They are one person already."))
            return redirect("identity:why", self.person.root.pk)
        _note(request, audit.MERGED, self.person, {"with": other.root.pk})
        messages.success(request, _("They are one person now. You can take it back below."))
        return redirect(f"{reverse('identity:why', args=[_root(edge)])}#edge-{edge.pk}")


class Why(AdminPage):
    """Why somebody is one person: their trails, and the merges that join them. A merge can be taken back."""

    title = _("Why is this one person?")
    icon = "link"
    permission = "people.view_person"
    template_name = "identity/why.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.person = _person_or_404(request, kwargs["person_id"])
        return super().dispatch(request, *args, **kwargs)

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trails = self.person.trail_ids
        handles = list(Handle.objects.filter(person__in=trails).order_by("pk"))
        standing = telling.edges(trails, standing=True)
        counts = sides.counted(trails)
        picture = drawing.draw(trails, self.person.root.pk, handles, [one.edge for one in standing])
        numbers = {box.trail_id: box.number for box in picture.boxes}
        of: dict[int, list[Handle]] = {}
        for handle in handles:
            of.setdefault(handle.person_id, []).append(handle)
        shorts = {one.edge.pk: one.short for one in standing}
        own: dict[str, Any] = {
            "person": self.person,
            "picture": picture,
            "lines": [(line, shorts[line.edge.pk]) for line in picture.lines],
            "trails": [
                (
                    trail,
                    numbers.get(trail.pk),
                    of.get(trail.pk, []),
                    None if counts is None else counts.get(trail.pk, 0),
                )
                for trail in sorted(self.person.trails, key=lambda one: numbers.get(one.pk, len(trails) + 1))
            ],
            "standing": [
                (one, numbers.get(one.edge.person_id), numbers.get(one.edge.other_id)) for one in standing
            ],
            "undone": telling.edges(trails, standing=False),
            "may_merge": self.request.user.has_perm("people.merge_people"),
        }
        if own["may_merge"] and (asked := self.request.GET.get("take", "")).isdecimal():
            edge = Merge.objects.filter(pk=int(asked), person__in=trails, undone_at=None).first()
            if edge is not None:
                own |= {"taking": telling.told(edge), "preview": sides.unmerged(edge)}
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("people.merge_people"):
            raise PermissionDenied
        asked = request.POST.get("edge", "")
        edge = get_object_or_404(
            Merge, pk=int(asked) if asked.isdecimal() else 0, person__in=self.person.trail_ids
        )
        try:
            merging.unmerge(merge=edge, by=_staff(request), now=_utc_now())
        except merging.UndoneAlready:
            messages.info(request, _("Somebody took it back before you."))
        else:
            _note(request, audit.UNMERGED, self.person, {"merge": edge.pk})
            messages.success(request, _("It is taken back: everything stands as it did before."))
        return redirect("identity:why", self.person.root.pk)


class Suggestions(AdminPage):
    """Pairs of people who may be one, for staff to decide."""

    title = _("Same person?")
    subtitle = _("People who may be one, the likeliest first. Whatever you decide can be taken back.")
    icon = "arrows-merge"
    permission = "people.view_person"
    template_name = "identity/suggestions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.request.GET.get("rule", "")[:40]
        within = telling.within(self.request.user)
        listed = deciding.waiting(rule).filter(within).select_related("person", "other")
        page = Paginator(listed, _MANY).get_page(self.request.GET.get("page"))
        rules = deciding.waiting().filter(within).order_by().values_list("rule").annotate(n=Count("pk"))
        return super().get_context_data(
            **kwargs,
            rule=rule,
            rules=[(key, words.word(words.SUGGESTED, key), n) for key, n in rules.order_by("-n")],
            page=page,
            suggested=telling.suggested(page),
            may_merge=self.request.user.has_perm("people.merge_people"),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("people.merge_people"):
            raise PermissionDenied
        decision, _point, one = request.POST.get("decide", "").partition(":")
        ids = [int(pk) for pk in ([one] if one else request.POST.getlist("suggestion")) if pk.isdecimal()]
        chosen = Suggestion.objects.filter(telling.within(request.user), pk__in=ids[:_MOST_AT_ONCE])
        done, edge = 0, None
        for suggestion in chosen.select_related("person", "other"):
            try:
                if decision == Suggestion.Decision.ONE:
                    edge = deciding.one_person(suggestion=suggestion, by=_staff(request), now=_utc_now())
                elif decision == Suggestion.Decision.TWO:
                    deciding.two_people(suggestion=suggestion, by=_staff(request), now=_utc_now())
                else:
                    raise Http404
            except deciding.DecidedAlready:
                continue
            done += 1
            verb = audit.MERGED if decision == Suggestion.Decision.ONE else audit.CHANGED
            detail = {"with": suggestion.other_id, "suggestion": suggestion.rule, "decided": decision}
            audit.note(request, verb, kind="person", record_id=suggestion.person_id, detail=detail)
        self._say(request, decision, done, edge)
        rule = request.POST.get("rule", "")[:40]
        return redirect(
            f"{reverse('identity:suggestions')}?{urlencode({'rule': rule})}"
            if rule
            else "identity:suggestions"
        )

    def _say(self, request: HttpRequest, decision: str, done: int, edge: Merge | None) -> None:
        if not done:
            messages.info(request, _("Nothing was chosen, or somebody decided it before you."))
        elif decision == Suggestion.Decision.TWO:
            text = ngettext("%(n)s pair stays two people.", "%(n)s pairs stay two people.", done)
            messages.success(request, text % {"n": number(done)})
        else:
            text = ngettext("%(n)s pair is one person now.", "%(n)s pairs are one person each now.", done)
            messages.success(request, text % {"n": number(done)})
        if edge is not None and done == 1:
            self.request.session["identity.merged"] = _root(edge)


class Shared(AdminPage):
    """Handles that several people use: they stand for none of them, unless staff say so."""

    title = _("Shared handles")
    subtitle = _("E-mails, phones and browsers that several people use. They join nobody.")
    icon = "share-network"
    permission = "people.view_person"
    template_name = "identity/shared.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if scope.limited(request.user):
            raise PermissionDenied  # Shared handles are of everybody, also of people out of reach.
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.request.GET.get("kind", "")[:40]
        listed = SharedHandle.objects.select_related("handle", "decided_by").order_by(
            "-is_loose", "-people", "pk"
        )
        if kind:
            listed = listed.filter(handle__kind=kind)
        page = Paginator(listed, _MANY).get_page(self.request.GET.get("page"))
        people = _people_of([one.handle_id for one in page])
        kinds = SharedHandle.objects.values_list("handle__kind").annotate(n=Count("pk")).order_by("-n")
        return super().get_context_data(
            **kwargs,
            kind=kind,
            kinds=[(key, words.word(words.HANDLES, key), n) for key, n in kinds],
            page=page,
            rows=[(one, people[one.handle_id], _seen_with(one)) for one in page],
            may_change=self.request.user.has_perm("people.merge_people"),
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("people.merge_people"):
            raise PermissionDenied
        asked, verdict = request.POST.get("handle", ""), request.POST.get("verdict", "")
        handle = get_object_or_404(SharedHandle, pk=int(asked) if asked.isdecimal() else 0)
        if verdict not in SharedHandle.Verdict.values:
            raise Http404
        deciding.shared(handle=handle, verdict=verdict, by=_staff(request), now=_utc_now())
        detail = {"handle": handle.handle_id, "verdict": verdict}
        audit.note(request, audit.CHANGED, kind="shared handle", record_id=handle.pk, detail=detail)
        messages.success(request, _("Saved. Who is who was worked out anew."))
        return redirect("identity:shared")


def _people_of(handles: list[int]) -> dict[int, int]:
    """How many ids, e-mails and phones each of these handles was seen with so far."""
    counts = dict.fromkeys(handles, 0)
    for mine, other in (("one", "other"), ("other", "one")):
        seen = Link.objects.filter(**{f"{mine}__in": handles, f"{other}__kind__in": NAMING}, rule=Link.SEEN)
        for handle, count in seen.values_list(mine).annotate(Count("pk")):
            counts[handle] += count
    return counts


def _seen_with(one: SharedHandle) -> list[tuple[str, str]]:
    held = one.evidence.get("with")
    return [
        (words.word(words.HANDLES, kind), words.handle_text(kind, value))
        for kind, value in (held if isinstance(held, list) else [])[:4]
    ]


def _note(request: HttpRequest, verb: str, person: Whole, detail: dict[str, Any]) -> None:
    audit.note(request, verb, kind="person", record_id=person.root.pk, title=person.title, detail=detail)


def _root(edge: Merge) -> int:
    person = whole(edge.person_id)
    return person.root.pk if person is not None else edge.person_id


def _other(request: HttpRequest, text: str) -> Whole | None:
    person = whole(int(text)) if text.isdecimal() and len(text) < 19 else None
    return person if person is not None and reach.sees(request.user, person) else None


def _person_or_404(request: HttpRequest, person_id: int) -> Whole:
    person = whole(person_id) if person_id < 2**63 else None
    if person is None or not reach.sees(request.user, person):
        raise Http404
    return person


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)  # Nobody else comes past AdminPage.


def _utc_now() -> datetime:
    return datetime.now(UTC)
