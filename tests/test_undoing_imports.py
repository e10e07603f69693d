"""A file was taken in by mistake: undoing leaves the install as before, but never what was touched since."""

import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import reverse

from jejak import eventlog as the_log
from jejak.audiences.models import Audience
from jejak.features.agenda.actions import notes, tasks
from jejak.features.crm.actions import companies
from jejak.features.lists import background, works
from jejak.features.lists.models import Work
from jejak.features.lists.tests.makers import take_in, work_off
from jejak.features.quality.models import Finding, Standing
from jejak.people import consent, merging, mirroring, resolving, search
from jejak.people.models import Company, Handle, Link, NameWord, Person, Suggestion
from jejak.people.whole import whole
from jejak.records import changing, kinds, own, unmaking_people
from jejak.records.models import Change, ChangedRecord
from jejak.staff import roles
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff
from jejak.touchpoints import definitions, inlet, telling, understanding, worker
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
FILE = "name,email,phone,tags\nSiti Rahayuwati,siti.r@contoh.id,0812 3456 7890,VIP\nBudi Santoso,budi@contoh.id,,\n"
NAMES = ("rahayuwati", "siti.r@", "81234567890")

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)


@pytest.fixture(autouse=True)
def _fresh(eventlog: Any, monkeypatch: Any, settings: Any, tmp_path: Any) -> None:
    understanding.forget_people()
    definitions.forget()
    monkeypatch.setattr(background, "wake", lambda: None)
    settings.HOME = tmp_path


@pytest.fixture
def lead(client: Any) -> Any:
    user = make_staff("ayu", roles.LEAD)
    client.force_login(user)
    return user


def taken_in(client: Any, kind: str = "person", text: str = FILE, **said: Any) -> Work:
    work = take_in(client, kind, "people.csv", text, **said)
    assert work.state == Work.State.DONE, work.error
    worker.drain()
    return work


def undo(client: Any, work: Work) -> Any:
    """Press Undo, and return the page that one comes to, in words."""
    page = client.post(reverse("lists:undo", args=[work.kind, work.change_id]), follow=True)
    return " ".join(page.content.decode().split())


def accept(*messages: Any) -> None:
    body = json.dumps(messages).encode()
    inlet.accept_now([Accepted(source="shop", received_at=NOON, messages=len(messages), body=body)])


def names() -> list[str]:
    return sorted(Person.objects.values_list("name", flat=True))


def logged() -> list[tuple[str, str]]:
    return the_log.ask("SELECT name, source FROM touchpoints ORDER BY name, source").rows


def mirrored() -> list[tuple[int]]:
    return the_log.ask("SELECT person_id FROM people FINAL ORDER BY person_id").rows


def found_in_tables() -> list[str]:
    """Every cell of every table that still holds something of Siti."""
    found = []
    for model in apps.get_models():
        for row in model._base_manager.values():
            text = " ".join(
                bytes(held).decode() if isinstance(held, bytes | memoryview) else str(held)
                for held in row.values()
            ).lower()
            found += [f"{model._meta.label}: {text[:200]}" for name in NAMES if name in text]
    return found


def test_people_whom_an_import_made_are_gone_from_every_table_and_from_the_log(client, lead):
    there = changing.make(
        kind=kinds.kind("person"), values={"name": "Budi", "email": "budi@contoh.id"}, by=lead, now=NOON
    )
    work = taken_in(client)
    siti = Person.objects.get(name="Siti Rahayuwati")
    client.get(reverse("profiles:person", args=[siti.pk]))
    Finding.objects.create(kind="person", record_id=siti.pk, rule="no_city", points=5, found_at=NOON)
    Standing.objects.create(kind="person", record_id=siti.pk, score=95)
    Suggestion.objects.create(person=there, other=siti, rule="likeness", suggested_at=NOON)
    mirroring.follow(now=datetime.now(UTC))
    assert found_in_tables()
    assert mirrored() == [(there.pk,), (siti.pk,)]

    page = undo(client, work)

    assert "2 records are as they were before." in page
    assert names() == ["Budi"]
    assert found_in_tables() == []
    mirroring.follow(now=datetime.now(UTC))
    assert mirrored() == [(there.pk,)]
    assert {model for model in (Link, Suggestion, Finding, Standing) if model.objects.exists()} == set()
    assert not Handle.objects.exclude(person=there).exists()
    assert not NameWord.objects.exclude(person=there).exists()
    assert the_log.ask(
        "SELECT count() FROM touchpoints WHERE trail_id = {siti:UInt64}", siti=siti.pk
    ).rows == [(0,)]
    assert search.search("rahayuwati") == search.search("siti.r@contoh.id") == []
    assert AuditEntry.objects.get(verb="undid").detail == {"change": work.change_id, "records": 2}
    change = client.get(reverse("lists:change", args=["person", work.change_id]))
    assert (change.context["taken"], [row["title"] for row in change.context["shown"]]) == (1, ["Budi"])


