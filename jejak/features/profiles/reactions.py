"""What senders say of consent is kept, as what staff note is."""

import json
from collections.abc import Sequence
from datetime import datetime

from jejak.features.profiles.touchpoints import ConsentGiven, ConsentWithdrawn
from jejak.people import consent
from jejak.people.models import Person
from jejak.touchpoints.reactions import Stored, reacts_to


@reacts_to(ConsentGiven.name, ConsentWithdrawn.name)
def keep_consent(stored: Sequence[Stored], now: datetime) -> None:
    """Keep consent that came from outside: {"purpose": "marketing", "on": "email"}, its evidence with it."""
    known = set(Person.objects.filter(pk__in={one.trail_id for one in stored}).values_list("pk", flat=True))
    for one in stored:
        said = _object(one.properties)
        purpose, channel = str(said.get("purpose", "")), str(said.get("on") or one.channel)
        # What we recorded ourselves was kept when it was said.
        if one.source == "jejak" or one.trail_id not in known:
            continue
        if purpose in consent.PURPOSES and channel in consent.CHANNELS:
            consent.say(
                person_id=one.trail_id,
                purpose=purpose,
                channel=channel,
                is_given=one.name == ConsentGiven.name,
                said_at=one.happened_at,
                source=one.source,
                evidence=str(said.get("evidence", "")),
            )


def _object(text: str) -> dict[str, object]:
    try:
        held = json.loads(text)
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}
