"""How much happens, and to how many."""

from django.utils.translation import gettext_lazy as _

from jejak.common.statistics import Estimate, Moments, rate_per_person
from jejak.measures.measure import Measure

HAPPENED = "kind IN ('track', 'page', 'screen')"
"""What happened between a person and the company; identify, group and alias only say who somebody is."""


def _touchpoints(moments: Moments) -> Estimate:
    return Estimate(value=moments.n, n=moments.n)


def _people(moments: Moments) -> Estimate:
    return Estimate(value=moments.people, n=moments.people)


def _per_person(moments: Moments) -> Estimate:
    return rate_per_person(people=moments.people, total=moments.n, squares=moments.own_counts_squared)


TOUCHPOINTS = Measure(
    key="touchpoints",
    title=_("Touchpoints"),
    unit="touchpoints",
    sentence=_("How often something happened between people and the company."),
    formula=_("A complete count of tracked touchpoints, pages and screens; a count has no interval."),
    counted=HAPPENED,
    estimate=_touchpoints,
)
PEOPLE = Measure(
    key="people",
    title=_("People"),
    unit="people",
    sentence=_("How many different people had a touchpoint, known or anonymous."),
    formula=_("A complete count of different people, merges followed; a count has no interval."),
    counted=HAPPENED,
    estimate=_people,
)
PER_PERSON = Measure(
    key="touchpoints-per-person",
    title=_("Touchpoints per person"),
    unit="per person",
    sentence=_("How many touchpoints one person has on average."),
    formula=_("Touchpoints divided by the people who had one; n is people."),
    counted=HAPPENED,
    point="1",
    estimate=_per_person,
)
ALL = (TOUCHPOINTS, PEOPLE, PER_PERSON)
