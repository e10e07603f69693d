import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from jejak import eventlog as log
from jejak.eventlog.tests.makers import table, touchpoint

YEARS = [datetime(year, 5, 1, tzinfo=UTC) for year in range(2019, 2026)]
NEXT_PROCESS = Path(__file__).parent / "next_process.py"


def test_what_goes_in_comes_out(eventlog):
    moment = datetime(2026, 3, 2, 19, 30, 15, 123000, tzinfo=timezone(timedelta(hours=7)))
    row = touchpoint(
        happened_at=moment, value=Decimal("19.9900"), score=9.0, scale="nps", place='Toko "Mé" 😀\n'
    )
    eventlog.append(table(row), token="a")

    answer = eventlog.ask("SELECT * FROM touchpoints")

    found = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert found == row | {"properties": {"total": 150000}, "happened_at": moment.astimezone(UTC)}
    assert found["happened_at"].utcoffset() == timedelta(0)


def test_the_same_token_counts_once(eventlog):
    rows = table(touchpoint(), touchpoint())
    for _ in range(3):
        eventlog.append(rows, token="a")
    eventlog.append(table(touchpoint()), token="b")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(3,)]


def test_the_same_rows_under_two_tokens_count_twice(eventlog):
    rows = table(touchpoint())
    eventlog.append(rows, token="a")
    eventlog.append(rows, token="b")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(2,)]


def test_a_batch_over_many_years_counts_once(eventlog):
    rows = table(*(touchpoint(happened_at=at) for at in YEARS for _ in range(3)))
    for _ in range(2):
        eventlog.append(rows, token="a")

    assert eventlog.ask("SELECT count(), uniqExact(message_id) FROM touchpoints").rows == [(21, 21)]


def test_a_batch_in_pieces_is_the_same_batch(eventlog):
    rows = table(*(touchpoint() for _ in range(6)))
    eventlog.append(rows, token="a")
    eventlog.append(pa.concat_tables([rows.slice(0, 2), rows.slice(2)]), token="a")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(6,)]


def test_a_large_batch_counts_once(eventlog):
    rows = pa.concat_tables([table(*(touchpoint() for _ in range(1000)))] * 150)
    for _ in range(2):
        eventlog.append(rows, token="a")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(150_000,)]


def test_an_empty_batch_is_nothing(eventlog):
    eventlog.append(table(), token="a")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(0,)]


def test_rows_of_another_shape_are_refused(eventlog):
    with pytest.raises(TypeError, match="do not follow"):
        eventlog.append(table(touchpoint()).drop_columns(["message"]), token="a")


def test_a_token_that_could_be_sql_is_refused(eventlog):
    with pytest.raises(ValueError, match="letters, digits"):
        eventlog.append(table(touchpoint()), token="a', x = '")


def test_properties_that_are_no_json_are_refused_and_the_log_goes_on(eventlog):
    with pytest.raises(log.BadRows):
        eventlog.append(table(touchpoint(), touchpoint(properties="{no json")), token="a")
    eventlog.append(table(touchpoint()), token="b")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(1,)]


@pytest.mark.parametrize("year", [1, 1899, 2300, 9999])
def test_a_moment_that_the_log_cannot_hold_is_refused(eventlog, year):
    with pytest.raises(log.BadRows, match="1900"):
        eventlog.append(table(touchpoint(happened_at=datetime(year, 1, 1, tzinfo=UTC))), token="a")

    assert eventlog.ask("SELECT count() FROM touchpoints").rows == [(0,)]


@pytest.mark.parametrize("year", [1900, 1969, 2299])
def test_moments_that_the_log_can_hold_are_kept(eventlog, year):
    moment = datetime(year, 6, 1, 1, 2, 3, 4000, tzinfo=UTC)
    eventlog.append(table(touchpoint(happened_at=moment)), token="a")

    assert eventlog.ask("SELECT happened_at FROM touchpoints").rows == [(moment,)]