def test_the_same_file_is_taken_in_again_as_if_it_were_the_first_time(client, lead):
    for _time in range(2):
        work = taken_in(client)
        assert work.told["result"]["counts"] == {"new": 2}
        assert logged() == [("Identified", "staff")] * 2
        undo(client, work)
        assert (names(), logged(), Handle.objects.count()) == ([], [], 0)


def _note(siti, by):
    notes.write(text="Called", about_kind="person", about_id=siti.pk, by=by, now=NOON)


def _task(siti, by):
    tasks.add(title="Call", about_kind="person", about_id=siti.pk, owner=by, by=by, now=NOON)


def _consent(siti, by):
    consent.say(
        person_id=siti.pk, purpose="marketing", channel="email", is_given=True, said_at=NOON, source="form"
    )


def _deal(siti, by):
    changing.make(kind=kinds.kind("deal"), values={"title": "Kiosk", "person": siti.pk}, by=by, now=NOON)


def _company(siti, by):
    toko = changing.make(kind=kinds.kind("company"), values={"name": "Toko"}, by=by, now=NOON)
    companies.join(company=toko, person=siti, role="", is_primary=False, now=NOON)


def _edited(siti, by):
    changing.change(kind=kinds.kind("person"), record=siti, values={"name": "Siti R."}, by=by, now=NOON)


def _edited_and_back(siti, by):
    _edited(siti, by)
    siti.refresh_from_db()
    changing.change(
        kind=kinds.kind("person"), record=siti, values={"name": "Siti Rahayuwati"}, by=by, now=NOON
    )


def _given_away(siti, by):
    Person.objects.filter(pk=siti.pk).update(owner=by)


def _merged(siti, by):
    budi = Person.objects.get(name="Budi Santoso")
    merging.merge(person=siti, other=budi, rule="staff", evidence={}, by=by, now=NOON)


def _merged_and_parted(siti, by):
    _merged(siti, by)
    merging.unmerge(merge=apps.get_model("people.Merge").objects.get(), by=by, now=NOON)


def _decided(siti, by):
    budi = Person.objects.get(name="Budi Santoso")
    Suggestion.objects.create(
        person=siti, other=budi, rule="likeness", suggested_at=NOON, decided_at=NOON, decision="two"
    )


def _seen(siti, by):
    accept({"type": "track", "event": "Order Completed", "handles": {"email": "siti.r@contoh.id"}})
    worker.drain()


def _recognised(siti, by):
    accept({"type": "identify", "userId": "u-7", "traits": {"email": "siti.r@contoh.id"}})
    worker.drain()


def _waits(siti, by):
    accept({"type": "track", "event": "Order Completed", "handles": {"email": "siti.r@contoh.id"}})


def _linked(siti, by):
    own.declare_object(name="Vehicle", plural="Vehicles", title_label="Plate", now=NOON)
    own.declare_field(kind=kinds.kind("vehicle"), label="Driver", type="record", links_to="person", now=NOON)
    changing.make(kind=kinds.kind("vehicle"), values={"title": "B 1", "driver": siti.pk}, by=by, now=NOON)


def _listed(siti, by):
    friends = Audience.objects.create(
        key="friends", name="Friends", kind="static", made_at=NOON, changed_at=NOON
    )
    the_log.write_memberships(friends.pk, [(siti.pk, NOON, None)], version=1)


def _put_aside(siti, by):
    Finding.objects.create(
        kind="person", record_id=siti.pk, rule="no_city", points=5, found_at=NOON, dismissed_at=NOON
    )


@pytest.mark.parametrize(
    ("touch", "why"),
    [
        (_note, "notes"),
        (_task, "tasks"),
        (_consent, "It has: consents."),
        (_deal, "deals"),
        (_company, "memberships"),
        (_edited, "It was changed since."),
        (_edited_and_back, "It was changed since."),
        (_given_away, "It was changed since."),
        (_merged, "They were merged with somebody."),
        (_merged_and_parted, "They were merged with somebody."),
        (_decided, "Staff decided whether they are somebody else."),
        (_seen, "There are touchpoints since."),
        (_recognised, "They are recognised by more than was said then."),
        (_waits, "A touchpoint is on its way."),
        (_linked, "A field of another record leads to it."),
        (_listed, "It has: audiences."),
        (_put_aside, "findings that staff put aside"),
    ],
)
def test_who_was_touched_since_stays_and_the_page_says_why(client, lead, touch, why):
    work = taken_in(client)
    siti = Person.objects.get(name="Siti Rahayuwati")
    touch(siti, lead)
    if touch is not _waits:
        worker.drain()
    handles = set(siti.handles.values_list("kind", "value"))

    page = undo(client, work)

    assert Person.objects.filter(pk=siti.pk).exists()
    assert set(siti.handles.values_list("kind", "value")) == handles
    assert why in page
    assert Person.objects.filter(name="Budi Santoso").exists() == (
        touch in {_merged, _merged_and_parted, _decided}
    )
    worker.drain()
    assert ("Identified", "staff") in logged()


