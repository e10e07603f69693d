"""Who belongs to which company, as what, and which company belongs to which."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext

from jejak.features.crm.touchpoints import CompanyJoined, CompanyLeft, RoleChanged
from jejak.people.merging import trail_ids
from jejak.people.models import Company, Membership, Person
from jejak.people.resolving import strength
from jejak.records import changing
from jejak.records.changing import BadValues
from jejak.records.types import Value
from jejak.staff.models import User
from jejak.touchpoints.recording import Touchpoint
from jejak.touchpoints.recording import record as record_fact

MOST_LEVELS = 20
"""How deep companies may lie below one another."""
_LONGEST_ROLE = 100
_HIERARCHY_LOCK = 0x6A656A616B  # "jejak": whoever changes who belongs to whom waits for whoever else does.


class BelongsAlready(ValueError):
    """This person belongs to this company already."""


class LeftAlready(ValueError):
    """This person does not belong to this company any more."""


def handles_of(person: Person) -> dict[str, str]:
    """Return the strongest handle of a trail, or of whoever it is one person with; {} where there is none."""
    held = list(person.handles.values_list("kind", "value"))
    if not held:
        others = Person.objects.filter(pk__in=trail_ids(person.pk)).exclude(pk=person.pk)
        held = list(others.filter(handles__isnull=False).values_list("handles__kind", "handles__value"))
    if not held:
        return {}
    kind, value = min(held, key=strength)
    return {kind: value}


def tell(fact: Touchpoint, person: Person, now: datetime) -> None:
    """Record what happened with a person; of one without any handle there is no trail to record it on."""
    if handles := handles_of(person):
        record_fact(fact, handles=handles, happened_at=now)


@transaction.atomic
def join(*, company: Company, person: Person, role: str, is_primary: bool, now: datetime) -> Membership:
    """Say that a person belongs to a company, from now on or again. Raises BelongsAlready."""
    role = _role(role)
    mine = Membership.objects.select_for_update().filter(company=company, person__in=trail_ids(person.pk))
    membership = mine.order_by("pk").first()
    if membership is None:
        membership = Membership(company=company, person=person, since=now)
    elif membership.until is None:
        raise BelongsAlready(
            gettext("%(person)s belongs to %(company)s already.") % {"person": person, "company": company}
        )
    else:
        membership.since, membership.until = now, None
    membership.role = role
    membership.is_primary = is_primary
    membership.save()
    if is_primary:
        _only_primary(membership)
    tell(CompanyJoined(company=str(company), company_key=company.key, role=role), person, now)
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, is_primary: bool, now: datetime) -> None:
    """Say what a person does in a company, and whether they are whom to speak with first."""
    role = _role(role)
    before = membership.role
    changed = Membership.objects.filter(pk=membership.pk, until=None).update(role=role, is_primary=is_primary)
    if not changed:
        raise LeftAlready(_left(membership))
    if is_primary:
        _only_primary(membership)
    if before != role:
        company = membership.company
        fact = RoleChanged(company=str(company), company_key=company.key, role_before=before, role=role)
        tell(fact, membership.person, now)


@transaction.atomic
def leave(*, membership: Membership, on: date, now: datetime) -> None:
    """Say that a person belongs to a company no more. Raises LeftAlready where two say it: the first counts."""
    if not Membership.objects.filter(pk=membership.pk, until=None).update(until=on, is_primary=False):
        raise LeftAlready(_left(membership))
    company = membership.company
    fact = CompanyLeft(company=str(company), company_key=company.key, role=membership.role)
    tell(fact, membership.person, now)


def check(record: Company | None, values: Mapping[str, Value]) -> None:
    """Refuse a parent that would make a circle of companies. Raises BadValues."""
    parent = values.get("parent")
    if record is None or record.pk is None or not isinstance(parent, int):
        return
    if parent == record.pk:
        raise BadValues({"parent": gettext("A company cannot be part of itself.")})
    above = ancestors(parent)
    if record.pk in [one.pk for one in above]:
        way = " → ".join(str(one) for one in above[: 1 + [one.pk for one in above].index(record.pk)])
        raise BadValues(
            {"parent": gettext("This would make a circle: %(way)s is the way up already.") % {"way": way}}
        )
    if len(above) + _levels_below(record.pk) >= MOST_LEVELS:
        raise BadValues({"parent": gettext("At most %(most)s levels.") % {"most": MOST_LEVELS}})


def write(record: Company, values: Mapping[str, Value], *, by: User | None, now: datetime) -> None:
    """Save what staff say of a company. Its name counts like one that a sender said, until a newer one comes."""
    if values.get("parent") is not None:
        _one_at_a_time()
        check(record, values)
    columns = []
    if "name" in values:
        said = {"value": values["name"], "at": now.isoformat(), "source": "staff"}
        record.traits = {**record.traits, "name": said}
        columns.append("traits")
    changing.put(record, _kind(), values, now=now, columns=columns)


def ancestors(company_id: int) -> list[Company]:
    """Return a company and those above it, up to the top."""
    found: list[Company] = []
    following: int | None = company_id
    while following is not None and len(found) <= MOST_LEVELS:
        company = Company.objects.filter(pk=following).only("pk", "name", "key", "parent_id").first()
        if company is None or company in found:
            break
        found.append(company)
        following = company.parent_id
    return found


def below(company_ids: Iterable[int]) -> list[int]:
    """Return the ids of all companies below these, level by level."""
    found: list[int] = []
    level = list(company_ids)
    known = set(level)
    for _level in range(MOST_LEVELS):
        level = [pk for pk in _children(level) if pk not in known]
        if not level:
            break
        known.update(level)
        found += level
    return found


def _children(ids: list[int]) -> list[int]:
    return list(Company.objects.filter(parent__in=ids).order_by("name", "pk").values_list("pk", flat=True))


def _levels_below(company_id: int) -> int:
    levels, level = 0, [company_id]
    while (level := _children(level)) and levels < MOST_LEVELS:
        levels += 1
    return levels


def _one_at_a_time() -> None:
    """Two who move two companies below one another at once would both see no circle."""
    if connection.vendor == "postgresql":  # SQLite has one writer at a time anyway.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HIERARCHY_LOCK])


def _kind() -> Any:
    from jejak.records import kinds  # Kinds ask features for their verbs while they are being found.

    return kinds.kind("company")


def _only_primary(membership: Membership) -> None:
    others = Membership.objects.filter(company=membership.company_id, is_primary=True)
    others.exclude(pk=membership.pk).update(is_primary=False)


def _role(role: str) -> str:
    return " ".join(role.split())[:_LONGEST_ROLE]


def _left(membership: Membership) -> str:
    return gettext("%(person)s does not belong to %(company)s any more.") % {
        "person": membership.person,
        "company": membership.company,
    }
