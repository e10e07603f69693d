"""Measures on a real log with a planted truth."""

import csv
import gzip
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from jejak import eventlog as log
from jejak.common.statistics import share_percent
from jejak.measures import (
    ALL,
    PEOPLE,
    PER_PERSON,
    TOUCHPOINTS,
    Filters,
    Measure,
    Split,
    Window,
    change,
    change_together,
    contrast,
    extent,
    get,
    scales,
    tell,
    tell_one,
    tell_together,
    words,
)
from jejak.measures.tests.makers import DAY, NOON, answers, store

JAKARTA = "Asia/Jakarta"


def last(days, **said):
    return Filters(window=Window.last(days, now=NOON, zone=JAKARTA), **said)


def value(key, filters):
    return tell_one(get(key), filters, now=NOON).estimate


# How much


def test_touchpoints_and_people_are_counted(eventlog):
    store({"trail_id": 1}, {"trail_id": 1}, {"trail_id": 2, "kind": "page"})

    reading = tell_one(TOUCHPOINTS, last(7), now=NOON)

    assert (reading.estimate.value, reading.people, reading.estimate.low) == (3, 2, None)
    assert tell_one(PEOPLE, last(7), now=NOON).estimate.value == 2
    assert tell_one(PER_PERSON, last(7), now=NOON).estimate.value == 1.5


def test_every_number_can_be_asked_of_some_people_alone(eventlog):
    store({"trail_id": 1}, {"trail_id": 1}, {"trail_id": 2}, {"trail_id": 3})
    store({"trail_id": 1, "scale": "nps", "score": 9.0}, {"trail_id": 3, "scale": "nps", "score": 2.0})
    eventlog.join_people({2: 1})
    some = SimpleNamespace(
        sql="SELECT arrayJoin({a_0:Array(UInt64)}) AS person_id", values={"a_0": [1, 2, 9]}
    )

    assert value("touchpoints", last(7, among=some)).value == 4
    assert value("people", last(7, among=some)).value == 1
    assert value("nps.score", last(7, among=some)).value == 100
    assert words(last(7, among=some)).touchpoints == 4


def test_saying_who_one_is_is_no_touchpoint(eventlog):
    store({"kind": "identify"}, {"kind": "alias"}, {"kind": "group"}, {"kind": "screen"})

    assert tell_one(TOUCHPOINTS, last(7), now=NOON).estimate.value == 1


def test_merged_people_are_one(eventlog):
    store({"trail_id": 1}, {"trail_id": 2})
    log.join_people({2: 1})

    assert tell_one(PEOPLE, last(7), now=NOON).estimate.value == 1


def test_days_begin_in_the_zone_and_empty_ones_are_told(eventlog):
    store(
        {"happened_at": datetime(2026, 11, 20, 0, 30, tzinfo=ZoneInfo(JAKARTA))},
        {"happened_at": datetime(2026, 11, 21, 23, 59, 59, 999000, tzinfo=ZoneInfo(JAKARTA))},
    )

    days = tell(TOUCHPOINTS, last(4), now=NOON, bucket="day")

    assert [(r.bucket, r.estimate.value, r.is_complete) for r in days] == [
        (date(2026, 11, 19), 0, True),
        (date(2026, 11, 20), 1, True),
        (date(2026, 11, 21), 1, True),
        (date(2026, 11, 22), 0, False),
    ]


def test_weeks_begin_on_monday_and_cut_ones_are_marked(eventlog):
    store({"happened_at": NOON - 6 * DAY}, {"happened_at": NOON - 7 * DAY})

    weeks = tell(TOUCHPOINTS, last(17), now=NOON, bucket="week")

    assert [(r.bucket, r.estimate.value, r.is_complete) for r in weeks] == [
        (date(2026, 11, 2), 0, False),
        (date(2026, 11, 9), 1, True),
        (date(2026, 11, 16), 1, False),
    ]


def test_months_are_told(eventlog):
    store({"happened_at": NOON - 30 * DAY})

    months = tell(TOUCHPOINTS, last(53), now=NOON, bucket="month")

    assert [(r.bucket, r.estimate.value, r.is_complete) for r in months] == [
        (date(2026, 10, 1), 1, True),
        (date(2026, 11, 1), 0, False),
    ]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, 4),
        ({"channel": "whatsapp"}, 1),
        ({"channel": ""}, 1),
        ({"name": "Call Ended"}, 1),
        ({"team": "Care"}, 2),
        ({"team": "Care", "channel": "whatsapp"}, 0),
        ({"sample": True}, 1),
        ({"sample": False}, 3),
    ],
)
def test_filters_narrow_what_counts(eventlog, said, left):
    store(
        {"channel": "whatsapp"},
        {"channel": ""},
        {"name": "Call Ended", "team": "Care"},
        {"team": "Care", "sample": True},
    )

    assert tell_one(TOUCHPOINTS, last(7, **said), now=NOON).estimate.value == left


