"""What the columns of a file probably are, from their names and first rows. People correct it on the page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jejak.features.imports import cells

IGNORED, PROPERTY, TIME, NAME, VALUE, CURRENCY = "", "property", "time", "name", "value", "currency"
SCORE, COMMENT, CHANNEL, PLACE, ID, TRAIT, OWN = "score", "comment", "channel", "place", "id", "trait", "own"
HANDLES = ("user_id", "email", "phone", "whatsapp", "telegram", "anonymous_id", OWN)
"""Roles of handles; OWN is one of the column's own name, such as order_id."""
TYPES = ("text", "number", "whole", "bool", "date", "time")
FORMATS = (
    "iso",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%d %b %Y",
    "%d %b %Y %H:%M",
    "%a %b %d %H:%M:%S %z %Y",
    "epoch_seconds",
    "epoch_milliseconds",
)
_MOST_LOOKED_AT = 200
_HIGHEST_SCORE = 10
_SLUG = re.compile(r"[^a-z0-9]+")
_WORDS = re.compile(r"[a-z]+|\d+")
_ROW_ID = re.compile(r"(row_?)?id|uuid|guid|no\.?|nr|nomor|bil\.?", re.IGNORECASE)
_HAPPENED = {
    "review": "Review Written",
    "ulasan": "Review Written",
    "complaint": "Complaint Received",
    "ticket": "Ticket Opened",
    "tweet": "Message Received",
    "order": "Order Placed",
    "pesanan": "Order Placed",
    "invoice": "Order Completed",
    "transaction": "Order Completed",
    "faktur": "Order Completed",
    "transaksi": "Order Completed",
}
_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d{1,2}")
_GROUPED = re.compile(r"(rp|rm|idr|myr)?\.? ?-?[1-9]\d{0,2}(\.\d{3})+(,\d+|,-)?", re.IGNORECASE)
_SURELY_GROUPED = re.compile(r".*\.\d{3}(\.\d{3}|,(\d+|-))")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s().-]{9,20}")

# Words that name a column, in English, Indonesian, Malay and a little Portuguese; the first that fits wins.
_NAMED: tuple[tuple[str, str], ...] = (
    ("email", r"e ?mail|surel|emel"),
    ("whatsapp", r"whatsapp|\bwa\b"),
    ("telegram", r"telegram"),
    ("phone", r"phone|mobile|telepon|telefon|\bhp\b|\btel\b"),
    ("anonymous_id", r"anonymous|visitor|cookie|device id"),
    (
        "user_id",
        r"(user|customer|member|client|author|master) ?(unique )?id|pelanggan id|id pelanggan|^(customer|user)$",
    ),
    (TIME, r"time|date|tanggal|tarikh|waktu|\bat$|timestamp|masa"),
    (SCORE, r"score|rating|stars?|nps|csat|\bces\b|nilai|skor|bintang"),
    (
        COMMENT,
        r"comment|review|verbatim|feedback|text|ulasan|komentar|catatan|remarks?|message|mensagem|saran",
    ),
    (CURRENCY, r"currency|mata uang|mata wang"),
    (VALUE, r"amount|total|revenue|value|jumlah|harga|nilai|nominal|om[sz]et|price(?! idx| index)|dollar"),
    (CHANNEL, r"channel|kanal|submitted via|saluran"),
    (PLACE, r"store|branch|shop|outlet|toko|cabang|cawangan|kedai|place|location"),
    (NAME, r"^event$|event name|activity|aktivitas|concept name|action|^type$"),
    (
        OWN,
        r"^(order|invoice|ticket|case|transaction|response|complaint|review) ?(id|no|number|nr)$|^invoice$"
        r"|^(id|no|nomor|kode|kod) (pesanan|order|invoice|invois|faktur|transaksi|tiket|resi)$",
    ),
    (OWN, r"^case concept|\w id$"),
)


@dataclass(kw_only=True)
class Choices:
    """What the columns page asks. columns: {column: [role, type]}."""

    name: str = "import"
    touchpoint: str = ""
    channel: str = ""
    zone: str = "UTC"
    time_format: str = "iso"
    decimal: str = "."
    currency: str = ""
    scale: str = ""
    columns: dict[str, list[str]] = field(default_factory=dict)

    def having(self, role: str) -> list[str]:
        """Return the columns with a role."""
        return [column for column, (has, _type) in self.columns.items() if has == role]


