"""What is wrong with one person, beside their trail."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from jejak import eventlog
from jejak.features.quality.models import Finding
from jejak.people.whole import Whole
from jejak.records import people_quality, quality


def person(request: HttpRequest, *, person: Whole) -> str:
    """Return the card of a person's quality; nothing where all is well."""
    return _card(request, "person", people_quality.with_trails(person))


def _card(request: HttpRequest, kind: str, record: Any) -> str:
    try:
        wrong = quality.wrong(kind, [record], now=datetime.now(UTC)).get(record.pk, [])
    except eventlog.Away:
        return ""
    aside = set(
        Finding.objects.filter(kind=kind, record_id=record.pk)
        .exclude(dismissed_at=None)
        .values_list("rule", flat=True)
    )
    wrong = [(rule, detail) for rule, detail in wrong if rule.key not in aside]
    if not wrong:
        return ""
    score = quality.score(sum(rule.points for rule, _detail in wrong))
    return render_to_string("quality/panel.html", {"wrong": wrong, "score": score}, request)
