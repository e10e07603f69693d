"""Who may see people, change them, take what is known of them away, and forget them."""

from typing import Any

from jejak.people.models import Person, Receipt
from jejak.people.tests.makers import NOON, make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page, post


def person() -> dict[str, Any]:
    return {"person_id": (Person.objects.first() or make_person("Siti", traits={"city": "Bandung"})).pk}


def receipt() -> dict[str, Any]:
    return {"receipt_id": Receipt.objects.create(asked_at=NOON, done_at=NOON).pk}


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
_CHANGE = (LEAD, SUPPORT, MARKETING)
ACCESS = {
    "profiles:search": page(*_SEE),
    "profiles:person": page(*_SEE, make=person),
    "profiles:said": page(*_SEE, make=person),
    "profiles:inside": page(*_SEE, make=person, query="?fold=v:1&from=0&to=1"),
    "profiles:story": page(*_SEE, make=person),
    "profiles:change": page(*_CHANGE, change=_CHANGE, make=person, query="?field=tags"),
    "profiles:consent": page(*_CHANGE, change=_CHANGE, make=person, query="?purpose=service&channel=email"),
    "profiles:write": page(*_CHANGE, change=_CHANGE, make=person),
    "profiles:export": post(LEAD, MARKETING, make=person),
    "profiles:forget": page(LEAD, change=[LEAD], make=person),
    "profiles:receipts": page(LEAD),
    "profiles:receipt": page(LEAD, make=receipt),
}