def guess(*, file_name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], zone: str) -> Choices:
    """Return what the columns probably are."""
    choices = Choices(name=slug(file_name), zone=zone)
    looked_at = {
        column: [row[at] for row in rows[:_MOST_LOOKED_AT] if at < len(row) and row[at].strip()]
        for at, column in enumerate(columns)
    }
    choices.decimal = "," if _writes_commas(looked_at) else "."
    taken: set[str] = set()
    for column in columns:
        found = looked_at[column]
        role = _role(column, found, taken, choices.decimal)
        choices.columns[column] = [role, _type(found, choices.decimal)]
        if role in HANDLES or role in (TIME, SCORE, COMMENT, VALUE, CURRENCY, CHANNEL, NAME):
            taken.add(role)
        if role == TIME:
            choices.time_format = format_of(found) or "iso"
    if TIME not in taken and not _make_time(choices, looked_at):
        _make_traits(choices)
    _make_comment(choices, looked_at)
    _make_ids(choices, looked_at)
    _make_product(choices, looked_at)
    if not taken & set(HANDLES):
        _make_handle(choices, columns, looked_at)
    if scores := choices.having(SCORE):
        choices.scale = _scale(scores[0], looked_at[scores[0]], choices.decimal)
    if choices.having(TIME) and not choices.having(NAME):
        choices.touchpoint = _happened(choices)
    return choices


def slug(file_name: str) -> str:
    """Return a file's name as the name of a mapping."""
    stem = file_name.lower()
    for end in (".gz", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".xlsx", ".xls"):
        stem = stem.removesuffix(end)
    return _SLUG.sub("-", stem).strip("-")[:60] or "import"


def format_of(found: Sequence[str]) -> str | None:
    """Return how the times of a column are written. Where day and month cannot be told apart, the day is first."""
    for written in FORMATS:
        read = cells.moments("", [written], UTC, None)
        if found and _all(found, read) and not (written.startswith("epoch") and not _is_epoch(found, read)):
            return written
    return None


