"""Files as people have them: rows, the lines they begin on, and what is no row."""

import gzip
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jejak.common.sheets import tables
from jejak.common.sheets.file import File
from jejak.features.imports import reading
from jejak.features.imports.tests.makers import make_file


def read(path: Path, file: File | None = None) -> tables.Table:
    with reading.opened(path, file or File()) as table:
        table.blocks = iter(list(table.blocks))
        return table


def collect(path: Path, rows: list[object]) -> None:
    with reading.opened(path, File()) as table:
        for block in table.blocks:
            rows += block.rows


def rows_of(path: Path, file: File | None = None) -> list[object]:
    return [row for block in read(path, file).blocks for row in block.rows]


def lines_of(path: Path, file: File | None = None) -> list[int]:
    return [line for block in read(path, file).blocks for line in block.lines]


def faults_of(path: Path, file: File | None = None) -> list[tuple[int, str, str]]:
    return [
        (one.line, str(one.reason), one.text) for block in read(path, file).blocks for one in block.faults
    ]


def test_rows_begin_on_the_lines_that_an_editor_shows(tmp_path: Path) -> None:
    path = make_file(tmp_path, 'a,b\n1,"two\nlines"\n\n2,x\r\n3,"a ""quoted"" word"\n')
    assert rows_of(path) == [["1", "two\nlines"], ["2", "x"], ["3", 'a "quoted" word']]
    assert lines_of(path) == [2, 5, 6]


def test_a_packed_file_is_read_like_an_open_one(tmp_path: Path) -> None:
    path = make_file(tmp_path, "a,b\n1,2\n", "orders.csv.gz")
    assert rows_of(path) == [["1", "2"]]


