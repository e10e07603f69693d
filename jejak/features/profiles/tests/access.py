"""Who may see people."""

from typing import Any

from jejak.people.models import Person
from jejak.people.tests.makers import make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page


def person() -> dict[str, Any]:
    return {"person_id": (Person.objects.first() or make_person()).pk}


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
ACCESS = {
    "profiles:people": page(*_SEE),
    "profiles:search": page(*_SEE),
    "profiles:person": page(*_SEE, make=person),
    "profiles:said": page(*_SEE, make=person),
}
