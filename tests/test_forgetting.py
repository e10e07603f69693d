"""Somebody is forgotten: nothing of them is found any more, in any table, in the log, in any file."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from jejak import eventlog as the_log
from jejak.features.agenda.actions import meetings, notes
from jejak.features.agenda.actions.meetings import Guest
from jejak.features.agenda.tests.makers import make_meeting, make_task
from jejak.features.crm.tests.makers import belong, make_company, make_deal
from jejak.features.imports.models import Import
from jejak.people import consent, exporting, forgetting, merging, mirroring
from jejak.people.models import Handle, Person, Receipt, Suggestion
from jejak.people.whole import whole
from jejak.records import changing, kinds, own
from jejak.staff.models import AuditEntry, User
from jejak.touchpoints import definitions, inlet, understanding, worker
from jejak.touchpoints.inlet import Accepted
from jejak.touchpoints.models import Arrival, Refusal

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
NAMES = ("rahayuwati", "siti.rahayu@contoh.co.id", "81234567890", "812-3456-7890", "u-siti-77", "dev-siti-1")

pytestmark = pytest.mark.django_db(databases=["default", "inlet"], transaction=True)


@pytest.fixture(autouse=True)
def _fresh(eventlog: Any) -> None:
    understanding.forget_people()
    definitions.forget()


def accept(*messages: Any, source: str = "shop") -> None:
    body = b"[" + b",".join(m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages) + b"]"
    inlet.accept_now([Accepted(source=source, received_at=NOON, messages=len(messages), body=body)])


def send(*messages: Any) -> None:
    accept(*messages)
    worker.drain()


def siti_comes() -> Person:
    """Two trails, one known by e-mail only, merged by staff; touchpoints, a refusal, consent, a suggestion."""
    send(
        {
            "type": "identify",
            "userId": "u-siti-77",
            "anonymousId": "dev-siti-1",
            "traits": {"name": "Siti Rahayuwati", "phone": "0812-3456-7890"},
        },
        {"type": "track", "event": "Order Completed", "userId": "u-siti-77", "properties": {"total": 5}},
        {"type": "track", "event": "Email Opened", "handles": {"email": "siti.rahayu@contoh.co.id"}},
        {"type": "track", "event": 7, "userId": "u-siti-77"},
        {"type": "identify", "userId": "u-budi", "traits": {"name": "Budi Santoso"}},
    )
    siti, other, budi = (
        Handle.objects.get(value=value).person
        for value in ("u-siti-77", "siti.rahayu@contoh.co.id", "u-budi")
    )
    merging.merge(
        person=siti, other=other, rule="staff", evidence={"note": "Siti Rahayuwati"}, by=None, now=NOON
    )
    Suggestion.objects.create(
        person=siti,
        other=budi,
        rule="shared_phone",
        evidence={"shared": ["phone", "+6281234567890"]},
        suggested_at=NOON,
    )
    consent.say(
        person_id=siti.pk, purpose="marketing", channel="email", is_given=True, said_at=NOON, source="form",
        evidence="Siti Rahayuwati signed",
    )  # fmt: skip
    return siti


def forget(person: Person, **asked: Any) -> Receipt:
    known = whole(person.pk)
    assert known
    receipt = forgetting.ask(
        person=known, by=None, reason="Asked by letter", now=NOON, **({"suppress": False} | asked)
    )
    assert forgetting.run(receipt=receipt, now=NOON), receipt.trouble
    return receipt


def found_in_tables() -> list[str]:
    """Every cell of every table of ours that still holds one of the names."""
    found = []
    for alias in inlet.databases():
        for model in apps.get_models():
            if alias != "default" and model is not Arrival:
                continue
            for row in model._base_manager.using(alias).values():
                text = " ".join(
                    bytes(held).decode(errors="replace")
                    if isinstance(held, bytes | memoryview)
                    else str(held)
                    for held in row.values()
                ).lower()
                found += [f"{model._meta.label}: {name} in {text[:200]}" for name in NAMES if name in text]
    return found


def found_in_log() -> list[tuple[Any, ...]]:
    conditions = " OR ".join(f"position(lower(message), '{name}') > 0" for name in NAMES)
    held = the_log.ask(f"SELECT message_id, message FROM touchpoints WHERE {conditions}").rows
    told = "lower(concat(toString(texts), toString(lists)))"  # Not FINAL: what was written over counts, too.
    conditions = " OR ".join(f"position({told}, '{name}') > 0" for name in NAMES)
    return (
        held + the_log.ask(f"SELECT toString(person_id), toString(texts) FROM people WHERE {conditions}").rows
    )


def found_in_files() -> list[str]:
    found = []
    paths = [path for path in Path(settings.HOME).rglob("*") if path.is_file()]
    for path in paths:
        held = path.read_bytes().lower()
        found += [f"{path}: {name}" for name in NAMES if name.encode() in held]
    return found


def test_nothing_is_found_of_whoever_was_forgotten() -> None:
    siti = siti_comes()
    upload = Path(settings.HOME) / "imports" / "7" / "members.csv"
    upload.parent.mkdir(parents=True)
    upload.write_text("name,phone\nSiti Rahayuwati,0812 3456 7890\n")
    rejects = upload.parent.parent / "7.rejects.csv"
    rejects.write_text("line,row\n2,siti.rahayu@contoh.co.id\n3,budi@contoh.co.id\n")
    taken = Import.objects.create(
        file_name="members.csv", file_digest="d", path=str(upload), rejects_path=str(rejects), is_ours=True,
        mapping_name="m", mapping="", started_at=NOON, state=Import.State.DONE,
    )  # fmt: skip
    accept(
        {"type": "track", "event": "Waits", "userId": "u-siti-77"},
        {"type": "track", "event": "Waits", "userId": "u-budi"},
    )
    mirroring.follow(now=datetime.now(UTC))
    assert found_in_tables()
    assert len(found_in_log()) == 4  # Three touchpoints, and what is known of her beside them.
    assert found_in_files()

    receipt = forget(siti)

    assert found_in_tables() == []
    assert found_in_log() == []
    assert found_in_files() == []
    assert receipt.whom is None
    assert receipt.counts == {
        "waiting": 1, "imports": 2, "trails": 2, "refused": 1, "on_the_way": 0, "log": 3,
        **{key: 0 for key in receipt.counts if key not in {"waiting", "imports", "trails", "refused", "log"}},
    }  # fmt: skip
    assert not upload.exists()
    assert rejects.read_text().splitlines() == ["line,row", "3,budi@contoh.co.id"]
    taken.refresh_from_db()
    assert taken.path == ""

    worker.drain()  # What Budi sent beside it is still there.
    assert the_log.ask("SELECT name FROM touchpoints ORDER BY name").rows == [("Identified",), ("Waits",)]
    assert [str(person) for person in Person.objects.all()] == ["Budi Santoso"]


def hang_on(siti: Person, dewi: User) -> dict[str, Any]:
    """A deal, what hangs on it, an own record, a meeting with others, and notes on her company: all name her."""
    toko = make_company("Toko Siti Jaya")
    belong(toko, siti)
    named = "Siti Rahayuwati (0812-3456-7890, siti.rahayu@contoh.co.id)"
    deal = make_deal(f"Chairs for {named} of Toko Siti Jaya", person=siti, company=toko, source="Rahayuwati")
    changing.change(
        kind=kinds.kind("deal"), record=deal, values={"tags": ["via Rahayuwati"]}, by=dewi, now=NOON
    )
    on: dict[str, Any] = {"about_kind": "deal", "about_id": deal.pk, "by": dewi}
    task = make_task("Call Rahayuwati", text=f"Ask {named}", **on)
    note = notes.write(text="Rahayuwati wants blue ones", now=NOON, **on)
    notes.change(note=note, text="RAHAYUWATI wants green ones", by=dewi, now=NOON)
    fair = make_meeting("Fair with Siti Rahayuwati and Budi", text=named)
    guests = [Guest(person_id=siti.pk), Guest(email="budi@contoh.co.id", name="Budi")]
    meetings.invite(meeting=fair, guests=guests, by=None, now=NOON)
    of_company = notes.write(
        text="Siti Rahayuwati left; Siti Aminah took over",
        about_kind="company",
        about_id=toko.pk,
        by=dewi,
        now=NOON,
    )
    own.declare_object(name="Vehicle", plural="Vehicles", now=NOON)
    vehicle = changing.make(
        kind=kinds.kind("vehicle"), values={"title": "Rahayuwati's van", "person": siti.pk}, by=dewi, now=NOON
    )
    AuditEntry.objects.create(at=NOON, verb="saw", kind="deal", record_id=str(deal.pk), title=deal.title)
    return {
        "deal": deal,
        "task": task,
        "note": note,
        "fair": fair,
        "of_company": of_company,
        "vehicle": vehicle,
    }


def test_what_hung_on_them_stays_without_their_name() -> None:
    siti, dewi = siti_comes(), User.objects.create_superuser("dewi")
    held = hang_on(siti, dewi)
    worker.drain()
    known = whole(siti.pk)
    assert known
    previewed = {part.key: count for part, count in forgetting.preview(known, now=NOON)}

    receipt = forget(siti)

    assert found_in_tables() == []
    assert found_in_log() == []
    names = {"names_in_deals": 1, "names_in_agenda": 4, "names_in_records": 1}
    assert {key: receipt.counts[key] for key in names} == names
    assert {key: previewed[key] for key in names} == names
    for row in held.values():
        row.refresh_from_db()
    assert held["deal"].title == "Chairs for — (—) of Toko Siti Jaya"
    assert (held["deal"].source, held["deal"].tags, held["deal"].person) == ("—", ["via —"], None)
    assert (held["task"].title, held["task"].text) == ("Call —", "Ask — (—)")
    assert [held["note"].text, *held["note"].versions.values_list("text", flat=True)] == [
        "— wants green ones",
        "— wants blue ones",
    ]
    assert held["fair"].title == "Fair with — and Budi"
    assert held["of_company"].text == "— left; Siti Aminah took over"
    assert (held["vehicle"].title, held["vehicle"].person) == ("—'s van", None)
    assert AuditEntry.objects.get(kind="deal").title == ""


def test_a_part_that_takes_names_out_finds_nothing_the_second_time() -> None:
    siti, dewi = siti_comes(), User.objects.create_superuser("dewi")
    hang_on(siti, dewi)
    known = whole(siti.pk)
    assert known
    taking = [part for part in forgetting.parts() if part.order == forgetting.NAMES]
    assert sorted(part.take(forgetting.whom(known.trail_ids, now=NOON)) for part in taking) == [1, 1, 4]
    assert sorted(part.take(forgetting.whom(known.trail_ids, now=NOON)) for part in taking) == [0, 0, 0]


def test_the_receipt_proves_who_was_meant_without_saying_it() -> None:
    receipt = forget(siti_comes())
    assert forgetting.proves(receipt, ("email", "siti.rahayu@contoh.co.id"))
    assert forgetting.proves(receipt, ("phone", "+6281234567890"))
    assert not forgetting.proves(receipt, ("email", "budi@contoh.co.id"))


def test_who_comes_back_is_a_new_person() -> None:
    siti = siti_comes()
    forget(siti)
    send({"type": "track", "event": "Order Completed", "userId": "u-siti-77"})
    back = Handle.objects.get(value="u-siti-77").person
    assert back.pk != siti.pk
    assert the_log.ask("SELECT DISTINCT trail_id FROM touchpoints WHERE name = 'Order Completed'").rows == [
        (back.pk,)
    ]


def test_who_may_not_come_back_is_refused_and_not_kept() -> None:
    forget(siti_comes(), suppress=True)
    send(
        {"type": "identify", "userId": "u-siti-77", "traits": {"name": "Siti Rahayuwati"}},
        {"type": "track", "event": "Order Completed", "anonymousId": "dev-siti-1"},
        {"type": "track", "event": "Order Completed", "userId": "u-budi"},
    )
    assert the_log.ask("SELECT name FROM touchpoints ORDER BY name").rows == [
        ("Identified",),
        ("Order Completed",),
    ]
    assert list(Refusal.objects.values_list("reason", flat=True)) == ["forgotten", "forgotten"]
    assert found_in_tables() == []


def test_what_was_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    siti = siti_comes()
    known = whole(siti.pk)
    assert known
    receipt = forgetting.ask(person=known, by=None, reason="", suppress=False, now=NOON)
    with pytest.raises(forgetting.AlreadyAsked):
        forgetting.ask(person=known, by=None, reason="", suppress=False, now=NOON)

    def away(_trails: Any) -> None:
        raise the_log.Away("The log is held elsewhere.")

    with monkeypatch.context() as patched:
        patched.setattr(the_log, "forget", away)
        assert not forgetting.run(receipt=receipt, now=NOON)
    assert "held elsewhere" in forgetting.unfinished()[0].trouble
    assert found_in_log()

    (left,) = forgetting.unfinished()
    assert forgetting.run(receipt=left, now=NOON)
    assert forgetting.unfinished() == []
    assert found_in_log() == []
    assert found_in_tables() == []


def test_the_preview_counts_what_would_go() -> None:
    siti = siti_comes()
    known = whole(siti.pk)
    assert known
    counted = {part.key: count for part, count in forgetting.preview(known, now=NOON)}
    assert (counted["trails"], counted["log"], counted["refused"], counted["waiting"]) == (2, 3, 1, 0)


def test_an_export_holds_everything() -> None:
    known = whole(siti_comes().pk)
    assert known
    held = json.loads(exporting.text(exporting.everything(known)))
    assert {trail["name"] for trail in held["trails"]} == {"Siti Rahayuwati", ""}
    assert {one["value"] for one in held["handles"]} == {
        "u-siti-77", "dev-siti-1", "+6281234567890", "siti.rahayu@contoh.co.id"
    }  # fmt: skip
    assert held["consents"][0]["evidence"] == "Siti Rahayuwati signed"
    assert held["merges"][0]["rule"] == "staff"
    assert held["suggestions"][0]["rule"] == "shared_phone"
    assert [one["name"] for one in exporting.touchpoints(known)].count("Order Completed") == 1


def test_free_pages_hold_nothing_of_what_was_deleted() -> None:
    if connections["default"].vendor != "sqlite":
        pytest.skip("SQLite's file")
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone()[0] == 2
