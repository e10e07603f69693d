"""People and companies as lists have them: made up, in families and at shared addresses, then written down badly."""

import random
from collections.abc import Callable

Row = dict[str, str]

_MEN = [
    "Budi", "Agus", "Eko", "Rizky", "Andi", "Bambang", "Hendra", "Joko", "Wahyu", "Adi", "Dwi", "Tri",
    "Yusuf", "Fajar", "Rudi", "Arif", "Azlan", "Hafiz", "Muthu", "Suharto", "Ahmad", "Muhammad", "Farid",
    "Iskandar", "Zulkifli", "Raj", "Kumar", "Wei", "Jian", "Boon",
]  # fmt: skip
_WOMEN = [
    "Siti", "Nur", "Sri", "Dewi", "Ayu", "Putri", "Indah", "Yanti", "Rina", "Fitri", "Lestari", "Ratna",
    "Aisyah", "Maya", "Wulan", "Nurul", "Aminah", "Priya", "Mei", "Ling", "Kartini", "Zainab", "Salmah",
    "Farah", "Hui", "Xin", "Devi", "Lakshmi", "Noraini", "Rosmah",
]  # fmt: skip
_LAST = [
    "Santoso", "Wijaya", "Rahayu", "Saputra", "Pratama", "Hidayat", "Setiawan", "Nugroho", "Kurniawan",
    "Susanto", "Hartono", "Gunawan", "Permata", "Utami", "Handayani", "Siregar", "Nasution", "Simanjuntak",
    "Abdullah", "Ismail", "Rahman", "Hassan", "Ibrahim", "Nurhaliza", "Kusuma", "Tan", "Lim", "Wong",
    "Lee", "Subramaniam", "Pillai", "Nair", "Hutagalung", "Situmorang", "Tarigan", "Sembiring",
]  # fmt: skip
_STREETS = [
    "Sudirman", "Thamrin", "Diponegoro", "Merdeka", "Ahmad", "Yani", "Gatot", "Subroto", "Melati", "Mawar",
    "Kenanga", "Anggrek", "Cempaka", "Bukit", "Bintang", "Ampang", "Tun", "Razak", "Raja", "Chulan",
    "Telawi", "Maarof", "Kuningan", "Kemang", "Cikini", "Menteng", "Dago", "Riau", "Pahlawan", "Pemuda",
    "Veteran",
]  # fmt: skip
_CITIES = {
    "Jakarta": "1",
    "Bandung": "40",
    "Surabaya": "60",
    "Medan": "20",
    "Kuala Lumpur": "50",
    "Penang": "10",
    "Johor Bahru": "80",
    "Semarang": "50",
    "Yogyakarta": "55",
    "Shah Alam": "40",
}
_TRADES = [
    "Maju", "Jaya", "Sentosa", "Abadi", "Makmur", "Sejahtera", "Mandiri", "Utama", "Nusantara", "Bersama",
    "Karya", "Cipta", "Bumi", "Samudera", "Mega", "Prima", "Global", "Teknologi", "Logistik", "Tekstil",
    "Pangan", "Farma", "Medika", "Elektrik", "Konstruksi", "Motor", "Kopi", "Batik",
]  # fmt: skip
_SYLLABLES = [
    "ka", "ri", "na", "su", "ma", "de", "wi", "ra", "ta", "ni", "lu", "sa", "pu", "ja", "yo", "ba", "gu",
    "hen", "tar", "mul", "kus",
]  # fmt: skip


def people(
    count: int, *, seed: int, families: float = 0.3, duplicates: float = 0.3, mess: float = 1.5
) -> list[Row]:
    """Return people, some of them written down twice or thrice with mistakes. `truth` says who is who.

    families: the share who live with others of one family name, at one address and often with one phone.
    """
    chance = random.Random(seed)
    rows: list[Row] = []
    while len({row["truth"] for row in rows}) < count:
        together = chance.choice((2, 3, 4)) if chance.random() < families else 1
        home = _home(chance)
        phone = _phone(chance)
        family = _last(chance)
        givens: set[str] = set()
        while len(givens) < together:
            givens.add(_given(chance))
        for given in sorted(givens):
            person = _person(chance, given, family, home, phone, str(len(rows)))
            rows += _written(person, chance, duplicates, mess)
    chance.shuffle(rows)
    return rows


def companies(count: int, *, seed: int, duplicates: float = 0.3, mess: float = 1.0) -> list[Row]:
    """Return companies likewise; some share a building and its switchboard."""
    chance = random.Random(seed)
    rows: list[Row] = []
    while len({row["truth"] for row in rows}) < count:
        home, phone = _home(chance), _phone(chance)
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
            words = chance.sample(_TRADES, chance.choice((1, 2, 2)))
            if chance.random() < 0.6:
                words.insert(0, _rare(chance))
            name = " ".join(words)
            row = {
                "truth": f"c{len(rows)}", "name": _legal(name, chance), "address": home["address"], "city": home["city"],
                "postcode": home["postcode"], "phone": phone if chance.random() < 0.5 else _phone(chance),
                "sector": chance.choice(["Retail", "Food", "Services", "Trade"]),
            }  # fmt: skip
            rows.append(row)
            if chance.random() < duplicates:
                twin = dict(row)
                twin["name"] = chance.choice(
                    [
                        _legal(name, chance),
                        _typo(name, chance),
                        " ".join(reversed(name.split())),
                        name.split()[0] + " " + name.split()[-1],
                    ]
                )
                twin["address"] = chance.choice([_respell, _typo, lambda t, _: t])(twin["address"], chance)
                twin["phone"] = chance.choice([_rephone(twin["phone"], chance), _phone(chance), ""])
                if chance.random() < 0.3:
                    twin["sector"] = chance.choice(["Retail", "Food", "Services", "Trade"])
                rows.append(twin)
    chance.shuffle(rows)
    return rows


