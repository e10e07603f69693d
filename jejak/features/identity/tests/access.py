"""Who may see who is who, and who may decide it."""

from typing import Any

from jejak.people.models import Person
from jejak.people.tests.makers import make_person
from tests.access import ANALYST, LEAD, MARKETING, SUPPORT, page


def person() -> dict[str, Any]:
    return {"person_id": (Person.objects.first() or make_person("Siti")).pk}


_SEE = (LEAD, SUPPORT, MARKETING, ANALYST)
_DECIDE = (LEAD, SUPPORT)
ACCESS = {
    "identity:merge": page(*_DECIDE, change=_DECIDE, make=person),
    "identity:why": page(*_SEE, change=_DECIDE, make=person),
    "identity:suggestions": page(*_SEE, change=_DECIDE),
    "identity:shared": page(*_SEE, change=_DECIDE),
}
