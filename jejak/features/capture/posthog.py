"""PostHog's way of sending, put into canonical messages.

Who `distinct_id` is: PostHog uses one id for known and unknown people. We take it for a user id, unless the
event says otherwise: `$is_identified` false (browsers say so before identify()), or `$process_person_profile`
false (servers say so where no id was given). `$identify` names both, and joins them.

What was sent is kept whole: the properties as the message's properties, everything else under `sent`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jejak.features.capture.answers import Problem
from jejak.features.capture.segment import Parcel, lenient, repaired, verdicts

_KINDS = {
    "$identify": "identify",
    "$set": "identify",
    "$create_alias": "alias",
    "$merge_dangerously": "alias",
    "$groupidentify": "group",
    "$pageview": "page",
    "$screen": "screen",
}
_CAMPAIGN = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "name",
    "utm_content": "content",
    "utm_term": "term",
}
_anything = msgspec.json.Decoder().decode


def read(body: bytes, *, now: datetime) -> Parcel:
    """Return the events of a body: one, a list, or a list under `batch` or `data`. Raises Problem."""
    try:
        held = _anything(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        held = repaired(lenient(body))
    key, sent_at = None, None
    events = held
    if isinstance(held, dict):
        key = next((held[name] for name in ("api_key", "token") if isinstance(held.get(name), str)), None)
        sent_at = held.get("sent_at") if isinstance(held.get("sent_at"), str) else None
        events = held.get("batch", held.get("data", [held]))
    if not isinstance(events, list):
        raise Problem(
            400,
            "no_batch",
            "The body has no list of events. Nothing of it was kept.",
            "batch must be a list.",
        )
    if not events:
        raise Problem(
            400, "empty_batch", "The batch is empty. There was nothing to keep.", "batch has 0 events."
        )
    key = key or _key_inside(events[0])
    raws = [msgspec.json.encode(_canonical(event, now)) for event in events]
    # An offset counts back from our own clock, which needs no correction.
    if any(isinstance(event, dict) and "offset" in event for event in events):
        sent_at = None
    return Parcel(
        body=b"[" + b",".join(raws) + b"]",
        messages=len(raws),
        key=key,
        sent_at=sent_at,
        refused=verdicts(raws, now=now),
    )


def _key_inside(event: Any) -> str | None:
    if not isinstance(event, dict):
        return None
    properties = _object(event.get("properties"))
    for key in (event.get("api_key"), event.get("token"), properties.get("token"), properties.get("api_key")):
        if isinstance(key, str):
            return key
    return None


def _canonical(event: Any, now: datetime) -> Any:
    if not isinstance(event, dict):
        return event  # The pipeline refuses it, in its own words.
    properties = _object(event.get("properties"))
    name = event.get("event")
    kind = _KINDS.get(name, "track") if isinstance(name, str) else "track"
    message = {
        "type": kind,
        "messageId": event.get("uuid") or properties.get("$insert_id"),
        "timestamp": _timestamp(event, now),
        "context": _context(event, properties),
        **_who(kind, event, properties),
        "properties": {key: value for key, value in properties.items() if key not in ("token", "api_key")},
        "sent": {key: value for key, value in event.items() if key not in ("properties", "api_key", "token")},
    }
    if kind == "track":
        message["event"] = name
    elif kind == "identify":
        message["traits"] = _traits(event, properties)
    elif kind == "group":
        message["traits"] = _object(properties.get("$group_set"))
    elif kind == "screen":
        message["name"] = properties.get("$screen_name")
    elif kind == "page" and isinstance(properties.get("title"), str):
        message["name"] = properties["title"]
    return {field: value for field, value in message.items() if value is not None}


def _who(kind: str, event: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    given = (event.get("distinct_id"), properties.get("distinct_id"), event.get("$distinct_id"))
    someone = next((one for one in given if one not in (None, "")), None)
    if kind == "alias":
        other = properties.get("alias")
        # posthog-python alone calls the earlier id distinct_id, and the user's alias.
        if properties.get("$lib") == "posthog-python":
            someone, other = other, someone
        return {"userId": someone, "previousId": other}
    if kind == "group":
        key = properties.get("$group_key")
        # A server does not say of whom; a made-up id each time would be a new person each time.
        if "$device_id" not in properties:
            return {"anonymousId": f"{properties.get('$group_type')}:{key}", "groupId": key}
        return {**_by_state(someone, properties), "groupId": key}
    if event.get("event") == "$identify":
        return {"userId": someone, "anonymousId": properties.get("$anon_distinct_id")}
    return _by_state(someone, properties)


def _by_state(someone: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    known = properties.get("$is_identified")
    if known is None:
        known = properties.get("$process_person_profile") is not False
    if not known:
        return {"anonymousId": someone}
    user = properties.get("$user_id")
    if user not in (None, "", someone):
        return {"userId": user, "anonymousId": someone}
    return {"userId": someone}


def _traits(event: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    traits: dict[str, Any] = {}
    for name in ("$set_once", "$set"):  # What is set replaces what is only set once.
        traits |= _object(properties.get(name)) | _object(event.get(name))
    return traits


def _context(event: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    groups = _object(properties.get("$groups"))
    page = _texts(
        {
            "url": properties.get("$current_url"),
            "path": properties.get("$pathname"),
            "referrer": properties.get("$referrer"),
            "title": properties.get("title"),
        }
    )
    library = _texts({"name": properties.get("$lib"), "version": properties.get("$lib_version")})
    campaign = _texts({ours: properties.get(theirs) for theirs, ours in _CAMPAIGN.items()})
    traits = _traits(event, properties) if event.get("event") not in ("$identify", "$set") else {}
    identity = _texts(
        {"device": properties.get("$device_id"), "signature": properties.get("jejak_signature")}
    )
    context = {
        **_texts({"ip": properties.get("$ip"), "userAgent": properties.get("$raw_user_agent")}),
        "page": page,
        "library": library,
        "campaign": campaign,
        "traits": traits,
        "identity": identity,
        "groupId": next((key for key in groups.values() if isinstance(key, str | int) and key != ""), None),
    }
    return {field: value for field, value in context.items() if value not in (None, {})}


def _timestamp(event: Mapping[str, Any], now: datetime) -> Any:
    offset = event.get("offset")
    if isinstance(offset, int | float) and not isinstance(offset, bool) and 0 <= offset < 10**12:
        return (now - timedelta(milliseconds=offset)).isoformat()
    return event.get("timestamp")


def _object(held: Any) -> dict[str, Any]:
    return held if isinstance(held, dict) else {}


def _texts(held: Mapping[str, Any]) -> dict[str, str]:
    return {field: value for field, value in held.items() if isinstance(value, str) and value}
