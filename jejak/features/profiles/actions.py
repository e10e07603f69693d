"""What staff do with a person: change what is known of them, look after them, note their consent.

A trait that staff change is said like any sender would say it: learned at once, so that the page shows it, and
recorded, so that the log can tell how it came to be.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jejak.features.profiles import fields, touchpoints
from jejak.features.profiles.fields import Field
from jejak.people import consent as consents
from jejak.people import traits
from jejak.people.models import Person
from jejak.people.whole import Whole, recognised_by, whole
from jejak.staff.models import User
from jejak.touchpoints import recording
from jejak.touchpoints.recording import Touchpoint

SOURCE = "staff"


class Changed(Exception):
    """Somebody changed it since the page was made. now: the field as it is."""

    def __init__(self, now: Field) -> None:
        super().__init__(f"{now.key} was changed meanwhile.")
        self.now = now


class Gone(Exception):
    """There is no such person any more."""


@transaction.atomic
def change(*, person: Whole, key: str, typed: str, was: str, by: User, now: datetime) -> tuple[Field, Field]:
    """Change a field to what was typed, and return it as it was before and as it is now.

    was: the field's mark when the page was made. Raises fields.BadValue, fields.Taken, Changed, Gone.
    """
    held = _held(person)
    before = fields.one(held, key)
    if not before.kind:
        raise fields.BadValue(_("This cannot be changed here."))
    value = fields.parse(held, before, typed)
    if before.was != was:
        raise Changed(before)
    if key == fields.OWNER:
        _assign(held, value, by=by, now=now)
    elif key == fields.TEAM:
        _give(held, value, by=by, now=now)
    elif key == fields.TAGS:
        _tag(held, value, by=by, now=now)
    else:
        _say(held, key.removeprefix(fields.TRAIT), value, now=now)
    return before, fields.one(_held(person), key)


@transaction.atomic
def consent(
    *, person: Whole, purpose: str, channel: str, is_given: bool, evidence: str, by: User, now: datetime
) -> None:
    """Note that a person gave or refused consent, as staff know it. Raises consents.Unknown, Gone."""
    held = _held(person)
    consents.say(
        person_id=held.root.pk,
        purpose=purpose,
        channel=channel,
        is_given=is_given,
        said_at=now,
        source=SOURCE,
        evidence=evidence,
        by=by,
    )
    fact = touchpoints.ConsentGiven if is_given else touchpoints.ConsentWithdrawn
    _record(held, fact(purpose=purpose, on=channel, evidence=evidence, by=fields.called(by)), now)


def _held(person: Whole) -> Whole:
    """Return the person as they are now; nobody else changes them until this transaction ends."""
    list(Person.objects.select_for_update().filter(pk__in=person.trail_ids).order_by("pk").values_list("pk"))
    held = whole(person.root.pk)
    if held is None:
        raise Gone
    return held


def _say(person: Whole, key: str, value: Any, *, now: datetime) -> None:
    handles = recognised_by(person.trail_ids)
    known = person.traits.get(key)
    # A sender's clock may be ahead; what staff say now is newer all the same.
    at = max(now, known.at + timedelta(microseconds=1000)) if known else now
    trail = known.trail_id if known else person.root.pk
    traits.learn([traits.Learned(trail_id=trail, at=at, source=SOURCE, traits={key: value})])
    if handles:
        recording.identify({key: value}, handles=handles, happened_at=at, source=SOURCE)


def _assign(person: Whole, owner: str, *, by: User, now: datetime) -> None:
    assigned = User.objects.filter(pk=int(owner)).first() if owner else None
    before = person.owner
    Person.objects.filter(pk__in=person.trail_ids).update(owner=assigned)
    fact = touchpoints.OwnerAssigned(
        owner=assigned.get_username() if assigned else "",
        before=before.get_username() if before else "",
        by=fields.called(by),
    )
    _record(person, fact, now)


def _give(person: Whole, team_key: str, *, by: User, now: datetime) -> None:
    Person.objects.filter(pk__in=person.trail_ids).update(team_key=team_key)
    _record(person, touchpoints.TeamAssigned(to=team_key, before=person.team_key, by=fields.called(by)), now)


def _tag(person: Whole, tags: list[str], *, by: User, now: datetime) -> None:
    added = [tag for tag in tags if tag not in person.tags]
    removed = [tag for tag in person.tags if tag not in tags]
    for trail in person.trails:
        kept = [tag for tag in trail.tags if tag not in removed]
        mine = kept + added if trail.pk == person.root.pk else kept
        if mine != trail.tags:
            Person.objects.filter(pk=trail.pk).update(tags=mine)
    if added or removed:
        _record(person, touchpoints.TagsChanged(added=added, removed=removed, by=fields.called(by)), now)


def _record(person: Whole, fact: Touchpoint, now: datetime) -> None:
    if handles := recognised_by(person.trail_ids):
        recording.record(fact, handles=handles, happened_at=now)
