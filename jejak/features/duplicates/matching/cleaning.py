"""Every column in one spelling, so that only what differs in meaning differs."""

import duckdb

from jejak.features.duplicates.matching.kinds import NAMES, TEXTS, Column, Kind

_LEGAL_FORMS = [
    "pt", "tbk", "cv", "ud", "pd", "fa", "persero", "perseroan", "terbatas", "sdn", "bhd", "berhad", "plt",
    "enterprise", "inc", "incorporated", "llc", "llp", "ltd", "limited", "corp", "corporation", "co",
    "company", "gmbh", "ag", "plc", "pte", "pty", "sa", "srl", "bv", "nv", "the", "and", "dan",
]  # fmt: skip

_SHORT_FOR = {
    "street": "st", "str": "st", "road": "rd", "avenue": "ave", "av": "ave", "drive": "dr", "drv": "dr",
    "court": "ct", "crt": "ct", "place": "pl", "lane": "ln", "boulevard": "blvd", "blv": "blvd",
    "highway": "hwy", "parkway": "pkwy", "square": "sq", "terrace": "tce", "ter": "tce", "crescent": "cres",
    "close": "cl", "circuit": "cct", "north": "n", "south": "s", "east": "e", "west": "w", "suite": "ste",
    "apartment": "apt", "building": "bldg", "floor": "fl", "first": "1st", "second": "2nd", "third": "3rd",
    "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th",
    "tenth": "10th", "jalan": "jl", "jln": "jl", "gang": "gg", "lorong": "lrg", "taman": "tmn",
    "kampung": "kg", "kampong": "kg", "kpg": "kg", "nomor": "no", "number": "no", "saint": "st",
    "mount": "mt", "blok": "blk", "block": "blk", "komplek": "komp", "kompleks": "komp",
    "perumahan": "perum", "kecamatan": "kec", "kelurahan": "kel", "kabupaten": "kab", "lantai": "lt",
}  # fmt: skip

# What people write where they know nothing.
_NOTHING = (
    "('', '-', 'na', 'n a', 'none', 'null', 'nan', 'unknown', 'nil', 'undefined', 'tidak ada', 'tiada')"
)

_FORMATS = "['%d %b %Y', '%d %B %Y', '%b %d %Y', '%B %d %Y', '%d %b %y']"

_MOST_WORDS = 40
_HARDLY_ANOTHER = 5

_MACROS = (
    "CREATE MACRO spaced(x) AS trim(regexp_replace(regexp_replace(strip_accents(lower(x)), '[''’`.]', '', 'g'),"
    " '[^\\p{L}\\p{N}]+', ' ', 'g'))",
    f"CREATE MACRO known(x) AS CASE WHEN x IN {_NOTHING} THEN NULL ELSE x END",
    "CREATE MACRO digits(x) AS regexp_replace(x, '[^0-9]', '', 'g')",
    # The plain distance is several times quicker and never smaller than the other one by more than one turn.
    "CREATE MACRO within_one(a, b) AS CASE WHEN abs(length(a) - length(b)) > 1 THEN false"
    " WHEN levenshtein(a, b) > 2 THEN false ELSE damerau_levenshtein(a, b) <= 1 END",
    "CREATE MACRO within_two(a, b) AS CASE WHEN abs(length(a) - length(b)) > 2 THEN false"
    " WHEN levenshtein(a, b) > 4 THEN false ELSE damerau_levenshtein(a, b) <= 2 END",
    "CREATE MACRO near(a, b) AS CASE WHEN least(length(a), length(b)) < 4 OR length(a) > 100 THEN false"
    " ELSE within_one(a, b) END",
    "CREATE MACRO close(a, b, least_similarity) AS CASE WHEN greatest(length(a), length(b)) > 100 THEN false"
    " ELSE jaro_winkler_similarity(a, b) >= least_similarity END",
    # Whether both have numbers, and neither has all of the other's: part 1 and part 2.
    "CREATE MACRO other_numbers(a, b) AS a <> b AND NOT contains(a, b) AND NOT contains(b, a)",
    # Of the weight of both texts' words, the share that both have; rare words weigh more.
    "CREATE MACRO shared(a, b) AS coalesce(list_sum([x.w for x in list_intersect(a, b)]), 0)",
    "CREATE MACRO little_shared(a, b, all_a, all_b) AS"
    " shared(a, b) < least(0.1 * (all_a + all_b), 0.99 * least(all_a, all_b))",
    # Each two of a text's five rarest words.
    "CREATE MACRO couples(a) AS flatten([[a[i].t || ' ' || a[j].t for j in range(i + 1, least(6, len(a) + 1))]"
    " for i in range(1, least(6, len(a) + 1))])",
    # Whether what stands before the @ is made of these words, but for an initial or two.
    "CREATE MACRO made_of(mail, words) AS length(digits(split_part(mail, '@', 1))) <= 2 AND"
    " length(list_reduce([w for w in words if length(w) > 1], lambda rest, w: replace(rest, w, ''),"
    " regexp_replace(split_part(mail, '@', 1), '[^a-z]', '', 'g'))) <= 2",
    "CREATE MACRO parts_of_date(x) AS [p for p in"
    " string_split(regexp_replace(regexp_replace(x, '[T ]\\d\\d:.*$', ''), '[^0-9]+', '~', 'g'), '~') if p <> '']",
    "CREATE MACRO whole_year(x) AS CASE WHEN length(x) = 4 THEN x WHEN x > '30' THEN '19' || x ELSE '20' || x END",
    "CREATE MACRO worded_date(x) AS"
    f" strftime(try_strptime(trim(regexp_replace(x, '[^0-9A-Za-z]+', ' ', 'g')), {_FORMATS}), '%Y%m%d')",
    # 1,299.00 and 1.299,00 and Rp 1.299.000; 4:18 is 258 seconds.
    "CREATE MACRO plain_number(x) AS CASE WHEN regexp_matches(x, '^\\d+:\\d\\d(:\\d\\d)?$')"
    " THEN list_reduce([p::DOUBLE for p in string_split(x, ':')], lambda a, b: a * 60 + b)"
    " WHEN regexp_matches(x, '[.,]\\d{3}([.,]\\d{3})+$|^\\d{1,3},\\d{3}$')"
    " THEN try_cast(regexp_replace(x, '[.,]', '', 'g') AS DOUBLE)"
    " WHEN regexp_matches(x, ',\\d+$') THEN try_cast(replace(replace(x, '.', ''), ',', '.') AS DOUBLE)"
    " ELSE try_cast(replace(x, ',', '') AS DOUBLE) END",
    "CREATE MACRO number(x) AS plain_number(regexp_replace(x, '^[^0-9-]+|[^0-9]+$', '', 'g'))",
    "CREATE MACRO any_date(x, day_at, month_at) AS CASE"
    " WHEN regexp_matches(x, '[A-Za-z]{3}') AND worded_date(x) IS NOT NULL THEN worded_date(x)"
    " WHEN len(parts_of_date(x)) = 3 AND length(parts_of_date(x)[1]) = 4"
    " THEN parts_of_date(x)[1] || lpad(parts_of_date(x)[2], 2, '0') || lpad(parts_of_date(x)[3], 2, '0')"
    " WHEN len(parts_of_date(x)) = 3 AND length(parts_of_date(x)[3]) IN (2, 4) THEN whole_year(parts_of_date(x)[3])"
    " || lpad(parts_of_date(x)[month_at], 2, '0') || lpad(parts_of_date(x)[day_at], 2, '0')"
    " ELSE nullif(digits(x), '') END",
)


