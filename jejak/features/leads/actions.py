"""A form is filled in: whom it is from, what it is worth, who gets it, and what they are to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from jejak import actions as catalogue
from jejak.features.leads.models import AssignmentRule, Lead, LeadForm, ScoreRule
from jejak.features.leads.touchpoints import LeadAssigned, LeadCaptured
from jejak.people import consent
from jejak.people.models import Handle, Person
from jejak.people.normalising import normalise
from jejak.records import changing, filtering, kinds
from jejak.records.changing import BadValues
from jejak.records.types import BadValue, Value
from jejak.staff.models import User
from jejak.touchpoints.recording import record


class SentAlready(Exception):
    """This very form was sent before."""


class NothingToReachBy(BadValues):
    """Neither an e-mail address nor a phone number was given."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a lead comes to: its points with their reasons, and whose it is by which rule."""

    score: int
    reasons: list[tuple[str, int]]
    rule: AssignmentRule | None
    owner: User | None


def checked(form: LeadForm, given: Mapping[str, Any]) -> dict[str, Value]:
    """Return what the form's fields hold. Raises BadValues, which names each that does not fit."""
    kind = kinds.kind("person")
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for key in form.fields:
        field = kind.field(key)
        try:
            values[key] = field.type.clean(given.get(key), field.options)
        except BadValue as error:
            errors[key] = str(error)
        else:
            if values[key] in (None, []) and key in form.required:
                errors[key] = gettext("This field must be filled.")
    if errors:
        raise BadValues(errors)
    if not values.get("email") and not values.get("phone"):
        key = "email" if "email" in form.fields else "phone"
        raise NothingToReachBy({key: gettext("Tell us how to reach you.")})
    return values


@transaction.atomic
def capture(
    *,
    form: LeadForm,
    values: Mapping[str, Value],
    answer: str,
    has_consented: bool,
    token: str,
    now: datetime,
) -> Lead:
    """Take a filled form as a lead. values: of checked(). Raises SentAlready."""
    person = _known(values)
    is_new = person is None
    if person is None:
        filled = {key: value for key, value in values.items() if value is not None}
        person = changing.make(kind=kinds.kind("person"), values=filled, by=None, now=now)
    try:
        with transaction.atomic():
            lead = Lead.objects.create(
                form=form,
                person=person,
                is_new=is_new,
                answers=dict(values),
                answer=answer[:5000],
                captured_at=now,
                token=token,
            )
    except IntegrityError:
        raise SentAlready(token) from None
    # Consent counts only of whom nobody else can speak for: somebody new.
    if has_consented and form.consent_purpose and is_new:
        for channel in ("email", "phone", "whatsapp"):
            if values.get("email" if channel == "email" else "phone"):
                consent.say(
                    person_id=person.pk,
                    purpose=form.consent_purpose,
                    channel=channel,
                    is_given=True,
                    said_at=now,
                    source=f"form: {form.slug}",
                    evidence=form.consent_text,
                )
    outcome = weigh(form=form, person=person)
    lead.score, lead.reasons = outcome.score, [list(reason) for reason in outcome.reasons]
    lead.save(update_fields=["score", "reasons"])
    fact = LeadCaptured(form=form.name, points=lead.score, is_new_person=is_new)
    record(fact, handles=_handle(person), happened_at=now, channel="web")
    if outcome.owner:
        assign(lead=lead, owner=outcome.owner, rule=outcome.rule, by=None, now=now)
    return lead


def weigh(*, form: LeadForm | None, person: Person) -> Outcome:
    """Return what a lead of this person would come to; nothing is changed."""
    ours = (
        {} if form is None or form.is_sample else {"is_sample": False}
    )  # What is made up weighs nobody real.
    reasons = [
        (rule.label, rule.points)
        for rule in ScoreRule.objects.filter(**ours)
        if _fits(rule.condition, person)
    ]
    score = sum(points for _label, points in reasons)
    for rule in AssignmentRule.objects.filter(**ours).select_related("owner"):
        if rule.form_id and (form is None or rule.form_id != form.pk):
            continue
        if score >= rule.least_score and (not rule.condition or _fits(rule.condition, person)):
            owner = rule.owner or _next_of_team(rule)
            if owner is not None:
                return Outcome(score=score, reasons=reasons, rule=rule, owner=owner)
    return Outcome(score=score, reasons=reasons, rule=None, owner=None)