@pytest.mark.parametrize(
    ("held", "encoding"),
    [
        ("nama\nSiti é\n".encode(), "utf-8"),
        (b"\xef\xbb\xbf" + "nama\nSiti é\n".encode(), "utf-8-sig"),
        ("nama\nSiti é\n".encode("utf-16"), "utf-16"),
        ("nama\nSiti é\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, held: bytes, encoding: str) -> None:
    path = make_file(tmp_path, held)
    table = read(path)
    assert (table.encoding, table.columns) == (encoding, ["nama"])
    assert rows_of(path) == [["Siti é"]]


def test_a_stray_byte_far_into_the_file_is_read_as_windows_1252_and_said(tmp_path: Path) -> None:
    path = make_file(tmp_path, b"nama\n" + b"Budi\n" * 100_000 + "Zoë\n".encode("cp1252"))
    table = read(path)
    assert [row for block in table.blocks for row in block.rows][-1] == ["Zoë"]
    assert list(table.told.values()) == [1]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in [["a", "b", "c"], ["1", "x y", "2,5" if delimiter != "," else "2"]]
    )
    table = read(make_file(tmp_path, text + "\n"))
    assert (table.delimiter, table.columns) == (delimiter, ["a", "b", "c"])


def test_a_line_with_too_few_or_too_many_fields_is_no_row_and_costs_no_other(tmp_path: Path) -> None:
    path = make_file(tmp_path, "a,b\n1,2\n3\n4,5,6\n7,8,\n9,10\n")
    assert rows_of(path) == [["1", "2"], ["7", "8"], ["9", "10"]]
    assert faults_of(path) == [
        (3, "the line has 1 fields, the header has 2.", "3"),
        (4, "the line has 3 fields, the header has 2.", "4,5,6"),
    ]


def test_short_lines_can_be_filled_up_where_the_mapping_says_so(tmp_path: Path) -> None:
    path = make_file(tmp_path, "a,b\n1\n2,3\n")
    assert rows_of(path, File(ragged="fill")) == [["1", ""], ["2", "3"]]


def test_a_quotation_mark_that_is_not_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = make_file(tmp_path, 'a,b\n1,"open\n2,x\n3,y\n')
    assert rows_of(path) == [["2", "x"], ["3", "y"]]
    assert lines_of(path) == [3, 4]
    assert [(line, text) for line, _reason, text in faults_of(path)] == [(2, '1,"open')]


def test_a_row_that_goes_on_behind_a_block_is_one_row(tmp_path: Path) -> None:
    before = "".join(f"{number},x\n" for number in range(1_999))
    path = make_file(tmp_path, "a,b\n" + before + '1999,"two\nlines"\n2000,x\n')
    assert rows_of(path)[-2:] == [["1999", "two\nlines"], ["2000", "x"]]
    assert lines_of(path)[-2:] == [2001, 2003]


def test_an_open_quotation_mark_in_a_long_file_is_found_again(tmp_path: Path) -> None:
    rows = "".join(f"{number},{'x' * 100}\n" for number in range(20_000))
    path = make_file(tmp_path, 'a,b\n0,"open\n' + rows)
    assert len(rows_of(path)) == 20_000
    assert [line for line, _reason, _text in faults_of(path)] == [2]


def test_a_line_with_nul_is_no_row(tmp_path: Path) -> None:
    path = make_file(tmp_path, b"a,b\n1,2\n3,\x00\n\x00\x00\x00\n4,5\n")
    assert rows_of(path) == [["1", "2"], ["4", "5"]]
    assert [line for line, _reason, _text in faults_of(path)] == [3, 4]


def test_columns_without_a_name_or_with_the_same_get_one(tmp_path: Path) -> None:
    assert read(make_file(tmp_path, "id,,id,\ufeffx\n1,2,3,4\n")).columns == [
        "id",
        "column 2",
        "id (2)",
        "\ufeffx",
    ]


def test_a_packed_file_that_is_cut_off_gives_what_it_has_and_then_says_so(tmp_path: Path) -> None:
    held = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * 7919) for n in range(50_000)))
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(held[: len(held) // 2])
    rows: list[object] = []
    with pytest.raises(tables.Unreadable, match="broken after line"):
        collect(path, rows)
    assert rows


def test_an_empty_file_says_that_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(tables.Unreadable, match="empty"):
        read(make_file(tmp_path, ""))


def test_a_name_that_tells_no_format_is_refused_unless_the_mapping_does(tmp_path: Path) -> None:
    path = make_file(tmp_path, "a\n1\n", "orders.dat")
    with pytest.raises(tables.Unreadable, match="does not tell the format"):
        read(path)
    assert rows_of(path, File(format="csv")) == [["1"]]


def test_names_can_stand_on_a_later_line_or_in_the_mapping(tmp_path: Path) -> None:
    path = make_file(tmp_path, "Report of March\nby Budi\na,b\n1,2\n")
    assert read(path, File(header_line=3)).columns == ["a", "b"]
    assert lines_of(path, File(header_line=3)) == [4]
    bare = make_file(tmp_path, "1,2\n3,4\n", "bare.csv")
    assert rows_of(bare, File(header_line=0, columns=["a", "b"])) == [["1", "2"], ["3", "4"]]


def test_json_lines_bring_their_own_columns(tmp_path: Path) -> None:
    path = make_file(
        tmp_path, '{"id":1,"user":{"email":"a@b.co"}}\n\nnot json\n{"id":2,"tags":["x"]}\n[1]\n', "x.jsonl"
    )
    assert rows_of(path) == [{"id": 1, "user.email": "a@b.co"}, {"id": 2, "tags": ["x"]}]
    assert lines_of(path) == [1, 4]
    assert [line for line, _reason, _text in faults_of(path)] == [3, 5]


def test_a_json_list_is_read_too(tmp_path: Path) -> None:
    path = make_file(tmp_path, json.dumps([{"id": 1}, 7, {"id": 2}]), "x.json")
    assert rows_of(path) == [{"id": 1}, {"id": 2}]
    assert [line for line, _reason, _text in faults_of(path)] == [2]


def test_parquet_keeps_its_types_and_opens_its_structs(tmp_path: Path) -> None:
    table = pa.table({"id": [1.0, None], "user": [{"email": "a@b.co"}, {"email": None}], "ok": [True, False]})
    pq.write_table(table, tmp_path / "x.parquet")
    opened = read(tmp_path / "x.parquet")
    assert opened.columns == ["id", "user.email", "ok"]
    assert rows_of(tmp_path / "x.parquet") == [[1.0, "a@b.co", True], [None, None, False]]


def test_excel_begins_at_its_first_filled_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([], ["id", "name", None], [1, "Siti", None], [], [2, None, "beyond"]):
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx").columns == ["id", "name"]
    assert rows_of(tmp_path / "x.xlsx") == [[1.0, "Siti"]]
    assert [line for line, _reason, _text in faults_of(tmp_path / "x.xlsx")] == [5]


def test_a_sheet_that_is_not_there_is_named(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    with pytest.raises(tables.Unreadable, match="no sheet 'March'"):
        read(tmp_path / "x.xlsx", File(sheet="March"))


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx", "x.json", "x.csv.gz"])
def test_what_only_has_the_name_of_a_format_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x1f\x8b\x08 nothing of the kind")
    with pytest.raises(tables.Unreadable):
        read(path)
