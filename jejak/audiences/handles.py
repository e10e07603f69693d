"""By what people are named from outside: the rows of an uploaded list, and the touchpoints about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from jejak.people import trails
from jejak.people.models import Handle, Person
from jejak.people.normalising import normalise
from jejak.people.resolving import strength

_KINDS = ("email", "phone", "whatsapp", "telegram", "user_id", "anonymous_id")
_AT_ONCE = 500
MOST_ROWS = 1_000_000


@dataclass
class Found:
    """What a list named. unknown: (line, its first cell) of rows that name nobody we know."""

    person_ids: set[int] = field(default_factory=set)
    rows: int = 0
    added: int = 0
    unknown: list[tuple[int, str]] = field(default_factory=list)


def find(rows: Sequence[Sequence[str]]) -> Found:
    """Return whom rows name: any cell of a row may be an e-mail, a phone or an id.

    A first row that names the columns says which cell is what; it may also say another kind of handle.
    """
    found = Found()
    header = [cell.strip().lower().lstrip("\ufeff") for cell in rows[0]] if rows else []
    named = {i: _COLUMNS.get(name, name) for i, name in enumerate(header)}
    known = set(Handle.objects.values_list("kind", flat=True).distinct()) | set(_KINDS)
    is_header = any(kind in known for kind in named.values())
    body = list(enumerate(rows, 1))[1 if is_header else 0 :]
    for start in range(0, len(body), _AT_ONCE):
        some = [
            (line, row) for line, row in body[start : start + _AT_ONCE] if any(cell.strip() for cell in row)
        ]
        asked = {line: list(_handles(row, named if is_header else {}, known)) for line, row in some}
        values = {value for pairs in asked.values() for _kind, value in pairs}
        held = Handle.objects.filter(value__in=values).select_related("person")
        people = {(one.kind, one.value): one.person.root_id or one.person_id for one in held}
        for line, row in some:
            found.rows += 1
            person = next((people[pair] for pair in asked[line] if pair in people), None)
            if person is None:
                found.unknown.append((line, next(cell.strip() for cell in row if cell.strip())[:100]))
            else:
                found.person_ids.add(person)
    return found


_COLUMNS = {
    "e-mail": "email",
    "mail": "email",
    "telephone": "phone",
    "userid": "user_id",
    "user id": "user_id",
}


def _handles(row: Sequence[str], named: dict[int, str], known: set[str]) -> Iterable[tuple[str, str]]:
    for i, cell in enumerate(row):
        text = cell.strip()
        if not text:
            continue
        kinds = [named[i]] if named.get(i) in known else [] if named else _KINDS
        for kind in kinds:
            value = normalise(kind, text, settings.PHONE_COUNTRIES)
            if value:
                yield kind, value


def of(person_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return the strongest handle of each of these people, as touchpoints are recorded by; who has none is left out."""
    asked = set(person_ids)
    root_of = dict(Person.objects.filter(pk__in=trails.of_roots(asked)).values_list("pk", "root_id"))
    best: dict[int, tuple[str, str]] = {}
    held = Handle.objects.filter(person__in=root_of).order_by("pk").values_list("person_id", "kind", "value")
    for trail, kind, value in held:
        root = root_of[trail] or trail
        if root not in best or strength((kind, value)) < strength(best[root]):
            best[root] = (kind, value)
    return {root: {kind: value} for root, (kind, value) in best.items()}