def test_properties_may_disagree_on_types(eventlog):
    eventlog.append(
        table(
            touchpoint(properties='{"total": 5, "a": {"b": 1}, "list": [1, "x", {"y": null}]}'),
            touchpoint(properties='{"total": "five", "a": "b", "": 1, "a.c": true}'),
            touchpoint(properties="{}"),
        ),
        token="a",
    )

    answer = eventlog.ask("SELECT properties.total AS total, count() FROM touchpoints GROUP BY total")

    assert set(answer.rows) == {(5, 1), ("five", 1), (None, 1)}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('{"phone": "0812", "big": 123456789012345678}', {"phone": "0812", "big": 123456789012345678}),
        ('{"list": [1, "x", null, {"b": true}]}', {"list": [1, "x", None, {"b": True}]}),
        (
            '{"on": "2026-02-31", "at": "2026-01-01T00:00:00Z"}',
            {"on": "2026-02-31", "at": "2026-01-01T00:00:00Z"},
        ),
        ('{"a.b": 1, "none": null}', {"a": {"b": 1}}),
        ('{"a": {"b": 1}, "a.b": 2}', {"a": {"b": 1}}),
        ('{"a": 1, "a": 2}', {"a": 1}),
        ("", {}),
    ],
)
def test_properties_are_kept_as_they_were_sent(eventlog, sent, kept):
    eventlog.append(table(touchpoint(properties=sent)), token="a")

    assert eventlog.ask("SELECT properties FROM touchpoints").rows == [(kept,)]


@pytest.mark.parametrize("sent", ["[1]", "5", "{no json", '{"a": 1e400}', '{"a": "\\ud800"}', "{}{}"])
def test_properties_that_are_no_object_are_refused(eventlog, sent):
    with pytest.raises(log.BadRows):
        eventlog.append(table(touchpoint(properties=sent)), token="a")


def test_thousands_of_different_keys_are_kept(eventlog):
    rows = [touchpoint(properties=json.dumps({f"key_{i}_{j}": j for j in range(20)})) for i in range(200)]
    eventlog.append(table(*rows), token="a")

    assert eventlog.ask("SELECT count() FROM touchpoints WHERE properties.key_199_7::Int64 = 7").rows == [
        (1,)
    ]


@pytest.mark.parametrize("wait_seconds", [0.0, 0.02, 0.1])
def test_a_killed_process_loses_nothing_and_doubles_nothing(tmp_path, wait_seconds):
    """One process appends over and over and is killed; the next one appends the same again."""
    with _next_process(tmp_path, "append") as first:
        told = _read_until(first, "2")
        time.sleep(wait_seconds)
        first.kill()
        stored = len(told + first.stdout.read().split())

    with _next_process(tmp_path, "count", "append", str(stored + 2), "count") as second:
        before, *_, after = second.stdout.read().splitlines()

    rows = 35  # In each batch, over seven years.
    assert int(before.split()[0]) >= stored * rows
    assert after == f"{(stored + 2) * rows} {(stored + 2) * rows}"


def test_a_log_held_by_another_process_is_told(tmp_path):
    with _next_process(tmp_path, "append") as first:
        _read_until(first, "1")
        second = subprocess.run(
            [sys.executable, NEXT_PROCESS, tmp_path, "count"], capture_output=True, text=True
        )
        first.kill()

    assert f"HeldElsewhere: The log in {tmp_path}/log is held by process {first.pid}." in second.stderr
    assert "Cannot lock file" not in second.stderr  # What ClickHouse would say of it.


def _next_process(*words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, NEXT_PROCESS, *words], stdout=subprocess.PIPE, text=True)


def _read_until(process: subprocess.Popen[str], word: str) -> list[str]:
    """Return the lines that the process printed, up to this one."""
    lines: list[str] = []
    while not lines or lines[-1] != word:
        lines.append(process.stdout.readline().strip())
        assert lines[-1], f"The process ended with {process.wait()}."
    return lines


def test_a_forked_process_is_told_that_it_may_not_ask(tmp_path):
    forked = subprocess.run(
        [sys.executable, NEXT_PROCESS, tmp_path, "fork"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert forked.stdout.split() == ["HeldElsewhere", "1"]
