"""Letters to staff and calls of other systems: once, whatever dies, and again when the other side is back."""

import base64
import hashlib
import hmac
import json
import smtplib
import socket
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from jejak.channels import letters
from jejak.channels.models import Letter
from jejak.common import outgoing
from jejak.staff.models import User

NOW = datetime(2026, 11, 23, 0, tzinfo=UTC)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi():
    return User.objects.create_user("dewi", "dewi@toko.example", "rahasia-besar")


def write(user, key="digest.1", **more):
    return letters.write(key=key, user=user, subject="Stores", text="NPS 31", now=NOW, **more)


def send(at=NOW):
    letters.send_due(at, threading.Event())


def test_a_letter_is_written_once_and_sent_once(dewi):
    assert [write(dewi), write(dewi)] == [True, False]

    send()
    send(NOW + timedelta(days=1))

    assert [message.subject for message in mail.outbox] == ["Stores"]
    assert Letter.objects.get().state == "sent"


def test_the_pictures_stand_inside_and_the_text_beside(dewi):
    write(
        dewi,
        html='<img src="cid:tile0">',
        pictures={"tile0": PNG},
        stop_url="https://jejak.example/told/stop/x/",
    )
    send()

    message = mail.outbox[0].message()
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/png"]
    image = list(message.walk())[-1]
    assert image["Content-ID"] == "<tile0>"
    assert image.get_payload(decode=True) == PNG
    assert message["List-Unsubscribe"] == "<https://jejak.example/told/stop/x/>"


def test_while_the_mail_server_is_away_it_waits_and_then_goes_once(dewi, monkeypatch):
    def away(*_args, **_kwargs):
        raise ConnectionRefusedError

    write(dewi)
    with monkeypatch.context() as without:
        without.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", away)
        send()
        send(NOW + timedelta(seconds=30))
    held = Letter.objects.get()
    assert (held.state, held.attempts, held.due_at) == ("queued", 1, NOW + timedelta(minutes=1))
    assert "ConnectionRefusedError" in held.trouble

    send(NOW + timedelta(minutes=2))

    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<{held.pk.hex}@")


def test_what_died_between_taken_and_noted_goes_out_again_as_the_same(dewi):
    write(dewi)
    letters._mail(letters._take(NOW))  # And the process ends before it is noted.
    assert Letter.objects.get().state == "sending"

    send(NOW + timedelta(minutes=1))
    assert len(mail.outbox) == 1  # Somebody may still be at it.
    send(NOW + timedelta(minutes=6))

    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1
    assert Letter.objects.get().state == "sent"


def test_of_two_processes_one_takes_it(dewi):
    write(dewi)

    assert letters._take(NOW) is not None
    assert letters._take(NOW) is None


def test_an_address_that_does_not_exist_fails_for_good(dewi, monkeypatch):
    def refused(*_args, **_kwargs):
        raise smtplib.SMTPRecipientsRefused({"dewi@toko.example": (550, b"no such user")})

    write(dewi)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refused)
    send()

    assert Letter.objects.get().state == "failed"


def test_who_has_no_address_or_left_gets_nothing(dewi):
    dewi.email = ""
    assert not write(dewi)
    dewi.email, dewi.is_active = "dewi@toko.example", False
    assert not write(dewi)


def mail_server(port, got):
    """A mail server that takes one message, as simple as they come."""
    listening = socket.create_server(("127.0.0.1", port))

    def serve():
        peer, _address = listening.accept()
        with peer, peer.makefile("rwb") as lines:

            def say(text):
                lines.write(text.encode() + b"\r\n")
                lines.flush()

            say("220 here")
            while line := lines.readline():
                if line.upper().startswith(b"DATA"):
                    say("354 go on")
                    body = b""
                    while (more := lines.readline()) != b".\r\n":
                        body += more
                    got.append(body)
                say("221 bye" if line.upper().startswith(b"QUIT") else "250 fine")
        listening.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def test_a_real_mail_server_that_was_away_gets_it_once_it_is_there(dewi, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.SMTP_HOST = settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = port, False, False
    write(dewi, html='<img src="cid:tile0">', pictures={"tile0": PNG})
    send()
    assert Letter.objects.get().state == "queued"

    got: list[bytes] = []
    thread = mail_server(port, got)
    send(NOW + timedelta(minutes=2))
    thread.join(10)

    letter = Letter.objects.get()
    assert (letter.state, len(got)) == ("sent", 1)
    assert letter.pk.hex.encode() in got[0]
    assert b"Content-ID: <tile0>" in got[0]


@pytest.fixture
def other_side(settings):
    """Another system, which keeps what it gets."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, dict(self.headers), body))
            self.send_response(handler_answers.pop(0) if handler_answers else 204)
            self.end_headers()

        def log_message(self, *_args):
            pass

    handler_answers: list[int] = []
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook?a=1", got, handler_answers
    server.shutdown()
    server.server_close()


def test_a_call_is_signed_and_tried_again_after_a_500(other_side, settings):
    url, got, answers = other_side
    settings.HOOKS_INSIDE = True
    answers.append(500)
    letters.call(key="alert.1", url=url, body={"n": 3}, signed_as="hook:1:x", now=NOW)

    send()
    assert Letter.objects.get().state == "queued"
    send(NOW + timedelta(minutes=1))

    assert Letter.objects.get().state == "sent"
    path, headers, body = got[-1]
    assert path == "/hook?a=1"
    assert json.loads(body) == {"n": 3}
    signed = hmac.new(
        letters.secret("hook:1:x").encode(), headers["Jejak-Time"].encode() + b"." + body, hashlib.sha256
    )
    assert headers["Jejak-Signature"] == signed.hexdigest()
    assert headers["Jejak-Delivery"] == got[0][1]["Jejak-Delivery"]


def test_a_call_into_the_network_is_never_made(other_side):
    url, got, _answers = other_side
    letters.call(key="alert.1", url=url, body={}, signed_as="hook:1:x", now=NOW)

    send()

    assert Letter.objects.get().state == "failed"
    assert got == []


@pytest.mark.parametrize(
    "found",
    ["127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "172.16.0.1", "100.64.0.1", "0.0.0.0",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "224.0.0.1"],
)  # fmt: skip
def test_no_name_leads_inside(found):
    with pytest.raises(outgoing.NotOutside):
        outgoing.check("https://hooks.example/x", resolve=lambda _host, _port: ["93.184.216.34", found])


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example:x/"]
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(outgoing.NotOutside):
        outgoing.check(url, resolve=lambda _host, _port: ["93.184.216.34"])


def test_an_address_outside_may_be_called():
    assert (
        outgoing.check("https://a.example/", resolve=lambda _host, _port: ["93.184.216.34"])
        == "93.184.216.34"
    )
