"""From a number to the people behind it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from jejak.features.insights.question import NOT_SAID, Question
from jejak.measures import Bucket, Window, next_bucket

_NO_WINDOW = ""


def people(question: Question, measure_key: str, **narrowed: str | None) -> str:
    """Return the address of those behind a measure, or nothing where they may not be seen.

    narrowed: also this channel, name or team.
    """
    return _address(question, {"measure": measure_key}, narrowed) if question.leads_to_people else ""


def people_of_buckets(
    question: Question, measure_key: str, window: Window, bucket: Bucket
) -> Callable[[date], str]:
    """Return what gives the address of those behind one day, week or month, as far as it lies in the window."""
    whole = people(replace(question, window_key=_NO_WINDOW), measure_key)

    def people_of(start: date) -> str:
        if not whole:
            return ""
        last_on = min(next_bucket(start, bucket), window.until_on) - timedelta(days=1)
        return f"{whole}&window=custom&from={max(start, window.from_on)}&to={last_on}"

    return people_of


def people_of_step(question: Question, step: int) -> str:
    """Return the address of those who came to a step of the funnel, 0 for the first; nothing where they may not be seen."""
    return _address(question, {"reached": str(step)}, {}, steps=True) if question.leads_to_people else ""


def insights(question: Question, **narrowed: str | None) -> str:
    """Return the address of the page that the question came from."""
    said = {"scale": question.scale} if question.scale else {}
    address = _address(question, said, narrowed, steps=True)
    return address.replace(reverse("insights:people"), reverse("insights:insights"), 1)


def _address(
    question: Question, said: dict[str, str], narrowed: dict[str, str | None], *, steps: bool = False
) -> str:
    query = QueryDict(mutable=True)
    query.update(said)
    query.update(_window(question))
    for name in ("channel", "name", "team", "place"):
        word = narrowed[name] if name in narrowed else getattr(question.filters, name)
        if word is not None:
            query[name] = word or NOT_SAID
    if question.audience:
        query["audience"] = question.audience
    if question.filters.sample is False:
        query["sample"] = "out"
    if steps:
        query.setlist("step", list(question.steps))
        query["within"] = str(question.within_days)
    return f"{reverse('insights:people')}?{query.urlencode()}"


def _window(question: Question) -> dict[str, Any]:
    if question.window_key == _NO_WINDOW:
        return {}
    if question.window_key != "custom":
        return {"window": question.window_key}
    window = question.window
    return {"window": "custom", "from": window.from_on.isoformat(), "to": window.last_on.isoformat()}