def clean(database: duckdb.DuckDBPyConnection, columns: list[Column]) -> None:
    """Make the table `records` of the table `given` (unique_id, g0, g1 …), one spelling for everything.

    Of column 0 stands in c0 what is compared; of a text in c0_a its words in order of the alphabet, in c0_w its
    rarest words with their weights, in c0_n the sum of these, in c0_d its words with digits, in c0_r those that
    hardly another has, in c0_o those that many have, in c0_i its initials and in c0_h how many words are nothing but one.
    """
    for macro in _MACROS:
        database.execute(macro)
    parts = ["unique_id"]
    for column in columns:
        parts.append(f"{_cleaned(database, column)} AS {column.clean}_p")
    database.execute(f"CREATE TABLE spelled AS SELECT {', '.join(parts)} FROM given")
    database.execute("DROP TABLE given")
    joins, kept = [], ["unique_id"]
    for column in columns:
        name = column.clean
        if column.kind not in TEXTS:
            kept.append(f"{name}_p AS {name}")
            if column.kind == Kind.EMAIL:
                kept.append(f"coalesce(made_of({name}_p, {_words_of_names(columns)}), false) AS {name}_m")
            continue
        _weigh_words(database, column)
        joins.append(f"LEFT JOIN {name}_words USING (unique_id)")
        kept += [f"replace({name}_p, ' ', '') AS {name}", *(f"{name}_{part}" for part in "awndro")]
        if column.kind == Kind.NAME:
            words = f"string_split({name}_p, ' ')"
            kept.append(f"array_to_string(list_sort([left(w, 1) for w in {words}]), '') AS {name}_i")
            kept.append(f"len([w for w in {words} if length(w) = 1]) AS {name}_h")
    database.execute(f"CREATE TABLE records AS SELECT {', '.join(kept)} FROM spelled {' '.join(joins)}")
    database.execute("DROP TABLE spelled")
    for column in columns:
        _count_values(database, column)


