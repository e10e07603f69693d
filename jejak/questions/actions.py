"""Keeping questions: only who kept one changes it, and nobody overwrites what they have not seen."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from jejak.questions.models import Question
from jejak.staff.models import User


class ChangedMeanwhile(Exception):
    """Somebody changed this question after it was read."""


class NotTheirs(Exception):
    """Only who kept a question, or an administrator, may change it."""


def seen_by(user: User) -> QuerySet[Question]:
    """Return the questions that somebody may read: their own and shared ones, SQL only with that permission."""
    seen = Question.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")
    return seen if user.has_perm("questions.ask_sql") else seen.exclude(asked__kind="sql")


def may_change(question: Question, user: User) -> bool:
    """Tell whether somebody may change or delete it."""
    return user.is_superuser or question.owner_id == user.pk


def keep(
    *, name: str, sentence: str, asked: dict[str, Any], is_shared: bool, by: User, now: datetime
) -> Question:
    """Keep a new question."""
    return Question.objects.create(
        name=name, sentence=sentence, asked=asked, is_shared=is_shared, owner=by, changed_at=now
    )


def change(
    *,
    question: Question,
    seen_version: int,
    name: str,
    sentence: str,
    asked: dict[str, Any],
    is_shared: bool,
    by: User,
    now: datetime,
) -> None:
    """Change a question that was read at a version. Raises NotTheirs, or ChangedMeanwhile."""
    if not may_change(question, by):
        raise NotTheirs
    changed = Question.objects.filter(pk=question.pk, version=seen_version).update(
        name=name,
        sentence=sentence,
        asked=asked,
        is_shared=is_shared,
        changed_at=now,
        version=F("version") + 1,
    )
    if not changed:
        raise ChangedMeanwhile


def delete(*, question: Question, by: User) -> None:
    """Delete a question. Raises NotTheirs."""
    if not may_change(question, by):
        raise NotTheirs
    question.delete()