def test_what_was_changed_since_and_undone_is_as_if_it_never_was(client, lead):
    work = taken_in(client)
    again = taken_in(
        client,
        text=FILE.replace("Rahayuwati", "R.").replace("budi@contoh.id,,", "budi@contoh.id,081311112222,"),
    )
    assert again.told["result"]["counts"] == {"changed": 2}
    undo(client, again)
    worker.drain()
    undo(client, work)
    assert (names(), Handle.objects.count(), logged()) == ([], 0, [])


def test_a_row_that_changes_whom_an_earlier_row_made_is_no_touch(client, lead):
    text = "name,email\nSiti,siti.r@contoh.id\nSiti Rahayuwati,siti.r@contoh.id\n"
    work = taken_in(client, text=text)
    assert work.told["result"]["counts"] == {"new": 1, "changed": 1}
    undo(client, work)
    assert (names(), logged()) == ([], [])


def test_a_person_made_by_hand_goes_by_undoing(client, lead):
    changing.make(kind=kinds.kind("person"), values={"name": "Siti"}, by=lead, now=NOON)
    worker.drain()
    client.post(reverse("lists:undo", args=["person", Change.objects.get().pk]))
    assert (names(), logged()) == ([], [])


def test_a_touchpoint_that_arrives_afterwards_begins_a_new_person(client, lead):
    work = taken_in(client)
    siti = Person.objects.get(name="Siti Rahayuwati")
    _seen(Person.objects.get(name="Budi Santoso"), lead)  # The worker remembers whose her e-mail was.
    client.post(reverse("lists:undo", args=["person", work.change_id]))
    assert Person.objects.get().pk == siti.pk

    understanding.forget_people()
    budi = "budi@contoh.id"
    accept({"type": "track", "event": "Order Completed", "handles": {"email": budi}})
    worker.drain()
    assert Handle.objects.get(value=budi).person_id not in {siti.pk, None}


def test_the_worker_does_not_remember_whom_undoing_took_away(client, lead):
    work = taken_in(client)  # It has just resolved their handles.
    before = set(Person.objects.values_list("pk", flat=True))
    undo(client, work)
    accept({"type": "track", "event": "Order Completed", "handles": {"email": "budi@contoh.id"}})
    worker.drain()
    (budi,) = Person.objects.values_list("pk", flat=True)
    assert budi not in before
    assert the_log.ask("SELECT DISTINCT trail_id FROM touchpoints").rows == [(budi,)]


def test_a_batch_on_its_way_to_the_log_finds_its_person_still_there(client, lead):
    work = taken_in(client)
    siti = Person.objects.get(name="Siti Rahayuwati")
    _waits(siti, lead)
    done = understanding.understand(worker._wanted())
    page = undo(client, work)
    assert "A touchpoint is on its way." in page
    telling.tell(done)
    assert the_log.ask("SELECT trail_id FROM touchpoints WHERE kind = 'track'").rows == [(siti.pk,)]
    assert names() == ["Siti Rahayuwati"]


def test_nobody_is_recognised_while_somebody_is_taken_away():
    order = []

    def recognise():
        with transaction.atomic():
            resolving.Resolver().begin()
            order.append("recognised")
        connection.close()

    other = threading.Thread(target=recognise)
    with transaction.atomic():
        resolving.alone()
        other.start()
        other.join(0.5)
        order.append("taken away")
    other.join()
    assert order == ["taken away", "recognised"]


def test_what_was_just_taken_in_is_waited_for(client, lead, monkeypatch):
    work = take_in(client, "person", "people.csv", FILE)  # And nobody has worked it off yet.
    monkeypatch.setattr(unmaking_people, "_LONGEST_WAIT_SECONDS", 0.0)
    assert "waits for the log" in undo(client, work)
    assert len(names()) == 2

    monkeypatch.setattr(unmaking_people, "_LONGEST_WAIT_SECONDS", 15.0)
    monkeypatch.setattr(unmaking_people.time, "sleep", lambda _seconds: worker.drain())
    undo(client, work)
    assert (names(), logged()) == ([], [])


def test_undoing_twice_is_undoing_once(client, lead):
    work = taken_in(client)
    undo(client, work)
    assert "It was undone before." in undo(client, work)


def test_an_import_that_still_runs_is_not_undone(client, lead):
    work = taken_in(client)
    Work.objects.filter(pk=work.pk).update(state=Work.State.RUNNING)
    assert "It is not finished yet." in undo(client, work)
    assert len(names()) == 2


