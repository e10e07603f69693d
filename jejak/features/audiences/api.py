"""The REST API of audiences: make them, count them, read who is in them, and ask why.

POST /api/v1/audiences   {"name": "Buyers", "condition": {"kind": "did", "what": {"names": ["Order Completed"]}}}
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Schema, Status

from jejak import api, eventlog
from jejak.audiences import actions, saying, why
from jejak.audiences import conditions as c
from jejak.audiences.models import Audience
from jejak.features.audiences import asking
from jejak.people import reach
from jejak.people.whole import whole
from jejak.staff import audit, scope

router = api.router("audiences", "Audiences")
READ, WRITE = (
    api.scope("audiences:read", _("Read audiences")),
    api.scope("audiences:write", _("Change audiences")),
)
_SEE, _ADD, _CHANGE = "audiences.view_audience", "audiences.add_audience", "audiences.change_audience"
_MEMBERS = "audiences.see_members"
_MOST_PEOPLE = 1000

Condition = dict[str, Any]


class ConditionIn(api.In):
    """Conditions to try."""

    condition: Condition = Field(description="See docs/how-to/audiences.md for the form.")


class AudienceIn(api.In):
    """A new audience."""

    name: str = Field(min_length=1, max_length=120, pattern=r"\S")
    sentence: str = Field("", max_length=300)
    condition: Condition | None = Field(
        None, description="Left out: a list, on which people are put one by one."
    )
    is_told: bool = Field(True, description="Record “Audience Entered” and “Audience Left”.")


class AudienceChange(api.In):
    """What an audience is to be from now on; what is not named stays."""

    name: str | None = Field(None, min_length=1, max_length=120, pattern=r"\S")
    sentence: str | None = Field(None, max_length=300)
    condition: Condition | None = None
    is_told: bool | None = None
    is_archived: bool | None = None


class AudienceOut(Schema):
    """An audience. size: as of the last refresh; null before the first. said: its conditions in words."""

    id: int
    key: str
    name: str
    sentence: str
    kind: str = Field(description="dynamic, static or snapshot.")
    condition: Condition | None
    said: str
    is_told: bool
    is_archived: bool
    size: int | None
    refreshed_at: datetime | None
    trouble: str = Field(description="Why it was not refreshed; empty where it was.")


class CountOut(Schema):
    """How many people conditions hold for, and how many there are."""

    people: int
    everybody: int


class MemberOut(Schema):
    """Somebody in an audience. name: empty where none is known, or where the caller may not see them."""

    person_id: int
    since: datetime
    name: str


class MembersOut(Schema):
    """Some of those who are in an audience, the newest first."""

    items: list[MemberOut]
    total: int


class SizeOut(Schema):
    """How many were in an audience after a refresh that changed something, and how many came and went."""

    at: datetime
    people: int
    everybody: int
    entered: int
    left: int


class SizesOut(Schema):
    """The history of an audience's size, the oldest first."""

    items: list[SizeOut]


class PeopleIn(api.In):
    """People by their ids."""

    person_ids: list[api.Id] = Field(min_length=1, max_length=_MOST_PEOPLE)


class ChangedOut(Schema):
    """How many people that changed something for."""

    people: int


class OverlapOut(Schema):
    """What two audiences have in common. likeness: the Jaccard index, 0 to 1; null where both are empty."""

    one: str
    other: str
    both: int
    either: int
    likeness: float | None


class OverlapsOut(Schema):
    """What each two of the audiences have in common."""

    items: list[OverlapOut]


class TouchpointOut(Schema):
    """A touchpoint that counts."""

    message_id: str
    name: str
    happened_at: datetime


class VerdictOut(Schema):
    """Whether one condition holds for a person. path: where it stands in the audience's condition."""

    path: str
    said: str
    holds: bool
    count: int | None = Field(description="How many touchpoints count.")
    value: str | None = Field(description="What is known of the person.")
    touchpoints: list[TouchpointOut]
    inner: list["VerdictOut"]


class Which(Schema):
    """Which audiences."""

    keys: str = Field(max_length=500, description="Two to five keys, parted by commas.")


class Some(Schema):
    """Which of them."""

    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=10_000_000)


@router.get("", response=api.Page[AudienceOut], auth=api.needs(READ, _SEE))
def list_audiences(request: api.Request, paging: Query[api.Paging]) -> Any:
    """Return audiences, the newest first."""
    found = api.page(request, Audience.objects.all(), order="-made_at", paging=paging)
    return found | {"items": [_out(audience) for audience in found["items"]]}


