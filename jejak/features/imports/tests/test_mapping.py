"""What a mapping makes of a row, and what it says when it cannot be used."""

from pathlib import Path
from typing import Any

import pytest

from jejak.common.sheets import wording
from jejak.features.imports import mapping
from jejak.features.imports.spec import BadMapping
from jejak.features.imports.tests.makers import ORDERS, make_file, map_file

HEAD = 'name = "t"\n[handles]\nid = "id"\n'
ONE = HEAD + '[[touchpoint]]\nname = "Seen"\ntime = "at"\n'


def one(tmp_path: Path, text: str, header: str, row: str) -> dict[str, Any]:
    """Return the one message of a file with one row."""
    messages, rejects = map_file(make_file(tmp_path, f"{header}\n{row}\n"), text)
    assert rejects == []
    (message,) = messages
    return message


def rejected(tmp_path: Path, text: str, header: str, row: str) -> str:
    """Return why the one row of a file is rejected."""
    messages, rejects = map_file(make_file(tmp_path, f"{header}\n{row}\n"), text)
    assert messages == []
    ((line, reason),) = rejects
    assert line == 2
    return reason


def test_a_row_becomes_a_message(tmp_path: Path) -> None:
    message = one(tmp_path, ORDERS, "email,at,total,note", "Siti@Example.com,2026-01-31 08:00,129000.50,x")
    assert message.pop("messageId").startswith("orders:0:")
    assert message == {
        "type": "track",
        "event": "Order Completed",
        "handles": {"email": "Siti@Example.com"},
        "timestamp": "2026-01-31T08:00:00Z",
        "value": 129000.5,
        "currency": "IDR",
    }


@pytest.mark.parametrize(
    ("time", "cell", "at"),
    [
        ('"at"', "2026-01-31", "2026-01-31T00:00:00Z"),
        ('"at"', "2026-01-31T08:00:00.25+07:00", "2026-01-31T01:00:00.250000Z"),
        ('{ column = "at", zone = "Asia/Jakarta" }', "2026-01-31 08:00", "2026-01-31T01:00:00Z"),
        ('{ column = "at", format = "%d/%m/%Y %H:%M" }', "31/01/2026 08:00", "2026-01-31T08:00:00Z"),
        ('{ column = "at", format = ["%d/%m/%Y", "iso"] }', "2026-01-31", "2026-01-31T00:00:00Z"),
        ('{ column = "at", format = "epoch_seconds" }', "1769846400", "2026-01-31T08:00:00Z"),
        ('{ column = "at", format = "epoch_milliseconds" }', "1769846400500", "2026-01-31T08:00:00.500000Z"),
        ('{ first_of = ["at", "id"] }', "2026-01-31", "2026-01-31T00:00:00Z"),
    ],
)
def test_times_are_read_in_many_ways(tmp_path: Path, time: str, cell: str, at: str) -> None:
    text = HEAD + f'[[touchpoint]]\nname = "Seen"\ntime = {time}\n'
    assert one(tmp_path, text, "id,at", f"7,{cell}")["timestamp"] == at


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "at is empty: a touchpoint needs a time."),
        ("31.01.2026", "at: '31.01.2026' is not a time such as 2026-01-31 13:45:00."),
        ("9999-12-31", "at: '9999-12-31' is not between the years 1900 and 2299."),
        ("2026-11-07", "at: '2026-11-07' lies in the future."),
        ("0001-01-01T00:00:00+23:00", "at: '0001-01-01T00:00:00+23:00' is not a time."),
    ],
)
def test_a_time_that_cannot_be_is_rejected_with_its_value(tmp_path: Path, cell: str, reason: str) -> None:
    assert rejected(tmp_path, ONE, "id,at", f"7,{cell}") == reason


@pytest.mark.parametrize(
    ("file", "cell", "value"),
    [
        ("", "12.5", 12.5),
        ("", '"Rp 1,250,000.00"', 1250000.0),
        ("", "($12.50)", -12.5),
        ("", "-12 500 IDR", -12500.0),
        ('[file]\ndecimal = ","\n', '"1.250.000,5"', 1250000.5),
        ('[file]\ndecimal = ","\n', "Rp1.250", 1250.0),
    ],
)
def test_amounts_are_read_as_people_write_them(tmp_path: Path, file: str, cell: str, value: float) -> None:
    text = (
        'name = "t"\n'
        + file
        + '[handles]\nid = "id"\n[[touchpoint]]\nname = "Seen"\ntime = "at"\nvalue = "total"\n'
    )
    assert one(tmp_path, text, "id,at,total", f"7,2026-01-31,{cell}")["value"] == value


