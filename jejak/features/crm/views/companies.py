"""A company: who belongs to it, what lies above and below it, and what that comes to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.backoffice.frame import AdminPage
from jejak.features.crm import boards, facts, histories, rollups, trails
from jejak.features.crm.actions import companies as verbs
from jejak.features.crm.forms import JoinForm
from jejak.features.crm.models import Deal
from jejak.features.crm.views import staff
from jejak.people import saying
from jejak.people.models import Company, Membership, Person
from jejak.people.whole import wholes
from jejak.records import kinds
from jejak.staff import audit, scope
from jejak.staff.models import User

_FIELDS = ("name", "domain", "parent", "owner", "team", "tags")
_SHOWN_PEOPLE = 50
_SHOWN_DEALS = 20
_SHOWN_COMPANIES = 200


@dataclass(frozen=True, kw_only=True)
class Member:
    """Somebody who belongs, or belonged, to a company."""

    membership: Membership
    person_id: int
    title: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """A company in the tree. depth: 0 for the uppermost. people: of it alone."""

    company: Company
    depth: int
    people: int
    is_here: bool


class _Kept(AdminPage):
    """A list that the lists of records show; while there are none, a plain one."""

    kind = ""
    template_name = "crm/plain_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return redirect("lists:list", self.kind)
        except NoReverseMatch:
            return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = kinds.kind(self.kind)
        rows = kind.seen_by(self.request.user).order_by(kind.sort)[:_SHOWN_COMPANIES]
        listed = [(str(one), kind.link(one.pk) if kind.link else "") for one in rows]
        return super().get_context_data(**({"listed": listed} | kwargs))


class Companies(_Kept):
    """All companies."""

    title = _("Companies")
    icon = "buildings"
    kind = "company"
    permission = "people.view_company"


class Products(_Kept):
    """All that is sold."""

    title = _("Products")
    icon = "package"
    kind = "product"
    permission = "crm.view_product"


class CompanyPage(AdminPage):
    """Everything about one company."""

    template_name = "crm/company.html"
    permission = "people.view_company"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.company = company_or_404(request, kwargs["company_id"])
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return str(self.company)

    def get_back(self) -> tuple[str, Any]:
        return reverse("crm:companies"), _("Companies")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, company, user = timezone.localdate(), self.company, staff(self.request)
        below = _in_reach(verbs.below([company.pk]), user)
        alone, together = rollups.roll_up(company.pk, below, today=today, by=user)
        with_below = bool(below) and self.request.GET.get("below") != "no"
        may_change = user.has_perm("people.change_company")
        kind = kinds.kind("company")
        own_keys = [field.key for field in kind.fields if field.is_own]
        people = self._people(today)
        own = {
            "company": company,
            "owner": company.owner,
            "form": JoinForm(user=user) if may_change else None,
            "numbers": together if with_below else alone,
            "with_below": with_below,
            "below": below,
            "tree": _tree(company, below, today, user),
            "facts": facts.facts(kind, company, _FIELDS, by=user, may_change=may_change),
            "own_facts": facts.facts(kind, company, own_keys, by=user, may_change=may_change),
            "said": _said(company),
            "people": people,
            "more_people": max(0, alone.people - len(people)),
            "former": self._former(today),
            "may_change": may_change,
            "may_add_deal": user.has_perm("crm.add_deal"),
            "deals": self._deals(below if with_below else []),
            "history": histories.history(kind, company.pk)[:10],
            **self._latest([company.pk, *below] if with_below else [company.pk], today),
        }
        return super().get_context_data(**(own | kwargs))

    def _people(self, today: date) -> list[Member]:
        held = rollups.members([self.company.pk], today=today, by=staff(self.request))
        return _members(held.order_by("-is_primary", "since", "pk")[:_SHOWN_PEOPLE])

    def _former(self, today: date) -> list[Member]:
        left = rollups.seen(
            Membership.objects.filter(company=self.company, until__lte=today), staff(self.request)
        )
        return _members(left.order_by("-until", "-pk")[:_SHOWN_DEALS])

    def _deals(self, below: list[int]) -> list[boards.Card]:
        if not self.request.user.has_perm("crm.view_deal"):
            return []
        deals = scope.limit(
            Deal.objects.filter(company__in=[self.company.pk, *below], archived_at=None), self.request.user
        )
        newest = deals.select_related("stage", "company", "person", "owner").order_by(
            F("won_at").desc(nulls_first=True), F("lost_at").desc(nulls_first=True), "close_on", "-pk"
        )
        return boards.cards(list(newest[:_SHOWN_DEALS]), today=timezone.localdate())

    def _latest(self, companies: list[int], today: date) -> dict[str, Any]:
        roots = set(
            rollups.members(companies, today=today, by=staff(self.request)).values_list("root", flat=True)
        )
        of = rollups.trails(roots)
        try:
            return {"moments": trails.latest(of)}
        except eventlog.Away:
            return {"away": True}


class Join(AdminPage):
    """Say that somebody belongs to a company."""

    http_method_names = ["post"]
    permission = "people.change_company"

    def post(self, request: HttpRequest, company_id: int) -> HttpResponse:
        company = company_or_404(request, company_id)
        back = redirect(reverse("crm:company", args=[company.pk]) + "#people")
        form = JoinForm(request.POST, user=staff(request))
        if not form.is_valid():
            messages.error(request, " ".join(str(one) for each in form.errors.values() for one in each))
            return back
        given = form.cleaned_data
        person = get_object_or_404(kinds.kind("person").seen_by(request.user), pk=given["person"])
        try:
            verbs.join(
                company=company,
                person=person,
                role=given["role"],
                is_primary=given["is_primary"],
                now=timezone.now(),
            )
        except verbs.BelongsAlready as error:
            messages.error(request, str(error))
            return back
        _note(request, person, company)
        return back


class Role(AdminPage):
    """Change what somebody does in a company, or say that they left."""

    http_method_names = ["post"]
    permission = "people.change_company"

    def post(self, request: HttpRequest, company_id: int, membership_id: int) -> HttpResponse:
        company = company_or_404(request, company_id)
        held = rollups.seen(Membership.objects.select_related("company", "person"), staff(request))
        membership = get_object_or_404(held, pk=membership_id, company=company)
        now = timezone.now()
        try:
            if request.POST.get("what") == "leave":
                on = _day(request.POST.get("until", "")) or timezone.localdate()
                verbs.leave(membership=membership, on=min(on, timezone.localdate()), now=now)
            else:
                verbs.change_role(
                    membership=membership,
                    role=request.POST.get("role", ""),
                    is_primary=bool(request.POST.get("is_primary")),
                    now=now,
                )
        except verbs.LeftAlready as error:
            messages.error(request, str(error))
        else:
            _note(request, membership.person, company)
        return redirect(reverse("crm:company", args=[company.pk]) + "#people")


def company_or_404(request: HttpRequest, company_id: int) -> Company:
    """Return a company in reach of the staff member."""
    if company_id >= 2**63:
        raise Http404
    rows = Company.objects.select_related("owner", "parent")
    return get_object_or_404(scope.limit(rows, request.user), pk=company_id)


def _in_reach(companies: list[int], user: User) -> list[int]:
    """Return those of some companies that a member of staff sees, in their order."""
    if not scope.limited(user):
        return companies
    known = set(scope.limit(Company.objects.filter(pk__in=companies), user).values_list("pk", flat=True))
    return [pk for pk in companies if pk in known]


def _members(held: Any) -> list[Member]:
    rows = list(held.select_related("person"))
    people = wholes({row.person.root_id or row.person_id for row in rows})
    found: dict[int, Member] = {}
    for row in rows:
        root = row.person.root_id or row.person_id
        if root not in found and root in people:  # Several trails of one person may belong to it.
            whole = people[root]
            found[root] = Member(membership=row, person_id=root, title=whole.title, email=whole.email)
    return list(found.values())


def _tree(company: Company, below: list[int], today: date, user: User) -> list[Node]:
    """The companies above, this one, and those below it, each indented under its parent."""
    upward = verbs.ancestors(company.pk)[::-1]
    known = {company.pk, *_in_reach([one.pk for one in upward], user)}
    above = [one for one in upward if one.pk in known]
    rows = Company.objects.filter(pk__in=below[:_SHOWN_COMPANIES]).only("pk", "name", "key", "parent_id")
    children: dict[int, list[Company]] = {}
    for one in sorted(rows, key=lambda one: (str(one).lower(), one.pk)):
        children.setdefault(one.parent_id or 0, []).append(one)
    people: dict[int, set[int]] = {}
    ids = [one.pk for one in above] + below[:_SHOWN_COMPANIES]
    for company_id, root in rollups.members(ids, today=today, by=user).values_list("company_id", "root"):
        people.setdefault(company_id, set()).add(root)
    nodes: list[Node] = []

    def add(one: Company, depth: int) -> None:
        count = len(people.get(one.pk, ()))
        nodes.append(Node(company=one, depth=depth, people=count, is_here=one.pk == company.pk))
        for child in children.get(one.pk, []):
            add(child, depth + 1)

    for depth, one in enumerate(above[:-1]):
        nodes.append(Node(company=one, depth=depth, people=len(people.get(one.pk, ())), is_here=False))
    add(company, len(above) - 1)
    return nodes


@dataclass(frozen=True, kw_only=True)
class _Trait:
    """What a sender said of a company by group()."""

    key: str
    value: str
    at: datetime | None
    source: str


def _said(company: Company) -> list[_Trait]:
    found = []
    for key, held in sorted(company.traits.items()):
        value = held.get("value")
        if key == "name" or isinstance(value, dict | list) or value in (None, ""):
            continue
        try:
            at = datetime.fromisoformat(str(held.get("at", "")))
        except ValueError:
            at = None
        found.append(
            _Trait(
                key=key.replace("_", " ").capitalize(),
                value=saying.trait(key, value),
                at=at,
                source=str(held.get("source", "")),
            )
        )
    return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _note(request: HttpRequest, person: Person, company: Company) -> None:
    detail = {"fields": ["company"], "company": company.key}
    audit.note(request, audit.CHANGED, kind="person", record_id=person.pk, title=str(person), detail=detail)
