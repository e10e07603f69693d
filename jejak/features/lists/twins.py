"""Who may be the same as somebody who is being typed in, so that nobody is kept twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext

from jejak.features.lists.access import link_to
from jejak.people import search
from jejak.people.models import Company, Handle
from jejak.people.normalising import normalise
from jejak.records.kinds import Kind
from jejak.staff.models import User

ASKED_FIELDS: dict[str, tuple[str, ...]] = {
    "person": ("name", "email", "phone"),
    "company": ("name", "domain"),
}
"""The fields of each kind that tell whether somebody is there already."""

_MOST = 5
_SHORTEST = 3
_COMPANY_FORMS = frozenset({"pt", "cv", "tbk", "sdn", "bhd", "ltd", "inc", "llc", "co", "gmbh", "ud", "toko"})


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A record that may be the same. why: what they have in common."""

    pk: int
    title: str
    link: str
    why: str


def of_values(kind: Kind, user: User, given: Mapping[str, Any], *, besides: int | None = None) -> list[Twin]:
    """Return the records, within somebody's reach, that what is typed may mean already."""
    texts = {key: str(given.get(key) or "").strip()[:200] for key in ASKED_FIELDS.get(kind.key, ())}
    why = _people(texts) if kind.key == "person" else _companies(texts) if kind.key == "company" else {}
    why.pop(besides or 0, None)
    seen = {record.pk: record for record in kind.seen_by(user).filter(pk__in=why)}
    return [
        Twin(pk=pk, title=kind.label_of(seen[pk]), link=link_to(kind, pk), why=words)
        for pk, words in why.items()
        if pk in seen
    ][:_MOST]


def _people(texts: Mapping[str, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    words = {"email": gettext("the same e-mail"), "phone": gettext("the same phone")}
    for kind, why in words.items():
        held = normalise(kind, texts.get(kind, ""), settings.PHONE_COUNTRIES) if texts.get(kind) else ""
        if held:
            same = Handle.objects.filter(
                kind__in=[kind, "whatsapp"] if kind == "phone" else [kind], value=held
            )
            for root, person in same.values_list("person__root_id", "person_id")[:_MOST]:
                found.setdefault(root or person, why)
    if len(texts.get("name", "")) >= _SHORTEST:
        for one in search.search(texts["name"], _MOST):
            same_name = one.person.name.lower() == texts["name"].lower()
            found.setdefault(
                one.person.pk, gettext("the same name") if same_name else gettext("a similar name")
            )
    return found


def _companies(texts: Mapping[str, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    domain = (
        texts.get("domain", "").lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    )
    if domain:
        same = Company.objects.filter(Q(domain__iexact=domain) | Q(domain__iexact=f"www.{domain}"))
        for pk in same.values_list("pk", flat=True)[:_MOST]:
            found[pk] = gettext("the same domain")
    words = [word for word in _plain(texts.get("name", "")).split() if word not in _COMPANY_FORMS]
    if words and len("".join(words)) >= _SHORTEST:
        near = Company.objects.all()
        for word in words[:4]:
            near = near.filter(name__icontains=word)
        for pk, name in near.values_list("pk", "name")[:_MOST]:
            same_name = _plain(name) == _plain(texts["name"])
            found.setdefault(pk, gettext("the same name") if same_name else gettext("a similar name"))
    return found


def _plain(name: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())
