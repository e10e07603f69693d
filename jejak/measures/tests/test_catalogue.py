"""The catalogue of measures."""

import pytest

from jejak.measures import NoSuchMeasure, get, listed


def test_every_measure_has_a_sentence_and_a_formula():
    for measure in listed():
        assert str(measure.title)
        assert str(measure.sentence).endswith(".")
        assert str(measure.formula).endswith(".")


def test_every_score_says_its_scale():
    without = [m.key for m in listed() if m.unit in {"percent", "points", "score"} and m.scale is None]
    assert without == ["promises.kept"]  # Nobody is asked for it.


def test_measures_are_found_by_key_also_on_unlisted_scales():
    assert get("nps.score").unit == "points"
    assert str(get("csat-1-7.satisfied").formula) == "Percent who answer 6 to 7 on a scale from 1 to 7."


@pytest.mark.parametrize("key", ["", "nps", "nps.mean", "stars.mean", "csat-5-1.mean"])
def test_what_does_not_exist_is_refused(key):
    with pytest.raises(NoSuchMeasure):
        get(key)
