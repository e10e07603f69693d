"""The demo company's part of ours: its products, and what it sold, lost and hopes to sell to other companies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from jejak.features.crm.actions import pipelines
from jejak.features.crm.actions.deals import GAP, moved
from jejak.features.crm.models import Deal, DealLine, DealMove, DealReason, DealStage, Product
from jejak.features.crm.touchpoints import DealOpened
from jejak.people.models import Company
from jejak.records.models import ChangedRecord
from jejak.touchpoints import demo
from jejak.touchpoints.demo import DemoCompany, DemoPerson, DemoProduct, World

_NETWORKS = {
    "ID": ("demo-network-id", "Jaringan Mitra Nusantara"),
    "MY": ("demo-network-my", "Rangkaian Rakan Niaga"),
}
_TITLES = {
    "id": (
        *("Pengadaan {what} untuk {company}", "{what} {company}", "Pesanan besar {company}"),
        *("{company}: tambahan {what}", "Perlengkapan {company}", "Paket {what} {company}"),
    ),
    "ms": (
        *("Pembekalan {what} untuk {company}", "{what} {company}", "Pesanan besar {company}"),
        *("{company}: tambahan {what}", "Kelengkapan {company}", "Pakej {what} {company}"),
    ),
}
_SOURCES = {
    "id": ("Situs web", "WhatsApp", "Pameran", "Rekomendasi", "Toko"),
    "ms": ("Laman web", "WhatsApp", "Pameran", "Rujukan", "Kedai"),
}
_LOST_ON_THE_WAY = 0.22
_WON_AT_THE_END = 0.7
_MOST_PER_COMPANY = 7
_NAMED = 0.85
"""How many deals name somebody; of the others the trail of one of the company tells."""
_BATCH = 500


@dataclass
class _Story:
    """A deal that was made up, with its way through the stages and what is in it."""

    deal: Deal
    way: list[tuple[str, datetime]]
    contact: DemoPerson | None
    """Whose trail tells of it."""
    lines: list[DealLine] = field(default_factory=list)


@demo.part("crm", order=20)
class Crm:
    """Products, deals with their histories, and the networks that resellers belong to."""

    def fill(self, world: World, *, now: datetime, progress: demo.Progress) -> None:
        """Make it all, from the dice alone, in short transactions."""
        pipelines.begin()
        products = _products(world, now)
        stages = {stage.key: stage for stage in DealStage.objects.filter(pipeline=pipelines.first())}
        reasons = list(DealReason.objects.filter(archived_at=None))
        dice = world.dice("crm")
        stories: list[_Story] = []
        for done, company in enumerate(world.companies, start=1):
            if company.company_id:
                stories += _stories(dice, world, company, stages, reasons, products, now)
            progress(done, len(world.companies))
        _keep(stories, stages)
        _tell(world, stories, stages)
        _networks(world)

    def remove(self, world: World, *, now: datetime) -> None:
        """Take it away. A product that a deal of staff's own uses stays, as one of theirs."""
        with transaction.atomic():
            deals = Deal.objects.filter(is_sample=True)
            ids = list(deals.values_list("pk", flat=True))
            ChangedRecord.objects.filter(kind="deal", record_id__in=ids).delete()
            deals.delete()
            used = DealLine.objects.values("product")
            Product.objects.filter(is_sample=True, pk__in=used).update(is_sample=False)
            products = Product.objects.filter(is_sample=True)
            gone = list(products.values_list("pk", flat=True))
            ChangedRecord.objects.filter(kind="product", record_id__in=gone).delete()
            products.delete()
            Company.objects.filter(key__in=[key for key, _name in _NETWORKS.values()]).delete()


