"""Somebody asks to be forgotten: everywhere, provably, and also where a process dies in the middle.

Asking makes a Receipt, which remembers whom until nothing is left to do. `run` takes away one part after the other,
each of which may be done again. A part that cannot be done now (the log is away, an import runs) is tried again later.

Who keeps something of people that does not go with their row says so in its `forgetting.py`, found by its name:

    @forgetting.part("crm", _("Calls recorded"), order=forgetting.BEFORE, count=how_many)
    def crm(whom: Whom) -> int:
        ...  # Take it away and return how many there were. Done twice, it finds nothing.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.common import scrubbing
from jejak.people import bulk, redacting, resolving
from jejak.people.models import Handle, Person, Receipt, Suppression
from jejak.people.normalising import name_from
from jejak.people.trails import of_roots
from jejak.people.whole import Whole
from jejak.staff.models import User

NAMES, BEFORE, AFTER, LAST = 50, 100, 500, 900
"""When a part runs: while all that hangs on the person still does (names in its texts), before the person's rows go
(what waits for the log), after them, or after the log."""
_ROWS, _LOG = 300, 700

HandleKey = tuple[str, str]


class Later(Exception):
    """This part cannot be done now and is to be tried again; the text says what it waits for."""


class AlreadyAsked(Exception):
    """This person is being forgotten already."""


@dataclass(frozen=True)
class Whom:
    """Who is to be forgotten: all trails, and everything they are recognised by, as it is compared. now: the time."""

    trail_ids: list[int]
    handles: list[HandleKey]
    now: datetime

    @cached_property
    def pattern(self) -> "re.Pattern[str] | None":
        """Finds the handles in any text, phones in any notation; None where none is telling enough to look for."""
        return _finding(self.handles)

    def in_text(self, text: str) -> bool:
        """Tell whether a text names this person by one of their handles."""
        return self.pattern is not None and self.pattern.search(text) is not None

    def without(self, text: str, *, parts: bool, spare: Iterable[str] = ()) -> str:
        """Return a text with a dash where it names this person, as redacting.without says; for parts at NAMES."""
        return redacting.without(text, names=self._names, handles=self._spoken, parts=parts, spare=spare)

    @cached_property
    def _names(self) -> list[str]:
        """What they are and were called on any trail; nothing once their rows are gone."""
        said = (
            (trail.name, name_from({key: held.get("value") for key, held in trail.traits.items()}))
            for trail in self._trails
        )
        return sorted({name for names in said for name in names if name})

    @cached_property
    def _spoken(self) -> "re.Pattern[str] | None":
        """Finds their handles, and the address and number that their trails show."""
        shown = [(kind, getattr(trail, kind)) for trail in self._trails for kind in ("email", "phone")]
        return _finding([*self.handles, *((kind, value) for kind, value in shown if value)])

    @cached_property
    def _trails(self) -> list[Person]:
        held = Person.objects.filter(pk__in=self.trail_ids).order_by("pk")
        return list(held.only("name", "email", "phone", "traits"))


def _finding(handles: Iterable[HandleKey]) -> "re.Pattern[str] | None":
    spelled = filter(None, (_spelled(kind, value) for kind, value in handles))
    together = "|".join(sorted(set(spelled), key=len, reverse=True))
    return re.compile(rf"(?<![\w@.+-])(?:{together})(?![\w@-])", re.IGNORECASE) if together else None


def _spelled(kind: str, value: str) -> str:
    if kind in {"phone", "whatsapp"} and value.startswith("+"):
        # The country's code and the 0 before a number come and go; the last nine digits do not.
        digits = r"[\s().-]{0,3}".join(value[1:][-9:])
        return rf"(?:\+?[\d\s().-]{{0,8}})?{digits}"
    # A short id ("42") stands in everybody's texts.
    return re.escape(value) if len(value) >= 6 else ""


Take = Callable[[Whom], int]
Count = Callable[[Whom], "int | None"]
"""Returns None where counting would take long; how many there were is known once they are gone."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One place that keeps something of people. count: how many there are now, for the preview."""

    key: str
    title: str | Promise
    order: int
    take: Take
    count: Count | None


_parts: dict[str, Part] = {}


def part(
    key: str, title: str | Promise, *, order: int = BEFORE, count: Count | None = None
) -> Callable[[Take], Take]:
    """Have a function take something away of whoever is forgotten. It returns how many, or raises Later."""

    def register(take: Take) -> Take:
        _parts[key] = Part(key=key, title=title, order=order, take=take, count=count)
        return take

    return register


