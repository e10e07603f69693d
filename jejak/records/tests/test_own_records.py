"""Own objects and own fields: from the declaration to lists, filters, changes and their undoing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from jejak.records import changing, filtering, kinds, listing, own
from jejak.records.changing import BadValues, ChangedMeanwhile, UndoneAlready
from jejak.records.filtering import BadCondition, Condition
from jejak.records.listing import Asked
from jejak.records.models import OwnRecord

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def vehicle():
    own.declare_object(name="Vehicle", plural="Vehicles", title_label="Plate", now=NOON)
    kind = kinds.kind("vehicle")
    own.declare_field(
        kind=kind, label="Brand", type="choice", choices=[("toyota", "Toyota"), ("honda", "Honda")], now=NOON
    )
    own.declare_field(kind=kind, label="Price", type="money", currency="IDR", now=NOON)
    own.declare_field(kind=kind, label="Bought on", type="date", now=NOON)
    own.declare_field(kind=kind, label="Insured", type="flag", now=NOON)
    own.declare_field(kind=kind, label="Colour", type="text", now=NOON)
    return kinds.kind("vehicle")


def make(kind, title, **values):
    return changing.make(kind=kind, values={"title": title} | values, by=None, now=NOON)


def asked(kind, *where, sort="", after="", limit=50, q=""):
    list_ = Asked(where=tuple(filtering.parse(where)), q=q, sort=sort)
    return listing.piece(kind, list_, rows=kind.rows(), me=None, now=NOON, after=after, limit=limit)


def titles(piece):
    return [record.title for record in piece.records]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("brand~any_of~toyota", ["B 1 AYU", "D 3 SITI"]),
        ("brand~none_of~toyota", ["F 2 BUDI", "KL 4 MEI"]),
        ("brand~empty", ["KL 4 MEI"]),
        ("price~at_least~200.000.000", ["B 1 AYU", "F 2 BUDI"]),
        ("price~between~100000000|250000000", ["B 1 AYU", "D 3 SITI"]),
        ("price~empty", ["KL 4 MEI"]),
        ("bought_on~before~2026-01-01", ["D 3 SITI"]),
        ("bought_on~last_days~30", ["B 1 AYU"]),
        ("bought_on~on~20/10/2026", ["B 1 AYU"]),
        ("insured~is~yes", ["B 1 AYU"]),
        ("insured~is~tidak", ["F 2 BUDI"]),
        ("colour~is~MERAH", ["B 1 AYU"]),
        ("colour~contains~er", ["B 1 AYU"]),
        ("colour~begins~Hi", ["F 2 BUDI"]),
        ("colour~is_not~merah", ["D 3 SITI", "F 2 BUDI", "KL 4 MEI"]),
        ("title~contains~budi", ["F 2 BUDI"]),
        ("created_at~on~2026-11-02", ["B 1 AYU", "D 3 SITI", "F 2 BUDI", "KL 4 MEI"]),
    ],
)
def test_own_fields_are_filtered(vehicle, where, expected):
    make(
        vehicle,
        "B 1 AYU",
        brand="Toyota",
        price="Rp 250.000.000",
        bought_on="2026-10-20",
        insured="ya",
        colour="Merah",
    )
    make(
        vehicle,
        "F 2 BUDI",
        brand="honda",
        price=300_000_000,
        bought_on="2026-03-01",
        insured=False,
        colour="hitam",
    )
    make(vehicle, "D 3 SITI", brand="toyota", price=150e6, bought_on="2020-05-05")
    make(vehicle, "KL 4 MEI")

    assert titles(asked(vehicle, where, sort="title")) == expected


def test_a_list_is_read_in_pieces_and_what_holds_nothing_comes_last(vehicle):
    for number in range(7):
        make(vehicle, f"B {number}", price=None if number % 3 == 0 else (number % 2) * 1000)
    for sort in ("price", "-price", "title", "-title", "-created_at", "brand"):
        whole = titles(asked(vehicle, sort=sort))
        read, after = [], ""
        while True:
            piece = asked(vehicle, sort=sort, after=after, limit=2)
            read += titles(piece)
            after = piece.following
            if not after:
                break
        assert read == whole
        assert len(set(read)) == 7
    assert titles(asked(vehicle, sort="-price"))[-3:] == ["B 6", "B 3", "B 0"]


def test_an_own_field_is_read_from_its_index(vehicle):
    make(vehicle, "B 1 AYU", colour="merah")
    rows = filtering.narrow(
        vehicle.rows(), vehicle, [Condition(field="colour", operator="is", value="Merah")], me=None, now=NOON
    )
    if connection.vendor == "sqlite":
        assert "USING INDEX own_" in rows.explain()
    assert rows.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"brand": "Ferrari"}, "brand"),
        ({"price": "much"}, "price"),
        ({"bought_on": "2026-02-30"}, "bought_on"),
        ({"insured": "perhaps"}, "insured"),
        ({"title": ""}, "title"),
        ({"company": 99}, "company"),
        ({"wheels": 4}, "wheels"),
        ({"created_at": "2026-01-01"}, "created_at"),
    ],
)
def test_what_a_field_cannot_hold_is_said_beside_it(vehicle, values, field):
    with pytest.raises(BadValues) as refused:
        make(vehicle, **({"title": "B 1 AYU"} | values))
    assert list(refused.value.errors) == [field]
    assert not OwnRecord.objects.exists()


@pytest.mark.parametrize(
    "where",
    [
        "wheels~is~4",
        "price~contains~4",
        "price~at_least~x",
        "brand~any_of",
        "bought_on~between~2026-01-01",
        "brand",
    ],
)
def test_conditions_that_make_no_sense_are_refused(vehicle, where):
    with pytest.raises(BadCondition):
        asked(vehicle, where)


def test_a_change_is_undone_but_never_what_came_after_it(vehicle):
    ayu, budi = make(vehicle, "B 1 AYU", colour="merah"), make(vehicle, "F 2 BUDI", colour="hitam")
    deed = changing.change_many(
        kind=vehicle, rows=vehicle.rows(), values={"colour": "putih"}, by=None, now=NOON + DAY
    )
    ayu.refresh_from_db()
    changing.change(kind=vehicle, record=ayu, values={"colour": "biru"}, by=None, now=NOON + 2 * DAY)

    done = changing.undo(change=deed, by=None, now=NOON + 3 * DAY)

    assert (done.restored, done.kept) == (1, [ayu.pk])
    assert {record.title: record.own["colour"] for record in vehicle.rows()} == {
        "B 1 AYU": "biru",
        "F 2 BUDI": "hitam",
    }
    with pytest.raises(UndoneAlready):
        changing.undo(change=deed, by=None, now=NOON + 3 * DAY)
    assert budi.pk


def test_two_who_edit_the_same_field_are_told(vehicle):
    ayu = make(vehicle, "B 1 AYU", colour="merah")
    changing.change(kind=vehicle, record=ayu, values={"colour": "biru"}, by=None, now=NOON)
    with pytest.raises(ChangedMeanwhile):
        changing.change(
            kind=vehicle, record=ayu, values={"colour": "hijau"}, seen={"colour": "merah"}, by=None, now=NOON
        )


def test_putting_away_and_making_are_undone(vehicle):
    make(vehicle, "B 1 AYU")
    deed = changing.archive_many(kind=vehicle, rows=vehicle.rows(), by=None, now=NOON)
    assert titles(asked(vehicle)) == []
    changing.undo(change=deed, by=None, now=NOON)
    assert titles(asked(vehicle)) == ["B 1 AYU"]


def test_tags_are_added_and_taken_away(vehicle):
    make(vehicle, "B 1 AYU", tags="VIP, lama")
    deed = changing.tag_many(
        kind=vehicle, rows=vehicle.rows(), add=["baru"], drop=["lama"], by=None, now=NOON
    )
    assert vehicle.rows().get().tags == ["VIP", "baru"]
    assert titles(asked(vehicle, "tags~has~VIP")) == ["B 1 AYU"]
    assert titles(asked(vehicle, "tags~has_not~VIP")) == []
    changing.undo(change=deed, by=None, now=NOON)
    assert vehicle.rows().get().tags == ["VIP", "lama"]


def test_a_field_put_away_keeps_its_values(vehicle):
    from jejak.records.models import OwnField

    make(vehicle, "B 1 AYU", colour="merah")
    field = OwnField.objects.get(key="colour")
    own.archive_field(field=field, now=NOON)
    assert "colour" not in [one.key for one in kinds.kind("vehicle").fields]
    own.restore_field(field=field)
    kind = kinds.kind("vehicle")
    assert kind.value(kind.rows().get(), kind.field("colour")) == "merah"


def test_cells_show_links_and_amounts_in_few_queries(vehicle, django_user_model, django_assert_num_queries):
    staff = django_user_model.objects.create_user("dewi", first_name="Dewi")
    for number in range(3):
        make(vehicle, f"B {number}", owner=staff.pk, price=250_000_000)
    fields = [vehicle.field(key) for key in ("title", "owner", "price")]
    records = list(vehicle.rows().order_by("pk"))
    with django_assert_num_queries(1):
        rows = listing.cells(vehicle, fields, records, by=staff)
    assert [cell.text for cell in rows[0]] == ["B 0", "Dewi", "Rp\N{NO-BREAK SPACE}250,000,000"]


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"label": "", "type": "text"}, ["label"]),
        ({"label": "Price", "key": "price", "type": "text"}, ["key"]),
        ({"label": "X", "key": "Drop table", "type": "text"}, ["key"]),
        ({"label": "X", "type": "blob"}, ["type"]),
        ({"label": "X", "type": "choice"}, ["choices"]),
        ({"label": "X", "type": "money"}, ["currency"]),
        ({"label": "X", "type": "record", "links_to": "ghost"}, ["links_to"]),
    ],
)
def test_a_field_that_makes_no_sense_is_not_declared(vehicle, given, errors):
    with pytest.raises(BadValues) as refused:
        own.declare_field(kind=vehicle, now=NOON, **given)
    assert list(refused.value.errors) == errors


def test_a_rule_over_several_fields_is_asked_before_anything_is_written(vehicle, monkeypatch):
    from dataclasses import replace

    def check(record, values):
        if values.get("colour") == "merah" and (record is None or record.title != "B 1 AYU"):
            raise BadValues({"colour": "Only Ayu's is red."})

    ayu, _budi = make(vehicle, "B 1 AYU"), make(vehicle, "F 2 BUDI")
    ruled = replace(vehicle, check=check)
    with pytest.raises(BadValues):
        changing.change_many(kind=ruled, rows=ruled.rows(), values={"colour": "merah"}, by=None, now=NOON)
    with pytest.raises(BadValues):
        changing.make(kind=ruled, values={"title": "D 3 SITI", "colour": "merah"}, by=None, now=NOON)
    assert [record.own for record in vehicle.rows()] == [{}, {}]
    changing.change(kind=ruled, record=ayu, values={"colour": "merah"}, by=None, now=NOON)
    assert ayu.own == {"colour": "merah"}
