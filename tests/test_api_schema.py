"""Every endpoint keeps to its schema, whatever it is sent: Schemathesis calls each with a token that may everything."""

from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from jejak.staff import roles, tokens
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])

# A cursor that nobody gave out fits the schema and is refused; Pydantic takes “1” for 1, as everybody expects.
NOT_ASKED = [positive_data_acceptance, negative_data_rejection]
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture(autouse=True)
def _one_connection():
    """Keep the test's own connection, with its transaction, as Django's test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(settings: Any) -> str:
    settings.API_PER_MINUTE = 0
    user = make_staff("ayu", roles.ADMINISTRATOR)
    _token, secret = tokens.make(
        name="All", user=user, scopes=[tokens.ALL], made_by=user, now=datetime.now(UTC)
    )
    return secret


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_an_endpoint_keeps_to_its_schema(case, secret, eventlog):
    case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, excluded_checks=NOT_ASKED)
