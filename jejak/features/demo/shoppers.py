"""Who buys at the demo company."""

from dataclasses import dataclass
from random import Random

from jejak.features.demo import names, places
from jejak.features.demo.companies import ROLES, Company
from jejak.features.demo.places import City
from jejak.touchpoints.demo import KEY

LIVES = {"regular": 34, "once": 26, "seasonal": 12, "winner": 9, "walker": 11, "prospect": 8}
"""How people live with the company, in percent. winner: buys more and more; walker: less and less, without a word;
seasonal: when there is a sale or a feast; prospect: looks around and never says who they are."""
_BUSY = {
    "regular": 1.0,
    "once": 0.42,
    "seasonal": 0.75,
    "winner": 1.35,
    "walker": 1.0,
    "prospect": 0.4,
    "business": 1.4,
}
_MAIL = ("surelku", "kotaksurat", "poskita", "emelku", "warkah", "suratmaya")
_TWINS_FROM = 0.975
_ENGLISH = {
    "malay": 0.12,
    "tamil": 0.55,
    "chinese_my": 0.6,
    "sabah": 0.2,
    "sarawak": 0.22,
    "chinese_id": 0.08,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """One made-up person.

    register: formal, casual or slang: how they write. chatty: how far they shorten and misspell, from 0 to 1.
    smiles: how often they add an emoji. joined_share: the share of the history that is over when they come.
    leaning: how much more kindly than others they answer, as a share of the scale. activity: how much more they do.
    twin_of: the user id of somebody who is the same person, registered a second time with other spellings.
    """

    number: int
    name: str
    woman: bool
    city: City
    address: dict[str, str]
    language: str
    register: str
    chatty: float
    smiles: float
    email: str
    phone: str
    telegram: str
    life: str
    joined_share: float
    leaning: float
    activity: float
    uses_app: bool
    writes_on: str
    gets_mail: bool
    company: Company | None
    role: str
    twin_of: str
    shares_browser_with: int

    @property
    def user_id(self) -> str:
        """The id that the company knows them by."""
        return f"{KEY}{self.number}"

    @property
    def country(self) -> str:
        """ID or MY."""
        return self.city.country

    @property
    def currency(self) -> str:
        """The money they pay with."""
        return "IDR" if self.city.country == "ID" else "MYR"

    @property
    def is_known(self) -> bool:
        """Whether they ever say who they are."""
        return self.life != "prospect"


def shoppers(*, people: int, seed: int, companies: list[Company]) -> list[Shopper]:
    """Return so many people, those of companies first, and last some who registered twice."""
    belong = [company for company in companies for _ in range(company.people)][: people // 8]
    first_twin = int(people * _TWINS_FROM)
    made: list[Shopper] = []
    once: list[Shopper] = []
    for number in range(1, people + 1):
        dice = Random(f"{seed}:who:{number}")
        company = belong[number - 1] if number <= len(belong) else None
        if number > first_twin and once:
            made.append(_twin(number, once.pop(dice.randrange(len(once))), dice))
            continue
        made.append(one := _shopper(number, company, dice))
        if one.is_known and not company:
            once.append(one)
    return made


def _shopper(number: int, company: Company | None, dice: Random) -> Shopper:
    city = company.city if company else places.city_of("ID" if dice.random() < 0.68 else "MY", dice)
    name, folk, woman = names.name_of(city.name, dice)
    life = "business" if company else dice.choices(tuple(LIVES), tuple(LIVES.values()))[0]
    language = "id" if city.country == "ID" else "ms"
    if dice.random() < _ENGLISH.get(folk, 0.02):
        language = "en"
    address_name = _mailbox(name, dice)
    domain = company.domain if company else f"{dice.choice(_MAIL)}.example"
    mailbox = address_name if company else f"{address_name}{dice.choice(('', '.', '_'))}{number}"
    roles = dict(ROLES[company.kind]) if company else {}
    return Shopper(
        number=number,
        name=name,
        woman=woman,
        city=city,
        address=company.address if company else places.address(city, dice),
        language=language,
        register="formal" if company else dice.choices(("formal", "casual", "slang"), (18, 52, 30))[0],
        chatty=dice.random() ** 1.4 * (0.3 if company else 1),
        smiles=max(0.0, dice.gauss(0.25, 0.25)),
        email=f"{mailbox}@{domain}" if not company else f"{mailbox}{number}@{domain}",
        phone=_phone(number, city.country),
        telegram=f"{address_name.replace('.', '_')}_{number}",
        life=life,
        joined_share=max(company.joined_share, dice.random() * 0.6) if company else _joined(dice),
        leaning=min(0.1, max(-0.1, dice.gauss(0, 0.05))),
        activity=_BUSY[life] * dice.gammavariate(2.4, 1 / 2.4),
        uses_app=not company and dice.random() < 0.56,
        writes_on=_writes_on(company is not None, dice),
        gets_mail=dice.random() < 0.68,
        company=company,
        role=dice.choices(tuple(roles), tuple(roles.values()))[0] if roles else "",
        twin_of="",
        shares_browser_with=number - 1 if number % 97 == 0 and not company else 0,
    )


def _twin(number: int, one: Shopper, dice: Random) -> Shopper:
    """The same person once more: a name spelt otherwise, another address, perhaps another number."""
    name = names.misspelt(one.name, dice)
    mailbox = _mailbox(name, dice)
    home = dict(one.address)
    if dice.random() < 0.6:
        home["street"] = (
            home["street"].replace("Jl. ", "Jalan ").replace("No. ", "no ").replace("Gg. ", "Gang ")
        )
    if dice.random() < 0.3:
        home["postalCode"] = ""
    return Shopper(
        number=number,
        name=name,
        woman=one.woman,
        city=one.city,
        address=home,
        language=one.language,
        register=one.register,
        chatty=one.chatty,
        smiles=one.smiles,
        email=f"{mailbox}.{number}@{dice.choice(_MAIL)}.example",
        # One digit is another, into a block that nobody was given either.
        phone=one.phone.replace("+6282455", "+6282555").replace("+6015935", "+6015937"),
        telegram=f"{mailbox.replace('.', '_')}_{number}",
        life="once",
        joined_share=one.joined_share + (1 - one.joined_share) * dice.uniform(0.1, 0.7),
        leaning=one.leaning,
        activity=0.5 * one.activity,
        uses_app=not one.uses_app,
        writes_on=one.writes_on,
        gets_mail=one.gets_mail,
        company=None,
        role="",
        twin_of=one.user_id,
        shares_browser_with=0,
    )


def _joined(dice: Random) -> float:
    """Two thirds were there before the history begins."""
    return 0.0 if dice.random() < 0.64 else dice.random() ** 0.85


def _writes_on(business: bool, dice: Random) -> str:
    if business:
        return dice.choices(("email", "phone", "whatsapp"), (55, 20, 25))[0]
    return dice.choices(("whatsapp", "email", "telegram", "phone", "social"), (54, 17, 11, 11, 7))[0]


def _mailbox(name: str, dice: Random) -> str:
    left_out = {"bin", "binti", "bt.", "a/l", "a/p", "anak", "i", "ni"}
    words = [word.lower().replace(".", "") for word in name.split() if word.lower() not in left_out]
    shape = dice.random()
    if shape < 0.5 or len(words) == 1:
        return ".".join(words[:3])
    if shape < 0.75:
        return "".join(words[:2])
    return f"{words[0]}.{words[-1][0]}" if shape < 0.9 else f"{words[0][0]}{words[-1]}"


def _phone(number: int, country: str) -> str:
    """Return a number in a block that no operator was given."""
    return f"+62824550{number:05d}" if country == "ID" else f"+6015935{number:05d}"


def written(phone: str, dice: Random) -> str:
    """Write a number as people do: with and without spaces and dashes; at home often without the country."""
    if phone.startswith("+60"):
        own = phone[3:]
        return dice.choice((phone, f"+60 {own[:2]}-{own[2:5]} {own[5:]}", f"+60{own[:2]} {own[2:]}"))
    own = phone[3:]
    return dice.choice(
        (phone, f"+62 {own[:3]}-{own[3:7]}-{own[7:]}", f"0{own}", f"0{own[:3]} {own[3:7]} {own[7:]}")
    )
