"""A POST with an Idempotency-Key is done once, however often it is sent."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from jejak.api import frame, limits
from jejak.staff import roles, tokens
from jejak.staff.models import Answered
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    """Send a POST to a view that counts, with a token."""
    limits.calls.forget()
    user = make_staff("ayu", roles.ADMINISTRATOR)
    made = []

    def count(request):
        if request.body == b'"fail"':
            raise RuntimeError
        made.append(request.body)
        return HttpResponse(json.dumps({"n": len(made)}), content_type="application/json", status=201)

    def secret():
        return tokens.make(name="Shop", user=user, scopes=["*"], made_by=user, now=datetime.now(UTC))[1]

    first = secret()

    def send(key, body=b"{}", *, given=first):
        headers = {"Authorization": f"Bearer {given}", "Idempotency-Key": key}
        request = RequestFactory().post(
            "/api/v1/x", data=body, content_type="application/json", headers=headers
        )
        response = frame.guarded(count)(request)
        return response.status_code, json.loads(response.content)

    send.secret = secret
    return send


def test_the_same_call_is_answered_as_before(post):
    assert post("order-1") == (201, {"n": 1})
    assert post("order-1") == (201, {"n": 1})
    assert post("order-2") == (201, {"n": 2})


def test_the_same_key_with_another_body_is_a_mistake(post):
    post("order-1")
    status, told = post("order-1", b"[]")
    assert (status, told["code"]) == (422, "key_used")


def test_another_caller_has_keys_of_their_own(post):
    post("order-1")
    assert post("order-1", given=post.secret()) == (201, {"n": 2})


def test_while_it_is_being_answered_a_repetition_waits(post):
    post("order-1")
    Answered.objects.update(status=None)
    status, told = post("order-1")
    assert (status, told["code"]) == (409, "in_progress")


def test_after_a_day_a_key_is_free_again(post):
    post("order-1")
    Answered.objects.update(asked_at=datetime.now(UTC) - timedelta(hours=25))
    assert post("order-1") == (201, {"n": 2})


def test_what_failed_here_may_be_tried_again(post):
    assert post("order-1", b'"fail"')[0] == 500
    assert post("order-1", b"{}") == (201, {"n": 1})
