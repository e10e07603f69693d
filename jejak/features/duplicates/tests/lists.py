"""Lists of many kinds, made up: people, businesses, publications, products, songs, each written down badly in its way.

`truth` says who is who. The other columns are called as such lists call them, so that kinds can be guessed.
"""

import random
from collections.abc import Callable, Sequence
from itertools import accumulate

from jejak.features.duplicates.tests import making

Row = dict[str, str]
Mistake = Callable[[Row, random.Random], None]


def _words(text: str) -> list[str]:
    return text.split()


def _listed(text: str) -> list[str]:
    return text.split(", ")


_GIVEN = _words(
    "james mary john linda robert sarah michael emma william olivia thomas sophie daniel chloe joshua emily"
    " matthew jessica samuel hannah benjamin grace jack lucy liam ella noah mia ethan zoe lachlan georgia"
    " harrison isabella cooper madison riley caitlin jayden brooke mitchell lauren kyle tahlia bailey amber"
    " luke rachel nathan abbey alexander holly jordan jasmine connor bianca blake alana hugo imogen finn teagan"
)
_SURNAMES = _words(
    "smith jones williams brown wilson taylor nguyen johnson martin white anderson walker thompson thomas lee harris"
    " ryan robinson kelly king davis wright evans roberts green hall wood jackson clarke patel khan lewis james"
    " phillips scott campbell mitchell stewart morris miller baker parker cook bell murphy ward turner cooper ford"
    " hughes edwards collins morgan reid rogers webb burgess dixon fleet sanderson waller ryan berry hoffman"
)
_MALAY_MEN = _listed(
    "Ahmad Mohd Faizal, Muhammad Hafiz, Azlan, Mohd Razif, Ahmad Zaki, Ismail, Abdul Rahman, Muhammad Amirul,"
    " Khairul Anuar, Mohd Nazri, Shahrul Nizam, Abdul Halim, Zulkifli, Roslan, Mohd Syafiq, Rahim, Kamal, Hassan,"
    " Ibrahim, Yusof, Mohamad Aiman, Haziq, Danial, Syed Omar, Azhar"
)
_MALAY_WOMEN = _listed(
    "Siti Nurhaliza, Nur Aisyah, Noraini, Siti Aminah, Nurul Huda, Farah Nadia, Zainab, Rohani, Nur Izzati, Salmah,"
    " Faridah, Aishah, Norhayati, Siti Zubaidah, Puteri Balqis, Rosnah, Hasnah, Nurul Ain, Maznah, Khadijah"
)
_STREETS = _words(
    "park church high victoria station albert george king queen main river hill lake forest garden mill bridge"
    " railway market castle beach ocean maple cedar oak elm willow rose william elizabeth charles wattle banksia"
    " kurrajong tullaroop goldfinch maltby giblin hunter flinders burke bourke swanston collins spencer lonsdale"
)
_ROADS = ["street", "road", "avenue", "drive", "place", "crescent", "court", "close", "circuit"]
_SUBURBS = _words(
    "richmond kingston newport brighton preston ashfield burwood hurstville bankstown carlton fitzroy brunswick"
    " frankston dandenong geelong ballarat bendigo toowoomba cairns mackay bunbury fremantle mandurah hobart"
    " glenelg salisbury elizabeth whyalla bittern canterbury coolaroo"
)
_STATES = ["nsw", "vic", "qld", "wa", "sa", "tas", "act"]
_TRADES = _words(
    "bakery cafe dental legal plumbing electrical motors hardware pharmacy florist travel insurance consulting"
    " engineering logistics catering cleaning printing security furniture optics books sports music"
)
_FORMS = ["", "", " ltd", " limited", " inc", " llc", " pty ltd", " & sons", " group", " co"]
_SUBJECTS = _listed(
    "query optimization, concurrency control, view maintenance, data mining, association rules, spatial indexing,"
    " stream processing, schema matching, data integration, record linkage, access control, active databases,"
    " transaction recovery, similarity search, nearest neighbor search, semistructured data, data warehousing,"
    " selectivity estimation, join processing, object databases, workflow management, web crawling, parallel sorting,"
    " temporal data, information extraction, XML storage, sensor networks, text classification, image retrieval,"
    " buffer management, histogram construction, deductive databases, distributed commit, data cleaning"
)
_MANNERS = _listed(
    "efficient, scalable, adaptive, approximate, incremental, distributed, optimal, robust, secure, online, dynamic,"
    " declarative, fast, parallel, hierarchical, cost-based, probabilistic, automatic, interactive, self-tuning"
)
_PLACES = _listed(
    "relational systems, large databases, data streams, the web, main memory, peer-to-peer networks, XML documents,"
    " object-oriented databases, time series, multidimensional data, heterogeneous sources, mobile environments,"
    " data warehouses, scientific workflows, shared-nothing systems, high dimensions, digital libraries"
)
_VENUES = {
    "international conference on very large data bases": ["vldb", "very large data bases"],
    "international conference on management of data": ["sigmod conference", "sigmod"],
    "acm transactions on database systems": ["acm trans. database syst.", "tods"],
    "international conference on data engineering": ["icde", "data engineering"],
    "the vldb journal": ["vldb j.", "vldb journal"],
    "sigmod record": ["acm sigmod record", "sigmod rec."],
}
_BRANDS = _words(
    "sony panasonic canon nikon samsung philips toshiba sharp pioneer yamaha bose garmin logitech netgear linksys"
    " belkin epson brother whirlpool bosch electrolux frigidaire haier delonghi krups jvc kenwood denon onkyo sanus"
)
_THINGS = _listed(
    "digital camera, lcd hdtv, plasma television, home theater system, bookshelf speakers, noise cancelling headphones,"
    " wireless router, inkjet printer, microwave oven, dishwasher, washing machine, upright vacuum, espresso maker,"
    " dvd player, cd receiver, subwoofer, gps navigator, memory card, camera case, wall mount, cordless phone,"
    " portable radio, clock radio, air conditioner, refrigerator, optical mouse, usb hub, camcorder battery"
)
_COLOURS = ["black", "white", "silver", "red", "blue", "pink", "stainless steel", "titanium"]
_BLURBS = _listed(
    "energy star, remote control, high speed, easy to use, includes cable, one year warranty, auto focus, wide screen,"
    " built in tuner, rechargeable, compact design, low noise, dual band, touch screen, dolby digital, hdmi input,"
    " adjustable height, quick start, led display, child lock, sensor cooking, ink saving mode, voice prompts"
)
_SONG_WORDS = _words(
    "love night dream heart river fire rain summer dance home road light blue golden forever tonight baby moon star"
    " lonely city wild angel shadow sweet broken running sky freedom memory midnight paradise thunder honey ghost"
)


