"""A person's tasks, notes and meetings: taken along when they ask, gone when they want to be forgotten; the demo's too."""

from collections import Counter
from datetime import timedelta

import pytest

from jejak.features.agenda.actions import meetings, notes
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.demo import Agenda
from jejak.features.agenda.models import Attendee, Meeting, Note, Task
from jejak.features.agenda.tests.makers import HOUR, NOON, make_dewi, make_meeting, make_task
from jejak.people import exporting, forgetting
from jejak.people.tests.makers import make_person
from jejak.people.whole import whole
from jejak.records.models import ChangedRecord
from jejak.touchpoints import demo
from jejak.touchpoints.models import Arrival

pytestmark = pytest.mark.django_db


def a_life(dewi):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    about = {"about_kind": "person", "about_id": siti.pk}
    make_task("Call Siti", owner=dewi, **about)
    note = notes.write(text="Likes tea", by=dewi, now=NOON, **about)
    notes.change(note=note, text="Likes coffee", by=dewi, now=NOON)
    make_meeting("Coffee with Siti", **about)
    fair = make_meeting("Fair")
    guests = [Guest(email="siti@example.com"), Guest(email="budi@example.com")]
    meetings.invite(meeting=fair, guests=guests, by=dewi, now=NOON)
    return siti


def test_all_of_it_is_exported():
    siti = a_life(make_dewi())
    told = exporting.everything(whole(siti.pk))["agenda"]
    assert [task["title"] for task in told["tasks"]] == ["Call Siti"]
    assert [(one["text"], one["before"][0]["text"]) for one in told["notes"]] == [
        ("Likes coffee", "Likes tea")
    ]
    assert [one["title"] for one in told["meetings"]] == ["Coffee with Siti", "Fair"]


def test_all_of_it_is_forgotten_and_what_is_of_others_stays():
    dewi = make_dewi()
    siti = a_life(dewi)
    make_task("Call Budi", owner=dewi)
    part = next(one for one in forgetting.parts() if one.key == "agenda")
    who = forgetting.whom([siti.pk], now=NOON)

    assert part.count(who) == 3
    assert part.take(who) == 3
    assert part.take(who) == 0

    assert list(Task.objects.values_list("title", flat=True)) == ["Call Budi"]
    assert list(Meeting.objects.values_list("title", flat=True)) == ["Fair"]
    assert list(Attendee.objects.values_list("email", flat=True)) == ["budi@example.com"]
    assert not Note.objects.exists()
    assert "Siti" not in str(list(ChangedRecord.objects.values("before", "after")))


def world(people):
    made = [
        demo.DemoPerson(
            number=number, user_id=f"demo-{number}", person_id=person.pk, name=person.name, language=language,
            country="ID", city="Bandung", email=f"{number}@example.com", phone="", greeted_as=person.name,
            company_key="", role="", joined_at=NOON - timedelta(days=300), left_at=None, orders=1, spent=1.0,
        )
        for number, (person, language) in enumerate(zip(people, ("id", "ms", "en"), strict=True))
    ]  # fmt: skip
    return demo.World(
        seed=7, brand="Balairona", start=NOON - timedelta(days=400), now=NOON, people=made, companies=[], staff=[],
        stores=[], products=[], incidents=[],
    )  # fmt: skip


def test_the_demo_has_an_agenda_and_leaves_nothing():
    dewi = make_dewi()
    people = [make_person(name, is_sample=True) for name in ("Siti", "Aisyah", "Grace")]
    kept = make_task("My own", owner=dewi)

    def told():
        Agenda().fill(world(people), now=NOON, progress=lambda done, total: None)
        texts = [
            *Task.objects.filter(is_sample=True).order_by("pk").values_list("title", flat=True),
            *Note.objects.order_by("pk").values_list("text", flat=True),
            *Meeting.objects.order_by("pk").values_list("title", flat=True),
        ]
        Agenda().remove(world(people), now=NOON)
        return texts

    first, second = told(), told()

    assert first == second
    assert not [text for text in first if "{" in text]
    assert list(Task.objects.all()) == [kept]
    assert not Meeting.objects.exists()
    assert not Note.objects.exists()


def test_the_demo_gives_whoever_tries_it_something_to_do():
    dewi = make_dewi()
    people = [make_person(name, is_sample=True) for name in ("Siti", "Aisyah", "Grace")]
    Agenda().fill(world(people), now=NOON, progress=lambda done, total: None)
    assert Task.objects.filter(owner=dewi, done_at=None).count() > 10


def test_trails_tell_of_the_demos_tasks_and_meetings_and_wishes_are_tasks():
    dewi = make_dewi()
    people = [make_person(name, is_sample=True) for name in ("Siti", "Aisyah", "Grace")]
    made = world(people)
    wish = demo.DemoWish(
        title="Answer Siti", person=made.people[0], owner_id=dewi.pk, made_at=NOON - 3 * HOUR,
        due_at=NOON - 2 * HOUR, done_at=NOON - HOUR,
    )  # fmt: skip
    made.wish(wish)

    Agenda().fill(made, now=NOON, progress=lambda done, total: None)

    told = Counter(message["event"] for message in made.messages)
    done, held = Task.objects.exclude(done_at=None), Meeting.objects.filter(state="held")
    assert told == {
        "Task Assigned": Task.objects.filter(owner=dewi).count(),
        "Task Completed": done.count(),
        "Meeting Planned": Meeting.objects.count(),
        "Meeting Held": held.exclude(kind="call").count(),
        "Call Made": held.filter(kind="call").count(),
    }
    answered = Task.objects.get(title="Answer Siti")
    (fact,) = (
        one["properties"]
        for one in made.messages
        if one["event"] == "Task Completed" and one["properties"]["task_id"] == answered.pk
    )
    assert (fact["by"], fact["late_hours"], answered.done_by) == ("dewi", 1.0, dewi)
    assert all(made.start < message["timestamp"] <= NOON for message in made.messages)
    assert not Arrival.objects.exists()  # The demo itself accepts what its parts tell.
