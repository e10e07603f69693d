"""`jejak catalogue`: the dictionary, made from the code and from what was seen."""

import json

import pytest

from jejak.project import cli
from jejak.touchpoints import definitions

pytestmark = pytest.mark.django_db


def test_it_prints_every_touchpoint_measure_and_action(capsys):
    definitions.define(name="Parcel Lost", sentence="The courier lost it.", team="Logistics", stage="use")

    assert cli.main(["catalogue", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"touchpoints", "measures", "actions"}
    lost = {"key": "Parcel Lost", "sentence": "The courier lost it.", "team": "Logistics", "stage": "use"}
    assert lost in told["touchpoints"]
    nps = next(measure for measure in told["measures"] if measure["key"] == "nps.score")
    assert nps["formula"] == "Percent who answer 9 or 10, minus percent who answer 0 to 6."
    assert (nps["scale"], nps["polarity"]) == ("nps", "more is better")


def test_people_read_it_as_text(capsys):
    assert cli.main(["catalogue"]) == 0

    printed = capsys.readouterr().out
    assert "csat-1-5.satisfied – Satisfied, CSAT 1–5" in printed
    assert "Percent who answer 4 to 5 on a scale from 1 to 5." in printed
