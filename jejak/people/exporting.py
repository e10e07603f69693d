"""Everything that is known of one person, for whoever asks: parts from each who keeps some, touchpoints from the log.

A feature that keeps something of people says so in its `exporting.py`, which is found by its name:

    @exporting.part("crm", _("Deals, tasks and notes"))
    def crm(person: Whole) -> Any:
        return [...]  # What JSON can hold; moments and decimals become texts. None or empty: nothing.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from typing import IO, Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _

from jejak import eventlog
from jejak.people.models import Consent, Handle, Membership, Merge, Suggestion
from jejak.people.whole import Whole

Tell = Callable[[Whole], Any]
_IN_MEMORY_BYTES = 8 * 2**20


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one of us knows of people."""

    key: str
    title: str | Promise
    tell: Tell


_parts: dict[str, Part] = {}


def part(key: str, title: str | Promise) -> Callable[[Tell], Tell]:
    """Have a function asked when somebody is exported. It gets the whole person."""

    def register(tell: Tell) -> Tell:
        _parts[key] = Part(key=key, title=title, tell=tell)
        return tell

    return register


def parts() -> list[Part]:
    """Return every part, the person themselves first."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "exporting"):
            import_module(f"{config.name}.exporting")
    return list(_parts.values())


def everything(person: Whole) -> dict[str, Any]:
    """Return all that the database holds of a person, by part. Touchpoints come from touchpoints()."""
    return {one.key: one.tell(person) for one in parts()}


def touchpoints(person: Whole) -> Iterator[dict[str, Any]]:
    """Yield every touchpoint of a person, oldest first, however many there are. Raises eventlog.Away."""
    for block in eventlog.ask_blocks(_TOUCHPOINTS, trails=person.trail_ids):
        for row in block.rows:
            told = dict(zip(block.columns, row, strict=True))
            told["message"] = _object(told["message"])
            yield told


# The message holds properties and context; what was made of it stands beside.
_TOUCHPOINTS = """
    SELECT
        message_id, trail_id, kind, name, channel, place, team, stage, happened_at, received_at, source,
        value, currency, score, scale, sample, message
    FROM touchpoints WHERE trail_id IN {trails:Array(UInt64)} ORDER BY happened_at, message_id
"""


def archive(person: Whole, *, page: str, now: datetime) -> IO[bytes]:
    """Return a ZIP file of all of it: person.json, touchpoints.ndjson, and a page for reading, in HTML.

    Raises eventlog.Away.
    """
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - the caller closes it.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        held = {"exported_at": now, "person_id": person.root.pk, **everything(person)}
        made.writestr("person.json", text(held, indent=2))
        entry = zipfile.ZipInfo("touchpoints.ndjson", now.timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        with made.open(entry, "w", force_zip64=True) as raw:
            lines = io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
            for one in touchpoints(person):
                lines.write(text(one) + "\n")
            lines.flush()
            lines.detach()
        made.writestr("index.html", page)
    file.seek(0)
    return file


def text(held: Any, *, indent: int | None = None) -> str:
    """Return what was told as JSON text."""
    return json.dumps(held, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)  # Decimals, UUIDs, words in the reader's language.


def _object(message: str) -> Any:
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return message


@part("trails", _("Who they are"))
def _trails(person: Whole) -> Any:
    return [
        {
            "id": trail.pk,
            "stands_for_all": trail.pk == person.root.pk,
            "name": trail.name,
            "email": trail.email,
            "phone": trail.phone,
            "traits": trail.traits,
            "owner": str(trail.owner) if trail.owner else "",
            "team": trail.team_key,
            "tags": trail.tags,
            "first_seen_at": trail.first_seen_at,
            "last_seen_at": trail.last_seen_at,
            "sample": trail.is_sample,
        }
        for trail in person.trails
    ]


@part("handles", _("By what they are recognised"))
def _handles(person: Whole) -> Any:
    handles = Handle.objects.filter(person__in=person.trail_ids).order_by("pk")
    return [
        {
            "trail_id": one.person_id,
            "kind": one.kind,
            "value": one.value,
            "source": one.source,
            "since": one.first_seen_at,
        }
        for one in handles
    ]


@part("consents", _("Consent"))
def _consents(person: Whole) -> Any:
    lines = Consent.objects.filter(person__in=person.trail_ids).order_by("said_at", "pk")
    return list(lines.values("purpose", "channel", "is_given", "said_at", "source", "evidence"))


@part("companies", _("Companies"))
def _companies(person: Whole) -> Any:
    memberships = Membership.objects.filter(person__in=person.trail_ids).select_related("company")
    return [{"key": one.company.key, "name": one.company.name, "since": one.since} for one in memberships]


@part("merges", _("Why these trails are one person"))
def _merges(person: Whole) -> Any:
    edges = Merge.objects.filter(person__in=person.trail_ids) | Merge.objects.filter(
        other__in=person.trail_ids
    )
    columns = ("person_id", "other_id", "rule", "evidence", "merged_at", "undone_at")
    return list(edges.order_by("pk").values(*columns))


@part("suggestions", _("Who they may be"))
def _suggestions(person: Whole) -> Any:
    made = Suggestion.objects.filter(person__in=person.trail_ids) | Suggestion.objects.filter(
        other__in=person.trail_ids
    )
    columns = ("person_id", "other_id", "rule", "evidence", "suggested_at", "decided_at")
    return list(made.order_by("pk").values(*columns))
