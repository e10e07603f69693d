"""Who may read the numbers, and who the people behind them."""

from datetime import UTC, date, datetime, timedelta

from jejak.questions import embedding
from jejak.questions.models import Annotation, Embedding, Question
from tests.access import (
    ADMINISTRATOR,
    ANALYST,
    EVERYBODY,
    LEAD,
    MARKETING,
    SUPPORT,
    Rule,
    endpoint,
    page,
    post,
    public,
)  # fmt: skip


def _kept():
    made = Question.objects.create(
        name="Orders", asked={"kind": "trends"}, is_shared=True, changed_at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    return {"pk": made.pk}


def _embedding():
    now = datetime.now(UTC)
    question = Question.objects.get(pk=_kept()["pk"])
    return Embedding.objects.create(question=question, made_at=now, expires_at=now + timedelta(days=1))


def _embedded():
    made = _embedding()
    return {"pk": made.question_id, "embedding_id": made.pk}


def _token():
    return {"token": embedding.token(_embedding())}


def _annotated():
    made = Annotation.objects.create(
        words="New courier", on=date(2026, 11, 3), changed_at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    return {"pk": made.pk}


_WRITERS = (LEAD, SUPPORT, MARKETING, ANALYST)
ACCESS = {
    "api:list_annotations": Rule(
        get=frozenset({ADMINISTRATOR, *EVERYBODY}), change=frozenset({ADMINISTRATOR, *_WRITERS}), api=True
    ),
    "api:add_annotation": Rule(
        get=frozenset({ADMINISTRATOR, *EVERYBODY}), change=frozenset({ADMINISTRATOR, *_WRITERS}), api=True
    ),
    "api:delete_annotation": endpoint(
        *_WRITERS, method="delete", make=lambda: {"annotation_id": _annotated()["pk"]}
    ),
    "insights:insights": page(*EVERYBODY),
    "insights:numbers": page(*EVERYBODY),
    "insights:today": page(*EVERYBODY),
    "insights:voices": page(*EVERYBODY),  # Names and words in it are for those who may see people.
    "insights:people": page(LEAD, SUPPORT, MARKETING, ANALYST, query="?measure=people"),
    "insights:explore": page(LEAD, SUPPORT, MARKETING, ANALYST),
    "insights:explore_people": page(LEAD, SUPPORT, MARKETING, ANALYST, query="?kind=trends"),
    "insights:sql": page(ANALYST),
    "insights:questions": page(LEAD, SUPPORT, MARKETING, ANALYST),
    "insights:question": page(LEAD, SUPPORT, MARKETING, ANALYST, make=_kept),
    "insights:keep": post(LEAD, SUPPORT, MARKETING, ANALYST),
    "insights:export": page(
        LEAD, SUPPORT, MARKETING, ANALYST, query="?kind=trends", make=lambda: {"kind": "csv"}
    ),
    "insights:embeddings": page(make=_kept),  # Only who kept it, and administrators.
    "insights:withdraw_embedding": post(make=_embedded),
    "insights_embedded": public(make=_token),
    "insights_embedded_picture": public(make=_token),
    "insights:annotations": page(*EVERYBODY),
    "insights:add_annotation": page(LEAD, SUPPORT, MARKETING, ANALYST),
    "insights:annotation": page(LEAD, SUPPORT, MARKETING, ANALYST, make=_annotated),
    "insights:delete_annotation": post(LEAD, SUPPORT, MARKETING, ANALYST, make=_annotated),
    "insights:delete_question": post(make=_kept),  # Only who kept it, and administrators.
}
