"""Addresses at which other sites show a picture of an answer: signed, with an end, and withdrawn at any time."""

from datetime import datetime, timedelta

from django.core import signing

from jejak.questions.actions import NotTheirs, may_change
from jejak.questions.models import Embedding, Question
from jejak.staff.models import User

_SALT = "jejak.questions.embedding"


class LeadsNowhere(Exception):
    """There is no such embedding, it ended, or it was withdrawn."""


class NoPicture(Exception):
    """SQL has no picture, and its rows may be people."""


def make(*, question: Question, site: str, days: int, by: User, now: datetime) -> Embedding:
    """Make one for some days. Raises NotTheirs, or NoPicture."""
    if not may_change(question, by):
        raise NotTheirs
    if question.is_sql:
        raise NoPicture
    return Embedding.objects.create(
        question=question, site=site, made_by=by, made_at=now, expires_at=now + timedelta(days=days)
    )


def withdraw(*, embedding: Embedding, by: User, now: datetime) -> None:
    """Let it lead nowhere from now on. Raises NotTheirs."""
    if not may_change(embedding.question, by):
        raise NotTheirs
    Embedding.objects.filter(pk=embedding.pk, revoked_at=None).update(revoked_at=now)


def token(embedding: Embedding) -> str:
    """Return what stands in the address."""
    return signing.Signer(salt=_SALT).sign(str(embedding.pk))


def opened(token: str, *, now: datetime) -> Embedding:
    """Return the embedding of an address. Raises LeadsNowhere."""
    try:
        pk = int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        raise LeadsNowhere from None
    live = Embedding.objects.select_related("question").filter(pk=pk, revoked_at=None, expires_at__gt=now)
    embedding = live.first()
    if embedding is None or embedding.question.is_sql:
        raise LeadsNowhere
    return embedding