@catalogue.offered(_("Give a lead to somebody"))
def assign(*, lead: Lead, owner: User, rule: AssignmentRule | None, by: User | None, now: datetime) -> None:
    """Make a lead, and its person where nobody has them, somebody's, who gets a task for it."""
    with transaction.atomic():
        lead.owner, lead.rule = owner, rule
        lead.save(update_fields=["owner", "rule"])
        if lead.person.owner_id is None:
            changing.change(
                kind=kinds.kind("person"), record=lead.person, values={"owner": owner.pk}, by=by, now=now
            )
        fact = LeadAssigned(
            owner=owner.get_username(), rule=rule.label if rule else "", team=rule.team_key if rule else ""
        )
        record(fact, handles=_handle(lead.person), happened_at=now)
        _give_task(lead, owner, rule, by, now)


@transaction.atomic
def take_over(*, lead: Lead, by: User, now: datetime) -> None:
    """Take what was typed into the fields of the person, because a member of staff believes it. Raises BadValues."""
    values = {key: value for key, value in lead.answers.items() if value is not None}
    person = Person.objects.get(pk=lead.person.root_id or lead.person_id)
    changing.change(kind=kinds.kind("person"), record=person, values=values, by=by, now=now)
    lead.taken_over_at = now
    lead.save(update_fields=["taken_over_at"])


def check_condition(text: str, *, now: datetime) -> None:
    """Raise filtering.BadCondition for a condition that makes no sense."""
    kind = kinds.kind("person")
    filtering.narrow(kind.rows(), kind, filtering.parse([text]), me=None, now=now)


def _fits(condition: str, person: Person) -> bool:
    kind = kinds.kind("person")
    rows = kind.rows().filter(pk=person.root_id or person.pk)
    try:
        return filtering.narrow(
            rows, kind, filtering.parse([condition]), me=None, now=person.last_seen_at
        ).exists()
    except filtering.BadCondition:
        return False  # Its field was put away; the page of rules says so.


def _next_of_team(rule: AssignmentRule) -> User | None:
    """Whoever of the team has waited longest for a lead."""
    if not rule.team_key:
        return None
    team = User.objects.filter(teams__key=rule.team_key, is_active=True)
    last = dict(Lead.objects.filter(owner__in=team).values_list("owner").annotate(at=Max("captured_at")))
    waiting = sorted(team, key=lambda one: (one.pk in last, last.get(one.pk), one.pk))
    return waiting[0] if waiting else None


def _give_task(lead: Lead, owner: User, rule: AssignmentRule | None, by: User | None, now: datetime) -> None:
    add = next((one for one in catalogue.listed() if one.key == "agenda.add"), None)
    if add is None or rule is None or not rule.task_title:
        return
    with override(settings.LANGUAGE_CODE):
        add.run(
            title=rule.task_title,
            due_at=now + timedelta(hours=rule.due_hours),
            owner=owner,
            about_kind="person",
            about_id=lead.person_id,
            by=by,
            now=now,
        )


def _known(values: Mapping[str, Value]) -> Person | None:
    for kind in ("email", "phone"):
        held = values.get(kind) and normalise(kind, str(values[kind]), settings.PHONE_COUNTRIES)
        if held:
            handle = Handle.objects.filter(kind=kind, value=held).select_related("person__root").first()
            if handle:
                return handle.person.root or handle.person
    return None


def _handle(person: Person) -> dict[str, str]:
    """A handle of the person's own trail, so that what is recorded comes back to it."""
    held = Handle.objects.filter(person=person).exclude(kind="anonymous_id").first()
    handle = held or Handle.objects.filter(person=person).first()
    assert handle is not None  # Nobody begins without one.
    return {handle.kind: handle.value}
