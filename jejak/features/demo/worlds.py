"""The demo company as the parts of other features see it."""

from datetime import UTC, datetime

from jejak.features.demo import products, truth
from jejak.features.demo.making import Making
from jejak.features.demo.places import STORES
from jejak.features.demo.speaking import here
from jejak.people.models import Company, Handle
from jejak.touchpoints.demo import DemoCompany, DemoPerson, DemoStaff, World

BRAND = "Balairona"
_STAFF = (
    ("Rani Kusumawardani", "Care", "ID"),
    ("Bimo Adi Nugraha", "Care", "ID"),
    ("Alya Sofea binti Razak", "Care", "MY"),
    ("Tan Wen Li", "Care", "MY"),
    ("Hendra Firmansyah", "Sales", "ID"),
    ("Mega Permatasari", "Sales", "ID"),
    ("Faizal bin Salleh", "Sales", "MY"),
    ("Deepa a/p Krishnan", "Sales", "MY"),
    ("Guntur Prasetyo", "Stores", "ID"),
    ("Suria anak Manjah", "Stores", "MY"),
    ("Lala Anggraini", "Marketing", "ID"),
    ("Satya Wibowo", "Logistics", "ID"),
)


def world(making: Making) -> World:
    """Return the world of a demo, with the ids that people and companies have in this install; 0 where they have none."""
    lived = {one.shopper.number: one for one in making.lived}
    known = [one for one in making.shoppers if one.is_known and (one.number in lived or not lived)]
    people = dict(
        Handle.objects.filter(kind="user_id", value__startswith="demo-").values_list("value", "person_id")
    )
    companies = dict(Company.objects.filter(key__startswith="demo-").values_list("key", "pk"))
    plan = making.plan
    return World(
        seed=making.seed,
        brand=BRAND,
        start=_moment(plan.start),
        now=making.now,
        people=[
            DemoPerson(
                number=one.number,
                user_id=one.user_id,
                person_id=people.get(one.user_id, 0),
                name=one.name,
                language=one.language,
                country=one.country,
                city=one.city.name,
                email=one.email,
                phone=one.phone,
                greeted_as=here(one),
                company_key=one.company.key if one.company else "",
                role=one.role,
                joined_at=_moment(lived[one.number].joined_at if lived else plan.start),
                left_at=_moment(left) if lived and (left := lived[one.number].left_at) else None,
                orders=lived[one.number].orders if lived else 0,
                spent=lived[one.number].spent if lived else 0.0,
            )
            for one in known
        ],
        companies=[
            DemoCompany(
                key=one.key,
                company_id=companies.get(one.key, 0),
                name=one.name,
                kind=one.kind,
                country=one.city.country,
                city=one.city.name,
                address=", ".join(part for part in one.address.values() if part),
                phone=one.phone,
                email=f"halo@{one.domain}",
                size=one.size,
                since=_moment(plan.start + one.joined_share * (plan.now - plan.start)),
                staff_number=one.staff_number,
            )
            for one in making.companies
        ],
        staff=[
            DemoStaff(number=number, name=name, team=team, country=country)
            for number, (name, team, country) in enumerate(_STAFF, start=1)
        ],
        stores=[store.shown for store in STORES],
        products=products.PRODUCTS,
        incidents=truth.incidents(plan),
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(int(at), UTC)