@router.post("", response={201: AudienceOut}, auth=api.needs(WRITE, _ADD))
def add_audience(request: api.Request, given: AudienceIn) -> Any:
    """Make an audience by conditions, or a list."""
    try:
        audience = actions.make(
            name=given.name, sentence=given.sentence, condition=given.condition, is_told=given.is_told,
            owner=request.user, now=_now(),
        )  # fmt: skip
    except c.BadConditions as bad:
        raise _wrong(bad) from None
    except actions.NameTaken:
        raise api.Problem(409, "There is an audience of this name.", code="taken") from None
    _note(request, audit.ADDED, audience)
    return Status(201, _out(audience))


@router.post("/count", response=CountOut, auth=api.needs(READ, _SEE))
def count_audience(request: api.Request, given: ConditionIn) -> Any:
    """Return how many people conditions hold for now, without keeping them."""
    try:
        told = asking.preview(c.read(given.condition), user=request.user, key="", now=_now())
    except c.BadConditions as bad:
        raise _wrong(bad) from None
    except eventlog.TooExpensive:
        raise api.Problem(422, "This takes too long to count.", code="too_expensive") from None
    except eventlog.Away:
        raise _away() from None
    return {"people": told.size, "everybody": told.everybody}


@router.get("/overlap", response=OverlapsOut, auth=api.needs(READ, _SEE))
def overlap_audiences(request: api.Request, which: Query[Which]) -> Any:
    """Return what two to five audiences have in common, by their keys, parted by commas."""
    wanted = [key for key in which.keys.split(",") if key]
    held = list(Audience.objects.filter(key__in=wanted))
    if not 2 <= len(held) <= asking.MOST_COMPARED or len(held) < len(set(wanted)):
        fault = {"parameter": "keys", "detail": "Name two to five audiences that there are."}
        raise api.Problem(422, "The request does not fit.", code="invalid", errors=[fault])
    try:
        _sizes, found = asking.overlaps(held)
    except eventlog.Away:
        raise _away() from None
    return {
        "items": [
            {
                "one": o.one.key,
                "other": o.other.key,
                "both": o.both,
                "either": o.either,
                "likeness": o.likeness,
            }
            for o in found
        ]
    }


@router.get("/{int:audience_id}", response=AudienceOut, auth=api.needs(READ, _SEE))
def read_audience(request: api.Request, audience_id: int) -> Any:
    """Return one audience."""
    return _out(_audience(audience_id))


@router.patch("/{int:audience_id}", response=AudienceOut, auth=api.needs(WRITE, _CHANGE))
def change_audience(request: api.Request, audience_id: int, given: AudienceChange) -> Any:
    """Change an audience, put it away, or take it back."""
    audience = _audience(audience_id)
    if given.is_archived is False and audience.archived_at:
        actions.take_back(audience=audience, now=_now())
        audience = _audience(audience_id)
    said = given.dict(exclude_unset=True, exclude_none=True)
    if said.keys() - {"is_archived"}:
        try:
            actions.change(
                audience=audience,
                name=said.get("name", audience.name),
                sentence=said.get("sentence", audience.sentence),
                condition=said.get("condition", audience.condition),
                is_told=said.get("is_told", audience.is_told),
                now=_now(),
            )
        except c.BadConditions as bad:
            raise _wrong(bad) from None
        except actions.PutAway:
            raise api.Problem(
                409, "This audience is put away; take it back first.", code="archived"
            ) from None
    if given.is_archived:
        actions.archive(audience=audience, now=_now())
    _note(request, audit.CHANGED, audience)
    return _out(_audience(audience_id))


@router.get("/{int:audience_id}/sizes", response=SizesOut, auth=api.needs(READ, _SEE))
def list_audience_sizes(request: api.Request, audience_id: int) -> Any:
    """Return the history of an audience's size, the last thousand entries of it."""
    newest = _audience(audience_id).sizes.order_by("-at")[:1000]
    return {"items": list(newest)[::-1]}


@router.get("/{int:audience_id}/people", response=MembersOut, auth=api.needs(READ, _SEE, _MEMBERS))
def list_audience_people(request: api.Request, audience_id: int, some: Query[Some]) -> Any:
    """Return who is in an audience as of its last refresh."""
    audience = _audience(audience_id)
    try:
        held = asking.page_of_members(audience, user=request.user, limit=some.limit, offset=some.offset)
    except eventlog.Away:
        raise _away() from None
    items = [
        {"person_id": one.person_id, "since": one.since, "name": one.person.title if one.person else ""}
        for one in held
    ]
    return {"items": items, "total": audience.size or 0}


