"""Names as people of Indonesia and Malaysia have them; one word is a whole name for many."""

from collections.abc import Callable
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(","))


_JAVA_M = _words(
    """Budi, Agus, Joko, Slamet, Eko, Dwi, Tri, Bambang, Wahyu, Bayu, Dimas, Galih, Teguh, Arif, Hendra, Fajar, Rizky,
    Aditya, Yusuf, Bagus, Heru, Suryo, Danang, Ari, Anton, Sigit, Yoga, Rangga, Ilham, Hafiz, Nanda, Doni, Rudi, Imam,
    Tono, Supri, Wawan, Andika, Reza, Gilang, Alif, Farhan, Rafi, Bagas, Satrio, Panji, Haris, Lukman, Ridwan, Zaki"""
)
_JAVA_F = _words(
    """Siti, Sri, Dewi, Ayu, Ratna, Wulan, Putri, Indah, Fitri, Rini, Tuti, Yanti, Ningsih, Lestari, Dian, Retno, Endang,
    Sekar, Laras, Intan, Citra, Melati, Kirana, Maya, Nurul, Annisa, Rahma, Wati, Sulastri, Umi, Hesti, Puspita, Nadia,
    Salsa, Aulia, Tika, Vina, Mega, Yuni, Erna, Ika, Novi, Eka, Ajeng, Diah, Nisa, Zahra, Tiara, Kartika, Murni"""
)
_JAVA_LAST = _words(
    """Santoso, Nugroho, Wibowo, Pratama, Saputra, Setiawan, Kusuma, Hidayat, Prasetyo, Utomo, Wicaksono, Suryadi, Raharjo,
    Handayani, Rahayu, Susanti, Wulandari, Astuti, Lestari, Anggraini, Permatasari, Maharani, Utami, Kurniawan, Purnomo,
    Firmansyah, Ramadhan, Hakim, Safitri, Kuncoro, Pangestu, Adi Nugraha"""
)
_SUNDA_M = _words(
    "Asep, Dadang, Ujang, Cecep, Deden, Iwan, Encep, Yayan, Aep, Dede, Tatang, Jajang, Opik, Rizal, Agung"
)
_SUNDA_F = _words(
    "Neneng, Euis, Iis, Lilis, Teti, Yeni, Elis, Ai, Cucu, Imas, Wiwin, Rina, Nenden, Popon, Sinta, Ineu"
)
_SUNDA_LAST = _words(
    "Sutisna, Kurnia, Suherman, Permana, Hermawan, Sobari, Rohaeti, Sumiati, Nurhayati, Gumilar, Kosasih, Sopandi, Mulyana, "
    "Rukmana, Komalasari, Suryana, Solihin"
)
_BATAK_FIRST = _words(
    """Parlindungan, Togar, Poltak, Jonathan, Samuel, Daniel, Maruli, Saut, Rotua, Tiur, Rosmaida, Lamtiur, Hotma, Duma,
    Ruth, Debora, Ester, Marlina, Sahat, Binsar, Mangasi, Rumondang, Elisabet, Yosua, Kristina, Andreas"""
)
_BATAK_LAST = _words(
    "Simanjuntak, Siregar, Hutapea, Panjaitan, Sitorus, Nainggolan, Sihombing, Lubis, Nasution, Harahap, Tobing, Manurung, "
    "Purba, Ginting, Tarigan, Sembiring, Situmorang, Pasaribu"
)
_BALI_M = _words(
    "I Wayan, I Made, I Nyoman, I Ketut, I Gede, I Komang, I Putu, Ida Bagus, I Gusti Ngurah, I Kadek"
)
_BALI_F = _words(
    "Ni Wayan, Ni Made, Ni Nyoman, Ni Ketut, Ni Luh, Ni Komang, Ni Putu, Ida Ayu, I Gusti Ayu, Ni Kadek"
)
_BALI_LAST = _words(
    "Sudiarta, Suardana, Artawan, Wirawan, Sukerti, Astiti, Darmayanti, Mahendra, Parwata, Suartini, Widiasih, Yasa, "
    "Adnyana, Suastika, Trisnawati, Juliantara"
)
_MINANG = _words(
    """Yusri, Afrizal, Zulfikar, Syafrizal, Nofrizal, Rahmi, Yulia, Desi, Elvina, Fauzan, Gusti, Hendri, Melda, Nurhasnah,
    Rosnita, Syamsul, Taufik, Upik, Wirda, Yenni"""
)
_MINANG_LAST = _words(
    "Chaniago, Tanjung, Piliang, Koto, Sikumbang, Caniago, Jambak, Malik, Rasyid, Anwar, Bahar, Amir"
)
_BUGIS = _words(
    """Andi Baso, Andi Tenri, Daeng Ngalle, Muhammad Asdar, Nurmi, Hasnawati, Syahrul, Sitti Rahma, Sitti Aisyah, Irwan,
    Rusli, Hamka, Jumriani, Rostina, Ambo, Besse, Fitrah, Mutmainnah"""
)
_BUGIS_LAST = _words(
    "Mappatunru, Daeng Tata, Daeng Rani, Pattiroi, Syamsuddin, Baharuddin, Mallarangan, Tahir, Yunus, Abbas, Makkasau"
)
_CHINESE_ID = _words(
    """Kevin, Michael, Steven, Vincent, Felicia, Jessica, Stefanie, Meiliana, Hendrik, Johan, Lina, Yuliana, Susan, Hartati,
    Christine, Fenny, William, Edwin, Angela, Melissa, Veronica, Albert, Winda, Lie Hwa, Tjie Ling"""
)
_CHINESE_ID_LAST = _words(
    "Wijaya, Halim, Gunawan, Susanto, Lim, Tan, Kurniawan, Limanto, Gozali, Setiabudi, Hartanto, Salim, Wibisono, "
    "Sutanto, Lukito, Tjandra, Budiman, Kosasih"
)
_MALAY_M = _words(
    """Ahmad Faiz, Muhammad Hafiz, Mohd Azlan, Amirul, Zulkifli, Azman, Hakim, Syafiq, Khairul Anuar, Iskandar, Firdaus,
    Rosli, Shahrul, Izzat, Haziq, Danial, Wan Amirul, Nik Aiman, Megat Haris, Ridzuan, Saiful, Faris, Adib, Hamzah,
    Norazman, Luqman, Aiman, Syahmi, Fikri"""
)
_MALAY_F = _words(
    """Nurul Huda, Siti Aminah, Nur Aisyah, Farah Nadia, Aina, Noraini, Rosnah, Zaleha, Syuhada, Izzati, Nik Farhana,
    Wan Nurul, Hidayah, Balqis, Sofea, Puteri Alya, Azlina, Rohana, Mastura, Suraya, Nabila, Athirah, Fatin, Hanis,
    Liyana, Safiah, Jamilah, Norhayati"""
)
_MALAY_FATHER = _words(
    """Rahman, Ismail, Osman, Zakaria, Yusof, Hashim, Kamal, Ibrahim, Abdullah, Razak, Salleh, Hamid, Mohd Noor, Idris,
    Johari, Daud, Yaakob, Mat Isa, Bakar, Sulaiman, Ghazali, Jaafar, Che Mat, Kassim, Othman, Tahir, Zainal, Aziz"""
)
_TAMIL_M = _words(
    "Arun Kumar, Suresh, Ganesan, Prakash, Vijay, Kumaran, Ravi, Dinesh, Logan, Sathish, Muthu, Haridas, Naveen, Thinesh"
)
_TAMIL_F = _words(
    "Kavitha, Priya, Malathi, Shanti, Thivya, Letchumi, Sangeetha, Meena, Anjali, Vasanthi, Rohini, Yogeswari, Pavithra"
)
_TAMIL_FATHER = _words(
    "Subramaniam, Rajan, Muniandy, Krishnan, Perumal, Maniam, Sivalingam, Nadarajah, Ramasamy, Balakrishnan, Veloo, Arumugam"
)
_CHINESE_MY = _words("Tan, Lim, Wong, Lee, Chong, Ng, Ooi, Teoh, Goh, Chan, Yap, Lau, Chin, Low, Khoo, Liew")
_CHINESE_MY_GIVEN = _words(
    """Wei Ming, Siew Ling, Kah Mun, Mei Yee, Jia Hao, Poh Suan, Chee Keong, Hui Min, Xin Yi, Kok Leong, Li Ting, Zhi Wei,
    Sook Fun, Boon Hock, Pei Shan, Yong Sheng, Mei Kuan, Choon Hwa, Jun Jie, Swee Lan, Ee Lynn, Wai Kit"""
)
_SABAH = _words(
    """Melissa, Jeffry, Juliana, Rozelle, Ricky, Dayang Suriani, Awang Besar, Evelyn, Florence, Stanley, Rosalind, Jimmy,
    Sharifah, Abidin, Marilyn, Roslin"""
)
_SABAH_LAST = _words(
    "Gimbang, Gundohing, Majanil, Lojuin, Mojingol, Ansow, Kinsuan, Langkab, Sipaun, Motuyang, binti Matusin, Dumpangol"
)
_SARAWAK = _words(
    "Kelvin, Rimong, Jenny, Dayang Noor, Awang Hamdan, Empiang, Sylvester, Catherine, Ringgit, Unchat, Lucy, Bujang, Lenny"
)
_SARAWAK_FATHER = _words("Jugah, Entri, Ngumbang, Sibat, Gani, Lasa, Manjah, Bulan, Uning, Jarau, Tinggi")

