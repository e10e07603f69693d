"""The frame of the API: who may call, and how problems are told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from jejak.api import frame, limits
from jejak.staff import roles, tokens
from jejak.staff.models import Token
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOON = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _fresh_limits():
    limits.calls.forget()


def make_token(*scopes, user=None, **more):
    user = user or make_staff("ayu", roles.ADMINISTRATOR)
    return tokens.make(name="Shop", user=user, scopes=scopes or ["*"], made_by=user, now=NOON, **more)


def call(secret="", method="get", path="/api/v1/me", **more):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    return getattr(Client(raise_request_exception=False), method)(
        path, headers={**headers, **more.pop("headers", {})}, **more
    )


def problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    held = response.json()
    assert (held["type"], held["status"]) == ("about:blank", status)
    return held


def test_a_token_acts_for_its_member_of_staff():
    user = make_staff("siti", roles.SUPPORT, teams=["jakarta"])
    token, secret = make_token(tokens.READ_ALL, user=user)

    told = call(secret).json()

    assert (told["username"], told["roles"], told["teams"]) == ("siti", ["support"], ["jakarta"])
    assert told["token"]["id"] == token.pk
    assert "people.view_person" in told["permissions"]
    assert secret not in str(told)


def test_nobody_is_told_how_to_log_in():
    response = call()
    assert problem(response, 401)["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == 'Bearer realm="Jejak"'


@pytest.mark.parametrize(
    "given", ["Bearer jjk_wrong", "Bearer", "Basic c2l0aTpzZWNyZXQ=", "Bearer " + "x" * 5000]
)
def test_another_key_opens_nothing(given):
    problem(call(headers={"Authorization": given}), 401)


def test_a_token_that_is_revoked_expired_or_of_somebody_who_left_opens_nothing():
    token, secret = make_token()
    assert call(secret).status_code == 200

    tokens.revoke(token=token, now=NOON)
    problem(call(secret), 401)

    _, expired = make_token(user=token.user, expires_at=NOON - timedelta(seconds=1))
    problem(call(expired), 401)

    _, left = make_token(user=token.user)
    token.user.is_active = False
    token.user.save()
    problem(call(left), 401)


def test_a_missing_scope_is_named():
    _, secret = make_token("tokens:read")
    held = problem(call(secret, path="/api/v1/audit"), 403)
    assert (held["code"], held["scope"]) == ("scope_missing", "audit:read")


def test_a_missing_permission_is_named():
    _, secret = make_token("*", user=make_staff("siti", roles.SUPPORT))
    held = problem(call(secret, path="/api/v1/audit"), 403)
    assert (held["code"], held["permission"]) == ("not_allowed", "staff.view_auditentry")


def test_a_session_reads_and_writes_only_with_the_csrf_token():
    user = make_staff("ayu", roles.ADMINISTRATOR)
    token, _ = make_token(user=user)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get("/api/v1/me").json()["token"] is None

    assert problem(browser.delete(f"/api/v1/tokens/{token.pk}"), 403)["code"] == "csrf"

    browser.cookies["csrftoken"] = "a" * 32
    revoked = browser.delete(f"/api/v1/tokens/{token.pk}", headers={"X-CSRFToken": "a" * 32})
    assert revoked.status_code == 204
    assert Token.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/", "/api", "/api/v2/me", "/api/v1/me/", "/api/v1/tokens/x"]
)
def test_addresses_that_are_not_there_are_problems_too(path):
    assert problem(call(path=path), 404)["code"] == "not_found"


def test_a_wrong_method_is_told_which_are_right():
    response = call(method="post", path="/api/v1/me")
    problem(response, 405)
    assert response["Allow"] == "GET"


def test_head_is_answered_as_get():
    _, secret = make_token()
    response = call(secret, method="head")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json; charset=utf-8")


def test_what_does_not_fit_is_pointed_at():
    _, secret = make_token()
    held = problem(call(secret, path="/api/v1/tokens?limit=0"), 422)
    assert [error["parameter"] for error in held["errors"]] == ["limit"]
    held = problem(call(secret, path="/api/v1/tokens?cursor=abc"), 422)
    assert [error["parameter"] for error in held["errors"]] == ["cursor"]


def test_another_media_type_is_refused_and_only_json_is_told():
    _, secret = make_token()
    problem(call(secret, headers={"Accept": "text/html"}), 406)
    assert call(secret, headers={"Accept": "application/*"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[NaN]", "application/json", 400),
        (b'"\\u0000"', "application/json", 400),
        (b'"\\ud800"', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"a", "", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body, kind, status):
    _, secret = make_token()
    problem(call(secret, "delete", "/api/v1/tokens/1", data=body, content_type=kind), status)


def test_too_many_calls_are_told_to_wait(settings):
    settings.API_PER_MINUTE = 2
    _, secret = make_token()
    assert [call(secret).status_code for _ in range(2)] == [200, 200]

    response = call(secret)

    problem(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 30


def test_what_nobody_foresaw_tells_only_an_id(caplog):
    def breaks(request):
        raise RuntimeError(request.headers["From"])

    response = frame.guarded(breaks)(RequestFactory().get("/api/v1/x", headers={"From": "siti@example.com"}))

    held = problem(response_with_json(response), 500)
    assert "siti" not in response.content.decode() + caplog.text
    assert held["id"] in caplog.text


def test_other_refusals_of_django_are_problems_too():
    def nothing(request):
        raise Http404

    problem(response_with_json(frame.guarded(nothing)(RequestFactory().get("/api/v1/x"))), 404)


def test_pages_lead_to_the_next_and_end():
    user = make_staff("ayu", roles.ADMINISTRATOR)
    _, secret = make_token(user=user)
    for _ in range(4):  # At the same time: ties go by id.
        make_token(user=user)

    seen, address = [], "/api/v1/tokens?limit=2"
    while address:
        response = call(secret, path=address)
        seen += [token["id"] for token in response.json()["items"]]
        link = response.get("Link", "")
        assert bool(link) == bool(response.json()["next"])
        address = link.partition(">")[0].removeprefix("<http://testserver") if link else ""

    assert seen == sorted(Token.objects.values_list("pk", flat=True), reverse=True)


def test_own_tokens_are_revoked_and_those_of_others_are_not_there():
    mine, secret = make_token()
    theirs, _ = make_token(user=make_staff("budi", roles.LEAD))

    problem(call(secret, "delete", f"/api/v1/tokens/{theirs.pk}"), 404)
    other, _ = make_token(user=mine.user)
    assert call(secret, "delete", f"/api/v1/tokens/{other.pk}").status_code == 204
    assert problem(call(secret, "delete", f"/api/v1/tokens/{other.pk}"), 409)["code"] == "revoked"


def response_with_json(response):
    import json

    response.json = lambda: json.loads(response.content)
    return response
