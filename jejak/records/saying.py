"""Conditions on records, as people read them."""

from django.utils.translation import gettext, ngettext

from jejak.common.numbers import number
from jejak.records import filtering, kinds, listing
from jejak.records.filtering import Condition
from jejak.records.kinds import Field, Kind
from jejak.staff.models import User

DAYS = frozenset(("last_days", "next_days"))
"""Operators whose value stands within their words."""


def condition(kind: Kind, asked: Condition) -> str:
    """Return "Last seen was in the last 30 days". Raises NoSuchField."""
    field = kind.field(asked.field)
    return " ".join(filter(None, (str(field.label), operator(asked), _value(field, asked))))


def operator(asked: Condition) -> str:
    """Return how a field is asked, with the number of days where it is about days."""
    if asked.operator not in DAYS or not asked.value.isdecimal():
        return str(filtering.OPERATORS[asked.operator])
    days = int(asked.value)
    if asked.operator == "last_days":
        told = ngettext("was in the last %(n)s day", "was in the last %(n)s days", days)
    else:
        told = ngettext("is in the next %(n)s day", "is in the next %(n)s days", days)
    return told % {"n": number(days)}


def values(field: Field, asked: Condition) -> str:
    """Return what a condition asks for, of a field that links to nothing."""
    if asked.operator in filtering.WITHOUT_VALUE or asked.operator in DAYS:
        return ""
    words = []
    for one in [asked.value] if asked.operator in {"contains", "begins"} else _parts(asked):
        try:
            held = field.type.clean([one] if field.type.key == "choices" else one, field.options)
            words.append(field.type.show(held, field.options) or one)
        except ValueError:
            words.append(one)
    return (" – " if asked.operator == "between" else ", ").join(words)


def _value(field: Field, asked: Condition) -> str:
    if not field.type.is_link or asked.operator in filtering.WITHOUT_VALUE:
        return values(field, asked)
    ids = [int(one) for one in _parts(asked) if one.isdecimal()]
    if field.type.key == "staff":
        names = {one.pk: one.get_full_name() or one.get_username() for one in User.objects.filter(pk__in=ids)}
    else:
        names = dict(listing.titles(kinds.kind(field.links_to), ids))
    return ", ".join(
        names.get(int(one), f"#{one}") if one.isdecimal() else gettext("me") for one in _parts(asked)
    )


def _parts(asked: Condition) -> list[str]:
    return [one.strip() for one in asked.value.split("|") if one.strip()]
