"""`jejak duplicates --file`: what it reads, what it guesses, what it says of bad files."""

import csv
import gzip

import pytest

pytest.importorskip("splink", reason="Needs the extra: pip install -e '.[duplicates]'")

from jejak.features.duplicates.matching import guessing
from jejak.features.duplicates.tests import making
from jejak.project import cli

PEOPLE = """rec_id,given_name,surname,phone,born
1,Siti,Aminah,0812-3456-7890,1990-03-04
2,Siti,Aminnah,+62 812 3456 7890,1990-03-04
3,Budi,Santoso,0856-1111-2222,1985-12-01
4,Ayu,Lestari,0878-5555-1234,2001-07-09
5,Santoso,Budi,0856-1111-2222,1985-01-12
"""


def found(tmp_path, content, *more, name="people.csv"):
    path, out = tmp_path / name, tmp_path / "pairs.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code = cli.main(["duplicates", "--file", str(path), "--out", str(out), *more])
    rows = list(csv.DictReader(out.read_text().splitlines())) if out.exists() else []
    return code, [(row["left"], row["right"]) for row in rows], rows


def test_pairs_are_written_with_their_probability_and_reasons(tmp_path, capsys):
    code, pairs, rows = found(tmp_path, PEOPLE)

    assert (code, sorted(pairs)) == (0, [("1", "2"), ("3", "5")])
    reasons = {row["left"]: row["reasons"] for row in rows}
    assert reasons["1"] == "given_name: the same; surname: almost the same; phone: the same; born: the same"
    assert "given_name: given and family name swapped" in reasons["3"]
    assert "born: day and month swapped" in reasons["3"]
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)
    assert "given_name=given_name, surname=family_name, phone=phone, born=date" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + PEOPLE,
        PEOPLE.replace(",", ";"),
        PEOPLE.replace(",", "\t"),
        PEOPLE.replace("\n", "\r\n"),
        gzip.compress(PEOPLE.encode()),
        PEOPLE.encode("utf-16"),
        PEOPLE.replace("Ayu", "Renée").encode("cp1252"),
        PEOPLE + "\n\n",
    ],
    ids=["bom", "semicolons", "tabs", "crlf", "gz", "utf-16", "cp1252", "empty lines"],
)
def test_files_are_read_however_they_were_written(tmp_path, content):
    assert sorted(found(tmp_path, content)[1]) == [("1", "2"), ("3", "5")]


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        ("", [], "is empty: its first line must name the columns."),
        ("name,name\nSiti,Budi\n", [], "line 1: two columns are called 'name'."),
        ("name,city\nSiti,Medan\nBudi,Medan,more\n", [], "line 3: 3 cells, but the header names 2 columns."),
        (PEOPLE, ["--columns", "emel=email"], "There is no column 'emel'"),
        (PEOPLE, ["--columns", "phone=fone"], "'fone' is no kind of column. There are name, given_name"),
        (PEOPLE, ["--columns", "born,emel"], "There is no column 'emel'"),
        (PEOPLE, ["--truth", "who"], "There is no column 'who'"),
        ("a,b\n1,2\n", [], "say what its columns hold, such as --columns a=name."),
        ("Siti,0812-3456-7890\nBudi,0856-1111-2222\n", [], "looks like a record: Siti, 0812-3456-7890."),
        ("name,,\nSiti,1,2\n", [], "line 1: two columns have no name."),
        (
            'name,city\nSiti,Medan\nBudi,"Medan\n' + "Ayu,Medan\n" * 100_000,
            [],
            "line 3: field larger than field limit",
        ),
        ("name,city\nSiti," + "m" * 1_100_000, [], "line 2: longer than 1,000,000 characters."),
        (b"PK\x03\x04" + b"\0" * 100, [], "is a spreadsheet or another packed file: save it as CSV."),
        (b"name,city\n\0\x01\x02\0\x03\xff\x04\x05\x06\x07", [], "holds bytes that are zero."),
        (b"name\n" + b"Siti\n" * 20_000 + b"S\xedti\n", [], "is not the text it seems to be"),
        (gzip.compress(PEOPLE.encode())[:-20], [], "cannot be read: "),
    ],
)
def test_bad_input_is_named_with_its_column_or_line(tmp_path, capsys, content, more, said):
    assert found(tmp_path, content, *more)[:2] == (1, [])
    assert said in capsys.readouterr().err


def test_a_missing_file_is_named(capsys):
    assert cli.main(["duplicates", "--file", "/nowhere.csv"]) == 1
    assert "There is no file /nowhere.csv." in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    ["name,city\n", "name,city\nSiti,Medan\n", "name,email\n,\n,\n,\n", "name\nSiti\nBudi\nAyu\n"],
    ids=["no rows", "one row", "empty cells", "one column"],
)
def test_where_nothing_can_be_found_nothing_is(tmp_path, content):
    assert found(tmp_path, content)[:2] == (0, [])


def test_the_truth_tells_how_well_it_went(tmp_path, capsys):
    rows = making.people(60, seed=1)
    content = "\n".join(["|".join(rows[0]), *("|".join(row.values()) for row in rows)])

    assert found(tmp_path, content, "--truth", "truth")[0] == 0
    assert "Against truth: precision " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("Nama Depan,Nama Belakang,Emel,No. Telefon,Poskod", "given_name family_name email phone postcode"),
        ("fullName,dateOfBirth,kota,alamat", "name date city address"),
        ("Company Name,Zip,State,class", "company postcode category ignore"),
        ("id,shoe size", "ignore ignore"),
    ],
)
def test_kinds_are_guessed_from_headers(header, kinds):
    names = header.split(",")

    assert [str(column.kind) for column in guessing.guess(names, [["1"] * len(names)])] == kinds.split()


def test_kinds_are_guessed_from_values_where_the_header_says_nothing():
    rows = [["siti@toko.id", "0812-3456-789", "1990-01-31", "Jalan Mawar 5"]] * 3

    kinds = [str(column.kind) for column in guessing.guess(["a", "b", "c", "d"], rows)]

    assert kinds == ["email", "phone", "date", "address"]
