"""Who buys at the fictional shop: people of Indonesia and Malaysia, with the names people there have."""

from dataclasses import dataclass
from random import Random

# One word is a whole name for many Indonesians.
_ONE_WORD = """
    Siti, Budi, Ayu, Dewi, Slamet, Sukarni, Wayan, Made, Ketut, Nyoman, Joko, Tuti, Yanti, Agus, Rini, Eko,
    Sri, Dian, Bayu, Wati, Surya, Lestari, Parman, Ningsih, Gede, Komang, Asih, Darsono, Mulyono, Kartini
"""
_FIRST = """
    Siti, Budi, Ayu, Dewi, Rizky, Putri, Andi, Fitri, Hendra, Maya, Reza, Indah, Dimas, Ratna, Fajar, Nur,
    Yusuf, Wulan, Arif, Citra, Bagus, Melati, Galih, Intan, Teguh, Laras, Wahyu, Kirana, Aditya, Sekar
"""
_LAST = """
    Rahmawati, Santoso, Wijaya, Lestari, Pratama, Hidayat, Nugroho, Siregar, Simanjuntak, Harahap, Kusuma,
    Saputra, Permata, Anggraini, Setiawan, Hakim, Maharani, Gunawan, Ramadhan, Utami
"""
_MALAYSIAN = """
    Aisyah binti Rahman, Ahmad Faiz bin Ismail, Nurul Huda binti Osman, Muhammad Hafiz bin Zakaria,
    Siti Aminah binti Yusof, Azman bin Hashim, Farah Nadia binti Kamal, Wan Amirul bin Wan Ali,
    Tan Wei Ming, Lim Siew Ling, Wong Kah Mun, Chong Mei Yee, Lee Jia Hao, Ng Poh Suan, Priya Nair,
    Arun Kumar a/l Subramaniam, Kavitha a/p Rajan, Zulkifli, Rosmah, Jamilah, Hamzah, Dayang Suriani,
    Kelvin Anak Jugah, Melissa Gimbang
"""
_CITIES = {
    "ID": ("Jakarta", "Bandung", "Surabaya", "Yogyakarta", "Medan", "Denpasar"),
    "MY": ("Kuala Lumpur", "Penang", "Johor Bahru", "Kuching"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """One fictional person. written_phone: as they wrote it, in one of the ways people do.

    leaning: how much happier than others they answer. activity: how much more they do than others.
    """

    number: int
    name: str
    email: str
    phone: str
    written_phone: str
    country: str
    city: str
    uses_app: bool
    is_known: bool
    joined_day: float
    leaning: float
    activity: float

    @property
    def user_id(self) -> str:
        """The id the shop knows them by."""
        return f"sample-{self.number}"

    def anonymous_id(self, device: str) -> str:
        """The id their device goes by."""
        return f"sample-{device}-{self.number}"


def shoppers(*, people: int, days: int, dice: Random) -> list[Shopper]:
    """Return so many people who joined within the last so many days, three quarters of them long before."""
    return [_shopper(number, days, dice) for number in range(1, people + 1)]


def _shopper(number: int, days: int, dice: Random) -> Shopper:
    country = "ID" if dice.random() < 0.68 else "MY"
    name = _name(country, dice)
    phone = f"+62 855 5555 {number:04d}" if country == "ID" else f"+60 11-5555 {number:04d}"
    address = ".".join(word.lower() for word in name.replace("/", "").split() if word not in {"bin", "binti"})
    return Shopper(
        number=number,
        name=name,
        email=f"{address}.{number}@example.com",
        phone=phone,
        written_phone=_written(phone, dice),
        country=country,
        city=dice.choice(_CITIES[country]),
        uses_app=dice.random() < 0.45,
        is_known=dice.random() < 0.82,
        joined_day=dice.uniform(0, days) if dice.random() < 0.25 else 0.0,
        leaning=dice.gauss(0, 0.5),
        activity=dice.gammavariate(2.2, 1 / 2.2),
    )


def _name(country: str, dice: Random) -> str:
    if country == "MY":
        return _one_of(_MALAYSIAN, dice)
    if dice.random() < 0.35:
        return _one_of(_ONE_WORD, dice)
    return f"{_one_of(_FIRST, dice)} {_one_of(_LAST, dice)}"


def _one_of(names: str, dice: Random) -> str:
    return " ".join(dice.choice(names.split(",")).split())


def _written(phone: str, dice: Random) -> str:
    """Write a number as people do: with the country, without it, with and without dashes."""
    at_home = "0" + phone[4:]
    return dice.choice((phone, at_home, at_home.replace(" ", "-"), at_home.replace(" ", "").replace("-", "")))