@router.post("/{int:audience_id}/people", response=ChangedOut, auth=api.needs(WRITE, _CHANGE))
def add_audience_people(request: api.Request, audience_id: int, given: PeopleIn) -> Any:
    """Put people on a list."""
    return _listed(request, audience_id, given, actions.add)


@router.delete("/{int:audience_id}/people", response=ChangedOut, auth=api.needs(WRITE, _CHANGE))
def remove_audience_people(request: api.Request, audience_id: int, given: PeopleIn) -> Any:
    """Take people off a list."""
    return _listed(request, audience_id, given, actions.take_off)


@router.get(
    "/{int:audience_id}/why/{int:person_id}", response=VerdictOut, auth=api.needs(READ, _SEE, _MEMBERS)
)
def explain_audience(request: api.Request, audience_id: int, person_id: int) -> Any:
    """Return each condition of an audience with its verdict on a person, as of now."""
    audience = _audience(audience_id)
    person = whole(person_id)
    if person is None or not reach.sees(request.user, person):
        raise Http404
    if audience.condition is None:
        raise api.Problem(
            409, "This is a list: people are in it because somebody put them there.", code="list"
        )
    try:
        return _verdict(why.why(audience, person.root.pk, now=_now(), zone=settings.TIME_ZONE))
    except c.BadConditions as bad:
        raise api.Problem(409, f"Its conditions cannot be asked: {bad}", code="broken") from None
    except eventlog.Away:
        raise _away() from None


def _listed(request: api.Request, audience_id: int, given: PeopleIn, deed: Any) -> dict[str, int]:
    audience = _audience(audience_id)
    ids = [pk for pk in given.person_ids if (person := whole(pk)) and reach.sees(request.user, person)]
    if scope.limited(request.user) and len(ids) < len(given.person_ids):
        raise Http404
    try:
        people = deed(audience=audience, person_ids=ids, now=_now())
    except actions.NoList:
        raise api.Problem(409, "People are put by name on lists only.", code="no_list") from None
    except actions.PutAway:
        raise api.Problem(409, "This audience is put away; take it back first.", code="archived") from None
    except eventlog.Away:
        raise _away() from None
    _note(request, audit.CHANGED, audience)
    return {"people": people}


def _audience(audience_id: int) -> Audience:
    return get_object_or_404(Audience, pk=audience_id)


def _out(audience: Audience) -> dict[str, Any]:
    try:
        said = saying.whole(c.read(audience.condition)) if audience.condition is not None else ""
    except c.BadConditions as bad:
        said = str(bad)
    return {
        "id": audience.pk,
        "key": audience.key,
        "name": audience.name,
        "sentence": audience.sentence,
        "kind": audience.kind,
        "condition": audience.condition,
        "said": said,
        "is_told": audience.is_told,
        "is_archived": audience.archived_at is not None,
        "size": audience.size,
        "refreshed_at": audience.refreshed_at,
        "trouble": audience.trouble,
    }


def _verdict(one: why.Verdict) -> dict[str, Any]:
    evidence = one.evidence
    return {
        "path": one.path,
        "said": one.said,
        "holds": one.holds,
        "count": evidence.count if evidence else None,
        "value": None if evidence is None or evidence.value is None else str(evidence.value),
        "touchpoints": [
            {"message_id": message, "name": name, "happened_at": at}
            for message, name, at in (evidence.touchpoints if evidence else [])
        ],
        "inner": [_verdict(each) for each in one.inner],
    }


def _wrong(bad: c.BadConditions) -> api.Problem:
    errors = [
        {"pointer": "#/condition" + "".join(f"/{step}" for step in path.split(".") if step), "detail": why}
        for path, why in bad.errors
    ]
    return api.Problem(422, "The request does not fit.", code="invalid", errors=errors)


def _away() -> api.Problem:
    return api.Problem(503, "The log does not answer at the moment. Ask again.", code="away")


def _note(request: api.Request, verb: str, audience: Audience) -> None:
    audit.note(request, verb, kind="audience", record_id=audience.pk, title=audience.name)


def _now() -> datetime:
    return datetime.now(UTC)