def common(words: Sequence[str], chance: random.Random) -> str:
    """Return one of these, the first ones oftenest, as names are."""
    weights = list(accumulate(1 / (i + 3) for i in range(len(words))))
    return chance.choices(words, cum_weights=weights)[0]


def rare(chance: random.Random) -> str:
    """Return a name that few have."""
    return "".join(
        chance.choice("bcdfghjklmnprstvw") + chance.choice(["a", "e", "i", "o", "u", "ai", "or", "en", "il"])
        for _ in range(chance.choice((2, 2, 3)))
    ) + chance.choice(["", "", "s", "n", "ton", "ley"])


# What goes wrong when a text is written down again.


def typo(text: str, chance: random.Random) -> str:
    """Return it with one letter wrong."""
    if len(text) < 2:
        return text
    at = chance.randrange(len(text))
    letter = chance.choice("0123456789" if text[at].isdigit() else "abcdefghijklmnopqrstuvwxyz")
    turned = text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]
    return chance.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + letter + text[at:],
            text[:at] + letter + text[at + 1 :],
            turned,
        ]
    )


def heard(text: str, chance: random.Random) -> str:
    """Return it as somebody spells it who only heard it."""
    pairs = [
        ("ph", "f"),
        ("ck", "k"),
        ("ee", "ea"),
        ("y", "i"),
        ("c", "k"),
        ("oe", "u"),
        ("dj", "j"),
        ("tj", "c"),
        ("sh", "sy"),
        ("ie", "y"),
        ("th", "t"),
        ("z", "s"),
        ("ou", "u"),
        ("ai", "ay"),
        ("v", "f"),
        ("ll", "l"),
        ("l", "ll"),
        ("u", "oe"),
    ]
    fitting = [(a, b) for a, b in pairs if a in text.lower()]
    if not fitting:
        return typo(text, chance)
    a, b = chance.choice(fitting)
    at = text.lower().index(a)
    return text[:at] + b + text[at + len(a) :]


def cased(text: str, chance: random.Random) -> str:
    """Return it in another case."""
    return chance.choice([text.upper(), text.lower(), text.title()])


