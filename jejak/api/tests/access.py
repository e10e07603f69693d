"""Who may call the frame's own endpoints."""

from datetime import UTC, datetime
from typing import Any

from jejak.staff import tokens
from jejak.staff.models import Token
from jejak.staff.tests.makers import make_staff
from tests.access import EVERYBODY, LEAD, endpoint, public


def token() -> dict[str, Any]:
    there = Token.objects.first()
    if there is None:
        user = make_staff("tari")
        there, _secret = tokens.make(
            name="Shop", user=user, scopes=["*"], made_by=user, now=datetime.now(UTC)
        )
    return {"token_id": there.pk}


ACCESS = {
    "api:openapi-json": public(),
    "api:openapi-view": public(),
    "api:api-root": public(),
    "api:unknown": public(),
    "api:who_am_i": endpoint(*EVERYBODY),
    "api:list_tokens": endpoint(*EVERYBODY),
    "api:revoke_token": endpoint(*EVERYBODY, method="delete", make=token),  # Those of others are not there.
    "api:list_audit_log": endpoint(LEAD),
}