def _products(world: World, now: datetime) -> dict[str, Product]:
    """Keep the catalogue in rupiah, under the names of the language of the install."""
    language = (get_language() or "en")[:2]
    have = set(Product.objects.values_list("sku", flat=True))
    Product.objects.bulk_create(
        [
            Product(
                sku=one.sku,
                name=one.names.get(language) or next(iter(one.names.values())),
                price=Decimal(one.price_idr),
                currency="IDR",
                tags=[one.category] if one.category else [],
                created_at=world.start,
                changed_at=world.start,
                is_sample=True,
            )
            for one in world.products
            if one.sku not in have
        ],
        batch_size=_BATCH,
    )
    return {one.sku: one for one in Product.objects.filter(sku__in=[p.sku for p in world.products])}


def _stories(
    dice: Random,
    world: World,
    company: DemoCompany,
    stages: dict[str, DealStage],
    reasons: Sequence[DealReason],
    products: dict[str, Product],
    now: datetime,
) -> list[_Story]:
    people = world.people_of(company)
    first = max(company.since, world.start)
    told = []
    for _number in range(dice.randint(1, _MOST_PER_COMPANY)):
        # More of late than early: a company that grows has more going on.
        opened_at = demo.at_work(dice, now - (now - first) * (1 - dice.random() ** 0.6))
        if opened_at > now:
            opened_at -= timedelta(days=7)
        told.append(_story(dice, world, company, people, opened_at, stages, reasons, products, now))
    return told


def _story(
    dice: Random,
    world: World,
    company: DemoCompany,
    people: Sequence[DemoPerson],
    opened_at: datetime,
    stages: dict[str, DealStage],
    reasons: Sequence[DealReason],
    products: dict[str, Product],
    now: datetime,
) -> _Story:
    language = "id" if company.country == "ID" else "ms"
    currency = "IDR" if company.country == "ID" else "MYR"
    chosen = dice.sample(list(world.products), k=min(dice.choice((1, 1, 2, 3, 4)), len(world.products)))
    way = _way(dice, opened_at, stages, now)
    stage = stages[way[-1][0]]
    ended_at = way[-1][1] if stage.outcome != "open" else None
    why = [one for one in reasons if one.outcome == stage.outcome]
    known = [one for one in people if one.person_id and one.left_at is None and one.joined_at <= opened_at]
    contact = dice.choice(known) if known else None
    is_named = dice.random() < _NAMED
    deal = Deal(
        title=_title(dice, language, company, chosen),
        company_id=company.company_id,
        person_id=contact.person_id if contact and is_named else None,
        pipeline_id=stage.pipeline.key,
        stage=stage,
        stage_since=way[-1][1],
        currency=currency,
        close_on=_close_on(dice, opened_at, ended_at, now),
        won_at=ended_at if stage.outcome == "won" else None,
        lost_at=ended_at if stage.outcome == "lost" else None,
        reason=dice.choice(why) if ended_at and why else None,
        source=dice.choice(_SOURCES[language]),
        created_at=opened_at,
        changed_at=way[-1][1],
        is_sample=True,
    )
    story = _Story(deal=deal, way=way, contact=contact)
    if chosen and dice.random() < 0.7:
        for order, one in enumerate(chosen):
            price = Decimal(str(one.price(currency))).quantize(Decimal("0.01"))
            quantity = Decimal(max(1, round(company.size * dice.uniform(0.2, 1.4))))
            off = Decimal(dice.choice((0, 0, 0, 5, 10)))
            line = DealLine(
                product=products[one.sku],
                quantity=quantity,
                unit_price=price,
                discount_percent=off,
                order=order,
            )
            story.lines.append(line)
        deal.amount = sum((line.total for line in story.lines), Decimal())
        deal.sums_lines = True
    elif dice.random() < 0.8:
        step = 500_000 if currency == "IDR" else 250
        deal.amount = Decimal(step * dice.randint(3, 10 + 4 * company.size))
    return story


