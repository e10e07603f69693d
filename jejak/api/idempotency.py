"""Idempotency-Key: a POST that is sent again with the same key is not done again, but answered as it was."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from jejak.api import callers
from jejak.api.problems import Problem
from jejak.staff.models import Answered

_KEPT = timedelta(hours=24)
_STUCK = timedelta(minutes=5)
_LONGEST_KEY = 200
_LARGEST_ANSWER = 2**20


def once(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return the answer; for a POST with a key that was answered before, that one.

    Raises Problem: 422 where the key came with another request before, 409 while that one is still being answered.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or request.method != "POST":
        return answer()
    if len(key) > _LONGEST_KEY:
        raise Problem(400, f"An Idempotency-Key has at most {_LONGEST_KEY} characters.", code="unreadable")
    user, token = callers.identify(request)
    caller = f"token {token.pk}" if token else f"user {user.pk}"
    now = datetime.now(UTC)
    fingerprint = hashlib.sha256(b"\0".join([request.get_full_path().encode(), request.body])).hexdigest()
    Answered.objects.filter(asked_at__lt=now - _KEPT).delete()
    Answered.objects.filter(caller=caller, key=key, status=None, asked_at__lt=now - _STUCK).delete()
    try:
        with transaction.atomic():
            mine = Answered.objects.create(caller=caller, key=key, fingerprint=fingerprint, asked_at=now)
    except IntegrityError:
        return _again(caller, key, fingerprint)
    try:
        response = answer()
    except BaseException:
        mine.delete()
        raise
    if (
        response.status_code < 400
        and isinstance(response, HttpResponse)
        and len(response.content) <= _LARGEST_ANSWER
    ):
        mine.status = response.status_code
        mine.content_type = response.headers.get("Content-Type", "")
        mine.body = response.content
        mine.save(update_fields=["status", "content_type", "body"])
    else:
        mine.delete()  # Nothing was done: it may be tried again.
    return response


def _again(caller: str, key: str, fingerprint: str) -> HttpResponse:
    before = Answered.objects.filter(caller=caller, key=key).first()
    if before is None or before.status is None:
        raise Problem(409, "A call with this Idempotency-Key is being answered.", code="in_progress")
    if before.fingerprint != fingerprint:
        raise Problem(422, "This Idempotency-Key came with another call before.", code="key_used")
    return HttpResponse(
        bytes(before.body),
        status=before.status,
        content_type=before.content_type,
        headers={"Idempotent-Replayed": "true"},
    )
