"""What is guessed of a file's columns, and the mapping that the choices mean."""

from pathlib import Path

import pytest

from jejak.features.imports import guessing, mapping, writing
from jejak.features.imports.guessing import Choices
from jejak.features.imports.spec import Handle
from jejak.features.imports.tests.makers import make_file, map_file


def guess(header: str, *rows: str, file_name: str = "orders.csv") -> Choices:
    cells = [row.split("|") for row in rows]
    return guessing.guess(file_name=file_name, columns=header.split("|"), rows=cells, zone="Asia/Jakarta")


def roles(header: str, *rows: str) -> list[str]:
    return [role for role, _type in guess(header, *rows).columns.values()]


@pytest.mark.parametrize(
    ("header", "rows", "found"),
    [
        ("Email|Tanggal|Jumlah", ["a@b.co|2026-01-31|12"], ["email", "time", "value"]),
        (
            "No HP|Waktu|Ulasan|Bintang",
            ["0812 3456 7890|2026-01-31|bagus sekali|5"],
            ["phone", "time", "comment", "score"],
        ),
        (
            "customerId|createdAt|event",
            ["1|2026-01-31|cart", "2|2026-01-31|cart"],
            ["user_id", "time", "name"],
        ),
        ("id|email|date", ["1|a@b.co|2026-01-31", "2|a@b.co|2026-01-31"], ["id", "email", "time"]),
        ("order_no|date|colour|empty", ["1|2026-01-31|red|"], ["own", "time", "property", ""]),
        ("user_id|city", ["1|Bandung", "2|Kuala Lumpur"], ["user_id", "trait"]),
        ("user_id|date|qty|price", ["1|2026-01-31|3|9.5"], ["user_id", "time", "value", "value"]),
    ],
)
def test_columns_are_known_by_name_and_content(header: str, rows: list[str], found: list[str]) -> None:
    assert roles(header, *rows) == found


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["2026-01-31 10:00"], "iso"),
        (["31/01/2026 10:00", "01/02/2026 10:00"], "%d/%m/%Y %H:%M"),
        (["01/02/2026"], "%d/%m/%Y"),
        (["01/31/2026"], "%m/%d/%Y"),
        (["1769841900"], "epoch_seconds"),
        (["1769841900000"], "epoch_milliseconds"),
        (["12"], None),
        (["soon"], None),
    ],
)
def test_the_way_times_are_written_is_found_out(cells: list[str], written: str | None) -> None:
    assert guessing.format_of(cells) == written


def test_a_code_with_a_leading_zero_is_no_number() -> None:
    assert guess("zip", "01234", "99999").columns["zip"][1] == "text"


def test_commas_before_the_fraction_are_seen() -> None:
    choices = guess("email|date|harga", *["a@b.co|2026-01-31|1.250,50"] * 3)
    assert (choices.decimal, choices.columns["harga"]) == (",", ["value", "number"])


@pytest.mark.parametrize(
    ("header", "cells", "decimal"),
    [
        ("total", ["350.000"], ","),
        ("Nilai pesanan", ["Rp 350.000", "Rp 12.500"], ","),
        ("bayar", ["1.250.500"], ","),
        ("bayar", ["350.000", "1.250.500,50", "12000"], ","),
        ("total", ["350.000", "12.5"], "."),
        ("total", ["1,250.50"], "."),
        ("berat", ["1.250", "3.500"], "."),
        ("ip", ["103.101.122.104", "10.0.0.1"], "."),
    ],
)
def test_dots_between_thousands_are_seen(header: str, cells: list[str], decimal: str) -> None:
    assert guess(header, *cells).decimal == decimal


def test_an_indonesian_file_of_orders_is_understood() -> None:
    choices = guess(
        "No Pesanan|Tanggal|Nama|Email|No HP|Nilai|Status",
        "A-1|28/11/2026 10:15|Siti|siti@contoh.id|0812-3456-7890|350.000|selesai",
        "A-2|28/11/2026 11:00|Budi|budi@contoh.id|0813 1111 2222|1.250.500,50|selesai",
    )
    assert choices.columns == {
        "No Pesanan": ["own", "text"],
        "Tanggal": ["time", "text"],
        "Nama": ["property", "text"],
        "Email": ["email", "text"],
        "No HP": ["phone", "text"],
        "Nilai": ["value", "number"],
        "Status": ["property", "text"],
    }
    assert (choices.decimal, choices.touchpoint) == (",", "Order Placed")


@pytest.mark.parametrize(
    ("column", "score", "scale"),
    [("nps", "9", "nps"), ("rating", "5", "csat-1-5"), ("score", "7", "ces-1-7-easy")],
)
def test_a_scale_is_suggested(column: str, score: str, scale: str) -> None:
    assert guess(f"email|date|{column}", f"a@b.co|2026-01-31|{score}").scale == scale


def test_the_choices_become_a_mapping_that_works(tmp_path: Path) -> None:
    choices = guess(
        "Order No|E-mail|Tanggal|Total (Rp)|Item \"x\"|Catatan|Kota",
        "A-1|siti@example.com|31/01/2026 08:00|129.000,50|3|enak sekali|Bandung",
        "A-2|budi@example.com|30/01/2026 09:00|99.000,50|1|cepat sampai|Bandung",
        "A-3|ayu@example.com|29/01/2026 09:00|99.000,50|1|ok ok|Jakarta",
    )  # fmt: skip
    choices.touchpoint, choices.currency, choices.channel = "Order Completed", "IDR", "web"
    choices.columns["Kota"] = ["trait", "text"]
    text = writing.mapping_of(choices)
    path = make_file(
        tmp_path,
        'Order No;E-mail;Tanggal;Total (Rp);"Item ""x""";Catatan;Kota\n'
        "A-1;siti@example.com;31/01/2026 08:00;129.000,50;3;enak sekali;Bandung\n",
    )
    messages, rejects = map_file(path, text)
    assert rejects == []
    for message in messages:
        message.pop("messageId")
    assert messages == [
        {
            "type": "track",
            "event": "Order Completed",
            "channel": "web",
            "currency": "IDR",
            "timestamp": "2026-01-31T01:00:00Z",
            "value": 129000.5,
            "handles": {"order_no": "A-1", "email": "siti@example.com"},
            "properties": {'Item "x"': 3, "comment": "enak sekali"},
        },
        {
            "type": "identify",
            "timestamp": "2026-01-31T01:00:00Z",
            "handles": {"order_no": "A-1", "email": "siti@example.com"},
            "traits": {"kota": "Bandung"},
        },
    ]


def test_without_anybody_named_each_row_is_somebody() -> None:
    text = writing.mapping_of(guess("tanggal|ulasan", "2026-01-31|bagus sekali"))
    assert mapping.parse(text).handles["anonymous_id"] == Handle(row=True)
