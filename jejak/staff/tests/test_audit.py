"""The audit log: cheap to write, honest about who, and without what is not its to keep."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client, RequestFactory

from jejak.staff import audit, roles
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def request_of(user, **meta):
    request = RequestFactory().get("/app/people/7/", **meta)
    request.user = user
    return request


@pytest.mark.django_db
def test_a_line_says_who_what_and_from_about_where(django_assert_num_queries):
    request = request_of(make_staff("siti", roles.SUPPORT), REMOTE_ADDR="203.0.113.77")
    with django_assert_num_queries(1):
        audit.note(request, audit.SAW, kind="person", record_id=7, title="Budi", now=NOW)

    line = AuditEntry.objects.get()
    assert (line.by_name, line.verb, line.kind, line.record_id, line.title) == (
        "siti",
        "saw",
        "person",
        "7",
        "Budi",
    )
    assert (line.address, line.at) == ("203.0.113.0", NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_addresses_lose_their_last_part(given, kept, settings):
    audit.note(request_of(make_staff(), REMOTE_ADDR=given), audit.SAW)
    assert AuditEntry.objects.get().address == kept

    settings.KEEP_IP = True
    audit.note(request_of(make_staff("ayu2"), REMOTE_ADDR="203.0.113.77"), audit.SAW)
    assert AuditEntry.objects.latest("pk").address == "203.0.113.77"


@pytest.mark.django_db
def test_behind_a_proxy_its_word_counts_and_else_not(settings):
    user = make_staff()
    given = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.77"}
    audit.note(request_of(user, **given), audit.SAW)
    settings.BEHIND_PROXY = True
    audit.note(request_of(user, **given), audit.SAW)
    assert list(AuditEntry.objects.order_by("pk").values_list("address", flat=True)) == [
        "127.0.0.0",
        "203.0.113.0",
    ]


@pytest.mark.django_db
def test_a_change_that_is_not_made_leaves_no_line():
    user = make_staff()

    @transaction.atomic
    def change():
        audit.note(user, audit.CHANGED, kind="person", record_id=7)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_only_known_verbs_are_written():
    with pytest.raises(audit.UnknownVerb):
        audit.note(make_staff(), "looked at")


@pytest.mark.django_db(transaction=True)
def test_what_is_seen_is_written_beside_and_nothing_is_lost():
    user = make_staff()
    audit.start()
    try:
        for number in range(50):
            audit.note(request_of(user), audit.SAW, kind="person", record_id=number)
        assert AuditEntry.objects.count() == 0
        audit.note(user, audit.CHANGED, kind="person", record_id=1)  # A change does not wait.
        assert AuditEntry.objects.count() == 1
    finally:
        audit.stop()
    assert AuditEntry.objects.count() == 51


@pytest.mark.django_db
def test_forgetting_takes_the_names_and_leaves_that_it_was_seen():
    user = make_staff()
    audit.note(user, audit.SAW, kind="person", record_id=7, title="Budi Santoso")
    audit.note(user, audit.SAW, kind="company", record_id=7, title="PT Maju")

    assert audit.forget(kind="person", record_ids=[7]) == 1

    assert list(AuditEntry.objects.order_by("pk").values_list("title", flat=True)) == ["", "PT Maju"]


@pytest.mark.django_db
def test_old_lines_are_purged(settings):
    settings.AUDIT_DAYS = 30
    for days in (10, 29, 31, 400):
        audit.note(None, audit.FORGOT, by_name="jejak forget", now=NOW - timedelta(days=days))

    assert audit.purge(now=NOW) == 2
    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db
def test_logins_are_in_it_and_what_was_typed_wrongly_is_not():
    user = make_staff("siti", roles.SUPPORT)
    browser = Client()
    browser.post("/app/login/", {"username": "siti", "password": "wrong"})
    browser.post("/app/login/", {"username": "hunter2-my-password", "password": ""})
    browser.post("/app/login/", {"username": "hunter2-my-password", "password": "x"})
    browser.post("/app/login/", {"username": "siti", "password": "secret"})
    browser.post("/app/logout/")

    found = AuditEntry.objects.order_by("pk").values_list("verb", "by_name", "record_id")
    assert list(found) == [
        ("login failed", "siti", str(user.pk)),
        ("login failed", "", ""),
        ("logged in", "siti", str(user.pk)),
        ("logged out", "siti", str(user.pk)),
    ]
