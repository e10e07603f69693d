"""Find people by what staff know of them: a part of the name, an e-mail, a phone in any notation, any id.

Every query is bounded, so that a million people answer as fast as ten: common beginnings such as "a" look
at the first few thousand matches and no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.db import connection

from jejak.people.models import Handle, NameWord, Person
from jejak.people.normalising import name_words, normalise

LONGEST_TEXT = 200
SHORTEST_BEGINNING = 3
_MOST_CANDIDATES = 4_000
_MOST_LOOKED_AT = 20_000
_MOST_HANDLES = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A person who stands for themselves, and the handle they were found by; none where it was the name."""

    person: Person
    handle: Handle | None = None


def search(text: str, limit: int = 20) -> list[Found]:
    """Return the people whom a text may mean, best first: the whole handle, the name, a handle's beginning.

    Within each the latest seen come first. Somebody merged is shown once, as who stands for them.
    """
    text = " ".join(text.split())[:LONGEST_TEXT].replace("\0", "")
    if not text:
        return []
    roots: dict[int, int | None] = {}  # Root → the handle's id, in the order of rank.
    for root, handle in _by_whole_handle(text):
        roots.setdefault(root, handle)
    if len(roots) < limit:
        for root in _by_name(text, limit + len(roots)):
            roots.setdefault(root, None)
    if len(roots) < limit:
        for root, handle in _by_beginning_of_handle(text, limit + len(roots)):
            roots.setdefault(root, handle)
    return _found(dict(list(roots.items())[:limit]))


def _found(roots: dict[int, int | None]) -> list[Found]:
    people = Person.objects.in_bulk(roots)
    handles = Handle.objects.in_bulk([handle for handle in roots.values() if handle is not None])
    return [
        Found(person=people[root], handle=handles.get(handle) if handle is not None else None)
        for root, handle in roots.items()
        if root in people
    ]


def _by_whole_handle(text: str) -> list[tuple[int, int]]:
    kinds = ("user_id", "email", "phone", "whatsapp", "telegram")
    spellings = {normalise(kind, text, settings.PHONE_COUNTRIES) for kind in kinds} | {text}
    values = sorted(spelling for spelling in spellings if spelling)
    found = (
        Handle.objects.filter(value__in=values)
        .order_by("-person__last_seen_at")
        .values_list("person__root_id", "person_id", "pk")[:_MOST_HANDLES]
    )
    return [(root or person, handle) for root, person, handle in found]


def _by_name(text: str, limit: int) -> list[int]:
    words = name_words(text)
    if not words or "@" in text or not any(map(str.isalpha, text)):
        return []
    rarest, *others = sorted(words, key=_how_many) if len(words) > 1 else words
    also = "".join(
        f" AND EXISTS (SELECT 1 FROM {_WORDS} o WHERE o.person_id = w.person_id AND {_begins('o.word')})"
        for _ in others
    )
    sql = f"""
        SELECT coalesce(p.root_id, p.id) AS root, max(c.whole) AS whole, max(p.last_seen_at) AS seen FROM (
            SELECT w.person_id, w.whole FROM (
                SELECT person_id, CASE WHEN word = %s THEN 1 ELSE 0 END AS whole
                FROM {_WORDS} WHERE {_begins("word")} ORDER BY {_in_bytes("word")} LIMIT {_MOST_LOOKED_AT}
            ) w WHERE 1 = 1{also} LIMIT {_MOST_CANDIDATES}
        ) c JOIN {Person._meta.db_table} p ON p.id = c.person_id
        GROUP BY 1 ORDER BY 2 DESC, 3 DESC LIMIT %s
    """
    bounds = [bound for word in (rarest, *others) for bound in _range(word)]
    return [row[0] for row in _rows(sql, [rarest, *bounds, limit])]


def _how_many(word: str) -> int:
    """How many people's names have a word that begins so; enough is enough."""
    counted = f"SELECT 1 FROM {_WORDS} WHERE {_begins('word')} LIMIT {_MOST_LOOKED_AT}"
    return _rows(f"SELECT count(*) FROM ({counted}) c", _range(word))[0][0]


def _by_beginning_of_handle(text: str, limit: int) -> list[tuple[int, int]]:
    beginnings = [text, *_beginnings_of_phone(text)]
    if text.lower() != text:
        beginnings.append(text.lower())
    beginnings = [beginning for beginning in beginnings if len(beginning) >= SHORTEST_BEGINNING]
    if not beginnings:
        return []
    # Each in a query of its own within: an OR would make SQLite and PostgreSQL read more than they need.
    within = f"SELECT person_id, id FROM {_HANDLES} WHERE {_begins('value')} LIMIT {_MOST_HANDLES}"
    one = f"SELECT person_id, id FROM ({within}) h"
    sql = f"""
        SELECT coalesce(p.root_id, p.id) AS root, min(c.id), max(p.last_seen_at) AS seen
        FROM ({" UNION ALL ".join([one] * len(beginnings))}) c
        JOIN {Person._meta.db_table} p ON p.id = c.person_id
        GROUP BY 1 ORDER BY 3 DESC LIMIT %s
    """
    values = [bound for beginning in beginnings for bound in _range(beginning)]
    return [(row[0], row[1]) for row in _rows(sql, [*values, limit])]


def _beginnings_of_phone(text: str) -> list[str]:
    """How the beginning of a number may be kept: "0812 3" is +628123 here."""
    digits = "".join(character for character in text if character.isdigit())
    if len(digits) < 4 or any(character.isalpha() or character in "@_" for character in text):
        return []
    if text.startswith("+") or digits.startswith("00"):
        return ["+" + digits.removeprefix("00")]
    codes = [str(phonenumbers.country_code_for_region(country)) for country in settings.PHONE_COUNTRIES]
    said = [f"+{digits}" for code in codes if digits.startswith(code)]
    return said + [f"+{code}{digits.removeprefix('0')}" for code in codes]


# Both databases find what begins with something as a range of an index, PostgreSQL in the order of bytes
# only with the operators of the index's operator class.

_WORDS = NameWord._meta.db_table
_HANDLES = Handle._meta.db_table


def _begins(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"({column} ~>=~ %s AND {column} ~<~ %s)"
    return f"({column} >= %s AND {column} < %s)"


def _in_bytes(column: str) -> str:
    return f"{column} USING ~<~" if connection.vendor == "postgresql" else column


def _range(beginning: str) -> tuple[str, str]:
    return beginning, f"{beginning}\U0010ffff"


def _rows(sql: str, values: Sequence[str | int]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())
