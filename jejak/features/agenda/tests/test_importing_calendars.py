"""A calendar from its upload to meetings, and back."""

from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jejak.features.agenda.actions import meetings
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.ics import writing
from jejak.features.agenda.models import CalendarFile, Meeting
from jejak.features.agenda.tests.makers import make_dewi, make_meeting
from jejak.people.tests.makers import make_person
from jejak.staff import roles
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def dewi(client):
    user = make_dewi()
    client.force_login(user)
    return user


def invitation(*lines, method="REQUEST", sequence=0, status="CONFIRMED"):
    day = timezone.localdate().strftime("%Y%m%d")
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT", "UID:1@x.example",
            f"DTSTART;TZID=SE Asia Standard Time:{day}T100000", f"SEQUENCE:{sequence}", f"STATUS:{status}",
            "SUMMARY:Coffee", "ORGANIZER:mailto:siti@example.com", *lines, "END:VEVENT", "END:VCALENDAR", "",
        ]
    )  # fmt: skip


def upload(client, text):
    answer = client.post("/app/calendar/import/", {"file": SimpleUploadedFile("invite.ics", text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def verdicts(client, text):
    return [step.verdict for step in client.get(upload(client, text)).context["steps"]]


def take_in(client, text):
    address = upload(client, text)
    client.post(address)
    return address


def test_looking_changes_nothing_and_taking_in_does(client, dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    text = invitation(
        "ATTENDEE;CN=Siti;PARTSTAT=ACCEPTED:mailto:siti@example.com", "ATTENDEE:mailto:dewi@toko.example"
    )

    assert verdicts(client, text) == ["add"]
    assert not Meeting.objects.exists()
    take_in(client, text)

    meeting = Meeting.objects.get()
    assert (meeting.title, meeting.uid, meeting.owner) == ("Coffee", "1@x.example", dewi)
    asked = meeting.attendees.order_by("email").values_list("email", "user", "person", "answer")
    assert list(asked) == [
        ("dewi@toko.example", dewi.pk, None, "none"), ("siti@example.com", None, siti.pk, "accepted"),
    ]  # fmt: skip
    assert CalendarFile.objects.get(change__isnull=False).text == ""


def test_the_same_file_twice_changes_nothing(client, dewi):
    text = invitation("ATTENDEE:mailto:siti@example.com")
    take_in(client, text)
    assert verdicts(client, text) == ["same"]


def test_a_newer_one_changes_an_older_one_does_not_and_a_cancelled_one_calls_it_off(client, dewi):
    take_in(client, invitation(sequence=2))
    assert verdicts(client, invitation("LOCATION:Kopi Kita", sequence=1)) == ["older"]
    assert verdicts(client, invitation("LOCATION:Kopi Kita", sequence=3)) == ["change"]
    take_in(client, invitation("LOCATION:Kopi Kita", sequence=3))
    assert Meeting.objects.get().place == "Kopi Kita"
    take_in(client, invitation(method="CANCEL", sequence=4, status="CANCELLED"))
    assert Meeting.objects.get().state == "cancelled"


def test_an_import_is_undone_and_can_be_done_again(client, dewi):
    address = take_in(client, invitation())
    client.post(address, {"undo": "1"})
    assert not Meeting.objects.filter(archived_at=None).exists()
    take_in(client, invitation())
    assert Meeting.objects.get().archived_at is None


def test_an_answer_to_our_invitation_is_kept(client, dewi):
    meeting = make_meeting(owner=dewi)
    meetings.invite(meeting=meeting, guests=[Guest(email="siti@example.com")], by=dewi, now=timezone.now())
    reply = invitation("ATTENDEE;PARTSTAT=DECLINED:mailto:siti@example.com", method="REPLY").replace(
        "1@x.example", meeting.uid
    )

    assert verdicts(client, reply) == ["answer"]
    take_in(client, reply)

    assert meeting.attendees.get().answer == "declined"
    assert verdicts(client, invitation(method="REPLY")) == ["unknown"]


def test_what_we_write_is_what_we_read(client, dewi):
    meeting = make_meeting("Kopi; teh, dan \\ lain-lain", owner=dewi, place="Kopi Kita, Bandung", text="a\nb")
    text = writing.message(
        meeting,
        method="PUBLISH",
        zone=ZoneInfo("Asia/Jakarta"),
        now=timezone.now(),
        base_url="https://j.example",
    )

    assert "TZID:Asia/Jakarta" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    step = client.get(upload(client, text)).context["steps"][0]
    assert (step.verdict, step.changed) == ("same", ())


def test_somebody_elses_meeting_is_not_changed_by_its_uid(client, dewi):
    meeting = make_meeting(owner=dewi)
    client.force_login(make_staff("ayu", roles.SUPPORT, sees="own teams", teams=["shops"]))
    text = invitation("LOCATION:Elsewhere", sequence=9).replace("1@x.example", meeting.uid)
    assert verdicts(client, text) == ["out_of_reach"]
    take_in(client, text)
    meeting.refresh_from_db()
    assert meeting.place == ""


def test_what_was_held_stays_held(client, dewi):
    take_in(client, invitation())
    meetings.hold(meeting=Meeting.objects.get(), outcome="Good", by=dewi, now=timezone.now())
    take_in(client, invitation("LOCATION:Kopi Kita", sequence=1))
    assert (Meeting.objects.get().state, Meeting.objects.get().place) == ("held", "Kopi Kita")


@pytest.mark.parametrize(
    "given", [{}, {"text": "hello"}, {"text": "/etc/passwd"}, {"text": "BEGIN:VCALENDAR"}]
)
def test_rubbish_is_refused_beside_the_form(client, dewi, given):
    page = client.post("/app/calendar/import/", given)
    assert page.status_code == 422
    assert "jk-note--bad" in page.content.decode()


def test_nobody_sees_the_file_of_another(client, dewi):
    address = upload(client, invitation())
    client.force_login(make_staff("ayu", roles.SUPPORT))
    assert client.get(address).status_code == 404
