"""Where the demo company's people live and its stores stand: cities, streets, post codes."""

from dataclasses import dataclass
from random import Random

from jejak.touchpoints.demo import KEY, DemoStore


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One city. share: how many of its country's people live there, in percent.

    late_share: how many parcels come late in usual times. taste: how much kinder (or harsher) its people answer than
    others, as a share of the scale: who compares cities without heeding it is misled.
    """

    name: str
    country: str
    province: str
    postcode: int
    utc_hours: int
    share: int
    late_share: float
    taste: float
    quarters: tuple[str, ...]
    streets: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(","))


_JAVANESE_STREETS = _words(
    """Jl. Melati, Jl. Kenanga, Jl. Mawar, Jl. Anggrek, Jl. Cempaka, Jl. Merpati, Jl. Kutilang, Jl. Rajawali, Jl. Mangga,
    Jl. Durian, Jl. Rambutan, Jl. Pahlawan, Jl. Veteran, Jl. Merdeka, Jl. Pemuda, Jl. Kartini, Jl. Diponegoro,
    Jl. Teratai, Jl. Flamboyan, Jl. Bougenville, Jl. Beringin, Gg. Buntu, Gg. Masjid, Gg. Langgar, Gg. Haji Salim"""
)
_OUTER_STREETS = _words(
    """Jl. Sisingamangaraja, Jl. Sutomo, Jl. Pelita, Jl. Bakti, Jl. Karya, Jl. Setia Budi, Jl. Gaharu, Jl. Cendana,
    Jl. Tupai, Jl. Onta Lama, Jl. Nuri, Jl. Rusa, Jl. Monginsidi, Jl. Veteran, Jl. Sunu, Gg. Mesjid, Gg. Rahayu, Lr. 5"""
)
_MALAY_STREETS = _words(
    """Jalan Mawar, Jalan Kenari, Jalan Merbau, Jalan Cengal, Jalan Teratai, Jalan Bunga Raya, Jalan Anggerik,
    Jalan Perdana, Jalan Setia, Jalan Harmoni, Jalan Bakti, Jalan Damai, Jalan Seroja, Jalan Tempua, Lorong Melur,
    Lorong Mutiara, Lorong Kempas, Persiaran Indah, Jalan Ria, Jalan Sejahtera"""
)

CITIES = (
    City(
        name="Jakarta",
        country="ID",
        province="DKI Jakarta",
        postcode=12000,
        utc_hours=7,
        share=27,
        late_share=0.15,
        taste=-0.03,
        quarters=_words(
            "Tebet Timur, Menteng Dalam, Rawamangun, Kemang, Cipete Utara, Kelapa Gading Barat, Pulo Gadung, Cilandak, "
            "Grogol, Duri Kepa, Pejaten, Kalibata, Cengkareng, Lenteng Agung"
        ),
        streets=_JAVANESE_STREETS,
    ),
    City(
        name="Bandung",
        country="ID",
        province="Jawa Barat",
        postcode=40100,
        utc_hours=7,
        share=13,
        late_share=0.14,
        taste=0.0,
        quarters=_words("Sukajadi, Dago, Antapani, Buah Batu, Cihapit, Lengkong, Arcamanik, Cibaduyut"),
        streets=_JAVANESE_STREETS,
    ),
    City(
        name="Surabaya",
        country="ID",
        province="Jawa Timur",
        postcode=60200,
        utc_hours=7,
        share=16,
        late_share=0.14,
        taste=-0.01,
        quarters=_words("Gubeng, Wonokromo, Rungkut, Mulyorejo, Sukolilo, Tegalsari, Kenjeran, Dukuh Pakis"),
        streets=_JAVANESE_STREETS,
    ),
    City(
        name="Yogyakarta",
        country="ID",
        province="DI Yogyakarta",
        postcode=55200,
        utc_hours=7,
        share=10,
        late_share=0.13,
        taste=0.03,
        quarters=_words("Kotabaru, Umbulharjo, Baciro, Terban, Nitikan, Condongcatur, Caturtunggal"),
        streets=_JAVANESE_STREETS,
    ),
    City(
        name="Medan",
        country="ID",
        province="Sumatera Utara",
        postcode=20100,
        utc_hours=7,
        share=13,
        late_share=0.3,
        taste=0.1,
        quarters=_words("Polonia, Helvetia, Petisah, Medan Baru, Sunggal, Glugur, Tembung, Amplas"),
        streets=_OUTER_STREETS,
    ),
    City(
        name="Makassar",
        country="ID",
        province="Sulawesi Selatan",
        postcode=90100,
        utc_hours=8,
        share=11,
        late_share=0.3,
        taste=0.1,
        quarters=_words(
            "Panakkukang, Rappocini, Tamalate, Biringkanaya, Mariso, Tello Baru, Sudiang, Antang"
        ),
        streets=_OUTER_STREETS,
    ),
    City(
        name="Denpasar",
        country="ID",
        province="Bali",
        postcode=80200,
        utc_hours=8,
        share=10,
        late_share=0.17,
        taste=0.04,
        quarters=_words("Renon, Sanur Kaja, Sesetan, Panjer, Ubung, Peguyangan, Dauh Puri, Pemecutan"),
        streets=_words(
            "Jl. Tukad Yeh, Jl. Gunung Agung, Jl. Hayam Wuruk, Jl. Gatot Kaca, Jl. Nangka, Jl. Pulau Moyo, Jl. Sedap Malam, "
            "Gg. Mawar, Gg. Suli, Banjar Kaja"
        ),
    ),
    City(
        name="Kuala Lumpur",
        country="MY",
        province="Wilayah Persekutuan",
        postcode=50400,
        utc_hours=8,
        share=40,
        late_share=0.12,
        taste=-0.02,
        quarters=_words(
            "Taman Desa, Taman Melawati, Bangsar Baru, Setapak, Cheras Perdana, Taman Midah, Segambut, Wangsa Maju"
        ),
        streets=_MALAY_STREETS,
    ),
    City(
        name="Penang",
        country="MY",
        province="Pulau Pinang",
        postcode=11600,
        utc_hours=8,
        share=18,
        late_share=0.13,
        taste=0.01,
        quarters=_words("Taman Jelutong, Taman Greenlane, Bayan Baru, Tanjung Bungah, Air Itam, Gelugor"),
        streets=_MALAY_STREETS,
    ),
    City(
        name="Johor Bahru",
        country="MY",
        province="Johor",
        postcode=80300,
        utc_hours=8,
        share=20,
        late_share=0.14,
        taste=0.0,
        quarters=_words("Taman Pelangi, Taman Sentosa, Taman Mount Austin, Larkin, Skudai, Taman Johor Jaya"),
        streets=_MALAY_STREETS,
    ),
    City(
        name="Kota Kinabalu",
        country="MY",
        province="Sabah",
        postcode=88300,
        utc_hours=8,
        share=12,
        late_share=0.3,
        taste=0.1,
        quarters=_words("Taman Luyang, Likas, Penampang, Taman Kingfisher, Inanam, Kolombong"),
        streets=_MALAY_STREETS,
    ),
    City(
        name="Kuching",
        country="MY",
        province="Sarawak",
        postcode=93300,
        utc_hours=8,
        share=10,
        late_share=0.3,
        taste=0.1,
        quarters=_words("Taman BDC, Petra Jaya, Tabuan Jaya, Taman Satria Jaya, Matang, Batu Kawah"),
        streets=_MALAY_STREETS,
    ),
)
BY_NAME = {city.name: city for city in CITIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A store, and how it fares. stock_outs: the share of visits in which what somebody wants is not there."""

    key: str
    name: str
    city: City
    stock_outs: float
    taste: float

    @property
    def shown(self) -> DemoStore:
        """The store as parts of other features see it."""
        return DemoStore(
            key=self.key,
            name=self.name,
            city=self.city.name,
            country=self.city.country,
            opens=10,
            closes=22,
            utc_hours=self.city.utc_hours,
        )