def test_groups_come_largest_first(eventlog):
    store({"channel": "web"}, {"channel": "store"}, {"channel": "store"})

    told = tell(TOUCHPOINTS, last(7), now=NOON, by="channel")

    assert [(r.group, r.estimate.value) for r in told] == [("store", 2), ("web", 1)]


def test_only_columns_can_be_broken_down_by(eventlog):
    with pytest.raises(ValueError, match="not one of"):
        tell(TOUCHPOINTS, last(7), now=NOON, by="message) OR (1")
    with pytest.raises(ValueError, match="not one of"):
        last(7).also("sample", "1")


def test_a_word_with_quotes_is_only_a_word(eventlog):
    nasty = "Toko \"Ibu'} {x:String} \\ 1' OR '1'='1"
    store({"name": nasty})

    assert tell_one(TOUCHPOINTS, last(7, name=nasty), now=NOON).estimate.value == 1


def test_what_there_is_to_choose_from(eventlog):
    store({"channel": "web", "team": "Care"}, {"channel": "web"}, {"channel": "app", "sample": True})
    store(*answers("csat-1-5", [5, 4]), *answers("nps", [9]), *answers("sternchen", [1]))

    told = words(last(7))

    assert (told.channels, told.teams) == (("web", "app"), ("", "Care"))
    assert told.names == ("Survey Answered", "Order Completed")
    assert (told.touchpoints, told.sample_touchpoints) == (7, 1)
    assert [(scale.key, n) for scale, n in scales(last(7))] == [("nps", 1), ("csat-1-5", 2)]


def test_the_extent_of_the_log_is_told(eventlog):
    assert extent() is None

    store(
        {"happened_at": NOON - 9 * DAY},
        {"happened_at": NOON},
        {"happened_at": NOON + DAY, "kind": "identify"},
    )

    assert extent() == (NOON - 9 * DAY, NOON)


# What people answered