def _cleaned(database: duckdb.DuckDBPyConnection, column: Column) -> str:
    given = f"g{column.place}"
    spaced = f"known(spaced({given}))"
    match column.kind:
        case Kind.EMAIL:
            address = f"regexp_replace(lower(trim({given})), '^mailto:', '')"
            return f"CASE WHEN {address} LIKE '%_@_%' THEN {address} END"
        case Kind.PHONE:
            # The country and the leading 0 are written by some and left out by others.
            number = f"regexp_replace(regexp_replace(digits({given}), '^00', ''), '^(62|60|0)+', '')"
            return f"CASE WHEN length({number}) >= 5 THEN {number} END"
        case Kind.DATE:
            return _date(database, given)
        case Kind.GIVEN_NAME | Kind.FAMILY_NAME | Kind.CITY:
            return f"replace({spaced}, ' ', '')"
        case Kind.POSTCODE | Kind.ID | Kind.STREET_NUMBER | Kind.CATEGORY:
            # 4011.0 is what spreadsheets make of 4011.
            return f"known(replace(spaced(regexp_replace({given}, '\\.0$', '')), ' ', ''))"
        case Kind.NUMBER:
            return f"number(trim({given}))"
        case Kind.COMPANY:
            words = _without(_words(given), _LEGAL_FORMS)
            return f"known(coalesce(nullif({words}, ''), {spaced}))"
        case Kind.ADDRESS:
            return f"known({_shortened(_words(given))})"
    return spaced


def _words_of_names(columns: list[Column]) -> str:
    spelled = [f"string_split(coalesce({c.clean}_p, ''), ' ')" for c in columns if c.kind in NAMES]
    return f"flatten([{', '.join(spelled)}])" if spelled else "[]::VARCHAR[]"


def _words(given: str) -> str:
    return f"string_split(spaced({given}), ' ')"


def _without(words: str, unsaid: list[str]) -> str:
    return f"array_to_string([w for w in {words} if w NOT IN ({_listed(unsaid)})], ' ')"


def _shortened(words: str) -> str:
    long = ", ".join(f"'{word}'" for word in _SHORT_FOR)
    short = ", ".join(f"'{word}'" for word in _SHORT_FOR.values())
    return f"array_to_string([coalesce(MAP {{ {_pairs(long, short)} }}[w], w) for w in {words}], ' ')"


def _pairs(long: str, short: str) -> str:
    return ", ".join(f"{a}: {b}" for a, b in zip(long.split(", "), short.split(", "), strict=True))


def _listed(words: list[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _date(database: duckdb.DuckDBPyConnection, given: str) -> str:
    """Return SQL for year, month and day as eight digits; what is no date keeps its digits, to be compared as such."""
    row = database.execute(
        "SELECT count(*) FILTER (try_cast(p[2] AS INT) > 12), count(*) FILTER (try_cast(p[1] AS INT) > 12)"
        f" FROM (SELECT parts_of_date({given}) AS p FROM given) WHERE len(p) = 3 AND length(p[1]) <= 2"
    ).fetchone()
    month_first = row is not None and row[0] > row[1]
    return f"any_date({given}, {2 if month_first else 1}, {1 if month_first else 2})"


def _count_values(database: duckdb.DuckDBPyConnection, column: Column) -> None:
    """Make the table t0: how likely anybody else has the value on which two agree.

    The two themselves say nothing about that, so they are left out, and what was never seen elsewhere is given
    the benefit of the doubt: less of it where a value is meant for one alone.
    """
    name = column.clean
    doubt = 0.05 if column.kind in (Kind.EMAIL, Kind.PHONE, Kind.ID) else 0.5
    database.execute(
        f"CREATE TABLE t{column.place} AS SELECT {name}, (greatest(count(*) - 2, 0) + {doubt})"
        f" / (SELECT count({name}) + 1 FROM records) AS tf_{name} FROM records WHERE {name} IS NOT NULL GROUP BY {name}"
    )


def _weigh_words(database: duckdb.DuckDBPyConnection, column: Column) -> None:
    """Make the table c0_words: each record's words in order, and with the weight of their rareness."""
    name = column.clean
    database.execute(
        f"CREATE TABLE {name}_words AS WITH said AS (SELECT DISTINCT unique_id, unnest(string_split({name}_p, ' ')) AS word"
        f" FROM spelled WHERE {name}_p IS NOT NULL),"
        " often AS (SELECT word, count(*) AS n FROM said GROUP BY word),"
        " everybody AS (SELECT count(DISTINCT unique_id) AS n FROM said),"
        " listed AS (SELECT unique_id, string_agg(word, '' ORDER BY word) AS a,"
        f" list({{'t': word, 'w': (ln(1 + everybody.n / often.n))::FLOAT}} ORDER BY often.n, word)[:{_MOST_WORDS}] AS w,"
        " ' ' || string_agg(word, ' ' ORDER BY word) FILTER (regexp_matches(word, '[0-9]')) || ' ' AS d,"
        f" list(word ORDER BY often.n, word) FILTER (often.n BETWEEN 2 AND {_HARDLY_ANOTHER}) AS r,"
        f" list(word ORDER BY often.n, word) FILTER (often.n > {_HARDLY_ANOTHER}) AS o"
        " FROM said JOIN often USING (word), everybody GROUP BY unique_id)"
        f" SELECT unique_id, a AS {name}_a, w AS {name}_w, list_sum([x.w for x in w])::FLOAT AS {name}_n, d AS {name}_d,"
        f" r AS {name}_r, o AS {name}_o FROM listed"
    )
