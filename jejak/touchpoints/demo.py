"""The demo company, and the one hook by which features fill their own part of it.

`jejak demo` makes up a retailer: its people, companies, stores, products, and what happened for 14 months, as
touchpoints through the same door as everybody's. A feature with nouns of its own (deals, tickets, surveys …) adds them
by a part in its `demo.py`, which is found there:

    from jejak.touchpoints import demo

    @demo.part("crm", order=20)
    class Crm:
        def fill(self, world: demo.World, *, now: datetime, progress: demo.Progress) -> None:
            dice = world.dice("crm")
            for done, company in enumerate(world.companies, start=1):
                ...  # bulk_create, from `company`, `dice` and `world.staff` alone
                progress(done, len(world.companies))

        def remove(self, world: demo.World, *, now: datetime) -> None:
            Deal.objects.filter(is_demo=True).delete()

What a part promises:
- fill() is called once, after all touchpoints of the demo are stored, in the order of `order`, and in no transaction:
  write in bulk, in short ones. Take every choice from world.dice("<key>") and every time from `now` and `world.start`,
  so that the same seed makes the same demo. Never send anything, and never ask the log: another process may hold it.
- remove() leaves nothing of what fill() made, also where fill() broke off half way or never began, and spares what
  staff made themselves as far as it can stand alone. It is called before people and companies are taken away, the
  last part first. A part marks what it makes: by a field of its own, or by keys that begin with "demo-".
- What happened between people and the nouns that fill() makes is told by world.record(), with the facts that real
  nouns record. It is accepted once all parts are filled, marked as made up, and taken away with everything else.
- What somebody should do is wished for by world.wish(): the part that keeps tasks is filled late, and makes them.
- A part that raises is logged and said on Home; the others are filled all the same. Where the process is cut off
  meanwhile, all parts are removed and filled anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any, Protocol, TypeVar

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from jejak.touchpoints import recording
from jejak.touchpoints.recording import Touchpoint

SOURCE = "demo"
"""The source that the demo's touchpoints, traits and handles name."""
KEY = "demo-"
"""What the ids of made-up people, companies and things begin with."""

Progress = Callable[[int, int], None]
"""Tells how far a part is: progress(done, total)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One made-up person whom the company knows by a user id.

    person_id: whoever stands for them in people.Person. language: id, ms or en. phone: in E.164.
    greeted_as: "Kak Sari", "Encik Faiz", "Wei Ming": a mononym is a whole name.
    company_key: "" for a private customer. role: in that company, such as "owner" or "purchasing".
    joined_at: when they first gave their name. left_at: when they closed their account for good.
    orders and spent count what they bought until now; spent is in the money of their country.
    """

    number: int
    user_id: str
    person_id: int
    name: str
    language: str
    country: str
    city: str
    email: str
    phone: str
    greeted_as: str
    company_key: str
    role: str
    joined_at: datetime
    left_at: datetime | None
    orders: int
    spent: float

    @property
    def currency(self) -> str:
        """The money they pay with."""
        return "IDR" if self.country == "ID" else "MYR"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCompany:
    """One made-up customer that is a company. company_id: of people.Company. kind: cafe, office, school or reseller.

    staff_number: whom of World.staff it belongs to, by their number.
    """

    key: str
    company_id: int
    name: str
    kind: str
    country: str
    city: str
    address: str
    phone: str
    email: str
    size: int
    since: datetime
    staff_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    """One made-up colleague. They have no login; a part may write their names. team: Care, Sales, Stores …"""

    number: int
    name: str
    team: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStore:
    """One made-up store. opens and closes: hours of its own day. utc_hours: its time zone."""

    key: str
    name: str
    city: str
    country: str
    opens: int
    closes: int
    utc_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoProduct:
    """One made-up product. names: by language. price_idr has no decimals."""

    sku: str
    names: dict[str, str]
    category: str
    price_idr: int
    price_myr: float

    def price(self, currency: str) -> float:
        """Return the price in one of its two currencies."""
        return self.price_idr if currency == "IDR" else self.price_myr


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoIncident:
    """Something that went wrong at the company, or something it changed. kind: incident or fix."""

    key: str
    kind: str
    sentence: str
    country: str
    city: str
    channel: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWish:
    """Something that a part wants done about somebody. owner_id: whose task it is, of staff.User.

    done_at: None where it still is to be done.
    """

    title: str
    person: DemoPerson
    owner_id: int
    made_at: datetime
    due_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The demo company as parts see it. The same seed, people and now make the same world.

    people: those with a user id, in the order of their number. In remove() the ids of people and companies that are
    gone already are 0, and joined_at, left_at, orders and spent are not told.
    """

    seed: int
    brand: str
    start: datetime
    now: datetime
    people: Sequence[DemoPerson] = field(repr=False)
    companies: Sequence[DemoCompany] = field(repr=False)
    staff: Sequence[DemoStaff] = field(repr=False)
    stores: Sequence[DemoStore] = field(repr=False)
    products: Sequence[DemoProduct] = field(repr=False)
    incidents: Sequence[DemoIncident]
    messages: list[dict[str, Any]] = field(default_factory=list, compare=False, repr=False)
    wishes: list[DemoWish] = field(default_factory=list, compare=False, repr=False)

    def record(self, fact: Touchpoint, *, person: DemoPerson, at: datetime, channel: str = "") -> None:
        """Say that something happened with a person. Raises ValueError for what lies in the future."""
        if at > self.now:
            raise ValueError(f"{fact.name} would happen at {at}, after the demo ends.")
        told = recording.message(fact, handles={"user_id": person.user_id}, happened_at=at, channel=channel)
        self.messages.append(told)

    def wish(self, wish: DemoWish) -> None:
        """Ask the part that keeps tasks for one."""
        self.wishes.append(wish)

    def dice(self, part: str) -> Random:
        """Return a stream of random numbers of this part alone: what others draw does not change it."""
        return Random(f"{self.seed}:{part}")

    def people_of(self, company: DemoCompany) -> list[DemoPerson]:
        """Return who belongs to a company."""
        return [person for person in self.people if person.company_key == company.key]


def at_work(dice: Random, at: datetime) -> datetime:
    """Return a quarter of an hour between nine and five, in the west of Indonesia, on that day or the next day of work."""
    while at.weekday() > 4:
        at += timedelta(days=1)
    return at.replace(hour=dice.randint(2, 9), minute=dice.choice((0, 15, 30, 45)), second=0, microsecond=0)


class Part(Protocol):
    """What a feature adds to the demo; see this file's head for what it promises."""

    def fill(self, world: World, *, now: datetime, progress: Progress) -> None:
        """Make this feature's part of the demo."""

    def remove(self, world: World, *, now: datetime) -> None:
        """Take all of it away; nothing may be left, and nothing need be there."""


_Made = TypeVar("_Made", bound=Callable[[], Part])
_parts: dict[str, tuple[int, Callable[[], Part]]] = {}


def part(key: str, *, order: int = 50) -> Callable[[_Made], _Made]:
    """Register a class as the part of the demo that is called `key`; those of a lower order are filled earlier."""

    def register(made: _Made) -> _Made:
        _parts[key] = (order, made)
        return made

    return register


def parts() -> list[tuple[str, Part]]:
    """Return every part, in the order of filling; removing goes the other way round."""
    for config in apps.get_app_configs():
        if config.name.startswith("jejak.") and module_has_submodule(config.module, "demo"):
            import_module(f"{config.name}.demo")
    ordered = sorted(_parts, key=lambda key: (_parts[key][0], key))
    return [(key, _parts[key][1]()) for key in ordered]