def test_nps_of_real_answers_is_what_is_published(eventlog, shared):
    """1,619 scored answers of a broadband provider, NPS -24.46 (../shared/data/README.md)."""
    with gzip.open(shared / "data" / "nps_verbatims" / "train.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["NPS_SCORE"]]
    store(
        *(
            {
                "trail_id": 10 + int(row["row_id"]),
                "name": row["SURVEY_SUB_TYPE"],
                "scale": "nps",
                "score": float(row["NPS_SCORE"]),
                "happened_at": datetime.strptime(row["CUSTOMER_RESPONSE_DATE"], "%d/%m/%Y %H:%M").replace(
                    tzinfo=ZoneInfo("Europe/London")
                ),
            }
            for row in rows
        )
    )
    filters = Filters(
        window=Window(from_on=date(2017, 1, 1), until_on=date(2019, 1, 1), zone="Europe/London")
    )

    told = tell_one(get("nps.score"), filters, now=NOON).estimate

    assert (round(told.value, 2), told.n) == (-24.46, 1619)
    assert (round(told.low, 1), round(told.high, 1)) == (-28.7, -20.1)
    by_stage = tell(get("nps.score"), filters, now=NOON, by="name")
    assert sum(reading.estimate.n for reading in by_stage) == 1619


@pytest.mark.parametrize(
    ("key", "scale", "scores", "told"),
    [
        ("nps.score", "nps", [10, 9, 8, 7, 6, 0, 9, 9], 25.0),
        ("nps.unhappy", "nps", [10, 9, 8, 7, 6, 0, 9, 9], 25.0),
        ("csat-1-5.satisfied", "csat-1-5", [5, 4, 3, 1], 50.0),
        ("csat-1-5.mean", "csat-1-5", [5, 4, 3, 1], 3.25),
        ("csat-1-5.unhappy", "csat-1-5", [5, 4, 3, 1], 25.0),
        ("csat-1-10.satisfied", "csat-1-10", [10, 9, 8, 5], 50.0),
        ("csat-1-10.unhappy", "csat-1-10", [10, 9, 6, 5], 25.0),
        ("ces-1-7-easy.easy", "ces-1-7-easy", [7, 5, 4, 1], 50.0),
        ("ces-1-7-easy.unhappy", "ces-1-7-easy", [7, 5, 4, 1], 25.0),
        ("ces-1-5-hard.easy", "ces-1-5-hard", [5, 4, 3, 1], 25.0),
        ("ces-1-5-hard.unhappy", "ces-1-5-hard", [5, 4, 3, 1], 50.0),
        ("ces-1-5-hard.mean", "ces-1-5-hard", [5, 4, 3, 1], 3.25),
        ("csat-1-3.satisfied", "csat-1-3", [3, 3, 2, 1], 50.0),
    ],
)
def test_each_scale_is_told_by_its_own_formula(eventlog, key, scale, scores, told):
    store(*answers(scale, scores))

    assert value(key, last(7)).value == pytest.approx(told)


def test_scales_are_never_mixed(eventlog):
    store(*answers("csat-1-5", [5, 5]), *answers("csat-1-10", [5, 5]), *answers("ces-1-5-hard", [5, 5]))

    assert (value("csat-1-5.satisfied", last(7)).value, value("csat-1-5.satisfied", last(7)).n) == (100.0, 2)
    assert value("csat-1-10.satisfied", last(7)).value == 0.0
    assert value("ces-1-5-hard.easy", last(7)).value == 0.0


def test_polarity_is_told_with_the_scale():
    assert get("ces-1-7-easy.mean").polarity == "more is better"
    assert get("ces-1-5-hard.mean").polarity == "less is better"


def test_one_person_answering_often_widens_the_interval(eventlog):
    store(*answers("csat-1-5", [5] * 20 + [1] * 20))
    by_many = value("csat-1-5.satisfied", last(7))
    often = [{"trail_id": 1, "score": 5.0}] * 20 + [{"trail_id": 2, "score": 1.0}] * 20
    store(*({"scale": "csat-1-10"} | {key: 2 * said for key, said in a.items()} for a in often))
    by_two = value("csat-1-10.satisfied", last(7))

    assert by_many.n == by_two.n == 40
    assert by_two.high - by_two.low > 2 * (by_many.high - by_many.low)


def test_weeks_without_answers_have_no_score(eventlog):
    store(*answers("nps", [10, 9], happened_at=NOON - 8 * DAY))

    weeks = tell(get("nps.score"), last(14), now=NOON, bucket="week")

    assert [(r.estimate.value, r.estimate.n) for r in weeks] == [(100.0, 2), (None, 0)]


# Compared


def test_a_planted_change_is_told_with_its_interval(eventlog):
    store(*answers("csat-1-5", [5] * 80 + [1] * 20, happened_at=NOON - 40 * DAY))
    store(*answers("csat-1-5", [5] * 50 + [1] * 50, happened_at=NOON - 3 * DAY))
    filters = last(28)

    told = change(
        get("csat-1-5.satisfied"), filters, filters.within(filters.window.before(now=NOON)), now=NOON
    )

    assert told.difference.value == pytest.approx(-30)
    assert -43 < told.difference.low < told.difference.high < -16
    assert told.is_clear


def test_a_change_of_few_answers_is_never_clear(eventlog):
    store(*answers("csat-1-5", [5] * 20, happened_at=NOON - 40 * DAY))
    store(*answers("csat-1-5", [1] * 20, happened_at=NOON - 3 * DAY))
    filters = last(28)

    told = change(
        get("csat-1-5.satisfied"), filters, filters.within(filters.window.before(now=NOON)), now=NOON
    )

    assert told.difference.high < 0
    assert not told.is_clear


def test_a_day_that_has_just_begun_is_not_compared_with_a_whole_one(eventlog):
    store({"happened_at": NOON - timedelta(hours=1)}, {"happened_at": NOON - 7 * DAY - timedelta(hours=1)})
    store({"happened_at": NOON - 7 * DAY + timedelta(hours=1)})
    today = last(1)
    a_week_ago = today.within(today.window.before(now=NOON, days=7))

    told = change(TOUCHPOINTS, today, a_week_ago, now=NOON)

    assert (told.now.estimate.value, told.before.estimate.value, told.percent) == (1, 1, 0)


def test_the_window_before_a_closed_one_is_whole():
    window = Window(from_on=date(2026, 11, 1), until_on=date(2026, 11, 8), zone=JAKARTA)

    assert window.before(now=NOON) == Window(
        from_on=date(2026, 10, 25), until_on=date(2026, 11, 1), zone=JAKARTA
    )


def test_a_window_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="cannot end"):
        Window(from_on=date(2026, 11, 8), until_on=date(2026, 11, 8), zone=JAKARTA)


