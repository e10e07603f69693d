"""People and companies as records. What staff say of a person is a trait, said like any sender's, and counts at once."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.people import reach, resolving, search, traits
from jejak.people.models import Company, Handle, Membership, Person
from jejak.people.normalising import normalise
from jejak.people.trails import of_roots
from jejak.people.whole import wholes
from jejak.records import kinds
from jejak.records.changing import BadValues
from jejak.records.kinds import Field, Kind
from jejak.records.types import BY_KEY, Value
from jejak.staff.models import User
from jejak.touchpoints.models import Arrival

SOURCE = "staff"
"""The source of what staff say."""

RECOGNISED_BY = ("email", "phone")
"""The fields of a person by which they are recognised."""
COLUMNS = frozenset({"owner", "team", "tags"})
"""The fields of a person that are no traits."""
_text, _flag, _moment, _record = (BY_KEY[key] for key in ("text", "flag", "moment", "record"))


def say(*, person: Person, said: Mapping[str, Value], now: datetime) -> None:
    """Say traits of a person: the page knows them at once, and the log with the next batch.

    To be called inside a transaction.
    """
    handles = _handles_of(person)
    if not handles:
        handle = Handle.objects.create(
            person=person, kind="jejak_id", value=uuid.uuid4().hex, source=SOURCE, first_seen_at=now
        )
        handles = {handle.kind: handle.value}
    message = {
        "type": "identify",
        "messageId": uuid.uuid4().hex,
        "handles": handles,
        "traits": dict(said),
        "timestamp": now,
    }
    Arrival.objects.create(
        source=SOURCE,
        received_at=now,
        messages=1,
        meta={"trusted": True},
        body=msgspec.json.encode([message]),
    )
    trail = Handle.objects.filter(kind=next(iter(handles)), value=next(iter(handles.values()))).first()
    trail_id = trail.person_id if trail else person.pk
    traits.learn([traits.Learned(trail_id=trail_id, at=now, source=SOURCE, traits=dict(said))])


def write_person(record: Person, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    """Save what staff say of a person."""
    said = {key: value for key, value in values.items() if key not in COLUMNS}
    columns = {key: value for key, value in values.items() if key in COLUMNS}
    for key, column in (("owner", "owner_id"), ("team", "team_key"), ("tags", "tags")):
        if key in columns:
            setattr(
                record, column, [] if key == "tags" and not columns[key] else columns[key] or _nothing(key)
            )
    if columns:
        record.save(update_fields=["owner", "team_key", "tags"])
    if said:
        say(person=record, said=said, now=now)
        record.refresh_from_db()


def make_person(values: Mapping[str, Value], *, by: User | None, now: datetime) -> Person:
    """Begin a person whom staff know. Raises BadValues where an e-mail or a phone is somebody's already."""
    handles = tuple(
        (kind, held)
        for kind in RECOGNISED_BY
        if values.get(kind) and (held := normalise(kind, str(values[kind]), settings.PHONE_COUNTRIES))
    )
    errors = {}
    for kind, value in handles:
        taken = Handle.objects.filter(kind=kind, value=value).select_related("person").first()
        if taken is not None:
            who = reach.called(by, taken.person)
            errors[kind] = gettext("%(person)s has it already.") % {"person": who}
    if errors:
        raise BadValues(errors)
    handles = handles or (("jejak_id", uuid.uuid4().hex),)
    resolver = resolving.Resolver()
    resolver.begin()
    trail = resolver.resolve([resolving.Asked(handles=handles, at=now, source=SOURCE)])[0]
    person = Person.objects.get(pk=trail)
    write_person(person, {key: value for key, value in values.items() if value is not None}, by=by, now=now)
    return person


def _nothing(key: str) -> Any:
    return None if key == "owner" else ""


def _handles_of(person: Person) -> dict[str, str]:
    """The strongest handle of a person's own trail: what is said comes back to the same one."""
    held = list(Handle.objects.filter(person=person).values_list("kind", "value"))
    if not held:
        return {}
    kind, value = min(held, key=resolving.strength)
    return {kind: value}


def _read_traits(person: Person) -> dict[str, Value]:
    held = person.combined or person.traits
    return {key: said.get("value") for key, said in held.items()}


def _find(text: str, limit: int) -> Sequence[int]:
    return [found.person.pk for found in search.search(text, limit)]


def _companies(people: Sequence[Person]) -> dict[int, str]:
    """The companies of people, whatever trail of theirs belongs to them."""
    ids = [person.pk for person in people]
    held = (
        Membership.objects.filter(person__in=of_roots(ids))
        .annotate(root=Coalesce("person__root", "person"))
        .order_by("since")
        .values_list("root", "company__name", "company__key")
    )
    found: dict[int, list[str]] = {}
    for root, name, key in held:
        found.setdefault(root, []).append(name or key)
    return {root: ", ".join(dict.fromkeys(names)) for root, names in found.items()}


def _by_handle(kind: str, column: str) -> Any:
    """Ask for people by any of their e-mails or phones, from the index of handles."""

    def matches(operator: str, asked: Any) -> Q:
        if operator in {"empty", "filled"}:
            return Q(**{column: ""}) if operator == "empty" else Q(**{f"{column}__gt": ""})
        if operator == "contains":
            return Q(**{f"{column}__icontains": asked})
        handles = Handle.objects.filter(kind=kind)
        if operator == "begins":
            begun = str(asked).strip().lower()
            handles = handles.filter(value__gte=begun, value__lt=f"{begun}\U0010ffff")
        else:
            handles = handles.filter(value=asked)
        among = Q(pk__in=handles.values(found=Coalesce("person__root", "person")))
        return ~among if operator == "is_not" else among

    return matches