def parts() -> list[Part]:
    """Return every part, in the order in which they are done."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "forgetting"):
            import_module(f"{config.name}.forgetting")
    return sorted(_parts.values(), key=lambda one: one.order)


def whom(trail_ids: list[int], *, now: datetime) -> Whom:
    """Return who these trails are, for those who take things away."""
    handles = Handle.objects.filter(person__in=trail_ids).order_by("kind", "value")
    return Whom(trail_ids=trail_ids, handles=list(handles.values_list("kind", "value")), now=now)


def preview(person: Whole, *, now: datetime) -> list[tuple[Part, int | None]]:
    """Return how much would go, part by part; of those that can tell. Raises eventlog.Away."""
    who = whom(person.trail_ids, now=now)
    return [(one, one.count(who)) for one in parts() if one.count is not None]


@transaction.atomic
def ask(*, person: Whole, by: User | None, reason: str, suppress: bool, now: datetime) -> Receipt:
    """Begin to forget a person and return the receipt; run() does it. Raises AlreadyAsked.

    suppress: refuse what arrives of the same handles from now on. Otherwise it makes a new person.
    """
    held = Person.objects.select_for_update().filter(pk__in=person.trail_ids).values_list("pk", flat=True)
    if len(held) < len(person.trail_ids) or _is_asked(person.root.pk):
        raise AlreadyAsked(f"Person {person.root.pk} is being forgotten already.")
    who = whom(person.trail_ids, now=now)
    salt = secrets.token_hex(16)
    receipt = Receipt(asked_at=now, asked_by=by, reason=reason[:300], suppress=suppress, salt=salt)
    _keep(receipt, who)
    return receipt


def run(*, receipt: Receipt, now: datetime) -> bool:
    """Do what is still to be done, and return whether nothing is left. What stops it is told on the receipt."""
    if receipt.whom is None:
        return True
    handles = [(kind, value) for kind, value in receipt.whom["handles"]]
    who = Whom(trail_ids=receipt.whom["trails"], handles=handles, now=now)
    if "trails" not in receipt.counts:
        who = _as_of_now(receipt, who)
    for one in parts():
        if one.key in receipt.counts:
            continue
        try:
            gone = one.take(who)
        except (Later, eventlog.Away) as waits:
            receipt.trouble = str(waits)[:300]
            receipt.save(update_fields=["trouble"])
            return False
        receipt.counts[one.key] = gone
        receipt.trouble = ""
        receipt.save(update_fields=["counts", "trouble"])
    receipt.whom, receipt.done_at = None, now
    receipt.save(update_fields=["whom", "done_at"])
    scrubbing.scrub()
    return True


def unfinished() -> list[Receipt]:
    """Return the receipts of which something is still to be done, oldest first."""
    return list(Receipt.objects.filter(done_at=None).order_by("asked_at"))


def proves(receipt: Receipt, handle: HandleKey) -> bool:
    """Tell whether a receipt is of the person with this handle, normalised."""
    return _digest(receipt.salt, *handle) in receipt.digests


def suppressed_as(kind: str, value: str) -> str:
    """Return under which hash a handle is kept among those that may not come back."""
    return hmac.new(_suppression_key(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def suppressed(handles: Iterable[HandleKey]) -> set[HandleKey]:
    """Return those of these handles that may not come back. Costs next to nothing where none is kept."""
    if not Suppression.objects.exists():
        return set()
    digests = {suppressed_as(*handle): handle for handle in handles}
    held = bulk.pairs_where_in(_SUPPRESSED, digests)
    return {digests[digest] for digest, _same in held}


_SUPPRESSED = "SELECT digest, digest FROM people_suppression WHERE digest IN ({values})"


def _as_of_now(receipt: Receipt, who: Whom) -> Whom:
    """Take in the trails and handles that came to the person since it was asked."""
    joined = Person.objects.filter(pk__in=of_roots(who.trail_ids)).order_by("pk")
    newer = whom(list(joined.values_list("pk", flat=True)), now=who.now)
    who = Whom(
        trail_ids=sorted({*who.trail_ids, *newer.trail_ids}),
        handles=sorted({*who.handles, *newer.handles}),
        now=who.now,
    )
    with transaction.atomic():
        _keep(receipt, who)
    return who


def _keep(receipt: Receipt, who: Whom) -> None:
    receipt.whom = {"trails": who.trail_ids, "handles": who.handles}
    receipt.digests = sorted(_digest(receipt.salt, *handle) for handle in who.handles)
    receipt.save()
    if receipt.suppress:
        Suppression.objects.bulk_create(
            [
                Suppression(digest=suppressed_as(*handle), since=receipt.asked_at, receipt=receipt)
                for handle in who.handles
            ],
            ignore_conflicts=True,
        )


def _suppression_key() -> bytes:
    return hashlib.sha256(b"jejak suppression " + settings.SECRET_KEY.encode()).digest()


def _digest(salt: str, kind: str, value: str) -> str:
    return hashlib.sha256(f"{salt}:{kind}:{value}".encode()).hexdigest()


def _is_asked(root: int) -> bool:
    return any(root in receipt.whom["trails"] for receipt in unfinished() if receipt.whom)


def _count_trails(who: Whom) -> int:
    return Person.objects.filter(pk__in=who.trail_ids).count()


@part("trails", _("Trails, with their traits, handles and consents"), order=_ROWS, count=_count_trails)
def _trails(who: Whom) -> int:
    """Delete the person's rows, and with them every row that hangs on them."""
    with transaction.atomic():
        Person.objects.filter(root__in=who.trail_ids).update(
            root=None
        )  # The root is protected by its trails.
        _gone, each = Person.objects.filter(pk__in=who.trail_ids).delete()
        resolving.note_forgetting(who.now)
    return each.get(Person._meta.label, 0)


def _count_log(who: Whom) -> int:
    question = "SELECT count() FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)}"
    return int(eventlog.ask(question, trails=who.trail_ids).rows[0][0])


@part("log", _("Touchpoints in the log"), order=_LOG, count=_count_log)
def _log(who: Whom) -> int:
    count = _count_log(who)
    eventlog.forget(who.trail_ids)
    return count