def test_changes_of_many_touchpoints_are_corrected_for_being_many(eventlog):
    for i in range(20):
        better = 75 if i == 3 else 40
        store(*answers("csat-1-5", [5] * 40 + [1] * 60, name=f"Rated {i}", happened_at=NOON - 40 * DAY))
        store(*answers("csat-1-5", [5] * better + [1] * (100 - better), name=f"Rated {i}"))
    store(*answers("csat-1-5", [5] * 40, name="Rated before only", happened_at=NOON - 40 * DAY))
    store(*answers("csat-1-5", [5] * 40, name="Rated now only"))
    filters = last(28)
    before = filters.within(filters.window.before(now=NOON))

    satisfied, by_name = get("csat-1-5.satisfied"), Split(by="name")

    told = change_together([satisfied], filters, before, now=NOON, splits=[by_name])[satisfied.key, by_name]

    assert len(told) == 21
    assert told[-1].now.group == "Rated now only"
    assert (told[-1].before.estimate.n, told[-1].is_clear) == (0, None)
    assert [one.now.group for one in told if one.is_clear] == ["Rated 3"]


def test_told_together_is_told_as_one_by_one(eventlog):
    """Measures of different scales, and every split, in one question."""
    store(*answers("csat-1-5", [5, 4, 4, 1, 2], channel="web", happened_at=NOON - 8 * DAY))
    store(*answers("csat-1-5", [3, 3], channel="app"), *answers("nps", [9, 0, 7], channel=""))
    store({"kind": "page", "channel": "app"}, {"kind": "page", "channel": "web"}, {"kind": "alias"})
    asked = [get(key) for key in ("csat-1-5.satisfied", "csat-1-5.mean", "nps.score", "csat-1-10.mean")]
    asked += [TOUCHPOINTS, PER_PERSON]
    splits = [ALL, Split(by="channel"), Split(bucket="week"), Split(by="name", bucket="day")]

    def shown(reading):
        return reading.group, reading.bucket, reading.estimate, reading.people, reading.is_complete

    told = tell_together(asked, last(28), now=NOON, splits=splits)

    for measure in asked:
        for split in splits:
            alone = tell(measure, last(28), now=NOON, by=split.by, bucket=split.bucket)
            assert list(map(shown, told[measure.key, split])) == list(map(shown, alone))
    assert [r.group for r in told["csat-1-5.mean", splits[1]]] == ["web", "app"]
    assert [r.group for r in told["nps.score", splits[1]]] == [""]


def test_counts_together_are_counts_one_by_one(eventlog):
    store(
        {"channel": "app", "trail_id": 1},
        {"channel": "web", "trail_id": 2},
        {"channel": "web", "trail_id": 2},
    )
    splits = [ALL, Split(by="channel"), Split(bucket="day")]

    told = tell_together([TOUCHPOINTS, PEOPLE], last(3), now=NOON, splits=splits)

    assert [r.estimate.value for r in told["people", splits[1]]] == [1, 1]
    assert [r.estimate.value for r in told["touchpoints", splits[2]]] == [0, 3, 0]
    assert told["touchpoints", ALL] == tell(TOUCHPOINTS, last(3), now=NOON)


def test_only_what_clearly_differs_from_the_rest_is_marked(eventlog):
    store(*answers("csat-1-5", [5] * 90 + [1] * 10, channel="web"))
    store(*answers("csat-1-5", [5] * 88 + [1] * 12, channel="email"))
    store(*answers("csat-1-5", [5] * 50 + [1] * 50, channel="whatsapp"))
    store(*answers("csat-1-5", [1] * 10, channel="store"))

    told = contrast(get("csat-1-5.satisfied"), last(7), now=NOON, by="channel")

    assert [(r.group, r.differs) for r in told] == [
        ("web", True),
        ("email", True),
        ("whatsapp", True),
        ("store", None),
    ]


def test_groups_alike_are_not_told_apart(eventlog):
    for channel, happy in (("web", 70), ("email", 65), ("app", 74)):
        store(*answers("csat-1-5", [5] * happy + [1] * (100 - happy), channel=channel))

    told = contrast(get("csat-1-5.satisfied"), last(7), now=NOON, by="channel")

    assert [r.differs for r in told] == [False, False, False]


def test_a_feature_can_declare_a_measure_of_its_own(eventlog):
    """As docs/measures.md shows it."""
    late = Measure(
        key="deliveries-late",
        title="Late deliveries",
        unit="percent",
        sentence="How many deliveries came after the promised day.",
        formula="Percent of delivered orders with late_days above 0.",
        counted="name = 'Order Delivered'",
        point="properties.late_days::Int32 > {days:Int32}",
        values={"days": 0},
        estimate=share_percent,
        polarity="less is better",
    )
    delivered = [{"trail_id": i, "name": "Order Delivered"} for i in range(4)]
    store(
        *(row | {"properties": f'{{"late_days": {i}}}'} for i, row in enumerate(delivered)),
        {"properties": "{}"},
    )

    told = tell_one(late, last(7), now=NOON).estimate

    assert (told.value, told.n) == (75.0, 4)
