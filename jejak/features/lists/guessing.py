"""What the columns of a file probably are, by their names in three languages and by what stands in them."""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import override

from jejak.features.lists.targets import FIRST_NAME, ID, LAST_NAME, Rules
from jejak.records.kinds import Kind

# Words that name a column, folded; the first field of a kind that has such a key takes it.
_WORDS: dict[str, str] = {
    "name": r"(full ?)?name|nama( lengkap| penuh)?|customer( name)?|pelanggan|contact( name)?|company name"
    r"|nama (perusahaan|syarikat)|display name",
    "title": r"title|judul|tajuk|subject|deal( name)?|plate|nama",
    "email": r"e ?mail( address)?|surel|emel|alamat (e ?mail|emel)|email 1 value",
    "phone": r"(mobile |cell )?(phone|tel)( number)?|mobile|telepon|telefon|(no|nomor|nombor) ?(hp|telepon|telefon|tel)"
    r"|hp|whatsapp|wa|phone 1 value",
    "owner": r"owner|pemilik|account manager|penanggung jawab|assigned to",
    "team": r"team|tim|pasukan|cabang",
    "tags": r"tags?|labels?|label|group membership|groups",
    "company": r"company|organi[sz]ation|perusahaan|syarikat|org|account",
    "person": r"person|contact|pelanggan|customer",
    "domain": r"domain|website|web( site)?|situs|laman( web)?",
    "amount": r"amount|value|nilai|jumlah|harga|total",
    "currency": r"currency|mata (uang|wang)",
    "sku": r"sku|kode|kod|code|item code|product code",
    "price": r"price|harga|unit price",
    "due_at": r"due( date| at)?|tenggat|jatuh tempo|tarikh akhir",
    "close_on": r"close( date| on)?|tanggal tutup|tarikh tutup",
    "birthday": r"birthday|birth ?date|bday|tanggal lahir|tarikh lahir|dob",
    "note": r"notes?|catatan|nota|remarks?|comments?",
    "role": r"role|job title|jabatan|jawatan|title|position",
    "address": r"address|alamat",
}  # fmt: skip
_FIRST = re.compile(r"first ?name|given ?name|nama depan|nama pertama")
_LAST = re.compile(r"last ?name|family ?name|surname|nama belakang|nama akhir")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s().-]{9,20}")
_KEYS = (ID, "email", "phone", "sku", "key", "code", "domain")


def guess(kind: Kind, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Rules:
    """Return what the columns probably are, and which of them tells the record. rows: the first ones."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    names = _names(kind)
    for column in columns:
        target = _target(_folded(column), names, kind)
        if target and target not in taken:
            found[column] = target
            taken.add(target)
    editable = {one.key: one.type.key for one in kind.fields if one.is_editable}
    for column in columns:
        texts = [text for row in rows[:100] if (text := row.get(column, "").strip())]
        if column in found or len(texts) < 2:
            continue
        for key, pattern in (("email", _EMAIL), ("phone", _PHONE)):
            fits = sum(1 for text in texts if pattern.fullmatch(text))
            if key in editable and key not in taken and fits > 0.7 * len(texts):
                if key == "phone" and all(
                    text.isdecimal() and not text.startswith(("0", "6")) for text in texts
                ):
                    continue
                found[column] = key
                taken.add(key)
                break
    key = next((one for one in (*_KEYS, kind.title) if one in taken), "")
    if key == kind.title and kind.key == "person":
        key = ""  # Two people may have one name.
    return Rules(columns=found, key=key)


def _target(text: str, names: Mapping[str, str], kind: Kind) -> str:
    if text in {"id", "record id", f"{kind.key} id"}:
        return ID
    if text in names:
        return names[text]
    if kind.key == "person":
        if _FIRST.fullmatch(text):
            return FIRST_NAME
        if _LAST.fullmatch(text):
            return LAST_NAME
    editable = [one.key for one in kind.fields if one.is_editable]
    ordered = sorted(_WORDS, key=lambda key: key != kind.title)
    return next((key for key in ordered if key in editable and re.fullmatch(_WORDS[key], text)), "")


def _names(kind: Kind) -> dict[str, str]:
    """Every field by its key and by its label in each language, folded."""
    found: dict[str, str] = {}
    for language in ("en", "id", "ms"):
        with override(language):
            for one in kind.fields:
                if one.is_editable:
                    found.setdefault(_folded(str(one.label)), one.key)
    return found | {_folded(one.key): one.key for one in kind.fields if one.is_editable}


def _folded(text: str) -> str:
    text = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
