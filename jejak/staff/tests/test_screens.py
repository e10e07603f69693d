"""Staff, teams, tokens and the audit log, as administrators and others use them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import translation
from wagtail.users.models import UserProfile

from jejak.staff import audit, roles, tokens
from jejak.staff.models import AuditEntry, Team, Token, User
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEMBER = {
    "username": "siti",
    "email": "siti@example.com",
    "first_name": "Siti",
    "password1": "pohon-mangga-7",
    "password2": "pohon-mangga-7",
    "sees": "own teams",
}


@pytest.fixture
def administrator() -> Client:
    client = Client()
    client.force_login(make_staff("ayu", roles.ADMINISTRATOR))
    return client


def as_staff(*held, name="budi"):
    client = Client()
    client.force_login(make_staff(name, *held))
    return client


def lines(**which):
    found = AuditEntry.objects.filter(**which).order_by("pk")
    return [(line.by_name, line.verb, line.kind, line.title, line.detail) for line in found]


def test_staff_is_added_with_a_role_and_teams(administrator):
    team = Team.objects.create(key="jakarta", name="Jakarta")
    support = Group.objects.get(name="Support")

    page = administrator.get("/app/users/new/").content.decode()
    assert "Helps people: sees and changes them" in page
    administrator.post("/app/users/new/", {**MEMBER, "groups": [support.pk], "teams": [team.pk]})

    siti = User.objects.get(username="siti")
    assert (roles.of(siti), siti.team_keys, siti.sees) == (["support"], ["jakarta"], "own teams")
    ((by, verb, kind, title, detail),) = lines(verb=audit.ADDED)
    assert (by, verb, kind, title, detail["roles"]) == ("ayu", "added", "staff", "siti", ["Support"])


def test_nobody_is_added_without_a_role(administrator):
    page = administrator.post("/app/users/new/", MEMBER)

    assert "Choose a role" in page.content.decode()
    assert not User.objects.filter(username="siti").exists()


def test_a_change_of_rights_is_in_the_audit_log(administrator):
    siti = make_staff("siti", roles.VIEWER, first_name="Siti")
    lead = Group.objects.get(name="Lead")
    given = {k: v for k, v in MEMBER.items() if "password" not in k}

    administrator.post(
        f"/app/users/edit/{siti.pk}/", {**given, "groups": [lead.pk], "sees": "everybody", "is_active": "on"}
    )

    assert lines(verb=audit.ROLE_CHANGED) == [
        ("ayu", "role changed", "staff", "siti", {"roles": [["Viewer"], ["Lead"]]})
    ]


def test_what_is_done_with_several_staff_at_once_is_in_the_audit_log(administrator):
    siti = make_staff("siti", roles.VIEWER)
    lead = Group.objects.get(name="Lead")

    administrator.post(f"/app/bulk/staff/user/assign_role/?id={siti.pk}", {"role": lead.pk})

    assert lines(verb=audit.ROLE_CHANGED) == [
        ("ayu", "role changed", "staff", "siti", {"roles": ["Lead", "Viewer"]})
    ]


def test_roles_are_called_in_the_language_of_the_reader(administrator):
    Group.objects.filter(name="Viewer").update(name="Magang")
    profile = UserProfile.get_for_user(User.objects.get(username="ayu"))
    profile.preferred_language = "id"
    profile.save()

    page = administrator.get("/app/groups/").content.decode()

    assert "Magang" in page
    with translation.override("id"):
        assert str(roles.TITLES[roles.ANALYST]) in page


def test_a_change_of_a_role_is_in_the_audit_log(administrator):
    group = Group.objects.get(name="Viewer")
    given = Permission.objects.get(codename="view_person").pk
    keep = [*group.permissions.values_list("pk", flat=True), given]
    panels = {
        f"{prefix}_permissions-{name}": 0
        for prefix in ("page", "collection", "document", "image")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    page = administrator.get(f"/app/groups/edit/{group.pk}/").content.decode()
    assert f'value="{given}"' in page

    administrator.post(f"/app/groups/edit/{group.pk}/", {"name": "Viewer", "permissions": keep, **panels})

    assert lines(kind="role") == [
        ("ayu", "role changed", "role", "Viewer", {"given": ["people.view_person"], "taken": []})
    ]


def test_teams_are_added_renamed_and_deleted(administrator):
    administrator.post("/app/settings/teams/add/", {"name": "Toko Jakarta", "key": "jakarta-stores"})
    team = Team.objects.get()
    assert "Toko Jakarta" in administrator.get("/app/settings/teams/").content.decode()

    administrator.post(f"/app/settings/teams/{team.pk}/", {"name": "Toko Bandung", "key": "other"})
    team.refresh_from_db()
    assert (team.name, team.key) == ("Toko Bandung", "jakarta-stores")

    administrator.post(f"/app/settings/teams/{team.pk}/delete/")
    assert not Team.objects.exists()
    assert [line[1] for line in lines(kind="team")] == ["added", "changed", "deleted"]


def test_the_list_of_teams_asks_the_same_for_one_and_for_three(administrator, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Team.objects.create(key="a", name="A")
    administrator.get("/app/settings/teams/")
    with CaptureQueriesContext(connection) as one:
        administrator.get("/app/settings/teams/")
    Team.objects.bulk_create([Team(key="b", name="B"), Team(key="c", name="C")])
    with django_assert_num_queries(len(one)):
        administrator.get("/app/settings/teams/")


def test_a_token_is_shown_once_works_and_is_revoked():
    client = as_staff(roles.ANALYST)
    page = client.post(
        "/app/settings/tokens/add/",
        {
            "name": "Notebook",
            "user": User.objects.get(username="budi").pk,
            "scopes": ["*:read"],
            "days": "30",
        },
    )
    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert secret not in client.get("/app/settings/tokens/").content.decode()
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert Client().get("/api/v1/me", **call).json()["username"] == "budi"

    client.post(f"/app/settings/tokens/{Token.objects.get().pk}/revoke/")

    assert Client().get("/api/v1/me", **call).status_code == 401
    assert [line[1] for line in lines(kind="token")] == ["token made", "token revoked"]


def test_nobody_but_an_administrator_makes_or_revokes_tokens_of_others():
    boss = make_staff("ayu", roles.ADMINISTRATOR)
    token, _ = tokens.make(name="All", user=boss, scopes=["*"], made_by=boss, now=NOW)
    client = as_staff(roles.LEAD)

    page = client.post(
        "/app/settings/tokens/add/", {"name": "Mine", "user": boss.pk, "scopes": ["*"], "days": "0"}
    )
    assert page.context["form"].errors
    assert "All" not in client.get("/app/settings/tokens/").content.decode().partition("<main")[2]
    assert client.post(f"/app/settings/tokens/{token.pk}/revoke/").status_code in {302, 404}
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_audit_log_is_filtered_and_pages_lead_on(administrator):
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=NOW + timedelta(minutes=n),
            by_name="siti",
            verb="saw",
            kind="person",
            record_id=str(n),
            title=f"P{n}",
        )
        for n in range(150)
    )
    first = administrator.get("/app/settings/audit/?by=siti")
    assert [row.entry.record_id for row in first.context["rows"]] == [str(n) for n in range(149, 49, -1)]
    second = administrator.get("/app/settings/audit/", {"by": "siti", "before": first.context["before"]})
    assert [row.entry.record_id for row in second.context["rows"]] == [str(n) for n in range(49, -1, -1)]
    assert second.context["before"] == ""

    one = administrator.get(
        "/app/settings/audit/?kind=person&record=7&from=2026-11-22&to=2026-11-22&verb=saw"
    )
    assert [row.entry.title for row in one.context["rows"]] == ["P7"]
    assert administrator.get("/app/settings/audit/?from=rubbish&before=x%20y").status_code == 200
    assert (
        administrator.get("/app/settings/audit/?from=2026-99-99&before=2026-99-99T00:00:00Z%201").status_code
        == 200
    )


def test_the_audit_log_speaks_the_language_of_the_reader(administrator):
    AuditEntry.objects.create(
        at=NOW, by_name="siti", verb="searched", kind="person", detail={"fields": ["city"], "searched": True}
    )
    AuditEntry.objects.create(
        at=NOW, by_name="siti", verb="saw", kind="vehicle", record_id="7", title="B 1 AYU"
    )
    with translation.override("id"):
        rows = administrator.get("/app/settings/audit/?by=siti", headers={"Accept-Language": "id"})
        told = [
            (str(row.kind), [(str(name), value) for name, value in row.told]) for row in rows.context["rows"]
        ]
    assert ("orang", [("kolom", "city"), ("mencari", "ya")]) in told
    assert ("vehicle", []) in told

    page = administrator.get("/app/settings/audit/?kind=vehicle").content.decode()
    assert '<option value="vehicle" selected>vehicle</option>' in page
    assert "record=7" in page
    assert "record=&" not in administrator.get("/app/settings/audit/?kind=person").content.decode()


def test_the_audit_log_is_exported_and_that_is_in_it(administrator):
    AuditEntry.objects.create(at=NOW, by_name="=cmd()", verb="saw", kind="person", record_id="7")

    response = administrator.get("/app/settings/audit/export/?kind=person")
    text = b"".join(response.streaming_content).decode()

    assert text.splitlines()[0] == "at,by,token,verb,kind,record,title,detail,address"
    assert "'=cmd(),,saw,person,7" in text
    assert lines(verb=audit.EXPORTED) == [("ayu", "exported", "audit log", "", {"filters": ["kind"]})]