# Small stores run out of things more often, and are liked better for their staff.
STORES = tuple(
    Store(
        key=f"{KEY}store-{number}",
        name=name,
        city=BY_NAME[city],
        stock_outs=stock_outs,
        taste=taste,
    )
    for number, (name, city, stock_outs, taste) in enumerate(
        (
            ("Jakarta Tebet", "Jakarta", 0.08, -0.02),
            ("Jakarta Kelapa Gading", "Jakarta", 0.10, -0.03),
            ("Bandung Dago", "Bandung", 0.12, 0.0),
            ("Surabaya Gubeng", "Surabaya", 0.10, -0.01),
            ("Yogyakarta Kotabaru", "Yogyakarta", 0.22, 0.06),
            ("Medan Petisah", "Medan", 0.20, 0.05),
            ("Makassar Panakkukang", "Makassar", 0.24, 0.07),
            ("Denpasar Renon", "Denpasar", 0.22, 0.06),
            ("Kuala Lumpur Bangsar", "Kuala Lumpur", 0.09, -0.02),
            ("Penang Jelutong", "Penang", 0.13, 0.01),
            ("Johor Bahru Pelangi", "Johor Bahru", 0.12, 0.0),
            ("Kota Kinabalu Luyang", "Kota Kinabalu", 0.24, 0.07),
            ("Kuching Petra Jaya", "Kuching", 0.22, 0.06),
        ),
        start=1,
    )
)
STORES_OF = {city.name: tuple(store for store in STORES if store.city is city) for city in CITIES}

_CITIES_OF = {country: tuple(city for city in CITIES if city.country == country) for country in ("ID", "MY")}


def city_of(country: str, dice: Random) -> City:
    """Return the city somebody of this country lives in."""
    cities = _CITIES_OF[country]
    return dice.choices(cities, [city.share for city in cities])[0]


def address(city: City, dice: Random) -> dict[str, str]:
    """Return an address as people there write it: with RT and RW in Indonesia, with a Taman in Malaysia."""
    quarter, street = dice.choice(city.quarters), dice.choice(city.streets)
    if city.country == "ID":
        line = f"{street} No. {dice.randint(1, 148)}"
        if dice.random() < 0.25:
            line += dice.choice("ABCD")
        if dice.random() < 0.6:
            line += f", RT {dice.randint(1, 15):03d}/RW {dice.randint(1, 12):02d}"
        prefix = "Kel. " if dice.random() < 0.4 else ""
        street_line = f"{line}, {prefix}{quarter}"
        code = f"{city.postcode + dice.randint(10, 99):05d}"
    else:
        start = dice.choice(("No. {0}, ", "{0}, ", "Lot {0}, ", "{1}-{2}-{3}, Pangsapuri Seri {4}, ")).format(
            dice.randint(1, 92),
            dice.choice("ABC"),
            dice.randint(1, 18),
            dice.randint(1, 12),
            dice.choice(("Indah", "Mutiara", "Kasturi", "Melur")),
        )
        number = f" {dice.randint(1, 27)}/{dice.randint(1, 14)}" if dice.random() < 0.55 else ""
        street_line = f"{start}{street}{number}, {quarter}"
        code = f"{city.postcode + dice.choice((0, 50, 100, 150, 200, 250)):05d}"
    return {
        "street": street_line,
        "city": city.name,
        "state": city.province,
        "postalCode": code,
        "country": city.country,
    }