def fewer(text: str, chance: random.Random) -> str:
    """Return it without one of its words."""
    words = text.split()
    if len(words) > 1:
        words.pop(chance.randrange(len(words)))
    return " ".join(words)


def wrong(*columns: str, how: Callable[[str, random.Random], str] = typo) -> Mistake:
    """Return the mistake that one of these columns was written wrongly."""

    def mistake(row: Row, chance: random.Random) -> None:
        column = chance.choice(columns)
        row[column] = how(row[column], chance)

    return mistake


def gone(*columns: str) -> Mistake:
    """Return the mistake that one of these columns was left empty."""
    return wrong(*columns, how=lambda _, __: "")


def swapped(one: str, other: str) -> Mistake:
    """Return the mistake that these two stand in each other's place."""

    def mistake(row: Row, _: random.Random) -> None:
        row[one], row[other] = row[other], row[one]

    return mistake


def written(
    rows: list[Row],
    chance: random.Random,
    *,
    share: float,
    mistakes: Sequence[Mistake],
    mess: float,
    most: int = 2,
    missing: float = 0.0,
) -> list[Row]:
    """Return these and, for that share of them, up to `most` - 1 more of each with `mess` mistakes or so."""
    out = []
    for i, row in enumerate(rows):
        row = {"truth": f"t{i}", **row}
        out.append(row)
        if chance.random() < share:
            for _ in range(chance.randint(1, most - 1)):
                twin = dict(row)
                for _ in range(1 + int(chance.expovariate(1 / mess))):
                    chance.choice(mistakes)(twin, chance)
                out.append(twin)
    for row in out:
        for column in row:
            if column != "truth" and chance.random() < missing:
                row[column] = ""
    chance.shuffle(out)
    return out


# People.


def _born(chance: random.Random) -> tuple[int, int, int]:
    return chance.randint(1930, 2006), chance.randint(1, 12), chance.randint(1, 28)


def _resident(chance: random.Random) -> Row:
    year, month, day = _born(chance)
    suburb = common(_SUBURBS, chance)
    return {
        "given_name": common(_GIVEN, chance) if chance.random() < 0.85 else rare(chance),
        "surname": common(_SURNAMES, chance) if chance.random() < 0.6 else rare(chance),
        "street_number": str(1 + int(chance.expovariate(1 / 60))),
        "address_1": f"{common(_STREETS, chance) if chance.random() < 0.6 else rare(chance)} {chance.choice(_ROADS)}",
        "address_2": chance.choice(["", "", rare(chance), f"flat {chance.randint(1, 20)}"]),
        "suburb": suburb if chance.random() < 0.7 else rare(chance),
        "postcode": str(2000 + hash_of(suburb) % 5000),
        "state": _STATES[hash_of(suburb) % 7],
        "date_of_birth": f"{year}{month:02}{day:02}",
    }


def hash_of(text: str) -> int:
    """Return a number that is the same in every run."""
    return sum(ord(letter) * 31**i for i, letter in enumerate(text))


_REGISTER = (
    [wrong(*_resident(random.Random(0)))] * 4
    + [wrong("given_name", "surname", "suburb", how=heard)] * 2
    + [
        gone(
            "given_name",
            "street_number",
            "address_1",
            "address_2",
            "suburb",
            "postcode",
            "date_of_birth",
            "state",
        )
    ]
    + [
        swapped("given_name", "surname"),
        swapped("address_1", "address_2"),
        wrong("given_name", how=lambda t, _: t[:1]),
    ]
)