def _person(chance: random.Random, given: str, family: str, home: Row, phone: str, truth: str) -> Row:
    last = "" if chance.random() < 0.1 else family
    own_phone = phone if chance.random() < 0.4 else _phone(chance)
    return {
        "truth": truth, "given": given, "family": last, "name": f"{given} {last}".strip(), **home, "phone": own_phone,
        "email": _mail(given, last, chance),
        "born": f"{chance.randint(1945, 2006)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
    }  # fmt: skip


def _mail(given: str, last: str, chance: random.Random) -> str:
    box = given.replace(" ", ".").lower() + chance.choice(["", ".", "_"]) + last.lower()
    box += chance.choice(["", str(chance.randint(1, 99))])
    return f"{box}@{chance.choice(['gmail.com', 'yahoo.co.id', 'contoh.my'])}"


def _given(chance: random.Random) -> str:
    given = chance.choice(_MEN + _WOMEN) if chance.random() < 0.7 else _rare(chance)
    return f"{given} {chance.choice(_MEN + _WOMEN)}" if chance.random() < 0.25 else given


def _written(row: Row, chance: random.Random, duplicates: float, mess: float) -> list[Row]:
    rows = [row]
    while chance.random() < duplicates and len(rows) < 4:
        twin = dict(row)
        for _ in range(1 + int(chance.expovariate(1 / mess))):
            chance.choice(_MISTAKES)(twin, chance)
        twin["name"] = f"{twin['given']} {twin['family']}".strip()
        rows.append(twin)
    return rows


def _wrong(key: str) -> Callable[[Row, random.Random], None]:
    def mistake(row: Row, chance: random.Random) -> None:
        row[key] = _typo(row[key], chance)

    return mistake


def _missing(row: Row, chance: random.Random) -> None:
    row[chance.choice(["family", "phone", "email", "born", "address", "postcode", "number"])] = ""


def _swapped(row: Row, chance: random.Random) -> None:
    row["given"], row["family"] = row["family"] or row["given"], row["given"]


def _turned(row: Row, chance: random.Random) -> None:
    if row["born"].count("-") == 2:
        year, month, day = row["born"].split("-")
        row["born"] = f"{year}-{day}-{month}" if int(day) <= 12 else f"{year}-{month}-{int(day) - 1:02}"


def _moved(row: Row, chance: random.Random) -> None:
    row.update(_home(chance))


def _other_mail(row: Row, chance: random.Random) -> None:
    row["email"] = row["email"].split("@")[0] + "@" + chance.choice(["hotmail.com", "outlook.com"])


def _other_phone(row: Row, chance: random.Random) -> None:
    row["phone"] = chance.choice([_rephone(row["phone"], chance), _phone(chance)])


def _shorter(row: Row, chance: random.Random) -> None:
    row["given"] = chance.choice([row["given"].split()[0], row["given"][:1]])


def _new_number(row: Row, chance: random.Random) -> None:
    row["number"] = row["number"][::-1]


def _new_street(row: Row, chance: random.Random) -> None:
    row["address"] = _respell(row["address"], chance)


_MISTAKES = [
    _wrong("given"), _wrong("family"), _wrong("given"), _wrong("family"), _wrong("email"), _wrong("phone"),
    _wrong("address"), _wrong("born"), _wrong("city"), _missing, _missing, _swapped, _turned, _moved, _other_mail,
    _other_phone, _shorter, _new_number, _new_street,
]  # fmt: skip


def _typo(text: str, chance: random.Random) -> str:
    if len(text) < 3:
        return text
    at = chance.randrange(len(text) - 1)
    letter = chance.choice("0123456789" if text[at].isdigit() else "aeiourstnlk")
    return chance.choice([
        text[:at] + text[at + 1 :], text[:at] + letter + text[at:], text[:at] + letter + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    ])  # fmt: skip


def _respell(text: str, chance: random.Random) -> str:
    return text.replace("Jalan", chance.choice(["Jl.", "Jln", "JALAN"])) + chance.choice(
        ["", " Blok B", ", Lantai 2"]
    )


def _rephone(phone: str, chance: random.Random) -> str:
    digits = phone.lstrip("+")
    return chance.choice(
        [f"0{digits[2:]}", f"+{digits[:2]} {digits[2:5]}-{digits[5:9]}-{digits[9:]}", digits]
    )


def _legal(name: str, chance: random.Random) -> str:
    return chance.choice(
        [f"PT {name}", f"PT. {name} Tbk", f"{name} Sdn Bhd", f"CV {name}", f"{name} Sdn. Bhd.", name]
    )


def _home(chance: random.Random) -> Row:
    city = chance.choice(list(_CITIES))
    return {
        "number": str(chance.randint(1, 250)), "address": f"Jalan {' '.join(chance.sample(_STREETS, chance.choice((1, 2))))}",
        "city": city, "postcode": _CITIES[city].ljust(2, "0") + f"{chance.randint(0, 400):03}",
    }  # fmt: skip


def _phone(chance: random.Random) -> str:
    return f"+62{chance.choice(['811', '812', '856', '878'])}{chance.randint(1000000, 99999999)}"


def _last(chance: random.Random) -> str:
    return chance.choice(_LAST) if chance.random() < 0.7 else _rare(chance)


def _rare(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).capitalize()
