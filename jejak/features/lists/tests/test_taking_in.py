"""Files taken in and out: mapping, trial, import, refusals, undoing; CSV and vCard."""

import csv
import io

import pytest
from django.urls import reverse

from jejak.features.lists import vcards
from jejak.features.lists.tests.makers import make, take_in, try_out, upload
from jejak.people.models import Person
from jejak.records import kinds
from jejak.staff import roles
from jejak.staff.models import AuditEntry
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db

VEHICLES = """Plat nomor;Brand;Price
B 1 AYU;Toyota;Rp 250.000.000
F 2 BUDI;honda;300000000
D 3 SITI;Ferrari;1
"""


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_are_guessed_in_three_languages(client, lead):
    text = "Nama Lengkap,Surel,No HP,Pemilik\nSiti,siti@contoh.id,0812 3456 7890,ayu\n"
    assert upload(client, "person", "orang.csv", text).asked["columns"] == {
        "Nama Lengkap": "name",
        "Surel": "email",
        "No HP": "phone",
        "Pemilik": "owner",
    }


def test_a_trial_tells_what_would_happen_and_writes_nothing(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="honda")
    work = upload(client, "vehicle", "mobil.csv", VEHICLES)
    work = try_out(client, work, **{"column-0": "title", "key": "title"})
    assert work.told["trial"]["counts"] == {"changed": 1, "new": 1, "refused": 1}
    assert vehicle.rows().count() == 1


def test_an_import_makes_changes_refuses_and_is_undone(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="honda")
    work = take_in(client, "vehicle", "mobil.csv", VEHICLES, **{"column-0": "title", "key": "title"})
    assert {r.title: r.own for r in vehicle.rows()} == {
        "B 1 AYU": {"brand": "toyota", "price": 250_000_000},
        "F 2 BUDI": {"brand": "honda", "price": 300_000_000},
    }
    rejects = b"".join(
        client.get(reverse("lists:import_rejects", args=["vehicle", work.pk])).streaming_content
    )
    refused = list(csv.DictReader(io.StringIO(rejects.decode())))
    assert [(one["reject_line"], one["Plat nomor"]) for one in refused] == [("4", "D 3 SITI")]
    assert "Ferrari" in refused[0]["reject_reason"]

    client.post(reverse("lists:undo", args=["vehicle", work.change_id]))
    assert {r.title: r.own for r in vehicle.rows()} == {"B 1 AYU": {"brand": "honda"}}


def test_people_are_matched_by_email_and_empty_cells_erase_nothing(client, lead):
    make(kinds.kind("person"), "Siti", email="siti@contoh.id", phone="+6281234567890")
    text = "name,email,phone\nSiti Nurhaliza,SITI@contoh.id,\nBudi,budi@contoh.id,0813 1111 2222\n,,\n"
    work = take_in(client, "person", "people.csv", text)
    assert work.told["result"]["counts"] == {"changed": 1, "new": 1, "refused": 1}
    assert list(Person.objects.order_by("pk").values_list("name", "email", "phone")) == [
        ("Siti Nurhaliza", "siti@contoh.id", "+6281234567890"),
        ("Budi", "budi@contoh.id", "+6281311112222"),
    ]
    again = take_in(client, "person", "people.csv", text)
    assert again.told["result"]["counts"] == {"same": 2, "refused": 1}


@pytest.mark.parametrize(
    ("mode", "counts"), [("new", {"passed": 1, "new": 1}), ("update", {"changed": 1, "passed": 1})]
)
def test_only_new_or_only_those_there(client, lead, vehicle, mode, counts):
    make(vehicle, "B 1 AYU")
    text = "title,brand\nB 1 AYU,honda\nF 2 BUDI,honda\n"
    work = take_in(client, "vehicle", "a.csv", text, key="title", mode=mode)
    assert work.told["result"]["counts"] == counts


def test_the_same_key_twice_in_a_file_is_one_record(client, lead, vehicle):
    text = "title,brand\nB 1 AYU,honda\nb 1 ayu,toyota\n"
    work = take_in(client, "vehicle", "a.csv", text, key="title")
    assert work.told["result"]["counts"] == {"new": 1, "changed": 1}
    assert vehicle.rows().get().own == {"brand": "toyota"}


def test_a_file_that_cannot_be_read_is_told(client, lead):
    file = io.BytesIO(b"PK\x03\x04 no workbook")
    file.name = "broken.xlsx"
    page = client.post(reverse("lists:import", args=["person"]), {"file": file})
    assert page.status_code == 422
    assert "broken" in page.context["fault"] or "Excel" in page.context["fault"]


