"""Customers of the demo company that are companies: cafés, offices, schools, resellers."""

from dataclasses import dataclass
from random import Random

from jejak.features.demo import places
from jejak.features.demo.places import City
from jejak.touchpoints.demo import KEY

_NAMES = {
    "cafe": {
        "ID": (
            "Kopi Senja Teduh",
            "Kedai Kopi Tirta",
            "Warung Ruang Pagi",
            "Kopi Lereng",
            "Teras Seduh",
            "Kedai Dua Cangkir",
        ),
        "MY": (
            "Kopitiam Sri Embun",
            "Kafe Anjung Pagi",
            "Kafe Tepi Sawah",
            "Warung Cik Melur",
            "Kopi Kampung Hulu",
        ),
    },
    "office": {
        "ID": (
            "PT Cakrawala Mitra Lestari",
            "PT Sinar Delapan Karya",
            "CV Bina Rupa",
            "PT Arunika Data",
            "PT Tirta Kencana Jaya",
            "Notaris Lestari & Rekan",
            "CV Graha Selaras",
        ),
        "MY": (
            "Selaras Maju Sdn Bhd",
            "Embun Konsult Sdn Bhd",
            "Rimba Teknologi Sdn Bhd",
            "Firma Guaman Yusof & Rajan",
            "Jernih Akauntan PLT",
        ),
    },
    "school": {
        "ID": (
            "SD Tunas Cendekia",
            "TK Pelita Kecil",
            "SMP Bina Nusa Harapan",
            "Pesantren Nurul Falah",
            "Bimbel Cerdas Ceria",
        ),
        "MY": (
            "Tadika Cahaya Permata",
            "Sekolah Agama Nur Iman",
            "Tadika Si Manja",
            "Pusat Tuisyen Gemilang Bistari",
        ),
    },
    "reseller": {
        "ID": (
            "Toko Berkah Rumah",
            "Grosir Ibu Ningsih",
            "Toko Sumber Rejeki Kita",
            "UD Maju Terus",
            "Toko Serba Ada Rahayu",
            "Lapak Mbak Yuni",
        ),
        "MY": ("Kedai Runcit Pak Mat", "Mega Borong Enterprise", "Rezeki Harian Trading", "Butik Seri Ayu"),
    },
}
ROLES = {
    "cafe": (("owner", 5), ("store manager", 3), ("barista", 1)),
    "office": (("purchasing", 5), ("general affairs", 4), ("finance", 3), ("director", 1)),
    "school": (("headmaster", 2), ("administration", 4), ("treasurer", 3)),
    "reseller": (("owner", 6), ("store keeper", 3), ("courier", 1)),
}
_SIZES = {"cafe": (4, 30), "office": (15, 260), "school": (20, 120), "reseller": (2, 18)}
_KINDS = ("cafe", "office", "school", "reseller")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One made-up company. people: how many of its people the demo company knows."""

    key: str
    name: str
    kind: str
    city: City
    address: dict[str, str]
    phone: str
    domain: str
    size: int
    people: int
    joined_share: float
    staff_number: int


def companies(*, count: int, seed: int) -> list[Company]:
    """Return so many companies; no two have the same name."""
    dice = Random(f"{seed}:companies")
    taken: set[str] = set()
    return [_company(number, taken, dice) for number in range(1, count + 1)]


def _company(number: int, taken: set[str], dice: Random) -> Company:
    kind = _KINDS[number % 4]
    country = "ID" if dice.random() < 0.65 else "MY"
    city = places.city_of(country, dice)
    free = [name for name in _NAMES[kind][country] if name not in taken]
    name = dice.choice(free) if free else f"{dice.choice(_NAMES[kind][country])} {city.name}"
    while name in taken:
        name += f" {dice.choice(city.quarters)}"
    taken.add(name)
    letters = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
    low, high = _SIZES[kind]
    size = int(low * (high / low) ** dice.random())
    return Company(
        key=f"{KEY}c-{number:02d}",
        name=name,
        kind=kind,
        city=city,
        address=places.address(city, dice),
        phone=landline(city, number),
        domain=f"{letters[:24]}.example",
        size=size,
        people=min(9, 2 + int(size**0.4 * dice.random())),
        joined_share=dice.random() ** 1.6,
        staff_number=dice.randint(1, 8),
    )


def landline(city: City, number: int) -> str:
    """Return a number in a block that nobody was given."""
    return f"+62824559{number:05d}" if city.country == "ID" else f"+6015936{number:05d}"
