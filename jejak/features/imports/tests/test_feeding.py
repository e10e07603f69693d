"""The reading process: the same file gives the same messages, whenever and from wherever it is read."""

import json
import subprocess
import sys
from pathlib import Path

from jejak.features.imports import feeding
from jejak.features.imports.tests.makers import NOON, ORDERS, feed, make_file, make_orders, map_file


def ids(path: Path, text: str = ORDERS, rows_done: int = 0) -> list[str]:
    chunks = [frame for frame in feed(path, text, rows_done=rows_done) if isinstance(frame, feeding.Chunk)]
    return [message["messageId"] for chunk in chunks for message in json.loads(chunk.body)]


def test_equal_rows_are_told_apart_and_stay_so(tmp_path: Path) -> None:
    row = "a@b.co,2026-01-31,9\n"
    path = make_file(tmp_path, "email,at,total\n" + row * 3 + "a@b.co,2026-01-31,8\n" + row * 2)
    found = ids(path)
    assert len(set(found)) == 6
    assert found == ids(path)


def test_equal_rows_far_apart_are_told_apart(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 9_000)
    twice = make_file(tmp_path, path.read_text() + path.read_text().partition("\n")[2], "twice.csv")
    assert len(set(ids(twice))) == 18_000
    assert ids(twice)[:9_000] == ids(path)


def test_a_file_that_grew_gives_its_old_rows_the_same_ids(tmp_path: Path) -> None:
    path = make_orders(tmp_path, 3_000)
    grown = make_file(tmp_path, path.read_text() + "a@b.co,2026-01-31,9\n", "grown.csv")
    assert ids(grown)[:-1] == ids(path)


def test_reading_goes_on_where_it_was(tmp_path: Path) -> None:
    row = "a@b.co,2026-01-31,9\n"
    path = make_file(tmp_path, "email,at,total\n" + row * 5_000)
    assert ids(path, rows_done=4_000) == ids(path)[4_000:]


def test_ids_of_columns_do_not_change_with_the_rest_of_the_row(tmp_path: Path) -> None:
    text = ORDERS.replace("[handles]", 'id = ["total"]\n[handles]')
    one = make_file(tmp_path, "email,at,total\na@b.co,2026-01-31,9\n", "one.csv")
    other = make_file(tmp_path, "email,at,total,new\nx@y.co,2026-02-01,9,1\n", "other.csv")
    assert ids(one, text) == ids(other, text) == ["orders:0:9"]


def test_an_empty_id_is_rejected(tmp_path: Path) -> None:
    text = ORDERS.replace("[handles]", 'id = ["nr"]\n[handles]')
    _, rejects = map_file(make_file(tmp_path, "email,at,total,nr\na@b.co,2026-01-31,9,\n"), text)
    assert rejects == [(2, "nr is empty, and it is part of the id.")]


def test_a_trial_counts_names_and_people(tmp_path: Path) -> None:
    frames = feed(make_orders(tmp_path, 3_000), ORDERS, trial=True)
    chunks = [frame for frame in frames if isinstance(frame, feeding.Chunk)]
    ended = frames[-1]
    assert isinstance(ended, feeding.Ended)
    assert (sum(chunk.messages for chunk in chunks), ended.people, len(ended.examples)) == (3_000, 7, 5)
    assert all(chunk.body == b"[]" for chunk in chunks)


def test_handles_of_one_row_are_one_person(tmp_path: Path) -> None:
    text = 'name = "t"\n[handles]\nemail = "email"\nid = "id"\n[[touchpoint]]\nname = "Seen"\ntime = "at"\n'
    at = "2026-01-31"
    path = make_file(tmp_path, f"email,id,at\na@b.co,1,{at}\nx@b.co,2,{at}\n,1,{at}\na@b.co,2,{at}\n")
    ended = feed(path, text, trial=True)[-1]
    assert isinstance(ended, feeding.Ended)
    assert ended.people == 1


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    assert [
        str(frame.reason)
        for frame in feed(make_file(tmp_path, ""), ORDERS)
        if isinstance(frame, feeding.Failed)
    ] == ["orders.csv: the file is empty."]


def test_a_mended_rejects_file_gives_what_the_mended_row_would(tmp_path: Path) -> None:
    mended = make_file(tmp_path, "email,at,total\na@b.co,2026-01-31,9\n", "mended.csv")
    rejects = make_file(
        tmp_path,
        "reject_file,reject_line,reject_reason,email,at,total\norders.csv,2,no,a@b.co,2026-01-31,9\n",
        "orders.csv.rejects.csv",
    )
    assert ids(rejects, ORDERS + 'keep = "rest"\n') == ids(mended, ORDERS + 'keep = "rest"\n')


def test_the_reading_process_needs_neither_django_nor_the_log(tmp_path: Path) -> None:
    job = feeding.Job(path=str(make_orders(tmp_path, 1)), mapping=ORDERS, countries=["ID"], now=NOON)
    script = (
        "import sys, msgspec\nfrom jejak.features.imports import feeding\n"
        "job = msgspec.json.decode(sys.argv[1].encode(), type=feeding.Job)\n"
        "assert isinstance(list(feeding.feed(job))[-1], feeding.Ended)\n"
        "print([name for name in ('django', 'chdb', 'wagtail', 'clickhouse_connect') if name in sys.modules])"
    )
    import msgspec

    held = msgspec.json.encode(job).decode()
    done = subprocess.run([sys.executable, "-c", script, held], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
