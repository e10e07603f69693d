"""The pages of people: the search, and a person with their trail."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.features.profiles import fields, known, moments, panels, timeline, words
from jejak.features.profiles.reach import person_or_404
from jejak.people import reach, search
from jejak.people.models import Membership
from jejak.people.whole import Whole, whole
from jejak.staff import audit
from jejak.touchpoints.words import channel as channel_word

_MOST_HANDLES = 8


class Search(AdminPage):
    """The search of the sidebar: a whole handle leads straight to its person, everything else to the list."""

    permission = "people.view_person"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        query = request.GET.get("q", "").strip()
        found = search.search(query, 2) if query else []
        if len(found) == 1 and found[0].handle is not None:
            person = whole(found[0].person.pk)
            if person is not None and reach.sees(request.user, person):
                return redirect("profiles:person", person.root.pk)
        return redirect(f"{reverse('lists:people')}?{urlencode({'q': query})}")


class Person(AdminPage):
    """Who somebody is, and everything that happened between them and the company."""

    template_name = "profiles/person.html"
    permission = "people.view_person"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        if self.person.root.pk != kwargs["person_id"]:
            return redirect("profiles:person", self.person.root.pk)
        if _is_next_piece(request):
            return render(request, "profiles/timeline_piece.html", self._timeline())
        audit.note(request, audit.SAW, kind="person", record_id=self.person.root.pk, title=self.person.title)
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return self.person.title

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists:people"), _("People")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = known.listed([self.person])[0]
        user = self.request.user
        own = {
            "person": self.person,
            "handles": one.recognised_by[:_MOST_HANDLES],
            "more_handles": one.recognised_by[_MOST_HANDLES:],
            "devices": one.devices if one.devices != one.recognised_by else [],
            "memberships": _memberships(self.person),
            "head": fields.of_head(self.person),
            "traits": fields.of_traits(self.person),
            "may_change": user.has_perm("people.change_person"),
            "may_export": user.has_perm("people.export_person") and user.has_perm("people.export_unmasked"),
            "may_forget": user.has_perm("people.forget_person"),
            **panels.consent(self.person),
            **panels.value(self.request, self.person),
            **self._timeline(),
            **self._choices(),
        }
        return super().get_context_data(**(own | kwargs))

    def _timeline(self) -> dict[str, Any]:
        asked = self.request.GET
        filters = {name: asked[name] for name in ("kind", "channel") if asked.get(name)}
        try:
            piece = timeline.timeline(
                self.person.trail_ids,
                kind=filters.get("kind", ""),
                channel=filters.get("channel", ""),
                after=timeline.Position.read(asked.get("after", "")),
            )
        except eventlog.Away:
            return {"away": True, "chosen": filters}
        days = moments.days(piece.folds, marks=not self.person.is_sample)
        following = filters | {"after": str(piece.end), "day": days[-1][0].isoformat()} if piece.end else {}
        return {
            "days": days,
            "begun": asked.get("day", ""),  # Its heading stands above already.
            "more": f"?{urlencode(following)}" if following else "",
            "chosen": filters,
        }

    def _choices(self) -> dict[str, Any]:
        """The kinds and channels that this person has, with how many of each."""
        told = panels.told(self.request, self.person.trail_ids)
        kinds, channels = (told.kinds, told.channels) if told else ({}, {})
        return {
            "kinds": [(kind, words.word(words.KINDS, kind), count) for kind, count in kinds.items()],
            "channels": [(key, channel_word(key), count) for key, count in channels.items()],
        }


class Inside(AdminPage):
    """All touchpoints of one fold of the trail."""

    permission = "people.view_person"
    template_name = "profiles/inside_page.html"
    icon = "footprints"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        asked = request.GET
        first_at, last_at = (timeline.moment_of(asked.get(name, "")) for name in ("from", "to"))
        if first_at is None or last_at is None:
            raise Http404
        context: dict[str, Any] = {}
        try:
            held = timeline.inside(
                self.person.trail_ids, asked.get("fold", ""), first_at=first_at, last_at=last_at
            )
            context["moments"] = [moments.moment(one, marks=not self.person.is_sample) for one in held]
        except eventlog.Away:
            context["away"] = True
        if "HX-Request" in request.headers:
            return render(request, "profiles/inside.html", context)
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return self.person.title

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title


class Story(AdminPage):
    """The cards of orders and scores: fetched after the page, so that it need not wait for them."""

    permission = "people.view_person"
    template_name = "profiles/story_page.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.person = person_or_404(request, kwargs["person_id"])
        try:
            context = {"orders": panels.orders(self.person), "scores": panels.scores(self.person)}
        except eventlog.Away:
            context = {"away": True}  # type: ignore[dict-item]
        if "HX-Request" in request.headers:
            return render(request, "profiles/story.html", context)
        return self.render_to_response(self.get_context_data(**context))

    def get_title(self) -> str:
        return self.person.title

    def get_back(self) -> tuple[str, Any]:
        return reverse("profiles:person", args=[self.person.root.pk]), self.person.title


class Said(AdminPage):
    """How the traits of a person changed, for the card of traits."""

    permission = "people.view_person"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = person_or_404(request, kwargs["person_id"])
        context: dict[str, Any] = {}
        try:
            context["changes"] = panels.changes(timeline.said(person.trail_ids))
        except eventlog.Away:
            context["away"] = True
        return render(request, "profiles/said.html", context)


def _is_next_piece(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers and "after" in request.GET


def _memberships(person: Whole) -> list[Membership]:
    """Return to which companies a person belongs now, the main one first, each once."""
    held = Membership.objects.filter(person__in=person.trail_ids, until=None).select_related("company")
    by_company: dict[int, Membership] = {}
    for one in held.order_by("-is_primary", "-since"):
        by_company.setdefault(one.company_id, one)
    return list(by_company.values())
