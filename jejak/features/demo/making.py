"""Make the demo company: the same seed, size and `now` make the same, byte for byte."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from random import Random
from typing import Any

from jejak.features.demo import companies, life, truth
from jejak.features.demo.companies import Company
from jejak.features.demo.diary import Diary, Message
from jejak.features.demo.seasons import Calendar
from jejak.features.demo.shoppers import Shopper, shoppers
from jejak.features.demo.speaking import Voice
from jejak.features.demo.truth import Plan

PEOPLE_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What a person's life came to."""

    shopper: Shopper
    joined_at: float
    left_at: float | None
    orders: int
    spent: float


@dataclass(kw_only=True)
class Making:
    """The demo company of a seed, before and while it is made."""

    now: datetime
    seed: int = truth.SEED
    people: int = truth.PEOPLE
    lived: list[Lived] = field(default_factory=list)

    @cached_property
    def plan(self) -> Plan:
        """When what is planted happens."""
        return Plan.of(self.now)

    @cached_property
    def companies(self) -> list[Company]:
        """The companies; a small demo has fewer."""
        return companies.companies(
            count=max(2, truth.COMPANIES * self.people // truth.PEOPLE), seed=self.seed
        )

    @cached_property
    def shoppers(self) -> list[Shopper]:
        """Everybody, also who never says who they are."""
        return shoppers(people=self.people, seed=self.seed, companies=self.companies)

    @cached_property
    def calendars(self) -> dict[str, Calendar]:
        """The days of the history in each country."""
        first = datetime.fromtimestamp(self.plan.start, UTC).date()
        return {
            country: Calendar(first=first, days=truth.DAYS + 1, country=country) for country in ("ID", "MY")
        }

    def chunks(self) -> Iterator[list[Message]]:
        """Yield the messages of some people after the other, in the order of time within each chunk."""
        for start in range(0, self.people, PEOPLE_AT_ONCE):
            told: list[tuple[float, Message]] = []
            for shopper in self.shoppers[start : start + PEOPLE_AT_ONCE]:
                told += self._live(shopper)
            told.sort(key=lambda pair: pair[0])
            yield [message for _, message in told]

    def _live(self, shopper: Shopper) -> list[tuple[float, dict[str, Any]]]:
        dice = Random(f"{self.seed}:life:{shopper.number}")
        diary = Diary(
            shopper=shopper,
            plan=self.plan,
            calendar=self.calendars[shopper.country],
            dice=dice,
            voice=Voice(shopper, Random(f"{self.seed}:voice:{shopper.number}")),
        )
        told = life.live(diary)
        if diary.joined_at is not None:
            gone = diary.leaves_at if diary.leaves_at <= self.plan.now < diary.returns_at else None
            self.lived.append(
                Lived(
                    shopper=shopper,
                    joined_at=max(diary.joined_at, 0.0),
                    left_at=gone,
                    orders=diary.orders,
                    spent=diary.spent,
                )
            )
        return told