@pytest.mark.parametrize("cell", ["abc", "1_000", "nan", "inf", '"1,25,000"', "12.5.6", "12abc"])
def test_what_is_no_number_is_rejected(tmp_path: Path, cell: str) -> None:
    text = ONE + 'value = "total"\n'
    assert "total: " in rejected(tmp_path, text, "id,at,total", f"7,2026-01-31,{cell}")


def test_an_empty_cell_leaves_its_field_out(tmp_path: Path) -> None:
    text = ONE + 'value = "total"\nscore = "stars"\nscale = "csat"\nkeep = ["note"]\n'
    message = one(tmp_path, text, "id,at,total,stars,note", "7,2026-01-31,, ,")
    assert {"value", "score", "scale", "properties"} & message.keys() == set()


def test_a_score_stands_on_its_scale_or_is_rejected(tmp_path: Path) -> None:
    text = ONE + 'score = "stars"\nscale = "csat"\n'
    message = one(tmp_path, text, "id,at,stars", "7,2026-01-31,5")
    assert (message["score"], message["scale"]) == (5.0, "csat-1-5")
    reason = rejected(tmp_path, text, "id,at,stars", "7,2026-01-31,6")
    assert reason == "stars: '6' is not on the scale csat-1-5 (1 to 5)."


def test_a_row_can_give_several_touchpoints_or_none(tmp_path: Path) -> None:
    text = """
    name = "orders"
    id = ["id"]
    [handles]
    order_id = "id"
    [[touchpoint]]
    key = "placed"
    name = "Order Placed"
    time = "placed"
    when = { column = "placed", empty = false }
    [[touchpoint]]
    key = "came"
    name = "Order Delivered"
    time = "came"
    when = { column = "came", empty = false }
    properties.days_late = { days_between = ["promised", "came"], whole = true }
    properties.kept.holds = { value = { days_between = ["promised", "came"], whole = true }, at_most = 0 }
    """
    path = make_file(
        tmp_path,
        "id,placed,promised,came\n1,2026-01-01,2026-01-05,2026-01-07 09:00\n2,2026-01-02,2026-01-05,\n3,,,\n",
    )
    messages, rejects = map_file(path, text)
    assert rejects == []
    assert [(m["messageId"], m["event"], m.get("properties")) for m in messages] == [
        ("orders:placed:1", "Order Placed", None),
        ("orders:came:1", "Order Delivered", {"days_late": 2, "kept": False}),
        ("orders:placed:2", "Order Placed", None),
    ]


def test_a_row_with_one_bad_touchpoint_gives_none(tmp_path: Path) -> None:
    text = ONE + '[[touchpoint]]\nname = "Paid"\ntime = "paid"\n'
    assert rejected(tmp_path, text, "id,at,paid", "7,2026-01-31,soon").startswith(
        "paid: 'soon' is not a time"
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ('{ product = ["a", "b"] }', 83.4),
        ('{ sum = ["a", "b", 0.05] }', 19.0),
        ('{ join = ["text", "a"], with = "-" }', "Bandung-12"),
        ('{ lower = "text" }', "bandung"),
        ('{ upper = "text" }', "BANDUNG"),
        ('{ first_of = ["none", "text"] }', "Bandung"),
        ("{ constant = 7 }", 7),
        ('{ column = "a", type = "whole" }', 12),
        ('{ column = "b", type = "text" }', "6.95"),
        ('{ column = "yes", type = "bool" }', True),
        ('{ column = "at", type = "date", zone = "Asia/Tokyo" }', "2026-01-30"),
        ('{ column = "at", type = "time" }', "2026-01-30T17:00:00Z"),
        ('{ column = "text", map = { Bandung = "BDG" } }', "BDG"),
        ('{ column = "text", map = { Jakarta = "JKT" } }', "Bandung"),
        ('{ column = "text", map = { Jakarta = "JKT" }, others = "drop" }', None),
        ('{ days_between = ["at", "later"] }', 1.5),
        ('{ holds = { column = "a", above = 10, below = 13 } }', True),
        (
            '{ holds = { any = [{ column = "a", above = 13 }, { column = "text", starts_with = "Ban" }] } }',
            True,
        ),
        ('{ holds = [{ column = "text", matches = "^B.*g$" }, { column = "none", empty = false }] }', False),
        ('{ holds = { column = "text", one_of = ["Jakarta", "Bandung"] } }', True),
        ('{ holds = { column = "text", not_equals = "Bandung" } }', False),
    ],
)
def test_values_are_made_of_columns(tmp_path: Path, value: str, found: object) -> None:
    text = HEAD + f'[[touchpoint]]\nname = "Seen"\ntime = "at"\nproperties.it = {value}\n'
    header = "id,at,later,a,b,text,none,yes"
    row = "7,2026-01-30 17:00,2026-02-01 05:00,12,6.95,Bandung,,ya"
    assert one(tmp_path, text, header, row).get("properties", {}).get("it") == found