def _role(column: str, found: Sequence[str], taken: set[str], decimal: str) -> str:
    words = " ".join(_WORDS.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", column).lower()))
    if not found:
        return IGNORED
    for role, pattern in _NAMED:
        free = role not in taken or (role == OWN and pattern.startswith("^(order"))
        if free and re.search(pattern, words) and _fits(role, found, decimal):
            return role
    if "email" not in taken and _share(found, _EMAIL.fullmatch) > 0.9:
        return "email"
    return PROPERTY


def _fits(role: str, found: Sequence[str], decimal: str) -> bool:
    if role == TIME:
        return format_of(found) is not None
    if role == SCORE:
        return (
            _numbers(found, decimal)
            and max(cells.number(cell, "", decimal) for cell in found) <= _HIGHEST_SCORE
        )
    if role == VALUE:
        return _numbers(found, decimal)
    if role == "email":
        return _share(found, _EMAIL.fullmatch) > 0.5
    if role in ("phone", "whatsapp"):
        return _share(found, _PHONE.fullmatch) > 0.5
    if role == CURRENCY:
        return all(len(cell.strip()) == 3 for cell in found)
    if role == COMMENT:
        return (
            _share(found, lambda cell: " " in cell) > 0.2
            and not _numbers(found, decimal)
            and format_of(found) is None
        )
    if role in (CHANNEL, NAME, PLACE):
        return not _numbers(found, decimal) and len(set(found)) <= max(20, len(found) // 2)
    return True


def _type(found: Sequence[str], decimal: str) -> str:
    if not found:
        return "text"
    # 007 is no number, and a code with letters now and then is none either.
    leading = any(len(cell) > 1 and cell[0] == "0" and cell.isdigit() for cell in found)
    if not leading and _all(found, lambda cell: cells.whole(cell, "", decimal)):
        return "whole" if len(max(found, key=len)) < 10 else "text"
    if not leading and _numbers(found, decimal):
        return "number"
    if {cell.strip().lower() for cell in found} <= {"true", "false", "yes", "no", "ya", "tidak"}:
        return "bool"
    if format_of(found) == "iso":
        return "time" if any(len(cell.strip()) > 10 for cell in found) else "date"
    return "text"


def _make_time(choices: Choices, looked_at: dict[str, list[str]]) -> bool:
    for column, (role, _type) in choices.columns.items():
        written = format_of(looked_at[column]) if role in (PROPERTY, OWN) else None
        if written is not None:
            choices.columns[column][0], choices.time_format = TIME, written
            return True
    return False


def _make_traits(choices: Choices) -> None:
    """Without a time nothing has happened: the file says how people are."""
    for told in choices.columns.values():
        if told[0] not in (IGNORED, *HANDLES):
            told[0] = TRAIT


def _make_comment(choices: Choices, looked_at: dict[str, list[str]]) -> None:
    """Of a title and a message, the message is the comment."""

    def length(column: str) -> float:
        return sum(map(len, looked_at[column])) / max(1, len(looked_at[column]))

    for comment in choices.having(COMMENT):
        others = [one for one in choices.having(PROPERTY) if re.search(dict(_NAMED)[COMMENT], one.lower())]
        longest = max([comment, *others], key=length)
        choices.columns[comment][0] = PROPERTY
        choices.columns[longest][0] = COMMENT


def _make_ids(choices: Choices, looked_at: dict[str, list[str]]) -> None:
    """A bare id that is different in each row tells rows apart, not people."""
    for column, told in choices.columns.items():
        found = looked_at[column]
        if _ROW_ID.fullmatch(column) and told[0] in (OWN, PROPERTY) and len(set(found)) == len(found):
            told[0] = ID


def _make_product(choices: Choices, looked_at: dict[str, list[str]]) -> None:
    """A price counts as often as things were bought."""
    if [column for column in choices.having(VALUE) if re.search(r"price|harga", column, re.IGNORECASE)]:
        for column, told in choices.columns.items():
            if told[0] == PROPERTY and re.search(
                r"quantity|qty|jumlah|kuantiti|kuantitas", column, re.IGNORECASE
            ):
                told[0] = VALUE if _numbers(looked_at[column], choices.decimal) else PROPERTY


def _make_handle(choices: Choices, columns: Sequence[str], looked_at: dict[str, list[str]]) -> None:
    for column in columns:
        role, type = choices.columns[column]
        found = looked_at[column]
        words = [cell for cell in found if len(cell) > 64 or " " in cell]
        unique = found and len(set(found)) == len(found) and not words
        if role in (PROPERTY, ID) and type in ("text", "whole") and unique:
            choices.columns[column][0] = OWN
            return


def _scale(column: str, found: Sequence[str], decimal: str) -> str:
    numbers = [cells.number(cell, column, decimal) for cell in found]
    if "nps" in column.lower() or max(numbers) > 7 or min(numbers) < 1:
        return "nps"
    return "csat-1-5" if max(numbers) <= 5 else "ces-1-7-easy"


def _happened(choices: Choices) -> str:
    for role in (OWN, COMMENT):
        for column in choices.having(role):
            for word, happened in _HAPPENED.items():
                if word in column.lower():
                    return happened
    if choices.having(SCORE):
        return "Survey Answered"
    return "Order Completed" if choices.having(VALUE) else ""


def _writes_commas(columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether 350.000 means thousands: many fractions after a comma say so, or dots before three digits each time."""
    found = [cell for column in columns.values() for cell in column if _COMMA.fullmatch(cell.strip())]
    return len(found) > 2 or any(_groups_by_dots(*column) for column in columns.items())


def _groups_by_dots(column: str, found: Sequence[str]) -> bool:
    dotted = [cell.strip() for cell in found if "." in cell]
    if not dotted or not all(_GROUPED.fullmatch(cell) for cell in dotted):
        return False
    # One group alone may be a fraction of three digits; not where money is written.
    return bool(re.search(dict(_NAMED)[VALUE], column.lower()) or any(map(_SURELY_GROUPED.fullmatch, dotted)))


def _numbers(found: Sequence[str], decimal: str) -> bool:
    return bool(found) and _all(found, lambda cell: cells.number(cell, "", decimal))


def _all(found: Sequence[str], read: Callable[[str], object]) -> bool:
    try:
        for cell in found:
            read(cell)
    except cells.BadCell:
        return False
    return True


def _is_epoch(found: Sequence[str], read: Callable[[str], datetime]) -> bool:
    return all(2000 <= read(cell).year <= 2100 for cell in found)


def _share(found: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(bool(fits(cell.strip())) for cell in found) / len(found)
