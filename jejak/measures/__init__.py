"""What can be told: the catalogue of measures, each with its n and its 95 % interval.

filters = Filters(window=Window.last(28, now=now, zone="Asia/Jakarta"), channel="whatsapp")
for reading in tell(get("nps.score"), filters, now=now, bucket="week"):
    told = reading.estimate
    reading.bucket, told.value, told.low, told.high, told.n
"""

from jejak.common.statistics import Estimate
from jejak.measures.asking import Split
from jejak.measures.behind import Behind, People, people_behind
from jejak.measures.catalogue import NoSuchMeasure, get, listed
from jejak.measures.filters import COLUMNS, Among, Bucket, Filters, Window, bucket_of, next_bucket
from jejak.measures.funnels import FEWEST_STEPS, MOST_STEPS, Funnel, Step, funnel, people_reaching
from jejak.measures.measure import Measure
from jejak.measures.promises import KEPT
from jejak.measures.scores import measures_of, scale_title
from jejak.measures.surroundings import Words, extent, scales, words
from jejak.measures.telling import (
    ALL,
    Change,
    Reading,
    change,
    change_together,
    changed,
    contrast,
    contrasted,
    tell,
    tell_one,
    tell_together,
)
from jejak.measures.volume import PEOPLE, PER_PERSON, TOUCHPOINTS

__all__ = [
    "ALL",
    "COLUMNS",
    "FEWEST_STEPS",
    "KEPT",
    "MOST_STEPS",
    "PEOPLE",
    "PER_PERSON",
    "TOUCHPOINTS",
    "Among",
    "Behind",
    "Bucket",
    "Change",
    "Estimate",
    "Filters",
    "Funnel",
    "Measure",
    "NoSuchMeasure",
    "People",
    "Reading",
    "Split",
    "Step",
    "Window",
    "Words",
    "bucket_of",
    "change",
    "change_together",
    "changed",
    "contrast",
    "contrasted",
    "extent",
    "funnel",
    "get",
    "listed",
    "measures_of",
    "next_bucket",
    "people_behind",
    "people_reaching",
    "scale_title",
    "scales",
    "tell",
    "tell_one",
    "tell_together",
    "words",
]
