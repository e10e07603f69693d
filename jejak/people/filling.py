"""Made-up people by the million: to measure search and pages at their size."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jejak.people import bulk
from jejak.people.normalising import name_words

_AT_ONCE = 20_000
_DAY_SECONDS = 86_400

# The first are the commonest: a fifth of all people share a handful of names, as people do.
_FIRST = (
    "Siti", "Muhammad", "Nur", "Budi", "Ahmad", "Sri", "Dewi", "Agus", "Ayu", "Putri", "Eko", "Rizky", "Dian",
    "Andi", "Indah", "Bambang", "Yanti", "Hendra", "Rina", "Joko", "Fitri", "Wahyu", "Lestari", "Adi",
    "Ratna", "Dwi", "Tri", "Yusuf", "Aisyah", "Fajar", "Maya", "Rudi", "Wulan", "Arif", "Azlan",
    "Nurul", "Hafiz", "Aminah", "Muthu", "Priya", "Mei", "Suharto",
)  # fmt: skip
_LAST = (
    "Santoso", "Wijaya", "Rahayu", "Lestari", "Saputra", "Pratama", "Hidayat", "Setiawan", "Nugroho",
    "Kurniawan", "Susanto", "Hartono", "Gunawan", "Permata", "Utami", "Wulandari", "Handayani", "Siregar",
    "Nasution", "Simanjuntak", "Abdullah", "Ismail", "Rahman", "Hassan", "Ibrahim", "Nurhaliza", "Kusuma",
)  # fmt: skip
CITIES = (
    "Jakarta",
    "Bandung",
    "Surabaya",
    "Medan",
    "Makassar",
    "Kuala Lumpur",
    "Johor Bahru",
    "Kuching",
    "Biak",
)
_TEAMS = ("", "", "", "store-bandung", "store-jakarta", "online")
_SYLLABLES = (
    "ka",
    "ri",
    "na",
    "su",
    "ma",
    "de",
    "wi",
    "ra",
    "ta",
    "ni",
    "lu",
    "sa",
    "pu",
    "ja",
    "yo",
    "ba",
    "gu",
)


def fill(*, people: int, until: datetime, days: int = 548, seed: int = 1) -> Iterator[int]:
    """Make up people who were seen in the `days` before `until`, and yield how many there are so far.

    Seven of ten have a user id and a name, most of these an e-mail and a phone. In an install without people
    their ids are 1, 2, 3 …, as eventlog.filling has them.
    """
    chance = random.Random(seed)
    for start in range(0, people, _AT_ONCE):
        end = min(start + _AT_ONCE, people)
        with transaction.atomic():
            _insert(bulk.next_ids("people_person", end - start), until, days, chance)
        yield end


def searches(*, people: int, count: int = 200, seed: int = 2) -> list[str]:
    """Return what staff would type into the search: common and rare, whole and begun."""
    chance = random.Random(seed)
    kinds = (
        lambda: _name(chance),
        lambda: _name(chance)[: chance.randint(1, 5)],
        lambda: " ".join(word[:3] for word in _name(chance).split()),
        lambda: f"u-{chance.randint(1, people)}",
        lambda: f"08{chance.choice('12357')}{chance.randint(1, people) * 7919 % 10**9:09d}",
        lambda: f"08{chance.choice('12357')}{chance.randint(0, 99):02}",
        lambda: f"{_rare(chance).lower()}.",
    )
    return [chance.choice(kinds)() for _ in range(count)]


def _insert(ids: range | list[int], until: datetime, days: int, chance: random.Random) -> None:
    persons: list[tuple[Any, ...]] = []
    handles: list[tuple[Any, ...]] = []
    words: list[tuple[int, str]] = []
    for pk in ids:
        last = until - timedelta(seconds=chance.random() * days * _DAY_SECONDS)
        first, last = (_moment(at) for at in (last - timedelta(days=chance.randrange(90)), last))
        name, known = _made_up(pk, chance)
        persons.append(
            (
                pk,
                name,
                known.get("email", ""),
                known.get("phone", ""),
                _traits(name, known, chance, first),
                None,
                first,
                last,
                False,
                chance.choice(_TEAMS),
                json.dumps(["VIP"] if chance.random() < 0.02 else []),
            )
        )
        handles += [(pk, kind, value, "made up", first) for kind, value in known.items()]
        words += [(pk, word) for word in name_words(name)]
    columns = (
        "id, name, email, phone, traits, root_id, first_seen_at, last_seen_at, is_sample, team_key, tags"
    )
    bulk.insert_many("people_person", columns, persons)
    bulk.insert_many("people_handle", "person_id, kind, value, source, first_seen_at", handles)
    bulk.insert_many("people_nameword", "person_id, word", words)


def _made_up(pk: int, chance: random.Random) -> tuple[str, dict[str, str]]:
    known = {"anonymous_id": f"{chance.getrandbits(128):032x}"}
    if chance.random() >= 0.7:
        return "", known
    name = _name(chance)
    known["user_id"] = f"u-{pk}"
    if chance.random() < 0.8:
        known["email"] = f"{name.lower().replace(' ', '.')}{pk}@contoh.co.id"
    if chance.random() < 0.7:
        known["phone"] = f"+628{chance.choice('12357')}{pk * 7919 % 10**9:09d}"
    return name, known


def _traits(name: str, known: dict[str, str], chance: random.Random, first: Any) -> str:
    """Return traits as people_person holds them."""
    said: dict[str, Any] = {key: known[key] for key in ("email", "phone") if key in known}
    if name:
        said |= {"name": name, "city": chance.choice(CITIES), "points": int(chance.expovariate(1 / 2000))}
    at = str(first)
    return json.dumps({key: {"value": value, "at": at, "source": "made up"} for key, value in said.items()})


def _name(chance: random.Random) -> str:
    first = _FIRST[int(len(_FIRST) * chance.random() ** 2)] if chance.random() < 0.8 else _rare(chance)
    last = chance.choice(_LAST) if chance.random() < 0.7 else _rare(chance)
    kind = chance.random()
    if kind < 0.15:
        return first
    return f"{first} {last}" if kind < 0.8 else f"{first} {chance.choice(_FIRST)} {last}"


def _rare(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).capitalize()


def _moment(at: datetime) -> Any:
    return at.replace(tzinfo=None).isoformat(" ") if connection.vendor == "sqlite" else at
