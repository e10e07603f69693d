"""What is said of people: the newest value of each trait counts, whatever order they arrive in."""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jejak.people import bulk
from jejak.people.models import Company, Membership, NameWord, Person
from jejak.people.normalising import name_from, name_words
from jejak.people.trails import of_roots

_SEEN_AGAIN = timedelta(minutes=5)
_MOST_REMEMBERED = 300_000
_guard = threading.Lock()
_seen: dict[int, tuple[datetime, datetime]] = {}


@dataclass(slots=True)
class Learned:
    """What one message says of its person, and of the company that person belongs to."""

    trail_id: int
    at: datetime
    source: str
    traits: dict[str, Any] = field(default_factory=dict)
    company_key: str = ""
    company: dict[str, Any] = field(default_factory=dict)


def learn(learned: Sequence[Learned]) -> None:
    """Keep what a batch of messages says. Doing it twice changes nothing. To be called inside a transaction."""
    _keep_traits([one for one in learned if one.traits])
    _keep_companies([one for one in learned if one.company_key])


def _keep_traits(learned: Sequence[Learned]) -> None:
    if not learned:
        return
    by_trail: dict[int, list[Learned]] = {}
    for one in learned:
        by_trail.setdefault(one.trail_id, []).append(one)
    rows, words, renamed = [], [], []
    several: set[int] = set()
    for person in Person.objects.filter(pk__in=list(by_trail)).only("name", "traits", "root_id", "combined"):
        if person.root_id is not None or person.combined is not None:
            several.add(person.root_id or person.pk)
        for one in by_trail[person.pk]:
            merge(person.traits, one)
        said = {key: held["value"] for key, held in person.traits.items()}
        name = name_from(said)
        if name != person.name:
            renamed.append(person.pk)
            words += [(person.pk, word) for word in name_words(name)]
        rows.append(
            (
                name,
                _line(said.get("email"), 254),
                _line(said.get("phone"), 32),
                json.dumps(person.traits),
                person.pk,
            )
        )
    bulk.update_many("people_person", ["name = {}", "email = {}", "phone = {}", "traits = {}"], rows)
    bulk.execute_where_in("DELETE FROM people_nameword WHERE person_id IN ({values})", renamed)
    bulk.insert_many(NameWord._meta.db_table, "person_id, word", words)
    combine(several)


def combine(trails: Iterable[int]) -> None:
    """Keep the traits of all trails together with whoever stands for several that have some, and with nobody else.

    trails: everybody who stands, or stood, for somebody. To be called in the transaction that changed who does.
    """
    asked = set(trails)
    combined = dict(bulk.pairs_where_in(_COMBINED, asked))
    _stand_alone([trail for trail, root in combined.items() if root is not None])
    standing = {root for _said, root in bulk.pairs_where_in(_FOLLOWING, asked)}
    _stand_alone([trail for trail, root in combined.items() if root is None and trail not in standing])
    if not standing:
        return
    trails_of: dict[int, list[Person]] = {}
    columns = ("name", "email", "phone", "traits", "combined", "root_id", "first_seen_at")
    for trail in Person.objects.filter(pk__in=of_roots(standing)).only(*columns).order_by("pk"):
        trails_of.setdefault(trail.root_id or trail.pk, []).append(trail)
    rows = []
    for root, held in trails_of.items():
        together: dict[str, Any] = {}
        for trail in held:
            if trail.combined is None:  # Else its columns are what was combined, and say nothing of itself.
                _write_down(trail)
            for key, one in trail.traits.items():
                if key not in together or together[key]["at"] <= one["at"]:
                    together[key] = one
        said = _columns(together)
        rows.append((json.dumps(together), said["name"], said["email"], said["phone"], root))
    bulk.update_many("people_person", ["combined = {}", "name = {}", "email = {}", "phone = {}"], rows)


