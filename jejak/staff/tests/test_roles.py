"""Roles: made by code, given once, and what an administrator took away stays away."""

import pytest
from django.contrib.auth.models import Group, Permission

from jejak.staff import roles
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


def test_every_declared_permission_is_there():
    roles.apply()

    there = {
        f"{app}.{codename}"
        for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert [name for name in roles.declared() if name not in there] == []


def test_each_role_enters_the_back_office():
    for role in (roles.ADMINISTRATOR, *roles.GROUPS):
        assert make_staff(f"ayu-{role}", role).has_perm("wagtailadmin.access_admin")


@pytest.mark.parametrize(
    ("role", "permission", "has_it"),
    [
        (roles.ADMINISTRATOR, "staff.add_user", True),
        (roles.LEAD, "staff.add_user", False),
        (roles.LEAD, "staff.view_auditentry", True),
        (roles.LEAD, "people.forget_person", True),
        (roles.SUPPORT, "people.merge_people", True),
        (roles.SUPPORT, "people.export_person", False),
        (roles.SUPPORT, "people.forget_person", False),
        (roles.MARKETING, "people.export_unmasked", True),
        (roles.MARKETING, "people.merge_people", False),
        (roles.ANALYST, "people.view_person", True),
        (roles.ANALYST, "people.change_person", False),
        (roles.ANALYST, "people.export_person", True),
        (roles.ANALYST, "people.export_unmasked", False),
        (roles.VIEWER, "people.view_person", False),
    ],
)
def test_a_role_may_what_it_is_for(role, permission, has_it):
    assert make_staff("ayu", role).has_perm(permission) is has_it


def test_what_an_administrator_took_away_stays_away():
    roles.apply()
    support = Group.objects.get(name="Support")
    support.permissions.remove(Permission.objects.get(codename="merge_people"))

    roles.apply()

    assert not make_staff("siti", roles.SUPPORT).has_perm("people.merge_people")


def test_what_is_newly_declared_is_given(monkeypatch):
    roles.apply()
    monkeypatch.setattr(roles, "_allowed", {**roles._allowed, "staff.view_team": {roles.VIEWER}})

    roles.apply()

    assert make_staff("budi", roles.VIEWER).has_perm("staff.view_team")


def test_a_role_that_was_renamed_or_deleted_is_not_made_again():
    roles.apply()
    Group.objects.filter(name="Viewer").update(name="Penonton")
    Group.objects.get(name="Analyst").delete()

    roles.apply()

    assert set(Group.objects.filter(staff_role__isnull=False).values_list("name", flat=True)) == {
        "Lead", "Support", "Marketing", "Penonton",
    }  # fmt: skip
    assert roles.of(make_staff("ayu", roles.VIEWER)) == [roles.VIEWER]


def test_applying_again_asks_little(django_assert_max_num_queries):
    roles.apply()
    with django_assert_max_num_queries(8):
        roles.apply()


def test_only_the_six_roles_can_be_given():
    with pytest.raises(roles.UnknownRole):
        roles.allow("people.view_person", "boss")
    with pytest.raises(roles.UnknownRole):
        roles.give(make_staff(), "boss")
