"""The scope: staff of a team see its records and those they own, others see everybody."""

import pytest
from django.db import connection, models

from jejak.staff import roles, scope
from jejak.staff.models import Token, User
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


def seen(user):
    """Who of the tokens' owners somebody sees: any model with an owner will do, by paths."""
    records = scope.limit(Token.objects.all(), user, team="name", owner="user")
    return sorted(records.values_list("name", flat=True))


@pytest.fixture
def records():
    others = make_staff("budi")

    def make(team, owner=others):
        return Token.objects.create(
            name=team, user=owner, secret_hash=f"{team}-{owner.pk}", made_at="2026-11-22T12:00:00Z"
        )

    for team in ("jakarta", "bandung", ""):
        make(team)
    return make


def test_who_sees_everybody_sees_all(records):
    assert seen(make_staff("siti", roles.SUPPORT)) == ["", "bandung", "jakarta"]


def test_who_sees_their_teams_sees_these_and_whom_they_own(records):
    siti = make_staff("siti", roles.SUPPORT, teams=["jakarta"], sees=User.Sees.OWN_TEAMS)
    records("medan", siti)
    assert seen(siti) == ["jakarta", "medan"]


def test_without_a_team_one_sees_only_whom_one_owns(records):
    siti = make_staff("siti", roles.SUPPORT, sees=User.Sees.OWN_TEAMS)
    assert seen(siti) == []
    records("", siti)
    assert seen(siti) == [""]


def test_an_administrator_sees_all_whatever_was_chosen(records):
    ayu = make_staff("ayu", roles.ADMINISTRATOR, teams=["jakarta"], sees=User.Sees.OWN_TEAMS)
    assert seen(ayu) == ["", "bandung", "jakarta"]


def test_one_record_at_hand_is_judged_alike(records):
    siti = make_staff("siti", roles.SUPPORT, teams=["jakarta"], sees=User.Sees.OWN_TEAMS)
    records("medan", siti)
    judged = {t.name for t in Token.objects.all() if scope.sees(siti, t, team="name", owner="user_id")}
    assert judged == {"jakarta", "medan"}


def test_teams_are_read_once(records):
    siti = make_staff("siti", roles.SUPPORT, teams=["jakarta"], sees=User.Sees.OWN_TEAMS)
    seen(siti)
    before = len(connection.queries_log)
    assert isinstance(scope.reach(siti), models.Q)
    assert len(connection.queries_log) == before