def register(count: int, seed: int) -> list[Row]:
    """Every person twice, without a number that names them."""
    chance = random.Random(seed)
    rows = [_resident(chance) for _ in range(count // 2)]
    return written(rows, chance, share=1.0, mistakes=_REGISTER, mess=2.0)


def register_many(count: int, seed: int) -> list[Row]:
    """Up to nine records a person."""
    chance = random.Random(seed)
    rows = [_resident(chance) for _ in range(count // 3)]
    return written(rows, chance, share=0.6, mistakes=_REGISTER, mess=1.5, most=9)


def register_rare(count: int, seed: int) -> list[Row]:
    """One person in a hundred is there twice."""
    chance = random.Random(seed)
    rows = [_resident(chance) for _ in range(count)]
    return written(rows, chance, share=0.01, mistakes=_REGISTER, mess=2.0)


def register_gaps(count: int, seed: int) -> list[Row]:
    """Three cells of ten are empty."""
    chance = random.Random(seed)
    rows = [_resident(chance) for _ in range(count)]
    return written(rows, chance, share=0.25, mistakes=_REGISTER, mess=1.0, missing=0.3)


def _date(row: Row, chance: random.Random) -> None:
    if row["birthday"].count("-") != 2:
        return
    year, month, day = row["birthday"].split("-")
    months = _words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
    row["birthday"] = chance.choice(
        [
            f"{day}/{month}/{year}",
            f"{int(day)}.{int(month)}.{year}",
            f"{day} {months[int(month) - 1]} {year}",
            f"{year}{month}{day}",
        ]
    )


def _rephoned(text: str, chance: random.Random) -> str:
    digits = text.replace("+62", "").replace(" ", "").replace("-", "").lstrip("0")
    return chance.choice(
        [
            f"0{digits}",
            f"62{digits}",
            f"(+62) {digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"0{digits[:3]} {digits[3:]}",
        ]
    )


def _phone(chance: random.Random) -> str:
    return f"+628{chance.randint(100_000_000, 9_999_999_999)}"


def _customer(chance: random.Random) -> Row:
    first = common(_GIVEN, chance).title() if chance.random() < 0.8 else rare(chance).title()
    last = common(_SURNAMES, chance).title() if chance.random() < 0.6 else rare(chance).title()
    year, month, day = _born(chance)
    box = chance.choice([f"{first}.{last}", f"{first[0]}{last}", f"{last}{year % 100}", rare(chance)]).lower()
    host = chance.choice(["gmail.com", "yahoo.com", "outlook.com", rare(chance) + ".com"])
    if len(host) < 12 and chance.random() < 0.5:  # The plain ones are taken.
        box += str(chance.randint(1, 9999))
    return {
        "FirstName": first,
        "LastName": last,
        "birthday": f"{year}-{month:02}-{day:02}",
        "EmailAddress": f"{box}@{host}",
        "Mobile": _phone(chance),
        "Town": common(_SUBURBS, chance).title(),
    }


_CUSTOMER = [
    wrong("FirstName", "LastName"),
    wrong("FirstName", "LastName", how=heard),
    wrong("FirstName", how=lambda t, _: t[:1] + "."),
    wrong("FirstName", "LastName", "Town", how=cased),
    swapped("FirstName", "LastName"),
    _date,
    _date,
    wrong("EmailAddress"),
    wrong("EmailAddress", how=lambda t, c: f"{rare(c)}@gmail.com"),
    wrong("Mobile", how=_rephoned),
    wrong("Mobile", how=lambda _, c: _phone(c)),
    wrong("Town", how=lambda _, c: common(_SUBURBS, c)),
    gone("birthday", "EmailAddress", "Mobile", "Town"),
]


def customers(count: int, seed: int) -> list[Row]:
    """Customers of several shops: dates in several formats, other phones, other mails, initials."""
    chance = random.Random(seed)
    rows = [_customer(chance) for _ in range(count)]
    return written(rows, chance, share=0.15, mistakes=_CUSTOMER, mess=2.0, most=3)


def customers_gaps(count: int, seed: int) -> list[Row]:
    """Customers with a third of the cells empty, a mail more often than a phone."""
    chance = random.Random(seed)
    rows = [_customer(chance) for _ in range(count)]
    return written(rows, chance, share=0.2, mistakes=_CUSTOMER, mess=1.0, missing=0.3)


def names_and_phones(count: int, seed: int) -> list[Row]:
    """A phone book: nothing but whole names and phones."""
    return [
        {"truth": row["truth"], "Nama": f"{row['FirstName']} {row['LastName']}", "No. HP": row["Mobile"]}
        for row in customers(count, seed)
    ]


def names_and_birthdays(count: int, seed: int) -> list[Row]:
    """Whole names, birthdays and towns."""
    return [
        {
            "truth": row["truth"],
            "full name": f"{row['FirstName']} {row['LastName']}",
            "DOB": row["birthday"],
            "town": row["Town"],
        }
        for row in customers(count, seed)
    ]


def _home(row: Row, chance: random.Random) -> None:
    there = _resident(chance)
    row |= {
        column: there[column]
        for column in ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
    }


def movers(count: int, seed: int) -> list[Row]:
    """Names, addresses and birthdays of people of whom many have moved."""
    chance = random.Random(seed)
    rows = [_resident(chance) for _ in range(count)]
    return written(rows, chance, share=0.2, mistakes=[*_REGISTER, _home, _home, _home], mess=1.0)


def movers_without_birthdays(count: int, seed: int) -> list[Row]:
    """The same without birthdays."""
    return [
        {column: cell for column, cell in row.items() if column != "date_of_birth"}
        for row in movers(count, seed)
    ]


def voters(count: int, seed: int) -> list[Row]:
    """Voters: age instead of a birthday, middle initial, sex, town; husbands and wives at one address."""
    chance = random.Random(seed)
    rows = []
    while len(rows) < count:
        home = _resident(chance)
        for sex in chance.choice(["M", "F", "MF", "FM"]):
            rows.append(
                {
                    "last_name": home["surname"].upper(),
                    "first_name": common(_GIVEN, chance).upper(),
                    "midl_name": chance.choice(
                        ["", chance.choice("ABCDEFGHJKLMNPRSTW"), common(_GIVEN, chance).upper()]
                    ),
                    "sex": sex,
                    "age": str(chance.randint(18, 95)),
                    "res_street_address": f"{home['street_number']} {home['address_1']}".upper(),
                    "res_city_desc": home["suburb"].upper(),
                    "zip_code": home["postcode"],
                }
            )
    older = wrong("age", how=lambda text, c: str(int(text or 40) + c.randint(1, 3)))
    initial = wrong("midl_name", how=lambda text, _: text[:1])
    mistakes = [
        wrong("last_name", "first_name", "res_street_address", "res_city_desc"),
        older,
        older,
        initial,
        _moved_voter,
        gone("midl_name", "age", "zip_code"),
        wrong("last_name", how=lambda _, c: common(_SURNAMES, c).upper()),
    ]
    return written(rows, chance, share=0.3, mistakes=mistakes, mess=1.0)


def _moved_voter(row: Row, chance: random.Random) -> None:
    home = _resident(chance)
    row["res_street_address"] = f"{home['street_number']} {home['address_1']}".upper()
    row["zip_code"], row["res_city_desc"] = home["postcode"], home["suburb"].upper()


def indonesians(count: int, seed: int) -> list[Row]:
    """Indonesians: many with one name, titles before and after, birth place and date, phone and city."""
    chance = random.Random(seed)
    out = []
    for row in making.people(count, seed=seed, families=0.2, duplicates=0.2, mess=1.0):
        name = row["given"].split()[0] if chance.random() < 0.3 and not row["family"] else row["name"]
        before = chance.choice(["", "", "", "", "Bpk. ", "Ibu ", "H. ", "Hj. ", "Dr. ", "Drs. ", "Ir. "])
        after = chance.choice(["", "", "", "", "", ", S.E.", ", M.M.", ", S.Kom", " SH"])
        day = "-".join(reversed(row["born"].split("-"))) if chance.random() < 0.4 else row["born"]
        out.append(
            {
                "truth": row["truth"],
                "Nama Lengkap": f"{before}{name}{after}",
                "Tgl Lahir": day,
                "Kota": row["city"],
                "Nomor WA": row["phone"],
                "Alamat": row["address"] + (f" No. {row['number']}" if row["number"] else ""),
            }
        )
    return out


_SPELT = {
    "Muhammad": ["Mohd", "Muhd", "Mohamed", "Md.", "Mhd"],
    "Mohd": ["Mohamad", "Muhammad", "Md"],
    "Mohamad": ["Mohd", "Mohammad"],
    "Ahmad": ["Ahmed", "Amad"],
    "Abdul": ["Abd.", "Abd"],
    "Siti": ["St.", "Sity"],
    "Nur": ["Noor", "Nor"],
    "Nurul": ["Noorul"],
    "bin": ["b.", "B", ""],
    "binti": ["bt", "bte.", "Bt.", ""],
    "Yusof": ["Yusuf", "Yusoff"],
    "Hassan": ["Hasan"],
    "Aisyah": ["Aishah"],
}


def malays(count: int, seed: int) -> list[Row]:
    """Malaysians: bin and binti, Muhammad in all its spellings, brothers and sisters, identity card half the time."""
    chance = random.Random(seed)
    rows = []
    while len(rows) < count:
        father, home, phone = (
            chance.choice(_MALAY_MEN),
            making.companies(1, seed=chance.randrange(10**6))[0],
            _phone(chance),
        )
        for _ in range(chance.choice((1, 1, 2, 3))):
            man = chance.random() < 0.5
            given = chance.choice(_MALAY_MEN if man else _MALAY_WOMEN)
            if chance.random() < 0.3:
                given += " " + rare(chance).title()
            year, month, day = _born(chance)
            card = (
                f"{year % 100:02}{month:02}{day:02}-{chance.randint(1, 14):02}-{chance.randint(0, 9999):04}"
            )
            rows.append(
                {
                    "nama": f"{given} {'bin' if man else 'binti'} {father}",
                    "no_kp": card if chance.random() < 0.5 else "",
                    "tarikh_lahir": f"{day:02}/{month:02}/{year}",
                    "telefon": phone if chance.random() < 0.3 else _phone(chance),
                    "alamat": home["address"],
                    "bandar": home["city"],
                    "poskod": home["postcode"],
                }
            )

    def respelt(text: str, chance: random.Random) -> str:
        return " ".join(chance.choice(_SPELT.get(word, [word])) for word in text.split()).replace("  ", " ")

    mistakes = [wrong("nama", how=respelt)] * 3 + [
        wrong("nama", how=lambda t, _: t.split(" bin")[0]),
        wrong("nama"),
        wrong("nama", how=cased),
        wrong("tarikh_lahir", "no_kp"),
        gone("no_kp", "tarikh_lahir", "telefon", "alamat"),
        wrong("telefon", how=_rephoned),
        wrong("telefon", how=lambda _, c: _phone(c)),
        wrong("no_kp", how=lambda t, _: t.replace("-", "")),
        wrong("alamat", how=lambda t, _: t.replace("Jalan", "Jln")),
    ]
    return written(rows, chance, share=0.2, mistakes=mistakes, mess=2.0)


def no_duplicates(count: int, seed: int) -> list[Row]:
    """Nobody twice."""
    chance = random.Random(seed)
    return written([_customer(chance) for _ in range(count)], chance, share=0.0, mistakes=_CUSTOMER, mess=1.0)


# Businesses.


def _business(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return f"{rare(chance).title()} {common(_TRADES, chance).title()}{chance.choice(_FORMS).title()}"
    if kind < 0.7:
        return f"{common(_SURNAMES, chance).title()} {common(_TRADES, chance).title()}{chance.choice(_FORMS).title()}"
    return f"{common(_STREETS, chance).title()} {common(_STREETS, chance).title()} {common(_TRADES, chance).title()}"


def _at(chance: random.Random) -> Row:
    suburb = common(_SUBURBS, chance)
    area = 200 + hash_of(suburb) % 700
    street = common(_STREETS, chance) if chance.random() < 0.6 else rare(chance)
    return {
        "address": f"{chance.randint(1, 400)} {street} {chance.choice(_ROADS)}".title(),
        "city": suburb.title(),
        "phone": f"{area}-{chance.randint(200, 999)}-{chance.randint(0, 9999):04}",
    }


def _reformed(text: str, chance: random.Random) -> str:
    for form in _FORMS:
        if form and text.lower().endswith(form):
            text = text[: -len(form)]
    return text + chance.choice(_FORMS).title()


def _shorter_roads(text: str, chance: random.Random) -> str:
    for long, short in (
        ("Street", "St."),
        ("Road", "Rd"),
        ("Avenue", "Ave."),
        ("Drive", "Dr."),
        ("Place", "Pl"),
    ):
        text = text.replace(long, short)
    return chance.choice([text, f"{text}, Suite {chance.randint(1, 30)}"])


def _redialled(text: str, chance: random.Random) -> str:
    digits = text.replace("-", "")
    return chance.choice(
        [f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"{digits[:3]}/{digits[3:6]}-{digits[6:]}", digits]
    )


_BUSINESS = [
    wrong("name", how=_reformed),
    wrong("name", how=_reformed),
    wrong("name"),
    wrong("name", how=fewer),
    wrong("name", how=cased),
    wrong("name", how=lambda t, c: f"{t} {c.choice(['Centre', 'Shop', 'Services', 'of Melbourne'])}"),
    wrong("address", how=_shorter_roads),
    wrong("address", how=_shorter_roads),
    wrong("address"),
    wrong("phone", how=_redialled),
    wrong("phone", how=_redialled),
    wrong("phone", how=lambda t, c: f"{t[:4]}{c.randint(200, 999)}-{c.randint(0, 9999):04}"),
    wrong("city"),
    wrong("city", how=lambda _, c: common(_SUBURBS, c).title()),
    gone("phone", "address", "city"),
]


def businesses(count: int, seed: int) -> list[Row]:
    """Businesses of two directories; a sixth of them are chains with branches in several cities."""
    chance = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        name = _business(chance)
        for _ in range(chance.randint(2, 6) if chance.random() < 0.06 else 1):
            rows.append({"name": name, **_at(chance)})
    return written(rows, chance, share=0.15, mistakes=_BUSINESS, mess=1.5)


def suppliers(count: int, seed: int) -> list[Row]:
    """Company, city and phone alone."""
    return [
        {"truth": row["truth"], "Company": row["name"], "City": row["city"], "Tel": row["phone"]}
        for row in businesses(count, seed)
    ]


def venues(count: int, seed: int) -> list[Row]:
    """Name, city and a kind of business that two directories name differently."""
    chance = random.Random(seed + 1)
    return [
        {
            "truth": row["truth"],
            "business_name": row["name"],
            "city": row["city"],
            "category": chance.choice(_TRADES),
        }
        for row in businesses(count, seed)
    ]


# Other things.


def _initials(text: str, chance: random.Random) -> str:
    return ", ".join(
        " ".join([*(word[0] + "." for word in one.split()[:-1]), one.split()[-1]])
        for one in text.split(", ")
        if one
    )


def _fewer_authors(text: str, chance: random.Random) -> str:
    return text.split(", ")[0] + chance.choice([" et al.", ""])


def _title(chance: random.Random) -> str:
    subject, place = common(_SUBJECTS, chance), common(_PLACES, chance)
    coined = rare(chance).title()
    return chance.choice(
        [
            f"{common(_MANNERS, chance)} {subject} in {place}",
            f"{common(_MANNERS, chance)} {subject} for {place}",
            f"on {subject}",
            f"{coined}: {common(_MANNERS, chance)} {subject}",
            f"{subject} and {common(_SUBJECTS, chance)} over {place}",
            f"the {coined} system: {subject} for {place}",
            f"a survey of {subject}",
            f"{subject} with {coined} trees",
        ]
    )


def publications(count: int, seed: int) -> list[Row]:
    """Papers in two catalogues: venues by their short or long name, authors by initials; some are a paper's second part."""
    chance = random.Random(seed)
    groups = [
        [
            f"{common(_GIVEN, chance)} {common(_SURNAMES, chance) if chance.random() < 0.4 else rare(chance)}".title()
            for _ in range(chance.randint(2, 5))
        ]
        for _ in range(count // 4)
    ]
    rows: list[Row] = []
    while len(rows) < count:
        group = chance.choice(groups)
        row = {
            "title": _title(chance).capitalize(),
            "authors": ", ".join(chance.sample(group, chance.randint(1, len(group)))),
            "venue": chance.choice(list(_VENUES)),
            "year": str(chance.randint(1994, 2006)),
        }
        rows.append(row)
        if chance.random() < 0.05:  # Told again in a journal, or its second part: another paper.
            rows.append(
                {
                    **row,
                    "title": row["title"] + " (extended version)",
                    "venue": "the vldb journal",
                    "year": str(int(row["year"]) + 1),
                }
            )
    venue = wrong("venue", how=lambda text, c: c.choice(_VENUES.get(text, [text])))
    mistakes = [
        venue,
        venue,
        venue,
        wrong("authors", how=_initials),
        wrong("authors", how=_initials),
        wrong("authors", how=_fewer_authors),
        wrong("title"),
        wrong("title", how=cased),
        wrong("title", how=fewer),
        gone("year", "venue", "authors"),
        wrong("authors"),
        wrong("year", how=lambda text, c: str(int(text or 1999) + 1)),
    ]
    return written(rows, chance, share=0.35, mistakes=mistakes, mess=2.0)


def _model(chance: random.Random) -> str:
    return "".join(chance.choices("abcdefghklmnprstvwx", k=chance.randint(2, 4))) + str(
        chance.randint(10, 9999)
    )


def _repriced(text: str, chance: random.Random) -> str:
    return f"{float(text.strip('$') or 50) * chance.uniform(0.85, 1.15):.2f}"


def _retold(text: str, chance: random.Random) -> str:
    words = text.split()
    kept = [word for word in words if chance.random() < 0.75]
    chance.shuffle(kept)
    return " ".join(kept[:12] or words)


def _products(count: int, chance: random.Random) -> list[Row]:
    rows: list[Row] = []
    while len(rows) < count:
        brand, thing = chance.choice(_BRANDS), chance.choice(_THINGS)
        stem = _model(chance)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):  # Sisters: another number or colour.
            model = stem + chance.choice(["", chance.choice("abcks"), str(chance.randint(0, 9))])
            colour = chance.choice(["", chance.choice(_COLOURS)])
            words = " ".join(chance.sample(_BLURBS, 4))
            rows.append(
                {
                    "name": f"{brand} {model} {colour} {thing}".replace("  ", " "),
                    "brand": brand,
                    "price": f"{20 * 40 ** chance.random():.2f}",
                    "description": f"{brand} {thing} {model} {colour} {words}",
                }
            )
    return rows


_PRODUCT = [
    wrong("name", how=_retold),
    wrong("name", how=_retold),
    wrong("description", how=_retold),
    wrong("description", how=_retold),
    wrong("price", how=_repriced),
    wrong("price", how=_repriced),
    gone("price"),
    gone("description"),
    gone("brand"),
    wrong("name", how=cased),
    wrong(
        "name",
        how=lambda t, c: f"{t} {c.choice(['new', 'refurbished', 'oem', 'retail', 'with free shipping'])}",
    ),
    wrong("name"),
]


def products(count: int, seed: int) -> list[Row]:
    """Products of two shops: names told in other words, other prices, sisters of one series."""
    chance = random.Random(seed)
    rows = written(_products(count, chance), chance, share=0.3, mistakes=_PRODUCT, mess=3.0)
    return [
        {
            "truth": r["truth"],
            "name": r["name"],
            "description": r["description"],
            "brand": r["brand"],
            "price": r["price"],
        }
        for r in rows
    ]


def catalogue(count: int, seed: int) -> list[Row]:
    """Title, maker and price alone, in other columns."""
    return [
        {"truth": row["truth"], "title": row["name"], "manufacturer": row["brand"], "price": row["price"]}
        for row in products(count, seed)
    ]


def songs(count: int, seed: int) -> list[Row]:
    """Songs: titles that many songs have, artists with several songs, albums, length."""
    chance = random.Random(seed)
    artists = [
        chance.choice(
            [f"{common(_GIVEN, chance)} {rare(chance)}", f"the {chance.choice(_SONG_WORDS)}s", rare(chance)]
        ).title()
        for _ in range(count // 6)
    ]
    rows: list[Row] = []
    while len(rows) < count:
        artist = chance.choice(artists)
        album = " ".join(chance.sample(_SONG_WORDS, chance.randint(1, 2))).title()
        for _ in range(chance.randint(1, 4)):
            seconds = chance.randint(120, 400)
            rows.append(
                {
                    "Song": " ".join(chance.sample(_SONG_WORDS, chance.randint(1, 3))).title(),
                    "Artist": artist,
                    "Album": album,
                    "Released": str(chance.randint(1965, 2020)),
                    "Time": f"{seconds // 60}:{seconds % 60:02}",
                }
            )
    mistakes = [
        wrong(
            "Song",
            how=lambda t, c: f"{t} {c.choice(['(Remastered)', '[Explicit]', '(Album Version)', '- Single'])}",
        ),
        wrong("Song", "Artist"),
        wrong("Artist", how=lambda t, c: f"{t} feat. {rare(c).title()}"),
        wrong("Artist", how=lambda t, _: t.removeprefix("The ")),
        wrong("Album", how=lambda t, c: f"{t} {c.choice(['(Deluxe Edition)', '- EP', '[Bonus Tracks]'])}"),
        gone("Album", "Released", "Time"),
        wrong("Time", how=lambda t, c: t[:-1] + str(c.randint(0, 9))),
        wrong("Song", "Album", how=cased),
    ]
    return written(rows, chance, share=0.2, mistakes=mistakes, mess=2.0)


LISTS: dict[str, Callable[[int, int], list[Row]]] = {
    "register": register,
    "register_many": register_many,
    "register_rare": register_rare,
    "register_gaps": register_gaps,
    "customers": customers,
    "customers_gaps": customers_gaps,
    "names_and_phones": names_and_phones,
    "names_and_birthdays": names_and_birthdays,
    "movers": movers,
    "movers_without_birthdays": movers_without_birthdays,
    "voters": voters,
    "indonesians": indonesians,
    "malays": malays,
    "no_duplicates": no_duplicates,
    "businesses": businesses,
    "suppliers": suppliers,
    "venues": venues,
    "publications": publications,
    "products": products,
    "catalogue": catalogue,
    "songs": songs,
}
