"""When something is due, as people write it in three languages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from jejak.features.agenda import when

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("line", "text", "at"),
    [
        ("Telepon Siti besok 9:00", "Telepon Siti", "2026-11-24 09:00"),
        ("Telepon Siti besok jam 9 pagi", "Telepon Siti", "2026-11-24 09:00"),
        ("Telepon Siti besok jam 2 siang", "Telepon Siti", "2026-11-24 14:00"),
        ("Telepon Siti besok jam 11 siang", "Telepon Siti", "2026-11-24 11:00"),
        ("Hubungi Aisyah esok pukul 2.30 petang", "Hubungi Aisyah", "2026-11-24 14:30"),
        ("Call Siti tomorrow", "Call Siti", "2026-11-24 17:00"),
        ("Call Siti tomorrow at 2pm", "Call Siti", "2026-11-24 14:00"),
        ("Call Siti tomorrow morning", "Call Siti", "2026-11-24 09:00"),
        ("Call Siti tonight", "Call Siti", "2026-11-23 19:00"),
        ("Kirim penawaran hari ini", "Kirim penawaran", "2026-11-23 17:00"),
        ("Kirim penawaran lusa", "Kirim penawaran", "2026-11-25 17:00"),
        ("Hantar sebut harga tulat", "Hantar sebut harga", "2026-11-26 17:00"),
        ("Kirim penawaran Jumat", "Kirim penawaran", "2026-11-27 17:00"),
        ("Kirim penawaran Jum’at 14.30", "Kirim penawaran", "2026-11-27 14:30"),
        ("Hantar sebut harga Jumaat depan", "Hantar sebut harga", "2026-12-04 17:00"),
        ("Hantar sebut harga hari Khamis", "Hantar sebut harga", "2026-11-26 17:00"),
        ("Send the offer next Friday", "Send the offer", "2026-12-04 17:00"),
        ("Send the offer on Monday", "Send the offer", "2026-11-30 17:00"),
        ("Kunjungi toko Minggu", "Kunjungi toko", "2026-11-29 17:00"),
        ("Kunjungi toko minggu depan", "Kunjungi toko", "2026-11-30 17:00"),
        ("Send the offer in 3 days", "Send the offer", "2026-11-26 17:00"),
        ("Kirim penawaran 3 hari lagi", "Kirim penawaran", "2026-11-26 17:00"),
        ("Hantar dalam 2 minggu", "Hantar", "2026-12-07 17:00"),
        ("Ring back in 30 minutes", "Ring back", "2026-11-23 10:30"),
        ("Telefon semula 2 jam lagi", "Telefon semula", "2026-11-23 12:00"),
        ("Renew 31/12", "Renew", "2026-12-31 17:00"),
        ("Renew 3/1", "Renew", "2027-01-03 17:00"),
        ("Perpanjang 5 Desember 2026 10:00", "Perpanjang", "2026-12-05 10:00"),
        ("Baharui 5 Disember", "Baharui", "2026-12-05 17:00"),
        ("Renew 2027-02-01", "Renew", "2027-02-01 17:00"),
        ("Meet at 9", "Meet", "2026-11-24 09:00"),
        ("Meet 14:00", "Meet", "2026-11-23 14:00"),
        ("Besok 9:00 telepon Siti", "telepon Siti", "2026-11-24 09:00"),
    ],
)
def test_the_time_is_taken_off_the_line(line, text, at):
    found = when.read(line, now=MONDAY, zone=JAKARTA)

    assert (found.text, found.at) == (text, datetime.fromisoformat(at).replace(tzinfo=JAKARTA))


@pytest.mark.parametrize(
    "line",
    [
        "Call Siti",
        "Order 12",
        "Renew 31/02",
        "Ask for 5 days",
        "Pay 25:00",
        "besok",
        "Read chapter 12.99",
        "Buy 3 more in 99999 days",
        "",
    ],
)
def test_what_is_no_time_stays_text(line):
    assert when.read(line, now=MONDAY, zone=JAKARTA) == when.Read(text=line, at=None)


def test_days_are_those_of_the_reader():
    late = datetime.fromisoformat("2026-11-23T23:30+00:00")  # Tuesday morning in Jakarta.

    found = when.read("Call Siti tomorrow", now=late, zone=JAKARTA)

    assert found.at == datetime(2026, 11, 25, 17, tzinfo=JAKARTA)


def test_a_month_later_keeps_to_its_day():
    assert when.months_later(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert when.months_later(date(2027, 2, 28), 1, on=31) == date(2027, 3, 31)
    assert when.months_later(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_iso_times_are_read_in_the_readers_zone():
    assert when.moment("2026-11-24T09:30", now=MONDAY, zone=JAKARTA) == datetime(
        2026, 11, 24, 9, 30, tzinfo=JAKARTA
    )
    assert when.moment("2026-11-24", now=MONDAY, zone=JAKARTA) == datetime(2026, 11, 24, 17, tzinfo=JAKARTA)
    assert when.moment("some day", now=MONDAY, zone=JAKARTA) is None
