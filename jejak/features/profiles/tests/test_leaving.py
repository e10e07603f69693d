import io
import json
import threading
import zipfile

import pytest
from django.urls import reverse
from django.utils import timezone

from jejak.channels.models import Outgoing
from jejak.features.profiles import later, writing
from jejak.features.profiles.tests.makers import happened, put
from jejak.people.models import Person, Receipt
from jejak.people.tests.makers import NOON, make_person
from jejak.people.whole import whole
from jejak.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture
def staff(client):
    client.force_login(User.objects.create_superuser("dewi", first_name="Dewi"))
    return client


@pytest.fixture
def mail(settings):
    """An install that can send."""
    settings.SMTP_HOST, settings.EMAIL_FROM = "127.0.0.1", "care@toko.example"


def make_siti():
    return make_person(
        "Siti Rahayu", handles={"email": "siti@toko.id"}, traits={"email": "siti@toko.id", "country": "ID"}
    )


def words(**said):
    return {
        "purpose": "service",
        "from_name": "Dewi",
        "subject": "Pesanan",
        "text": "Halo",
        "send": "1",
    } | said


def test_an_export_is_a_file_with_everything_and_is_audited(staff, eventlog):
    siti = make_siti()
    put(happened(siti, "Order Completed", properties={"order_id": "A-1"}))
    answer = staff.post(reverse("profiles:export", args=[siti.pk]))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        held = json.loads(archive.read("person.json"))
        lines = [json.loads(line) for line in archive.read("touchpoints.ndjson").splitlines()]
        page = archive.read("index.html").decode()
    assert held["handles"][0]["value"] == "siti@toko.id"
    assert lines[0]["message"]["properties"] == {"order_id": "A-1"}
    assert "Siti Rahayu" in page
    assert "Order Completed" in page
    assert AuditEntry.objects.get(kind="person").verb == "exported"


@pytest.mark.django_db(databases=["default", "inlet"], transaction=True)
def test_forgetting_asks_for_the_name_shows_what_goes_and_gives_a_receipt(staff, eventlog):
    siti = make_siti()
    put(happened(siti), happened(siti))
    staff.get(f"/app/people/{siti.pk}/")
    address = reverse("profiles:forget", args=[siti.pk])
    html = staff.get(address).content.decode()
    assert "Touchpoints in the log" in html
    assert "<dd>2</dd>" in html
    assert "Type the word exactly" in staff.post(address, {"typed": "Siti"}).content.decode()
    assert not Receipt.objects.exists()

    answer = staff.post(address, {"typed": "siti rahayu", "reason": "By letter", "suppress": "on"})
    receipt = Receipt.objects.get()
    assert answer.url == reverse("profiles:receipt", args=[receipt.pk])
    assert "Under way" in staff.get(answer.url).content.decode()
    assert later.forget(timezone.now(), threading.Event()) is None

    html = staff.get(answer.url).content.decode()
    assert "Everything was taken away" in html
    assert not Person.objects.exists()
    assert "Siti" not in " ".join(AuditEntry.objects.values_list("title", flat=True))
    assert "Yes: it was theirs." in staff.get(answer.url, {"handle": "Siti@toko.id"}).content.decode()
    assert "No: it was not theirs." in staff.get(answer.url, {"handle": "budi@toko.id"}).content.decode()
    told = staff.get(answer.url, {"as": "json"}).json()
    assert (told["reason"], told["gone"]["log"], told["refused_from_now_on"]) == ("By letter", 2, True)
    assert staff.get(reverse("profiles:receipts")).content.decode().count("done") >= 1
    assert staff.get(address).status_code == 404


def test_forgetting_twice_makes_one_receipt(staff, eventlog):
    address = reverse("profiles:forget", args=[make_siti().pk])
    for _ in range(2):
        staff.post(address, {"typed": "Siti Rahayu"})
    assert Receipt.objects.count() == 1


def test_an_email_is_looked_at_and_then_sent(staff, mail, eventlog):
    siti = make_siti()
    address = reverse("profiles:write", args=[siti.pk])
    assert "Halo Siti," in staff.get(address).content.decode()
    assert "Salam Siti," in staff.get(address, {"language": "ms"}).content.decode()
    looked_at = words(text="Halo <b>\nhttps://toko.id", preview="1")
    del looked_at["send"]
    html = staff.post(address, looked_at).content.decode()
    assert "This will be sent" in html
    assert "Halo &lt;b&gt;" in html
    assert not Outgoing.objects.exists()
    assert staff.post(address, words()).url == f"/app/people/{siti.pk}/"
    kept = Outgoing.objects.get()
    assert (kept.address, kept.subject, kept.state) == ("siti@toko.id", "Pesanan", "queued")
    assert AuditEntry.objects.filter(verb="sent").count() == 1


def test_what_may_not_be_sent_says_why(staff, mail, eventlog):
    address = reverse("profiles:write", args=[make_siti().pk])
    assert "has not given consent" in staff.post(address, words(purpose="marketing")).content.decode()
    assert "one line each" in staff.post(address, words(subject="a\u2028Bcc: x")).content.decode()
    assert not Outgoing.objects.exists()


def test_where_no_mail_server_is_known_the_page_says_what_to_set(staff, eventlog):
    html = staff.get(reverse("profiles:write", args=[make_siti().pk])).content.decode()
    assert "JEJAK_SMTP_HOST" in html
    assert "disabled" in html


@pytest.mark.parametrize(
    ("traits", "language"),
    [
        ({"language": "ms"}, "ms"),
        ({"locale": "id-ID"}, "id"),
        ({"language": "English", "country": "ID"}, "en"),
        ({"country": "Malaysia"}, "ms"),
        ({"phone": "+62812345"}, "id"),
        ({"phone": "+60123"}, "ms"),
        ({}, "en"),
    ],
)
def test_the_greeting_is_in_the_language_of_whoever_is_written_to(traits, language):
    assert writing.language_of(whole(make_person("Siti", traits=traits, seen_at=NOON).pk)) == language