def _way(
    dice: Random, opened_at: datetime, stages: dict[str, DealStage], now: datetime
) -> list[tuple[str, datetime]]:
    """Return the stages that a deal came into, and when: many are lost early, few late."""
    standing = [stage for stage in stages.values() if stage.archived_at is None]
    line = sorted(standing, key=lambda one: one.order)
    open_ones = [stage for stage in line if stage.outcome == "open"]
    ends = {stage.outcome: stage for stage in line if stage.outcome != "open"}
    way = [(open_ones[0].key, opened_at)]
    at = opened_at
    for number in range(len(open_ones)):
        at = demo.at_work(dice, at + timedelta(days=1 + dice.lognormvariate(2.4, 0.7)))
        if at > now:
            break
        is_last = number == len(open_ones) - 1
        if is_last or dice.random() < _LOST_ON_THE_WAY:
            end = "won" if is_last and dice.random() < _WON_AT_THE_END else "lost"
            way.append((ends[end].key, at))
            break
        way.append((open_ones[number + 1].key, at))
    return way


def _title(dice: Random, language: str, company: DemoCompany, chosen: Sequence[DemoProduct]) -> str:
    what = chosen[0].names.get(language) or next(iter(chosen[0].names.values())) if chosen else ""
    return dice.choice(_TITLES[language]).format(what=what, company=company.name).strip()[:200]


def _close_on(dice: Random, opened_at: datetime, ended_at: datetime | None, now: datetime) -> date:
    if ended_at is not None:
        return timezone.localdate(ended_at)
    hoped = opened_at + timedelta(days=dice.randint(25, 110))
    if hoped < now and dice.random() < 0.7:
        hoped = now + timedelta(days=dice.randint(3, 75))  # Most are put off; some are forgotten.
    return timezone.localdate(hoped)


def _keep(stories: list[_Story], stages: dict[str, DealStage]) -> None:
    """Write them in bulk, the newest on top of each column."""
    stories.sort(key=lambda one: one.deal.stage_since, reverse=True)
    for rank, story in enumerate(stories):
        story.deal.rank = rank * GAP
    for start in range(0, len(stories), _BATCH):
        some = stories[start : start + _BATCH]
        with transaction.atomic():
            Deal.objects.bulk_create([one.deal for one in some])
            moves, lines = [], []
            for one in some:
                before: DealStage | None = None
                for key, at in one.way:
                    moves.append(DealMove(deal=one.deal, before=before, after=stages[key], at=at))
                    before = stages[key]
                for line in one.lines:
                    line.deal = one.deal
                    lines.append(line)
            DealMove.objects.bulk_create(moves, batch_size=_BATCH)
            DealLine.objects.bulk_create(lines, batch_size=_BATCH)


def _tell(world: World, stories: list[_Story], stages: dict[str, DealStage]) -> None:
    """Say on the trail of whom a deal is with how it went, as if staff had moved it through its stages."""
    pipeline = pipelines.first().name
    for story in stories:
        if story.contact is None:
            continue
        deal, (first, opened_at) = story.deal, story.way[0]
        amount = None if deal.amount is None else float(deal.amount)
        opened = DealOpened(
            deal_id=deal.pk,
            title=deal.title,
            pipeline=pipeline,
            deal_stage=stages[first].name,
            amount=amount,
            currency=deal.currency,
        )
        world.record(opened, person=story.contact, at=opened_at)
        for (before, _at), (after, at) in pairwise(story.way):
            fact = moved(deal, before=stages[before], after=stages[after], reason=deal.reason)
            world.record(fact, person=story.contact, at=at)


def _networks(world: World) -> None:
    """Resellers of a country belong to one network, so that the demo shows companies within companies."""
    for country, (key, name) in _NETWORKS.items():
        ids = [
            one.company_id
            for one in world.companies
            if one.country == country and one.kind == "reseller" and one.company_id
        ]
        if len(ids) < 2:
            continue
        said = {"name": {"value": name, "at": world.start.isoformat(), "source": demo.SOURCE}}
        defaults = {"name": name, "traits": said, "first_seen_at": world.start, "is_sample": True}
        network, _is_new = Company.objects.get_or_create(key=key, defaults=defaults)
        Company.objects.filter(pk__in=ids, parent=None).update(parent=network)