@pytest.mark.parametrize("where", ["between two pieces", "before the log"])
def test_undoing_that_was_killed_goes_on_where_it_was(client, lead, monkeypatch, where):
    monkeypatch.setattr(works, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(changing, "_PIECE", 1)
    work = taken_in(client, text=FILE + "Ayu,ayu@contoh.id,,\n")
    _note(Person.objects.get(name="Ayu"), lead)

    class Killed(BaseException):
        pass

    def killed(*_given):
        raise Killed

    with monkeypatch.context() as patched:
        if where == "before the log":
            patched.setattr(the_log, "forget", killed)
        else:
            take, calls = unmaking_people.People.take, []

            def third(self, made, *, now):
                calls.append(made)
                return take(self, made, now=now) if len(calls) < 3 else killed()

            patched.setattr(unmaking_people.People, "take", third)
        undo(client, work)
        with pytest.raises(Killed):
            work_off()
    background.clear()
    left = names()
    assert left == (["Ayu"] if where == "before the log" else ["Ayu", "Siti Rahayuwati"])
    assert len(logged()) == 3
    undoing = Work.objects.get(do=Work.UNDO)
    page = client.get(reverse("lists:work", args=["person", undoing.pk])).content.decode()
    assert reverse("lists:undo", args=["person", work.change_id]) in page

    undo(client, work)
    work_off()

    last = Work.objects.latest("pk")
    assert (last.state, last.told["restored"], last.told["kept_number"]) == (Work.State.DONE, 2, 1)
    assert (names(), logged()) == (["Ayu"], [("Identified", "staff")])
    assert Change.objects.get(pk=work.change_id).undone_by == lead


def test_nothing_is_half_undone_while_the_log_is_away(client, lead, monkeypatch):
    work = taken_in(client)

    def away(*_given, **_values):
        raise the_log.Away("no")

    with monkeypatch.context() as patched:
        patched.setattr(the_log, "ask", away)
        assert "The log does not answer just now" in undo(client, work)
    assert len(names()) == 2
    assert not ChangedRecord.objects.exclude(undone="").exists()
    undo(client, work)
    assert names() == []


def test_two_presses_of_undo_are_one_piece_of_work(client, lead, monkeypatch):
    monkeypatch.setattr(works, "MOST_AT_ONCE", 1)
    work = taken_in(client)
    undo(client, work)
    undo(client, work)
    assert Work.objects.filter(do=Work.UNDO).count() == 1
    work_off()
    assert AuditEntry.objects.get(verb="undid").detail["records"] == 2


def test_companies_go_with_those_below_them_and_stay_where_somebody_touched_them(client, lead):
    text = "name,parent\nInduk,\nAnak,Induk\nLain,\nCucu,Lain\n"
    work = take_in(client, "company", "companies.csv", text, key="")
    assert work.told["result"]["counts"] == {"new": 4}
    cucu = Company.objects.get(name="Cucu")
    tasks.add(title="Call", about_kind="company", about_id=cucu.pk, owner=lead, by=lead, now=NOON)

    page = undo(client, work)

    assert sorted(Company.objects.values_list("name", flat=True)) == ["Cucu", "Lain"]
    assert "It has: tasks, notes and meetings." in page
    assert "It has: companies." in page


@pytest.mark.parametrize("touch", ["member", "deal", "field", "sender", "nothing"])
def test_a_company_that_was_touched_stays(client, lead, touch):
    siti = changing.make(kind=kinds.kind("person"), values={"name": "Siti"}, by=lead, now=NOON)
    work = take_in(client, "company", "companies.csv", "name,tags\nToko,lama\n")
    toko = Company.objects.get()
    if touch == "member":
        companies.join(company=toko, person=siti, role="", is_primary=False, now=NOON)
    elif touch == "deal":
        changing.make(
            kind=kinds.kind("deal"), values={"title": "Kiosk", "company": toko.pk}, by=lead, now=NOON
        )
    elif touch == "field":
        changing.change(
            kind=kinds.kind("company"), record=toko, values={"domain": "toko.id"}, by=lead, now=NOON
        )
    elif touch == "sender":
        accept({"type": "group", "userId": "u-1", "groupId": toko.key, "traits": {"plan": "gold"}})
        worker.drain()
        apps.get_model("people.Membership").objects.all().delete()
    undo(client, work)
    assert Company.objects.exists() == (touch != "nothing")


def test_whoever_stays_is_whole(client, lead):
    work = taken_in(client)
    siti = Person.objects.get(name="Siti Rahayuwati")
    _note(siti, lead)
    undo(client, work)
    assert (whole(siti.pk).title, whole(siti.pk).tags) == ("Siti Rahayuwati", ["VIP"])
    assert Arrival.objects.count() == 0
