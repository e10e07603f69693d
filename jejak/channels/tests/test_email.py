import importlib.util
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from jejak.channels import email, outbox
from jejak.channels.models import Outgoing
from jejak.people import consent
from jejak.people.tests.makers import NOON, make_person
from jejak.people.whole import whole
from jejak.staff.models import User
from jejak.touchpoints.models import Arrival

MINUTE = timedelta(minutes=1)
_spec = importlib.util.spec_from_file_location("mail_server", Path(__file__).with_name("mail_server.py"))
mail_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mail_server)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(settings):
    """A mail server that takes what we send, and an install that knows it."""
    with mail_server.serving() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.SMTP_HOST = settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT, settings.EMAIL_USE_TLS = server.port, False
        settings.EMAIL_FROM = "care@toko.example"
        yield server


def make_siti(**traits):
    said = {"email": "Siti@Contoh.co.id", **traits}
    return whole(make_person("Siti", handles={"user_id": "u-1"}, traits=said).pk)


def send(person, **said):
    held = {
        "purpose": consent.SERVICE,
        "subject": "Pesanan Anda",
        "text": "Halo Siti,\n\nsudah dikirim.",
        "from_name": "Dewi",
    }
    return email.send(person=person, by=None, now=NOON, **(held | said))


def work(now=NOON):
    return outbox.send_due(now, threading.Event())


def recorded():
    return [
        (fact["event"], fact["handles"], fact["properties"])
        for a in Arrival.objects.all()
        for fact in json.loads(bytes(a.body))
    ]


def test_words_reach_the_mail_server_and_the_trail(mail):
    dewi = User.objects.create_user("dewi", first_name="Dewi", last_name="Lestari")
    kept = email.send(
        person=make_siti(), purpose=consent.SERVICE, subject="Pesanan Anda ✓", text="Halo <Siti>,\nhttps://toko.example/a\n\nSalam",
        from_name="Dewi, Toko", by=dewi, now=NOON,
    )  # fmt: skip
    assert (kept.state, mail.kept) == ("queued", [])
    assert work() is None

    (message,) = mail.kept
    assert mail.to == ["siti@contoh.co.id"]
    assert mail.from_ == ["care@toko.example"]
    assert message["subject"] == "Pesanan Anda ✓"
    assert message["from"] == '"Dewi, Toko" <care@toko.example>'
    assert message["message-id"] == kept.message_id
    text, html = (part.get_content() for part in message.iter_parts())
    assert text.split() == ["Halo", "<Siti>,", "https://toko.example/a", "Salam"]
    assert "Halo &lt;Siti&gt;," in html
    assert '<a href="https://toko.example/a"' in html
    kept.refresh_from_db()
    assert (kept.state, kept.sent_at) == ("sent", NOON)
    ((name, handles, said),) = recorded()
    assert (name, handles, said["subject"], said["by"]) == (
        "Email Sent", {"user_id": "u-1"}, "Pesanan Anda ✓", "Dewi Lestari"
    )  # fmt: skip
    assert "text" not in said


def test_marketing_goes_only_where_consent_was_given(mail):
    siti = make_siti()
    with pytest.raises(consent.NotAllowed, match="has not given consent"):
        send(siti, purpose=consent.MARKETING)
    consent.say(
        person_id=siti.root.pk,
        purpose=consent.MARKETING,
        channel="email",
        is_given=True,
        said_at=NOON,
        source="form",
    )
    send(siti, purpose=consent.MARKETING)
    work()
    assert mail.to == ["siti@contoh.co.id"]


def test_consent_taken_back_before_it_is_sent_stops_it(mail):
    siti = make_siti()
    kept = send(siti)
    consent.say(
        person_id=siti.root.pk,
        purpose=consent.SERVICE,
        channel="email",
        is_given=False,
        said_at=NOON,
        source="call",
    )
    work()
    kept.refresh_from_db()
    assert (kept.state, kept.trouble, mail.kept) == ("failed", "This person has refused it.", [])
    assert recorded()[0][0] == "Email Failed"


@pytest.mark.parametrize("bad", ["Hello\nBcc: all@toko.id", "Hello\r\nX: y", "Hello\x00", "Hello\u2028X"])
@pytest.mark.parametrize("field", ["subject", "from_name"])
def test_no_header_can_be_smuggled_in(mail, field, bad):
    with pytest.raises(email.NotOneLine):
        send(make_siti(), **{field: bad})
    assert not Outgoing.objects.exists()


def test_where_the_server_asks_for_patience_it_is_tried_again_as_the_same_message(mail):
    mail.replies["siti@contoh.co.id"] = ["451 4.7.1 later"]
    kept = send(make_siti())
    assert work() == MINUTE
    kept.refresh_from_db()
    assert (kept.state, kept.attempts, kept.trouble) == ("queued", 1, "4.7.1 later")
    assert recorded() == []
    work(NOON + MINUTE)
    assert [message["message-id"] for message in mail.kept] == [kept.message_id]


def test_whom_the_server_refuses_for_good_is_not_tried_again(mail):
    mail.replies["siti@contoh.co.id"] = ["550 5.1.1 no such user"]
    kept = send(make_siti())
    assert work() is None
    kept.refresh_from_db()
    assert (kept.state, kept.attempts) == ("failed", 1)
    assert recorded()[0][2]["why"] == "5.1.1 no such user"


def test_a_server_that_is_away_for_long_makes_it_fail_in_the_end(mail, settings, caplog):
    settings.EMAIL_PORT = 1  # Nobody listens there.
    kept = send(make_siti(), text="Rahasia")
    now = NOON
    while pause := work(now):
        now += pause
    kept.refresh_from_db()
    assert (kept.state, kept.attempts) == ("failed", 6)
    assert "siti@" not in caplog.text.lower()
    assert "Rahasia" not in caplog.text


def test_what_a_process_left_behind_while_sending_is_sent_by_the_next(mail):
    kept = send(make_siti())
    Outgoing.objects.update(state="sending", due_at=NOON + 10 * MINUTE, attempts=1)
    work()
    assert mail.kept == []
    work(NOON + 10 * MINUTE)
    kept.refresh_from_db()
    assert kept.state == "sent"


def test_who_has_no_address_or_no_server_is_told(mail, settings):
    with pytest.raises(email.NoAddress):
        send(whole(make_person("Budi").pk))
    settings.SMTP_HOST = ""
    with pytest.raises(email.NotConfigured):
        send(make_siti())


def test_an_address_that_is_only_a_handle_will_do():
    budi = make_person("Budi", handles={"email": "budi@toko.id"}, traits={"email": "none"})
    assert email.address_of(whole(budi.pk)) == "budi@toko.id"