_COMBINED = "SELECT id, root_id FROM people_person WHERE combined IS NOT NULL AND id IN ({values})"
_FOLLOWING = (
    "SELECT id, root_id FROM people_person WHERE root_id IN ({values})"
    " AND (CAST(traits AS text) <> '{{}}' OR name <> '' OR email <> '' OR phone <> '')"
)
"""Who is part of somebody else, and says something of them. Of nearly all who are merged only one trail does."""


def _stand_alone(trails: list[int]) -> None:
    for person in Person.objects.filter(pk__in=trails).only("traits"):
        Person.objects.filter(pk=person.pk).update(combined=None, **_columns(person.traits))


def _write_down(trail: Person) -> None:
    """Make traits of what a person's columns say and their traits do not: it is to be there after a split."""
    said = _columns(trail.traits)
    missing = {name for name in said if getattr(trail, name) and not said[name]}
    if missing:
        at = trail.first_seen_at.isoformat()
        trail.traits |= {name: {"value": getattr(trail, name), "at": at, "source": ""} for name in missing}
        Person.objects.filter(pk=trail.pk).update(traits=trail.traits)


def _columns(held: Mapping[str, Any]) -> dict[str, str]:
    said = {key: one["value"] for key, one in held.items()}
    return {
        "name": name_from(said),
        "email": _line(said.get("email"), 254),
        "phone": _line(said.get("phone"), 32),
    }


def merge(traits: dict[str, Any], learned: Learned) -> None:
    """Take what a message says into the traits, where it is newer than what they hold."""
    at = learned.at.isoformat()
    for key, value in learned.traits.items():
        held = traits.get(key[:200])
        if held is None or held["at"] <= at:
            traits[key[:200]] = {"value": value, "at": at, "source": learned.source}


def _line(said: Any, longest: int) -> str:
    return str(said).strip()[:longest] if isinstance(said, str | int) and not isinstance(said, bool) else ""


def _keep_companies(learned: Sequence[Learned]) -> None:
    if not learned:
        return
    keys = {one.company_key for one in learned}
    Company.objects.bulk_create(
        [Company(key=one.company_key, first_seen_at=one.at) for one in learned], ignore_conflicts=True
    )
    companies = {company.key: company for company in Company.objects.filter(key__in=keys)}
    for one in learned:
        company = companies[one.company_key]
        merge(company.traits, Learned(one.trail_id, one.at, one.source, traits=one.company))
        company.name = _line(company.traits.get("name", {}).get("value"), 200)
    Company.objects.bulk_update(companies.values(), ["traits", "name"])
    Membership.objects.bulk_create(
        [
            Membership(person_id=one.trail_id, company=companies[one.company_key], since=one.at)
            for one in learned
        ],
        ignore_conflicts=True,
    )


def see(span: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Keep when people were seen: {trail: (first, last)}. To be called inside a transaction."""
    rows = []
    with _guard:
        if len(_seen) > _MOST_REMEMBERED:
            _seen.clear()
        for trail, (first, last) in span.items():
            known = _seen.get(trail)
            # A person who is busy now need not be written at every touchpoint.
            if known is not None and known[0] <= first and last <= known[1] + _SEEN_AGAIN:
                continue
            _seen[trail] = (min(first, known[0]), max(last, known[1])) if known else (first, last)
            rows.append((first, last, trail))
    least, most = ("min", "max") if connection.vendor == "sqlite" else ("least", "greatest")
    if connection.vendor == "sqlite":
        rows = [(_text(first), _text(last), trail) for first, last, trail in rows]  # type: ignore[misc]
    bulk.update_many(
        "people_person",
        [f"first_seen_at = {least}(first_seen_at, {{}})", f"last_seen_at = {most}(last_seen_at, {{}})"],
        rows,
    )


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ")


def unlearn() -> None:
    """Drop what is remembered of when people were seen: a transaction that wrote it did not hold."""
    with _guard:
        _seen.clear()
