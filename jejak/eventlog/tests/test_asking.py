from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from jejak import eventlog as log
from jejak.eventlog.tests.makers import NOON, table, touchpoint

JAKARTA = timezone(timedelta(hours=7))
NASTY = "Siti's \"Toko\" \\ \\' \t \n \r \0 {x:String} %s %(a)s 😀 ; --"


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("String", NASTY),
        ("String", ""),
        ("Array(String)", [NASTY, ""]),
        ("Array(String)", []),
        ("UInt64", 2**64 - 1),
        ("Array(UInt64)", [1, 2**63]),
        ("Nullable(String)", None),
        ("Bool", True),
        ("Float64", 0.1),
        ("Decimal(18, 4)", Decimal("-1.2300")),
        ("Date", date(2026, 3, 2)),
        ("DateTime64(3, 'UTC')", NOON.replace(microsecond=123000)),
        ("Array(DateTime64(3, 'UTC'))", [NOON, NOON.replace(microsecond=1000)]),
    ],
)
def test_values_arrive_as_they_are(eventlog, type, value):
    assert eventlog.ask(f"SELECT {{value:{type}}} AS v, v = v", value=value).rows[0][0] == value


def test_moments_of_any_zone_mean_the_same(eventlog):
    there = datetime(2026, 3, 2, 19, 0, 0, 123000, tzinfo=JAKARTA)
    assert eventlog.ask("SELECT {at:DateTime64(3)}", at=there).rows == [(there.astimezone(UTC),)]


def test_a_moment_without_zone_is_refused(eventlog):
    with pytest.raises(ValueError, match="no time zone"):
        eventlog.ask("SELECT {at:DateTime64(3)}", at=datetime(2026, 3, 2))


def test_moments_come_back_aware(eventlog):
    eventlog.append(table(touchpoint()), token="a")
    there = "toStartOfDay(happened_at, 'Asia/Jakarta')"

    moments = eventlog.ask(f"SELECT happened_at, {there}, toDateTime(happened_at) FROM touchpoints").rows[0]

    assert list(moments) == [NOON, datetime(2026, 3, 2, tzinfo=JAKARTA), NOON]
    assert eventlog.ask("SELECT toDateTime('2026-03-02 12:00:00'), timezone()").rows == [(NOON, "UTC")]
    assert all(at.tzinfo for at in moments)


def test_percent_signs_and_braces_in_sql_are_left_alone(eventlog):
    assert eventlog.ask("SELECT '100%', 'a' LIKE '%a%', '{}', 5 % 3").rows == [("100%", True, "{}", 2)]
    assert eventlog.ask("SELECT '100%' LIKE '%0%', {a:UInt8}", a=1).rows == [(True, 1)]


def test_an_answer_without_rows_still_names_its_columns(eventlog):
    answer = eventlog.ask(
        "SELECT name, count() AS n FROM touchpoints WHERE name = {n:String} GROUP BY name", n="x"
    )
    assert answer == log.Answer(columns=["name", "n"], rows=[])


def test_a_large_answer_comes_in_blocks(eventlog):
    blocks = list(eventlog.ask_blocks("SELECT number, {a:String} AS a FROM numbers(200000)", a="x"))

    assert len(blocks) > 1
    assert {tuple(block.columns) for block in blocks} == {("number", "a")}
    assert sum(len(block.rows) for block in blocks) == 200_000


def test_questions_go_on_while_blocks_are_read_and_after_they_are_left(eventlog):
    for block in eventlog.ask_blocks("SELECT number FROM numbers(1000000)"):
        assert block.rows
        assert eventlog.ask("SELECT 1").rows == [(1,)]
        break
    assert eventlog.ask("SELECT 2").rows == [(2,)]


def test_many_threads_ask_and_append_at_once(eventlog):
    def work(i):
        eventlog.append(table(touchpoint(), touchpoint()), token=f"thread.{i}")
        return eventlog.ask("SELECT {i:UInt32} + number FROM numbers(3)", i=i).rows

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(work, range(40)))

    assert answers == [[(i,), (i + 1,), (i + 2,)] for i in range(40)]
    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(80,)]


def test_a_question_that_is_wrong_says_what_is_wrong(eventlog):
    with pytest.raises(log.BadQuestion) as raised:
        eventlog.ask("SELECT nonsense FROM touchpoints")
    assert str(raised.value).startswith("Unknown expression identifier `nonsense`")

    with pytest.raises(log.BadQuestion, match=r"^Syntax error"):
        eventlog.ask("SELEC 1")


def test_a_question_over_its_time_is_too_expensive(eventlog, monkeypatch):
    with pytest.raises(log.TooExpensive):
        eventlog.ask("SELECT sum(cityHash64(number)) FROM numbers(1e12) SETTINGS max_execution_time = 0.2")


def test_a_question_over_its_memory_is_too_expensive(eventlog):
    with pytest.raises(log.TooExpensive):
        eventlog.ask("SELECT groupArray(number) FROM numbers(1e9) SETTINGS max_memory_usage = 20000000")


def test_the_state_tells_rows_bytes_and_version(eventlog):
    eventlog.append(table(touchpoint(), touchpoint()), token="a")

    state = eventlog.status()

    assert (state.reachable, state.embedded, state.rows) == (True, True, 2)
    assert state.bytes > 100
    assert state.version.count(".") >= 2


def test_migrating_again_changes_nothing_and_adds_what_the_row_has_gained(eventlog):
    eventlog.append(table(touchpoint()), token="a")
    before = eventlog.ask("SHOW CREATE TABLE touchpoints").rows
    eventlog.migrate()
    assert eventlog.ask("SHOW CREATE TABLE touchpoints").rows == before

    from jejak.eventlog import connection

    with connection.borrowed() as client:
        client.command("ALTER TABLE touchpoints DROP COLUMN context")
    eventlog.migrate()

    assert eventlog.ask("SELECT context FROM touchpoints").rows == [("",)]
