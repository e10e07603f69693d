"""Calendars of others, clean and dirty, read into events."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from jejak.features.agenda.ics import reading, recurring
from jejak.features.agenda.ics.reading import NotACalendar

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


def calendar(*lines, method="", before=()):
    """One event with these lines in a calendar."""
    said = [f"METHOD:{method}"] if method else []
    return _joined("BEGIN:VCALENDAR", "VERSION:2.0", *said, *before, *event(*lines), "END:VCALENDAR")


def event(*lines):
    own = [] if any(line.startswith("UID") for line in lines) else ["UID:1@x.example"]
    return ["BEGIN:VEVENT", *own, *lines, "END:VEVENT"]


def _joined(*lines):
    return "\r\n".join(lines).encode() + b"\r\n"


def read(data, zone=JAKARTA):
    return reading.read(data, zone=zone, now=NOW)


def one(*lines, **more):
    found = read(calendar(*lines, **more))
    assert len(found.events) == 1, found
    return found.events[0]


def spans(found):
    return [(event.starts_at.isoformat(), event.ends_at.isoformat()) for event in found.events]


@pytest.mark.parametrize(
    ("start", "starts_at"),
    [
        ("DTSTART:20261124T020000Z", "2026-11-24T02:00:00+00:00"),
        ("DTSTART;TZID=Asia/Kuala_Lumpur:20261124T100000", "2026-11-24T02:00:00+00:00"),
        ("DTSTART:20261124T100000", "2026-11-24T03:00:00+00:00"),  # Floating: the reader's own zone.
        ("DTSTART;TZID=SE Asia Standard Time:20261124T100000", "2026-11-24T03:00:00+00:00"),
        ('DTSTART;TZID="Singapore Standard Time":20261124T100000', "2026-11-24T02:00:00+00:00"),
        (
            "DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Asia/Jakarta:20261124T100000",
            "2026-11-24T03:00:00+00:00",
        ),
        ("DTSTART;TZID=(UTC+08:00) Kuala Lumpur, Singapore:20261124T100000", "2026-11-24T02:00:00+00:00"),
        ("DTSTART;TZID=Nowhere/At_All:20261124T100000", "2026-11-24T03:00:00+00:00"),
        ("DTSTART;TZID=../../etc/passwd:20261124T100000", "2026-11-24T03:00:00+00:00"),
        ("DTSTART;VALUE=DATE:20261124", "2026-11-23T17:00:00+00:00"),
    ],
)
def test_times_are_those_that_were_meant(start, starts_at):
    assert one(start).starts_at == datetime.fromisoformat(starts_at)


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        (["DTEND:20261124T033000Z"], 90),
        (["DURATION:PT45M"], 45),
        (["DURATION:P1DT2H"], 26 * 60),
        ([], 0),
        (["DTEND:20261124T010000Z"], 0),  # Before it begins.
        (["DURATION:-PT45M"], 0),
    ],
)
def test_an_event_lasts_as_long_as_it_says(lines, minutes):
    found = one("DTSTART:20261124T020000Z", *lines)
    assert found.ends_at - found.starts_at == timedelta(minutes=minutes)


def test_whole_days_are_days_of_the_calendar():
    found = one("DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261126")
    assert (found.is_all_day, found.ends_at - found.starts_at) == (True, timedelta(days=2))
    assert one("DTSTART;VALUE=DATE:20261124").ends_at == datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_a_day_on_which_the_clocks_change_is_one_day():
    found = read(calendar("DTSTART;VALUE=DATE:20270328"), zone=ZoneInfo("Europe/Berlin")).events[0]
    assert found.ends_at - found.starts_at == timedelta(hours=23)


def test_a_zone_of_its_own_counts_by_its_standard_offset():
    zone = [
        "BEGIN:VTIMEZONE", "TZID:Our Office", "BEGIN:DAYLIGHT", "DTSTART:19700101T000000", "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0800", "RRULE:FREQ=SECONDLY", "END:DAYLIGHT", "BEGIN:STANDARD", "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0800", "TZOFFSETTO:+0700", "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE",
    ]  # fmt: skip
    assert one("DTSTART;TZID=Our Office:20261124T100000", before=zone).starts_at.hour == 3


def test_a_series_keeps_its_time_when_the_clocks_change():
    found = read(
        calendar(
            "DTSTART;TZID=Europe/Berlin:20270325T090000", "DTEND;TZID=Europe/Berlin:20270325T100000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
        )
    )  # fmt: skip
    assert [event.starts_at.hour for event in found.events] == [8, 7]
    assert [event.recurrence_id for event in found.events] == ["20270325T080000Z", "20270401T070000Z"]


def test_one_of_a_series_is_moved_and_another_is_left_out():
    data = _joined(
        "BEGIN:VCALENDAR", "VERSION:2.0",
        *event("SUMMARY:Jour fixe", "DTSTART:20261124T020000Z", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261125T020000Z"),
        *event("SUMMARY:Later", "DTSTART:20261126T080000Z", "RECURRENCE-ID:20261126T020000Z"),
        *event("SUMMARY:Off", "DTSTART:20261127T020000Z", "RECURRENCE-ID:20261127T020000Z", "STATUS:CANCELLED"),
        "END:VCALENDAR",
    )  # fmt: skip

    found = read(data)

    assert [(one.title, one.starts_at.day, one.starts_at.hour, one.is_cancelled) for one in found.events] == [
        ("Jour fixe", 24, 2, False), ("Later", 26, 8, False), ("Off", 27, 2, True),
    ]  # fmt: skip


def test_a_series_without_end_is_laid_out_for_a_year():
    found = read(calendar("DTSTART:20200101T020000Z", "RRULE:FREQ=DAILY"))
    assert len(found.events) == recurring.MOST_TIMES
    found = read(calendar("DTSTART:20200101T020000Z", "RRULE:FREQ=WEEKLY"))
    assert 104 <= len(found.events) <= 106


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;COUNT=1000000",
        "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=0,1,2,3;BYSECOND=0,1,2,3",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=XX",
    ],
)
def test_rules_that_are_not_followed_are_said_and_the_first_time_is_taken(rule):
    found = read(calendar("SUMMARY:Bomb", "DTSTART:20261124T020000Z", f"RRULE:{rule}"))
    assert len(found.events) <= 1
    assert found.left_out or found.events == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4,6;COUNT=2000",
        "FREQ=DAILY;INTERVAL=10000;BYDAY=5MO",
    ],
)
def test_a_rule_that_fits_no_day_costs_little(rule):
    found = read(calendar("DTSTART:19700101T020000Z", f"RRULE:{rule}"))
    assert len(found.events) <= 1


WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), unique=True, max_size=3)


@settings(max_examples=200, deadline=None)
@given(
    freq=st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    interval=st.integers(1, 4),
    count=st.integers(0, 30),
    by_day=WEEKDAYS,
    nth=st.sampled_from([0, 0, 1, 2, -1]),
    by_month_day=st.lists(st.sampled_from([1, 13, 28, 31, -1, -3]), unique=True, max_size=2),
    by_month=st.lists(st.integers(1, 12), unique=True, max_size=3),
    by_set_pos=st.sampled_from([None, None, 1, -1]),
    first=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_rules_mean_what_dateutil_takes_them_for(
    freq, interval, count, by_day, nth, by_month_day, by_month, by_set_pos, first
):
    parts = {"FREQ": [freq], "INTERVAL": [interval]}
    if count:
        parts["COUNT"] = [count]
    if by_day:
        which = nth if freq in {"MONTHLY", "YEARLY"} and not by_month_day else 0
        parts["BYDAY"] = [f"{which or ''}{day}" for day in by_day]
    if by_month_day and freq != "WEEKLY":
        parts["BYMONTHDAY"] = by_month_day
    if by_month:
        parts["BYMONTH"] = by_month
    if (
        by_set_pos and by_day and freq != "WEEKLY"
    ):  # dateutil takes what is left of the first week for all of it.
        parts["BYSETPOS"] = [by_set_pos]
    start = datetime(first.year, first.month, first.day, 9, tzinfo=UTC)
    window = (NOW - timedelta(days=366), NOW + timedelta(days=366))
    text = ";".join(f"{key}={','.join(str(one) for one in values)}" for key, values in parts.items())

    ours = list(recurring.times(recurring.rule(parts), start=start, window=window, zone=UTC))

    until = window[1]
    theirs = []
    for at in rrulestr(text, dtstart=start).xafter(start, inc=True):
        if at >= until:
            break
        if at >= window[0]:
            theirs.append(at)
    assert ours == theirs[: recurring.MOST_TIMES]


def test_lines_are_unfolded_and_texts_unescaped():
    found = one(
        "DTSTART:20261124T020000Z",
        "SUMMARY:Coffee\\, tea\\; and a very lo",
        " ng talk",
        "DESCRIPTION:One\\ntwo",
    )
    assert (found.title, found.text) == ("Coffee, tea; and a very long talk", "One\ntwo")


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "\r\n\r\n"])
def test_line_ends_may_be_any(ends):
    data = calendar("DTSTART:20261124T020000Z", "SUMMARY:Kopi").decode().replace("\r\n", ends).encode()
    assert [event.title for event in read(data).events] == ["Kopi"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_may_be_encoded_in_several_ways(encoding):
    data = calendar("DTSTART:20261124T020000Z", "SUMMARY:Café").decode().encode(encoding)
    assert [event.title for event in read(data).events] == ["Café"]


def test_what_others_add_does_no_harm():
    found = one(
        "DTSTART:20261124T020000Z", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-ALT-DESC;FMTTYPE=text/html:<b>x</b>",
        "BEGIN:VALARM", "TRIGGER:-PT15M", "ACTION:DISPLAY", "END:VALARM", "SEQUENCE:not a number", "PRIORITY:x",
        "URL:javascript:alert(1)", "LOCATION:" + "x" * 5000, "ATTENDEE:mailto:nonsense",
        'ATTENDEE;CN="Siti; Nurhaliza";PARTSTAT=ACCEPTED:MAILTO:Siti@Example.com',
    )  # fmt: skip
    assert (found.sequence, found.link, len(found.place)) == (0, "", 400)
    assert [(guest.email, guest.name, guest.answer) for guest in found.guests] == [
        ("siti@example.com", "Siti; Nurhaliza", "accepted")
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR",
        b"\x00\xff\xfe" * 100,
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 9_000,
        b"BEGIN:VCALENDAR\r\n" + b"X" * 300_000,
        b"x" * (reading.MOST_BYTES + 1),
    ],
)
def test_rubbish_is_refused_in_words(data):
    with pytest.raises(NotACalendar):
        read(data)


def test_a_path_on_one_line_is_never_opened(tmp_path: Path):
    secret = tmp_path / "BEGIN:VCALENDAR"
    secret.write_bytes(calendar("DTSTART:20261124T020000Z", "SUMMARY:Secret"))
    with pytest.raises(NotACalendar):
        read(str(secret).encode())


def test_events_that_cannot_be_read_are_named():
    data = _joined(
        "BEGIN:VCALENDAR", *event("SUMMARY:No time"), *event("SUMMARY:Never", "UID:2", "DTSTART:99990101T000000Z"),
        *event("SUMMARY:Good", "UID:3", "DTSTART:20261124T020000Z"), "END:VCALENDAR",
    )  # fmt: skip
    found = read(data)
    assert [event.title for event in found.events] == ["Good"]
    assert [title for title, _why in found.left_out] == ["No time", "Never"]


def test_many_series_are_too_much():
    lines = ["BEGIN:VCALENDAR"]
    for number in range(20):
        lines += event(f"UID:{number}", "DTSTART:20260101T020000Z", "RRULE:FREQ=DAILY")
    with pytest.raises(NotACalendar):
        read(_joined(*lines, "END:VCALENDAR"))