def test_names_channels_and_stages_can_come_from_columns(tmp_path: Path) -> None:
    text = HEAD + (
        '[[touchpoint]]\ntime = "at"\nteam = "Web"\n'
        'name = { column = "event", map = { cart = "Cart Viewed" }, others = "reject" }\n'
        'channel = { column = "from" }\nstage = { column = "event", map = { cart = "buy" } }\n'
    )
    message = one(tmp_path, text, "id,at,event,from", "7,2026-01-31,cart,web")
    assert [message[field] for field in ("event", "channel", "stage", "team")] == [
        "Cart Viewed",
        "web",
        "buy",
        "Web",
    ]
    reason = rejected(tmp_path, text, "id,at,event,from", "7,2026-01-31,boo,web")
    assert reason == "event: 'boo' is not in the mapping's list."


def test_the_rest_is_what_is_said_nowhere_else(tmp_path: Path) -> None:
    text = ORDERS + 'keep = "rest"\nwhen = { column = "state", equals = "paid" }\n[types]\nitems = "whole"\n'
    message = one(tmp_path, text, "email,at,total,state,items,none", "a@b.co,2026-01-31,9,paid,3,")
    assert message["properties"] == {"state": "paid", "items": 3}


def test_the_rest_of_json_lines_is_seen_row_by_row(tmp_path: Path) -> None:
    path = make_file(
        tmp_path,
        '{"email":"a@b.co","at":"2026-01-31","total":9,"cart":{"items":["x"]}}\n'
        '{"email":"a@b.co","at":"2026-01-31","total":9,"gift":true}\n',
        "x.jsonl",
    )
    messages, rejects = map_file(path, ORDERS + 'keep = "rest"\n')
    assert rejects == []
    assert [m["properties"] for m in messages] == [{"cart.items": ["x"]}, {"gift": True}]


def test_people_are_recognised_by_several_handles(tmp_path: Path) -> None:
    text = """
    name = "t"
    [handles]
    user_id = "id"
    anonymous_id = "cookie"
    phone = { column = "phone", country = "MY" }
    invoice = { column = "invoice", fallback = true }
    [[touchpoint]]
    name = "Seen"
    time = "at"
    """
    header = "id,cookie,phone,invoice,at"
    message = one(tmp_path, text, header, "7,c1,012-345 6789,99,2026-01-31")
    assert (message["userId"], message["anonymousId"], message["handles"]) == (
        "7",
        "c1",
        {"phone": "+60123456789"},
    )
    message = one(tmp_path, text, header, ",,,99,2026-01-31")
    assert message["handles"] == {"invoice": "99"}
    assert "userId" not in message


def test_a_row_that_names_nobody_is_rejected(tmp_path: Path) -> None:
    assert (
        rejected(tmp_path, ORDERS, "email,at,total", ",2026-01-31,9")
        == "email: empty, so nobody is recognised."
    )
    reason = rejected(tmp_path, ORDERS, "email,at,total", "n/a,2026-01-31,9")
    assert reason == "email: 'n/a' recognises nobody."


def test_a_handle_that_is_none_is_kept_where_another_recognises(tmp_path: Path) -> None:
    text = 'name = "t"\n[handles]\nemail = "email"\nid = "id"\n[[touchpoint]]\nname = "Seen"\ntime = "at"\n'
    message = one(tmp_path, text, "id,email,at", "7,not an address,2026-01-31")
    assert message["handles"] == {"email": "not an address", "id": "7"}


def test_each_row_can_be_somebody_of_its_own(tmp_path: Path) -> None:
    text = (
        'name = "t"\n[handles]\nanonymous_id = { row = true }\n[[touchpoint]]\nname = "Seen"\ntime = "at"\n'
    )
    messages, _ = map_file(make_file(tmp_path, "at,text\n2026-01-31,a\n2026-01-31,a\n2026-01-31,b\n"), text)
    assert len({m["anonymousId"] for m in messages}) == 3


