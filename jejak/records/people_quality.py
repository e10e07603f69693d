"""What can be wrong with people and companies."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Count, Max
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.people.models import Company, Handle, Membership, Person
from jejak.people.normalising import name_from, name_words, normalise
from jejak.people.whole import Whole, wholes
from jejak.records import quality
from jejak.records.quality import CONTRADICTORY, MISSING, STALE, UNDELIVERABLE, UNREACHABLE

_STALE = timedelta(days=730)
_QUIET = timedelta(days=365)
_REACHED_BY = frozenset({"email", "phone", "whatsapp", "telegram"})
_ONCE = ("birthday", "birth_date", "date_of_birth", "born_on", "gender", "national_id")
"""What does not change in a life, so that two values contradict each other."""
_BOUNCES = ("Email Bounced", "Email Failed", "Message Failed")
_DELIVERED = ("Email Delivered", "Email Opened", "Email Link Clicked", "Email Clicked")


def _on(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y")


def _known(people: Sequence[Person]) -> list[Person]:
    """Who is more than a browser: only they can have something missing."""
    named = {person.pk for person in people if person.name or person.email or person.phone}
    by_handle = (
        Handle.objects.filter(person__in=[person.pk for person in people if person.pk not in named])
        .exclude(kind="anonymous_id")
        .values_list("person", flat=True)
    )
    known = named | set(by_handle)
    return [person for person in people if person.pk in known]


def with_trails(person: Whole) -> Person:
    """Return who stands for a person, and spare the rules looking up the trails that are known."""
    person.root.__dict__[_WHOLE] = person
    return person.root


def _trails(people: Sequence[Person]) -> dict[int, Whole]:
    """The trails of these people; kept with each row, because several rules ask for them."""
    found = wholes([person.pk for person in people if _WHOLE not in person.__dict__])
    for person in people:
        person.__dict__.setdefault(_WHOLE, found.get(person.pk))
    return {person.pk: person.__dict__[_WHOLE] for person in people if person.__dict__[_WHOLE]}


_WHOLE = "_whole"


@quality.rule(
    "person",
    "no_way",
    UNREACHABLE,
    _("No way to reach them"),
    advice=_("Ask for an e-mail address or a phone number at the next contact."),
    points=40,
)
def unreachable(people: Sequence[Person], now: datetime) -> dict[int, str]:
    known = _known(people)
    asked = [person for person in known if not person.email and not person.phone]
    trails = {trail: pk for pk, whole in _trails(asked).items() for trail in whole.trail_ids}
    held = Handle.objects.filter(person__in=list(trails), kind__in=_REACHED_BY).values_list(
        "person", flat=True
    )
    reached = {trails[trail] for trail in held}
    return {person.pk: "" for person in asked if person.pk not in reached}


@quality.rule(
    "person",
    "bad_address",
    UNDELIVERABLE,
    _("The e-mail address cannot be right"),
    advice=_("Correct the address, or take it out."),
    points=30,
)
def bad_address(people: Sequence[Person], now: datetime) -> dict[int, str]:
    found = {}
    for person in people:
        if person.email:
            try:
                validate_email(person.email)
            except ValidationError:
                found[person.pk] = person.email[:80]
    return found


@quality.rule(
    "person",
    "bad_phone",
    UNDELIVERABLE,
    _("The phone number cannot be right"),
    advice=_("Correct the number, or take it out."),
    points=20,
)
def bad_phone(people: Sequence[Person], now: datetime) -> dict[int, str]:
    return {
        person.pk: person.phone
        for person in people
        if person.phone
        and not (normalise("phone", person.phone, settings.PHONE_COUNTRIES) or "").startswith("+")
    }


@quality.rule(
    "person",
    "bounced",
    UNDELIVERABLE,
    _("E-mail came back"),
    advice=_("Ask for another address on another channel."),
    points=30,
)
def bounced(people: Sequence[Person], now: datetime) -> dict[int, str]:
    trails = {trail: pk for pk, whole in _trails(people).items() for trail in whole.trail_ids}
    rows = eventlog.ask(
        """
        SELECT trail_id, maxIf(happened_at, name IN {bounces:Array(String)}) AS bounced_at,
            maxIf(happened_at, name IN {delivered:Array(String)}) AS delivered_at
        FROM touchpoints
        WHERE trail_id IN {trails:Array(UInt64)} AND name IN arrayConcat({bounces:Array(String)}, {delivered:Array(String)})
        GROUP BY trail_id HAVING bounced_at > delivered_at
        """,
        trails=sorted(trails),
        bounces=list(_BOUNCES),
        delivered=list(_DELIVERED),
    ).rows
    return {trails[trail]: _on(bounced_at) for trail, bounced_at, _delivered in rows}


@quality.rule(
    "person",
    "no_name",
    MISSING,
    _("No name"),
    advice=_("Ask what to call them."),
    points=15,
)
def no_name(people: Sequence[Person], now: datetime) -> dict[int, str]:
    return {person.pk: "" for person in _known(people) if not person.name}


@quality.rule(
    "person",
    "two_values",
    CONTRADICTORY,
    _("Sources contradict each other"),
    advice=_("Ask which is right. Perhaps two people were taken for one."),
    points=25,
)
def two_values(people: Sequence[Person], now: datetime) -> dict[int, str]:
    found = {}
    for pk, whole in _trails(people).items():
        for key in _ONCE:
            said = {
                str(trail.traits[key]["value"]).strip().lower()
                for trail in whole.trails
                if key in trail.traits
            }
            said.discard("none")
            said.discard("")
            if len(said) > 1:
                found[pk] = key
    return found


@quality.rule(
    "person",
    "two_names",
    CONTRADICTORY,
    _("One person, two names"),
    advice=_("Look at why this is one person, and part them where it is not."),
    points=25,
)
def two_names(people: Sequence[Person], now: datetime) -> dict[int, str]:
    found = {}
    for pk, whole in _trails(people).items():
        # What was said of each trail: the name of who stands for all is the newest of them.
        said = [
            name_from({key: held["value"] for key, held in trail.traits.items()}) for trail in whole.trails
        ]
        names = [set(name_words(name)) for name in said if name]
        if any(not one & other for number, one in enumerate(names) for other in names[number + 1 :]):
            found[pk] = ", ".join(dict.fromkeys(name for name in said if name))[:120]
    return found


@quality.rule(
    "person",
    "other_country",
    CONTRADICTORY,
    _("The phone is of another country than the address"),
    advice=_("Check the number and the country."),
    points=10,
)
def other_country(people: Sequence[Person], now: datetime) -> dict[int, str]:
    found = {}
    for person in people:
        held = (person.combined or person.traits).get("country", {}).get("value")
        code = {
            "id": "+62",
            "indonesia": "+62",
            "my": "+60",
            "malaysia": "+60",
            "sg": "+65",
            "singapore": "+65",
        }.get(str(held or "").strip().lower())
        if code and person.phone.startswith("+") and not person.phone.startswith(code):
            found[person.pk] = f"{person.phone[:3]} ≠ {held}"
    return found


@quality.rule(
    "person",
    "old",
    STALE,
    _("Nothing heard for two years"),
    advice=_("Ask whether it still holds, or forget them."),
    points=15,
)
def old(people: Sequence[Person], now: datetime) -> dict[int, str]:
    latest = {pk: whole.last_seen_at for pk, whole in _trails(_known(people)).items()}
    return {pk: _on(seen) for pk, seen in latest.items() if seen < now - _STALE}


@quality.rule(
    "company", "no_people", MISSING, _("Nobody is known there"), advice=_("Add who you talk to."), points=30
)
def no_people(companies: Sequence[Company], now: datetime) -> dict[int, str]:
    ids = [company.pk for company in companies]
    peopled = set(Membership.objects.filter(company__in=ids).values_list("company", flat=True))
    return {pk: "" for pk in ids if pk not in peopled}


@quality.rule("company", "no_name", MISSING, _("No name"), advice=_("Give the company its name."), points=25)
def company_no_name(companies: Sequence[Company], now: datetime) -> dict[int, str]:
    return {company.pk: company.key[:80] for company in companies if not company.name}


@quality.rule(
    "company", "no_owner", MISSING, _("Nobody looks after it"), advice=_("Give it an owner."), points=10
)
def no_owner(companies: Sequence[Company], now: datetime) -> dict[int, str]:
    return {company.pk: "" for company in companies if company.owner_id is None}


@quality.rule(
    "company",
    "twice",
    CONTRADICTORY,
    _("Another company has the same name or domain"),
    advice=_("Perhaps it is there twice."),
    points=25,
)
def twice(companies: Sequence[Company], now: datetime) -> dict[int, str]:
    names = {company.name.lower() for company in companies if company.name}
    domains = {company.domain.lower() for company in companies if company.domain}
    shared = set()
    for column, values in (("name", names), ("domain", domains)):
        same = (
            Company.objects.annotate(small=Lower(column))
            .filter(small__in=values)
            .values("small")
            .annotate(n=Count("pk"))
            .filter(n__gt=1)
        )
        shared |= {(column, row["small"]) for row in same}
    return {
        company.pk: company.name or company.domain
        for company in companies
        if ("name", company.name.lower()) in shared or ("domain", company.domain.lower()) in shared
    }


@quality.rule(
    "company",
    "quiet",
    STALE,
    _("Nobody there was heard of for a year"),
    advice=_("Call, or say that it is over."),
    points=15,
)
def quiet(companies: Sequence[Company], now: datetime) -> dict[int, str]:
    seen = (
        Membership.objects.filter(company__in=[company.pk for company in companies])
        .values("company")
        .annotate(last=Max("person__last_seen_at"))
    )
    return {row["company"]: _on(row["last"]) for row in seen if row["last"] < now - _QUIET}
