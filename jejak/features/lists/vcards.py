"""vCards: 2.1, 3.0 and 4.0 in, as phones and mail programs really write them; 3.0 out, which all of them read."""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_LONGEST_CARD = 2_000
"""So many lines at most; pictures come in many, and are not kept."""
_LINE_BYTES = 75
_PROPERTY = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;(?:[^:;\"]|\"[^\"]*\")*)*):(.*)", re.DOTALL)
_BIRTHDAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")
_KEPT = frozenset({"N", "FN", "EMAIL", "TEL", "ORG", "TITLE", "ROLE", "ADR", "NOTE", "BDAY", "NICKNAME"})


@dataclass(kw_only=True)
class Card:
    """What a vCard says of somebody. faults: what could not be read."""

    name: str = ""
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    company: str = ""
    role: str = ""
    address: str = ""
    note: str = ""
    birthday: str = ""
    faults: list[str] = field(default_factory=list)


def read(lines: Iterable[bytes]) -> Iterator[tuple[int, Card]]:
    """Yield each card with the number of the line it begins on. What cannot be read of it is among its faults."""
    card: Card | None = None
    begun = 0
    for number, line in _unfolded(lines):
        text = _decoded(line)
        name = text.strip().upper()
        if name == "BEGIN:VCARD":
            card, begun = Card(), number
        elif name == "END:VCARD" and card is not None:
            yield begun, card
            card = None
        elif card is not None and text.strip():
            _take(card, text, line)
    if card is not None:
        card.faults.append("END:VCARD")
        yield begun, card


def written(card: Card) -> str:
    """Return a card as vCard 3.0."""
    first, _space, last = card.name.partition(" ")
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{_escaped(card.name or (card.emails or card.phones or ['?'])[0])}",
        f"N:{_escaped(last)};{_escaped(first)};;;",
        *(f"EMAIL;TYPE=INTERNET:{_escaped(one)}" for one in card.emails),
        *(f"TEL;TYPE=VOICE:{_escaped(one)}" for one in card.phones),
    ]
    for name, value in (
        ("ORG", card.company),
        ("ROLE", card.role),
        ("NOTE", card.note),
        ("BDAY", card.birthday),
    ):
        if value:
            lines.append(f"{name}:{_escaped(value)}")
    if card.address:
        lines.append(f"ADR:;;{_escaped(card.address)};;;;")
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCARD"])


def _take(card: Card, text: str, line: bytes) -> None:
    found = _PROPERTY.fullmatch(text)
    if found is None:
        card.faults.append(text[:60])
        return
    name, written_params, value = found[1].upper(), found[2], found[3]
    if name not in _KEPT:
        return
    params = _params(written_params)
    if "QUOTED-PRINTABLE" in params.get("ENCODING", set()):
        value = _quoted(line, next(iter(params.get("CHARSET", {"utf-8"}))))
    elif params.get("ENCODING", set()) & {"B", "BASE64"}:
        return
    elif charset := params.get("CHARSET"):
        value = _decoded(line, next(iter(charset))).partition(":")[2]
    match name:
        case "FN":
            card.name = _plain(value) or card.name
        case "N":
            card.name = card.name or _name(value)
        case "EMAIL":
            _add(card.emails, _plain(value).removeprefix("mailto:"))
        case "TEL":
            _add(card.phones, _plain(value).removeprefix("tel:"))
        case "ORG":
            card.company = card.company or _plain(_parts(value)[0])
        case "ROLE":
            card.role = _plain(value)
        case "TITLE":
            card.role = card.role or _plain(value)
        case "ADR":
            card.address = card.address or ", ".join(filter(None, (_plain(part) for part in _parts(value))))
        case "NOTE":
            card.note = _plain(value, lines=True)
        case "BDAY":
            if day := _BIRTHDAY.match(value.strip()):
                card.birthday = "-".join(day.groups())


def _unfolded(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Join what stands on several lines: folded ones begin with a space, quoted-printable ones end with "="."""
    held, begun, joined = b"", 0, 0
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf" if number == 1 else b"")
        goes_on = held.endswith(b"=") and b"QUOTED-PRINTABLE" in held.partition(b":")[0].upper()
        if joined < _LONGEST_CARD and held and (line[:1] in {b" ", b"\t"} or goes_on):
            held = held[:-1] + line if goes_on else held + line[1:]
            joined += 1
            continue
        if held:
            yield begun, held
        held, begun, joined = line, number, 0
    if held:
        yield begun, held


def _decoded(line: bytes, charset: str = "utf-8") -> str:
    for one in (charset, "utf-8", "cp1252"):
        try:
            return line.decode(one)
        except (UnicodeDecodeError, LookupError):
            continue
    return line.decode("latin-1")


def _quoted(line: bytes, charset: str) -> str:
    return _decoded(quopri.decodestring(line.partition(b":")[2]), charset)


def _params(written: str) -> dict[str, set[str]]:
    """Return the parameters; vCard 2.1 writes some without their names."""
    found: dict[str, set[str]] = {}
    for one in written.split(";")[1:]:
        name, equals, value = one.partition("=")
        if not equals:
            name, value = ("ENCODING" if name.upper() in {"QUOTED-PRINTABLE", "BASE64"} else "TYPE"), name
        found.setdefault(name.strip().upper(), set()).update(
            part.strip('" ').upper() for part in value.split(",")
        )
    return found


def _parts(value: str) -> list[str]:
    return re.split(r"(?<!\\);", value)


def _name(value: str) -> str:
    """Family; given; more; before; after → as one says it."""
    parts = [_plain(part) for part in (*_parts(value), "", "", "", "", "")[:5]]
    family, given, more, before, after = parts
    return " ".join(filter(None, (before, given, more, family, after)))


def _plain(text: str, *, lines: bool = False) -> str:
    text = re.sub(r"\\([nN,;\\:])", lambda found: "\n" if found[1] in "nN" else found[1], text)
    return text.strip() if lines else " ".join(text.split())


def _add(to: list[str], value: str) -> None:
    if value and value not in to:
        to.append(value)


def _escaped(text: str) -> str:
    for sign, kept in (
        ("\\", "\\\\"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        ("\r", ""),
        (",", "\\,"),
        (";", "\\;"),
    ):
        text = text.replace(sign, kept)
    return text


def _folded(line: str) -> str:
    """Break a line so that none has more than 75 bytes, and no character is torn."""
    pieces: list[str] = []
    held = ""
    for sign in line:
        if len((held + sign).encode()) > (_LINE_BYTES if not pieces else _LINE_BYTES - 1):
            pieces.append(held)
            held = ""
        held += sign
    return "\r\n ".join([*pieces, held])