_MONONYMS = _words(
    """Suparman, Sukarni, Mulyono, Suharti, Parmin, Darsono, Kasiyem, Ngatinah, Sumarno, Wagiman, Paijo, Tukinem, Suyatno,
    Sutrisno, Jumadi, Poniman, Rohmat, Samini, Warsito, Kartini, Sudarmi, Maryono, Rusmini, Tarno, Ngadiman, Sumiyati,
    Supardi, Karsinah, Yatmi, Wiji"""
)

# Which names a city's people have, in percent.
_MIX = {
    "Jakarta": {"java": 48, "sunda": 14, "batak": 9, "minang": 8, "chinese_id": 13, "mononym": 8},
    "Bandung": {"sunda": 66, "java": 18, "chinese_id": 8, "mononym": 4, "minang": 4},
    "Surabaya": {"java": 62, "mononym": 19, "chinese_id": 16, "bugis": 3},
    "Yogyakarta": {"java": 70, "mononym": 24, "chinese_id": 3, "bali": 3},
    "Medan": {"batak": 48, "chinese_id": 20, "minang": 14, "java": 18},
    "Makassar": {"bugis": 74, "chinese_id": 12, "java": 14},
    "Denpasar": {"bali": 70, "java": 24, "chinese_id": 6},
    "Kuala Lumpur": {"malay": 50, "chinese_my": 33, "tamil": 17},
    "Penang": {"malay": 38, "chinese_my": 45, "tamil": 17},
    "Johor Bahru": {"malay": 56, "chinese_my": 33, "tamil": 11},
    "Kota Kinabalu": {"sabah": 62, "malay": 20, "chinese_my": 18},
    "Kuching": {"sarawak": 48, "malay": 26, "chinese_my": 26},
}


