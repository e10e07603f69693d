"""Companies, deals and own fields beside many people, and the lists that are asked for them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jejak.features.crm.models import Deal

COMPANIES, DEALS = 50_000, 200_000
_AT_ONCE = 5_000
_PEOPLE, _COMPANIES, _DEALS = (f"/app/records/{kind}/" for kind in ("person", "company", "deal"))
LISTS = {
    "the list of people": [_PEOPLE],
    "people by name, first seen, an own field": [
        f"{_PEOPLE}?sort={key}" for key in ("name", "-first_seen_at", "-points")
    ],
    "people of a team, with a tag, of an owner": [
        f"{_PEOPLE}?where={where}"
        for where in ("team~is~store-bandung", "tags~has~VIP", "owner~any_of~me", "owner~empty~")
    ],
    "people by a common and a rare value of an own field": [
        f"{_PEOPLE}?where={where}"
        for where in ("city~is~Bandung", "points~at_least~15000", "points~at_most~10")
    ],
    "people by three conditions at once": [
        f"{_PEOPLE}?where=city~is~Kuching&where=points~at_least~5000&where=tags~has~VIP",
        f"{_PEOPLE}?where=team~is~online&where=city~is~Medan&where=email~filled~&sort=name",
    ],
    "people whose e-mail contains something common, rare, nowhere": [
        f"{_PEOPLE}?where=email~contains~{text}" for text in ("siti", "zz", "qqqqq")
    ],
    "people searched for by name, begun e-mail, phone": [
        f"{_PEOPLE}?q={text}" for text in ("Siti", "Nurul+Hidayat", "budi.s", "08123")
    ],
    "people known, unknown, seen of late": [
        f"{_PEOPLE}?where={where}"
        for where in ("is_known~is~true", "is_known~is~false", "last_seen_at~last_days~7")
    ],
    "companies": [_COMPANIES, f"{_COMPANIES}?q=toko", f"{_COMPANIES}?sort=-first_seen_at&where=tags~has~VIP"],
    "deals": [_DEALS, f"{_DEALS}?sort=-amount", f"{_DEALS}?where=stage~any_of~proposal", f"{_DEALS}?q=12345"],
    "the board of deals": ["/app/deals/"],
}


def fill(*, people: int, until: datetime, seed: int = 3) -> None:
    """Declare own fields of people, and make up companies with their people and deals, in an install filled with people."""
    from jejak.features.crm.models import Deal
    from jejak.people.models import Company, Membership
    from jejak.records import own
    from jejak.records.people import PERSON

    chance = random.Random(seed)
    own.declare_field(kind=PERSON, label="City", key="city", type="text", now=until)
    own.declare_field(kind=PERSON, label="Points", key="points", type="number", now=until)
    for start in range(1, COMPANIES + 1, _AT_ONCE):
        made = Company.objects.bulk_create(
            Company(
                key=f"c-{pk}",
                name=f"{chance.choice(('Toko', 'PT', 'CV', 'Kedai'))} {chance.choice(_WORDS)} {pk}",
                domain=f"c{pk}.contoh.co.id",
                first_seen_at=until - timedelta(hours=chance.randrange(10_000)),
                tags=["VIP"] if chance.random() < 0.02 else [],
            )
            for pk in range(start, start + _AT_ONCE)
        )
        Membership.objects.bulk_create(
            Membership(company=company, person_id=chance.randint(1, people), since=until) for company in made
        )
    deals = _deals(people, until, chance)
    while some := list(islice(deals, _AT_ONCE)):
        Deal.objects.bulk_create(some)


_WORDS = ("Maju", "Sejahtera", "Jaya", "Abadi", "Makmur", "Sentosa", "Bersama", "Mandiri")


def _deals(people: int, until: datetime, chance: random.Random) -> Iterator["Deal"]:
    from jejak.features.crm.models import LOST, WON, Deal, DealStage
    from jejak.people.models import Company

    stages = list(DealStage.objects.all())
    companies = list(Company.objects.values_list("pk", flat=True))
    for number in range(DEALS):
        stage, at = chance.choice(stages), until - timedelta(minutes=chance.randrange(500_000))
        yield Deal(
            title=f"{chance.choice(_WORDS)} {number}",
            company_id=chance.choice(companies),
            person_id=chance.randint(1, people),
            pipeline_id=stage.pipeline.key,
            stage=stage,
            stage_since=at,
            rank=number,
            amount=Decimal(chance.randrange(1, 2_000)) * 100_000,
            currency="IDR",
            close_on=(at + timedelta(days=30)).date(),
            won_at=at if stage.outcome == WON else None,
            lost_at=at if stage.outcome == LOST else None,
            created_at=at,
            changed_at=at,
        )
