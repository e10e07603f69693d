"""How well duplicates are found, without being told what is one: on real lists, and on lists made up for it.

No number was fitted to a list. But the shape of the model and the threshold were chosen while looking at all of
these, so that their figures are a little kinder than those of a list nobody has seen.
"""

import pytest

pytest.importorskip("splink", reason="Needs the extra: pip install -e '.[duplicates]'")

from jejak.features.duplicates import files
from jejak.features.duplicates.actions import THRESHOLD
from jejak.features.duplicates.matching import finding
from jejak.features.duplicates.matching.kinds import Column, Kind
from jejak.features.duplicates.tests import making
from tests import needs

FEBRL = {
    "given_name": "given_name", "surname": "family_name", "street_number": "street_number", "address_1": "address",
    "address_2": "address", "suburb": "city", "postcode": "postcode", "state": "category", "date_of_birth": "date",
    "soc_sec_id": "id",
}  # fmt: skip
PEOPLE = {
    "given": "given_name", "family": "family_name", "number": "street_number", "address": "address", "city": "city",
    "postcode": "postcode", "phone": "phone", "email": "email", "born": "date",
}  # fmt: skip


def scored(rows, kinds, truths):
    columns = [Column(name, Kind(kind), i) for i, (name, kind) in enumerate(kinds.items())]
    database = finding.open_table(columns)
    finding.add(database, ids=range(len(rows)), cells=[[row[name] for row in rows] for name in kinds])
    found = finding.find(database, columns, threshold=THRESHOLD)
    return files.score(((pair.left, pair.right) for pair in found.pairs), truths)


def shared(*names):
    try:
        return needs.shared().joinpath("data", *names)
    except needs.Missing as missing:
        pytest.skip(str(missing))


def rows_of(path):
    planned = files.plan(path, kinds=[], id_column=None, truth=None)
    return [dict(zip(planned.header, row, strict=True)) for row in files.rows_of(path)]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_people_with_typos_are_found(number):
    rows = rows_of(shared("febrl", f"dataset{number}.csv.gz"))

    assert scored(rows, FEBRL, [row["rec_id"].split("-")[1] for row in rows]).f1 >= 0.98


def test_restaurants_are_found():
    rows = rows_of(shared("restaurants", "restaurant.csv"))
    kinds = {"name": "company", "addr": "address", "city": "city", "phone": "phone", "type": "category"}

    assert scored(rows, kinds, [row["class"] for row in rows]).f1 >= 0.94


def test_families_are_told_from_duplicates():
    rows = making.people(800, seed=2, families=0.5, duplicates=0.1)

    told = scored(rows, PEOPLE, [row["truth"] for row in rows])

    assert told.precision >= 0.97
    assert told.recall >= 0.95


def test_a_short_list_of_names_phones_and_mails_is_enough():
    rows = making.people(800, seed=5, families=0.5, duplicates=0.1)
    kinds = {"name": "name", "phone": "phone", "email": "email", "city": "city"}

    assert scored(rows, kinds, [row["truth"] for row in rows]).f1 >= 0.85


def test_companies_of_one_building_are_told_from_duplicates():
    rows = making.companies(600, seed=4)
    kinds = {"name": "company", "address": "address", "city": "city", "phone": "phone", "sector": "category"}

    assert scored(rows, kinds, [row["truth"] for row in rows]).f1 >= 0.9


def test_a_list_without_duplicates_has_none():
    rows = making.people(400, seed=3, families=0.5, duplicates=0.0)

    assert scored(rows, PEOPLE, [row["truth"] for row in rows]).found <= 2


def test_twice_the_same_is_found_the_same():
    rows = making.people(200, seed=6)
    truths = [row["truth"] for row in rows]

    assert scored(rows, PEOPLE, truths) == scored(rows, PEOPLE, truths)