def _in_companies(operator: str, asked: Any) -> Q:
    members = Membership.objects.annotate(root=Coalesce("person__root", "person"))
    if operator in {"empty", "filled"}:
        anybody = Q(pk__in=members.values("root"))
        return ~anybody if operator == "empty" else anybody
    among = Q(pk__in=members.filter(company__in=asked).values("root"))
    return ~among if operator == "none_of" else among


def _known(people: Sequence[Person]) -> dict[int, str | bool]:
    """Who is known by more than the browsers and devices they used."""
    known = set(
        Person.objects.filter(pk__in=[person.pk for person in people])
        .filter(_is_known("is", True))
        .values_list("pk", flat=True)
    )
    return {person.pk: person.pk in known for person in people}


def _is_known(operator: str, asked: Any) -> Q:
    handles = Handle.objects.filter(Q(person=OuterRef("pk")) | Q(person__root=OuterRef("pk")))
    known = ~Q(name="", email="", phone="") | Q(Exists(handles.exclude(kind="anonymous_id")))
    return known if operator == "filled" or (operator == "is" and asked) else ~known


def _person_titles(ids: Iterable[int]) -> dict[int, str]:
    roots = dict(Person.objects.filter(pk__in=list(ids)).values_list("pk", Coalesce("root", "pk")))
    people = wholes(set(roots.values()))
    return {pk: people[root].title for pk, root in roots.items() if root in people}


def _link(name: str) -> Any:
    def link(pk: int) -> str:
        try:
            return reverse(name, args=[pk])
        except NoReverseMatch:
            return ""

    return link


def _people() -> QuerySet[Person]:
    return Person.objects.filter(root=None)


PERSON = kinds.register(
    Kind(
        key="person",
        name=_("Person"),
        plural=_("People"),
        icon="users-three",
        model=Person,
        base=_people,
        json=lambda: Coalesce(F("combined"), F("traits")),
        path=lambda key: (key, "value"),
        read_own=_read_traits,
        find=_find,
        write=write_person,
        make=make_person,
        titles=_person_titles,
        label_of=str,
        link=_link("profiles:person"),
        columns=("name", "email", "phone", "company", "owner", "last_seen_at"),
        sort="-last_seen_at",
        fields=(
            Field(key="name", label=_("Name"), type=_text, column="name", longest=200),
            Field(
                key="email",
                label=_("E-mail"),
                type=BY_KEY["email"],
                column="email",
                can_sort=False,
                matches=_by_handle("email", "email"),
            ),
            Field(
                key="phone",
                label=_("Phone"),
                type=BY_KEY["phone"],
                column="phone",
                can_sort=False,
                matches=_by_handle("phone", "phone"),
            ),
            Field(
                key="company",
                label=_("Company"),
                type=_record,
                links_to="company",
                is_editable=False,
                show=_companies,
                matches=_in_companies,
            ),
            Field(key="owner", label=_("Owner"), type=BY_KEY["staff"], column="owner_id"),
            Field(key="team", label=_("Team"), type=_text, column="team_key", longest=60),
            Field(key="tags", label=_("Tags"), type=BY_KEY["choices"], column="tags"),
            Field(
                key="first_seen_at",
                label=_("First seen"),
                type=_moment,
                column="first_seen_at",
                is_editable=False,
            ),
            Field(
                key="last_seen_at",
                label=_("Last seen"),
                type=_moment,
                column="last_seen_at",
                is_editable=False,
            ),
            Field(
                key="is_known",
                label=_("Known"),
                type=_flag,
                is_editable=False,
                help=_("More is known of them than a browser."),
                show=_known,
                matches=_is_known,
            ),
            Field(key="is_demo", label=_("Demo"), type=_flag, column="is_sample", is_editable=False),
        ),
    )
)

COMPANY = kinds.register(
    Kind(
        key="company",
        name=_("Company"),
        plural=_("Companies"),
        icon="buildings",
        model=Company,
        link=_link("crm:company"),
        fresh=lambda now: Company(key=f"jejak-{uuid.uuid4().hex}", first_seen_at=now),
        columns=("name", "domain", "parent", "owner", "tags", "first_seen_at"),
        sort="name",
        searched=("name", "domain", "key"),
        fields=(
            Field(key="name", label=_("Name"), type=_text, column="name", is_required=True, longest=200),
            Field(key="domain", label=_("Domain"), type=_text, column="domain", longest=120),
            Field(key="parent", label=_("Part of"), type=_record, column="parent_id", links_to="company"),
            Field(key="owner", label=_("Owner"), type=BY_KEY["staff"], column="owner_id"),
            Field(key="team", label=_("Team"), type=_text, column="team_key", longest=60),
            Field(key="tags", label=_("Tags"), type=BY_KEY["choices"], column="tags"),
            Field(key="key", label=_("Key"), type=_text, column="key", is_editable=False),
            Field(
                key="first_seen_at",
                label=_("First seen"),
                type=_moment,
                column="first_seen_at",
                is_editable=False,
            ),
            Field(key="is_demo", label=_("Demo"), type=_flag, column="is_sample", is_editable=False),
        ),
    )
)
