"""Who may see teams, tokens and the audit log."""

from datetime import UTC, datetime
from typing import Any

from jejak.staff import tokens
from jejak.staff.models import Team, Token
from jejak.staff.tests.makers import make_staff
from tests.access import ANALYST, LEAD, MARKETING, page, post


def team() -> dict[str, Any]:
    there, _made = Team.objects.get_or_create(key="jakarta", defaults={"name": "Jakarta"})
    return {"team_id": there.pk}


def token() -> dict[str, Any]:
    there = Token.objects.first()
    if there is None:
        user = make_staff("tari")
        there, _secret = tokens.make(
            name="Shop", user=user, scopes=["*"], made_by=user, now=datetime.now(UTC)
        )
    return {"token_id": there.pk}


_CALL = (LEAD, MARKETING, ANALYST)
ACCESS = {
    "staff:teams": page(LEAD),
    "staff:add_team": page(change=[]),
    "staff:team": page(change=[], make=team),
    "staff:delete_team": post(make=team),
    "staff:tokens": page(*_CALL),
    "staff:add_token": page(*_CALL, change=_CALL),
    "staff:revoke_token": post(*_CALL, make=token),  # Those of others are not there.
    "staff:audit": page(LEAD),
    "staff:export_audit": page(LEAD),
}
