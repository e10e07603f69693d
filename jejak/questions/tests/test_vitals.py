"""Web vitals, held against pandas and numpy."""

import random
from datetime import timedelta

import numpy as np
import pytest

from jejak.questions import vital_pictures, vitals
from jejak.questions.asked import read
from jejak.questions.picture import nowhere
from jejak.questions.tests.makers import NOON, ZONE, begins, put

pytestmark = pytest.mark.django_db
ORDER = "Order Completed"


def asked(**said):
    return read({"kind": "vitals", "zone": ZONE, "when": {"days": 30}} | said)


def visits(seed, people=60):
    """Store pages, some measured, and orders, by chance."""
    chance, rows = random.Random(seed), []
    for person in range(1, people + 1):
        for _ in range(chance.randint(1, 6)):
            at = NOON - timedelta(seconds=chance.randint(0, 20 * 86_400))
            row = {
                "trail_id": person,
                "name": "Page Viewed",
                "happened_at": at,
                "properties": {"path": chance.choice("abc")},
            }
            if chance.random() < 0.7:
                row["properties"] |= {
                    "lcp_ms": int(chance.lognormvariate(7.8, 0.5)), "cls": round(chance.expovariate(10), 3),
                }  # fmt: skip
            rows.append(row)
        if chance.random() < 0.5:
            at = NOON - timedelta(seconds=chance.randint(0, 20 * 86_400))
            rows.append({"trail_id": person, "name": ORDER, "happened_at": at})
    return put(rows)


def test_percentiles_and_shares_are_what_pandas_says(eventlog):
    table = visits(50)

    told = vitals.tell(asked(bucket="week"), now=NOON)

    pages = table.dropna(subset=["lcp_ms"])
    assert set(told.vitals) == {"lcp", "cls"}
    lcp = told.vitals["lcp"]
    assert (lcp.at.value, lcp.at.n) == (pytest.approx(pages["lcp_ms"].quantile(0.75)), len(pages))
    assert lcp.at.low < lcp.at.value < lcp.at.high
    shares = {"good": pages["lcp_ms"] <= 2500, "poor": pages["lcp_ms"] > 4000}
    for band, held in shares.items():
        assert lcp.shares[band].value == pytest.approx(100 * held.mean())
    assert sum(share.value for share in lcp.shares.values()) == pytest.approx(100)
    assert told.vitals["cls"].shares["poor"].value == pytest.approx(100 * (pages["cls"] > 0.25).mean())
    weeks = pages["lcp_ms"].groupby(begins(pages, "week", ZONE)).quantile(0.75)
    assert {one.bucket: one.told.value for one in told.points if one.told.n} == pytest.approx(weeks.to_dict())
    paths = pages["lcp_ms"].groupby(pages["path"]).quantile(0.75).to_dict()
    assert {one.group: one.at.value for one in told.groups} == pytest.approx(paths)


def test_conversion_stands_beside_the_band_of_the_median_page(eventlog):
    table = visits(51)

    told = vitals.tell(asked(conversion={"names": [ORDER]}), now=NOON)

    came, bought = dict.fromkeys(vitals.BANDS, 0), dict.fromkeys(vitals.BANDS, 0)
    for _, mine in table.groupby("person"):
        pages = mine.dropna(subset=["lcp_ms"])
        if not len(pages):
            continue
        middle = np.median(pages["lcp_ms"])
        band = "good" if middle <= 2500 else "poor" if middle > 4000 else "middle"
        came[band] += 1
        bought[band] += bool((mine[mine["name"] == ORDER]["at"] > pages["at"].min()).any())
    assert {band: share.n for band, share in told.conversion.items()} == came
    assert {band: round(share.value * share.n / 100) for band, share in told.conversion.items()} == bought
    for band, n in came.items():
        assert vitals.people(asked(), band=band, now=NOON).total == n


def test_the_thresholds_themselves_are_good_and_not_poor(eventlog):
    put(
        [
            {"trail_id": i, "name": "Web Vitals Measured", "properties": {"lcp_ms": lcp, "inp_ms": inp}}
            for i, (lcp, inp) in enumerate([(2500, 200), (2501, 201), (4000, 500), (4001, 501)], 1)
        ]
    )

    told = vitals.tell(asked(), now=NOON + timedelta(minutes=1))

    for vital in ("lcp", "inp"):
        assert [told.vitals[vital].shares[band].value for band in vitals.BANDS] == [25, 50, 25]


def test_nothing_measured_and_no_conversion_named(eventlog):
    put([{"trail_id": 1, "name": "Page Viewed"}])

    told = vitals.tell(asked(), now=NOON + timedelta(minutes=1))

    assert (told.vitals, told.groups, told.conversion) == ({}, (), {})
    assert told.notes == ("No touchpoint in this window has a number in “lcp_ms”.",)
    assert [picture.chart.empty() for picture in vital_pictures.pictures(asked(), told, nowhere)] == [
        True,
        True,
    ]