# Where first names of women and men stand together, these are women's.
_WOMEN = frozenset(
    (
        *(
            "Rotua",
            "Tiur",
            "Rosmaida",
            "Lamtiur",
            "Hotma",
            "Duma",
            "Ruth",
            "Debora",
            "Ester",
            "Marlina",
            "Rumondang",
        ),
        *(
            "Elisabet",
            "Kristina",
            "Rahmi",
            "Yulia",
            "Desi",
            "Elvina",
            "Melda",
            "Nurhasnah",
            "Rosnita",
            "Upik",
            "Wirda",
        ),
        *(
            "Yenni",
            "Andi Tenri",
            "Nurmi",
            "Hasnawati",
            "Sitti Rahma",
            "Sitti Aisyah",
            "Jumriani",
            "Rostina",
            "Besse",
        ),
        *(
            "Fitrah",
            "Mutmainnah",
            "Felicia",
            "Jessica",
            "Stefanie",
            "Meiliana",
            "Lina",
            "Yuliana",
            "Susan",
            "Hartati",
        ),
        *(
            "Christine",
            "Fenny",
            "Angela",
            "Melissa",
            "Veronica",
            "Winda",
            "Lie Hwa",
            "Tjie Ling",
            "Juliana",
            "Rozelle",
        ),
        *(
            "Dayang Suriani",
            "Evelyn",
            "Florence",
            "Rosalind",
            "Sharifah",
            "Marilyn",
            "Roslin",
            "Jenny",
            "Dayang Noor",
        ),
        *(
            "Empiang",
            "Catherine",
            "Lucy",
            "Lenny",
            "Sukarni",
            "Suharti",
            "Kasiyem",
            "Ngatinah",
            "Tukinem",
            "Samini",
        ),
        *(
            "Kartini",
            "Sudarmi",
            "Rusmini",
            "Sumiyati",
            "Karsinah",
            "Yatmi",
            "Wiji",
            "Siew Ling",
            "Mei Yee",
            "Poh Suan",
        ),
        *("Hui Min", "Xin Yi", "Li Ting", "Sook Fun", "Pei Shan", "Mei Kuan", "Swee Lan", "Ee Lynn"),
    )
)
_MIXED = frozenset(("batak", "minang", "bugis", "chinese_id", "sabah", "sarawak", "mononym", "chinese_my"))


