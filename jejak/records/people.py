"""People and companies as records. What staff say of a person is a trait, said like any sender's, and counts at once."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.people import bulk, reach, resolving, search, traits
from jejak.people.evidence import HandleKey
from jejak.people.models import Company, Handle, Membership, Person
from jejak.people.normalising import normalise
from jejak.people.trails import of_roots
from jejak.people.whole import wholes
from jejak.records import kinds
from jejak.records.changing import BadValues
from jejak.records.kinds import Field, Kind
from jejak.records.types import BY_KEY, Value
from jejak.staff import scope
from jejak.staff.models import User
from jejak.touchpoints import recording

SOURCE = "staff"
"""The source of what staff say."""

RECOGNISED_BY = ("email", "phone")
"""The fields of a person by which they are recognised."""
COLUMNS = frozenset({"owner", "team", "tags"})
"""The fields of a person that are no traits."""
_text, _flag, _moment, _record = (BY_KEY[key] for key in ("text", "flag", "moment", "record"))


Said = Mapping[str, Value]


def make_person(values: Said, *, by: User | None, now: datetime) -> Person:
    """Begin a person whom staff know. Raises BadValues where an e-mail or a phone is somebody's already."""
    (errors,) = check_new([values], by=by, earlier={})
    if errors:
        raise BadValues(errors)
    (person,) = make_people([values], by=by, now=now)
    return Person.objects.get(pk=person)


def check_new(
    values: Sequence[Said], *, by: User | None, earlier: dict[HandleKey, str]
) -> list[dict[str, str]]:
    """Return of each new person which of their e-mails and phones are somebody's already.

    earlier: whose they are of those that would be made before; who may be made is added.
    """
    recognised = [_recognised(one) for one in values]
    trail_of = _trails({key for handles in recognised for key in handles})
    names = reach.called_many(by, set(trail_of.values()))
    found = []
    for one, handles in zip(values, recognised, strict=True):
        errors = {}
        for key in handles:
            who = names[trail_of[key]] if key in trail_of else earlier.get(key)
            if who is not None:
                errors[key[0]] = gettext("%(person)s has it already.") % {"person": who}
        if not errors and handles:
            who = _called(one, by)
            earlier |= dict.fromkeys(handles, who)
        found.append(errors)
    return found


def make_people(values: Sequence[Said], *, by: User | None, now: datetime) -> list[int]:
    """Begin people whom nothing is known of, and return their ids. To be called inside a transaction."""
    handles = [_recognised(one) or (("jejak_id", uuid.uuid4().hex),) for one in values]
    resolver = resolving.Resolver()
    resolver.begin()
    trails = resolver.resolve([resolving.Asked(handles=keys, at=now, source=SOURCE) for keys in handles])
    _keep_columns(
        [
            (one.get("owner"), str(one.get("team") or ""), one.get("tags") or [], trail)
            for trail, one in zip(trails, values, strict=True)
            if not COLUMNS.isdisjoint(one)
        ]
    )
    said = [
        (trail, min(keys, key=resolving.strength), _traits(one))
        for trail, keys, one in zip(trails, handles, values, strict=True)
    ]
    _say([(trail, key, held) for trail, key, held in said if held], now)
    return trails


def write_person(record: Person, values: Said, *, by: User | None, now: datetime) -> None:
    """Save what staff say of a person."""
    write_people([(record, values)], by=by, now=now)
    record.refresh_from_db()


def write_people(said: Sequence[tuple[Person, Said]], *, by: User | None, now: datetime) -> None:
    """Save what staff say of people: the page knows it at once, and the log with the next batch.

    To be called inside a transaction.
    """
    for person, values in said:
        for key, column in _COLUMN_OF.items():
            if key in values:
                setattr(person, column, values[key] or _nothing(key))
    held = [person for person, values in said if not COLUMNS.isdisjoint(values)]
    _keep_columns([(person.owner_id, person.team_key, person.tags, person.pk) for person in held])
    told = [(person.pk, traits_of) for person, values in said if (traits_of := _traits(values))]
    handles = _strongest([pk for pk, _held in told], now)
    _say([(pk, handles[pk], traits_of) for pk, traits_of in told], now)


def _say(said: Sequence[tuple[int, HandleKey, Said]], now: datetime) -> None:
    traits.learn(
        [
            traits.Learned(trail_id=trail, at=now, source=SOURCE, traits=dict(held))
            for trail, _key, held in said
        ]
    )
    recording.identify_many(
        [(dict([key]), held) for _trail, key, held in said], happened_at=now, source=SOURCE
    )


def _traits(values: Said) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key not in COLUMNS}


def _recognised(values: Said) -> tuple[HandleKey, ...]:
    return tuple(
        (kind, held)
        for kind in RECOGNISED_BY
        if values.get(kind) and (held := normalise(kind, str(values[kind]), settings.PHONE_COUNTRIES))
    )


def _trails(handles: Iterable[HandleKey]) -> dict[HandleKey, int]:
    values: dict[str, list[str]] = {}
    for kind, value in handles:
        values.setdefault(kind, []).append(value)
    return {
        (kind, value): trail
        for kind, held in values.items()
        for value, trail in bulk.pairs_where_in(_TRAILS, held, kind)
    }


_TRAILS = "SELECT value, person_id FROM people_handle WHERE value IN ({values}) AND kind = %s"


def _called(values: Said, by: User | None) -> str:
    """What somebody would be called who is not made yet."""
    owner: Any = values.get("owner")
    new = Person(
        name=str(values.get("name") or ""),
        email=str(values.get("email") or ""),
        phone=str(values.get("phone") or ""),
        owner_id=owner,
        team_key=str(values.get("team") or ""),
    )
    return str(new) if by is None or scope.sees(by, new) else reach.nameless()


def _strongest(people: Sequence[int], now: datetime) -> dict[int, HandleKey]:
    """The strongest handle of each one's own trail: what is said comes back to the same one. Nobody is without."""
    held: dict[int, list[HandleKey]] = {}
    for pk, kind, value in Handle.objects.filter(person__in=people).values_list("person_id", "kind", "value"):
        held.setdefault(pk, []).append((kind, value))
    new = {pk: [("jejak_id", uuid.uuid4().hex)] for pk in people if pk not in held}
    Handle.objects.bulk_create(
        Handle(person_id=pk, kind=kind, value=value, source=SOURCE, first_seen_at=now)
        for pk, ((kind, value),) in new.items()
    )
    return {pk: min(handles, key=resolving.strength) for pk, handles in (held | new).items()}


_COLUMN_OF = {"owner": "owner_id", "team": "team_key", "tags": "tags"}


def _keep_columns(rows: Sequence[tuple[Any, str, Any, int]]) -> None:
    bulk.update_many(
        "people_person",
        ["owner_id = {}", "team_key = {}", "tags = {}"],
        [(owner, team, json.dumps(tags), pk) for owner, team, tags, pk in rows],
    )


def _nothing(key: str) -> Any:
    return {"owner": None, "team": "", "tags": []}[key]


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
        check_many=check_new,
        make_many=make_people,
        write_many=write_people,
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
        is_made_apart=True,
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