def test_rules_reject_with_their_reason(tmp_path: Path) -> None:
    text = ORDERS + '[[reject_when]]\nwhen = { column = "total", below = 0 }\nreason = "A booking."\n'
    assert rejected(tmp_path, text, "email,at,total", "a@b.co,2026-01-31,-1") == "A booking."
    assert one(tmp_path, text, "email,at,total", "a@b.co,2026-01-31,1")["value"] == 1.0


def test_traits_make_an_identify_which_needs_no_time(tmp_path: Path) -> None:
    text = 'name = "t"\n[handles]\nuser_id = "id"\n[[touchpoint]]\nkind = "identify"\ntraits.city = "city"\n'
    message = one(tmp_path, text, "id,city", "7,Bandung")
    assert (message["type"], message["traits"]) == ("identify", {"city": "Bandung"})
    assert message["timestamp"] == "2026-11-05T12:00:00Z"


def test_once_gives_one_touchpoint_for_equal_ids(tmp_path: Path) -> None:
    text = (
        'name = "t"\n[handles]\nuser_id = "id"\n[[touchpoint]]\nkind = "identify"\n'
        'id = ["id", "city"]\nonce = true\ntraits.city = "city"\n'
    )
    messages, _ = map_file(make_file(tmp_path, "id,city\n7,Bandung\n7,Bandung\n7,Jakarta\n"), text)
    assert [m["messageId"] for m in messages] == ["t:0:7/Bandung", "t:0:7/Jakarta"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = x\n", "it is not TOML: Invalid value (at line 1"),
        ('nam = "t"\n', "line 1, nam: there is no key 'nam'."),
        ('name = "t"\n[handles]\nid = "id"\n', "'touchpoint' is missing."),
        ('name = "T!"\n' + ONE[11:], "line 1, name: 'T!' is no name"),
        (ONE + 'prise = "x"\n', "line 7, touchpoint[1].prise: there is no key 'prise'."),
        (ONE + 'score = "x"\n', "touchpoint[1].scale: a score needs its scale"),
        (ONE + 'score = "x"\nscale = "stars"\n', "line 8, touchpoint[1].scale: 'stars' is not a scale"),
        (ONE + 'value = { column = "x", product = ["a", "b"] }\n', "line 7, touchpoint[1].value: say one of"),
        (ONE + 'when = { column = "x" }\n', "line 7, touchpoint[1].when: a condition needs"),
        (
            ONE + 'when = { column = "x", matches = "(" }\n',
            "line 7, touchpoint[1].when.matches: '(' is not a regular",
        ),
        (ONE + '[file]\nzone = "Mars"\n', "line 8, file.zone: 'Mars' is not a time zone"),
        (ONE + "[[touchpoint]]\nname = 7\n", "line 8, touchpoint[2].name: expected"),
        (HEAD + '[[touchpoint]]\ntime = "at"\n', "touchpoint[1].name: say what happened"),
        (HEAD + '[[touchpoint]]\nname = "x"\n', "touchpoint[1].time: say which column holds the time"),
    ],
)
def test_a_fault_in_a_mapping_names_its_line_and_key(text: str, says: str) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping.parse(text)
    assert says in str(caught.value)


def test_a_column_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadMapping) as caught:
        map_file(make_file(tmp_path, "id,When\n1,2026-01-31\n"), ONE.replace('"at"', '"when"'))
    assert str(caught.value) == (
        "line 6, touchpoint[1].time: the file has no column 'when'. Did you mean 'When'? It has: id, When."
    )


def test_what_was_said_can_be_said_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "line %(line)s, %(key)s: %(fault)s": "baris %(line)s, %(key)s: %(fault)s",
        "a scale needs a score.": "skala perlu skor.",
    }
    monkeypatch.setattr(wording, "gettext", lambda text: told.get(text, text))
    with pytest.raises(BadMapping) as caught:
        mapping.parse(ONE + 'scale = "nps"\n')
    assert wording.of(caught.value.saying) == "baris 7, touchpoint[1].scale: skala perlu skor."
    assert str(caught.value) == "line 7, touchpoint[1].scale: a scale needs a score."


def test_a_mapping_that_is_nowhere_is_named_with_the_nearest() -> None:
    with pytest.raises(BadMapping, match="Did you mean olist-orders"):
        mapping.text_of("olist-order")