def name_of(city: str, dice: Random) -> tuple[str, str, bool]:
    """Return a name, whose names it is one of (java, malay, tamil …), and whether it is a woman's."""
    mix = _MIX[city]
    kind = dice.choices(tuple(mix), tuple(mix.values()))[0]
    woman = dice.random() < 0.56
    name = _NAMERS[kind](woman, dice)
    if kind in _MIXED:
        woman = any(name.startswith(first) or name.endswith(first) for first in _WOMEN)
    return name, kind, woman


def _java(woman: bool, dice: Random) -> str:
    first = dice.choice(_JAVA_F if woman else _JAVA_M)
    middle = dice.choice(_JAVA_F if woman else _JAVA_M) if dice.random() < 0.22 else ""
    last = dice.choice(_JAVA_LAST) if dice.random() < 0.86 else ""
    return " ".join(dict.fromkeys(part for part in (first, middle, last) if part))


def _sunda(woman: bool, dice: Random) -> str:
    first = dice.choice(_SUNDA_F if woman else _SUNDA_M)
    return f"{first} {dice.choice(_SUNDA_LAST)}" if dice.random() < 0.82 else first


def _bali(woman: bool, dice: Random) -> str:
    return f"{dice.choice(_BALI_F if woman else _BALI_M)} {dice.choice(_BALI_LAST)}"


def _malay(woman: bool, dice: Random) -> str:
    if woman:
        return (
            f"{dice.choice(_MALAY_F)} {dice.choice(('binti', 'binti', 'bt.'))} {dice.choice(_MALAY_FATHER)}"
        )
    return f"{dice.choice(_MALAY_M)} bin {dice.choice(_MALAY_FATHER)}"


def _tamil(woman: bool, dice: Random) -> str:
    if woman:
        return f"{dice.choice(_TAMIL_F)} a/p {dice.choice(_TAMIL_FATHER)}"
    return f"{dice.choice(_TAMIL_M)} a/l {dice.choice(_TAMIL_FATHER)}"


def _chinese_my(woman: bool, dice: Random) -> str:
    return f"{dice.choice(_CHINESE_MY)} {dice.choice(_CHINESE_MY_GIVEN)}"


def _sarawak(woman: bool, dice: Random) -> str:
    return f"{dice.choice(_SARAWAK)} anak {dice.choice(_SARAWAK_FATHER)}"


_NAMERS: dict[str, Callable[[bool, Random], str]] = {
    "java": _java,
    "sunda": _sunda,
    "bali": _bali,
    "malay": _malay,
    "tamil": _tamil,
    "chinese_my": _chinese_my,
    "sarawak": _sarawak,
    "mononym": lambda woman, dice: dice.choice(_MONONYMS),
    "batak": lambda woman, dice: f"{dice.choice(_BATAK_FIRST)} {dice.choice(_BATAK_LAST)}",
    "minang": lambda woman, dice: f"{dice.choice(_MINANG)} {dice.choice(_MINANG_LAST)}",
    "bugis": lambda woman, dice: f"{dice.choice(_BUGIS)} {dice.choice(_BUGIS_LAST)}",
    "chinese_id": lambda woman, dice: f"{dice.choice(_CHINESE_ID)} {dice.choice(_CHINESE_ID_LAST)}",
    "sabah": lambda woman, dice: f"{dice.choice(_SABAH)} {dice.choice(_SABAH_LAST)}",
}

_SWAPS = (
    ("y", "i"),
    ("u", "oe"),
    ("z", "s"),
    ("f", "p"),
    ("i", "ie"),
    ("sy", "sh"),
    ("dh", "d"),
    ("ah", "a"),
    ("nn", "n"),
)


def misspelt(name: str, dice: Random) -> str:
    """Return a name as somebody else typed it: another letter, a letter less, two swapped, a part left out."""
    parts = name.split()
    if len(parts) > 2 and dice.random() < 0.3:
        return " ".join(parts[:-1])
    spot = max(range(len(parts)), key=lambda i: len(parts[i]))
    word = parts[spot]
    swaps = [pair for pair in _SWAPS if pair[0] in word[1:]]
    if swaps and dice.random() < 0.6:
        old, new = dice.choice(swaps)
        word = word[0] + word[1:].replace(old, new, 1)
    else:
        i = dice.randrange(1, len(word) - 1) if len(word) > 2 else 0
        word = (
            word[:i] + word[i + 1] + word[i] + word[i + 2 :]
            if dice.random() < 0.5
            else word[:i] + word[i + 1 :]
        )
    parts[spot] = word
    return " ".join(parts)