def test_somebody_else_s_file_is_not_there(client, lead):
    work = upload(client, "person", "people.csv", "name\nSiti\n")
    client.force_login(make_staff("rina", roles.MARKETING))
    assert client.get(reverse("lists:import_one", args=["person", work.pk])).status_code == 404


def test_csv_has_what_the_list_shows_and_no_formulas(client, lead, vehicle):
    make(vehicle, "=1+1", brand="toyota", price=5, tags="a,b")
    make(vehicle, "B 2", brand="honda")
    response = client.get(
        reverse("lists:csv", args=["vehicle"]) + "?where=brand~any_of~toyota&own=1&columns=all"
    )
    (row,) = rows_of(response)
    assert (row["title"], row["brand"], row["price"], row["tags"]) == ("'=1+1", "Toyota", "5", "a; b")
    assert AuditEntry.objects.get(verb="exported").detail["records"] == 1


def test_what_is_exported_can_be_taken_in_again(client, lead, vehicle):
    make(vehicle, "B 1 AYU", brand="toyota", price=2_500_000, owner=lead.pk)
    text = b"".join(client.get(reverse("lists:csv", args=["vehicle"]) + "?columns=all").streaming_content)
    work = take_in(client, "vehicle", "again.csv", text)
    assert work.asked["key"] == "id"
    assert work.told["result"]["counts"] == {"same": 1}


def test_an_analyst_gets_masked_people(client, lead):
    make(kinds.kind("person"), "Siti Nurhaliza", email="siti@contoh.id", phone="+6281234567890")
    client.force_login(make_staff("ana", roles.ANALYST))
    (row,) = rows_of(client.get(reverse("lists:csv", args=["person"])))
    assert (row["name"], row["email"], row["phone"]) == ("S. N.", "s…@contoh.id", "+62…90")
    card = b"".join(client.get(reverse("lists:vcf", args=["person"])).streaming_content).decode()
    assert "contoh" not in card


def test_support_exports_nothing(client):
    client.force_login(make_staff("dewi", roles.SUPPORT))
    assert client.get(reverse("lists:csv", args=["person"])).status_code != 200


DIRTY = (
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:N=C3=BCr;Siti;;;\r\n"
    "TEL;CELL;PREF:0812-3456-7890\r\nitem1.EMAIL;INTERNET:Siti@Contoh.id\r\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:satu=0D=0A=\r\ndua\r\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n SkZJRg\r\n\r\nEND:VCARD\r\n"
    "begin:vcard\nversion:4.0\nFN:Budi\n  Santoso\nTEL;VALUE=uri:tel:+62-813-1111-2222\n"
    "ORG:PT Maju\\, Tbk;Sales\nADR;TYPE=home:;;Jl. Melati 1;Bandung;;40111;Indonesia\nBDAY:19900102\nbroken line\nend:vcard\n"
)


def test_dirty_vcards_are_read():
    (_one, siti), (_line, budi) = vcards.read(DIRTY.encode().splitlines(keepends=True))
    assert (siti.name, siti.phones, siti.emails, siti.note) == (
        "Siti Nür",
        ["0812-3456-7890"],
        ["Siti@Contoh.id"],
        "satu\r\ndua",
    )
    assert (budi.name, budi.phones, budi.company) == ("Budi Santoso", ["+62-813-1111-2222"], "PT Maju, Tbk")
    assert (budi.address, budi.birthday, budi.faults) == (
        "Jl. Melati 1, Bandung, 40111, Indonesia",
        "1990-01-02",
        ["broken line"],
    )


def test_vcards_are_taken_in_and_out(client, lead):
    work = take_in(client, "person", "contacts.vcf", DIRTY)
    assert work.told["result"]["counts"] == {"new": 2}
    text = b"".join(client.get(reverse("lists:vcf", args=["person"])).streaming_content)
    cards = [card for _line, card in vcards.read(text.splitlines(keepends=True))]
    assert [(card.name, card.emails, card.phones) for card in cards] == [
        ("Siti Nür", ["siti@contoh.id"], ["+6281234567890"]),
        ("Budi Santoso", [], ["+6281311112222"]),
    ]


def test_a_card_comes_back_as_it_was():
    card = vcards.Card(
        name="Siti; Nur, haliza" * 8, emails=["a@b.id"], note="satu\ndua \\ tiga", birthday="1990-01-02"
    )
    text = vcards.written(card)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    ((_line, again),) = vcards.read(text.encode().splitlines(keepends=True))
    assert again == card
