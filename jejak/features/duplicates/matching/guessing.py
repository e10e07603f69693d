"""What a column holds, guessed from its header in three languages, and else from its values."""

import re
from collections.abc import Sequence

from jejak.features.duplicates.matching.kinds import Column, Kind

_HEADERS = {
    Kind.GIVEN_NAME: "given_name given givenname first_name firstname first fname forename nama_depan nama_pertama",
    Kind.FAMILY_NAME: "family_name family familyname surname last_name lastname last lname nama_belakang nama_keluarga"
    " nama_akhir",
    Kind.COMPANY: "company company_name organisation organization organisation_name organization_name business"
    " business_name merchant vendor supplier store store_name shop outlet branch employer trading_name perusahaan"
    " nama_perusahaan nama_usaha syarikat nama_syarikat toko nama_toko kedai restaurant restoran hotel site_name",
    Kind.NAME: "name full_name fullname person person_name customer customer_name client client_name contact contact_name"
    " contact_person member member_name patient nama nama_lengkap nama_penuh pelanggan nama_pelanggan",
    Kind.EMAIL: "email e_mail mail email_address emel surel alamat_email alamat_emel",
    Kind.PHONE: "phone phone_number phone_no telephone tel mobile mobile_number mobile_no handphone mobile_phone cell"
    " cellphone msisdn whatsapp wa no_wa nomor_wa hp no_hp nomor_hp no_telp telp telepon no_telepon nomor_telepon telefon"
    " no_telefon nombor_telefon no_tel fax",
    Kind.DATE: "date_of_birth dob birth_date birthdate birthday born birth tanggal_lahir tgl_lahir tarikh_lahir lahir",
    Kind.STREET_NUMBER: "street_number street_no house_number house_no street_num nomor_rumah no_rumah nombor_rumah",
    Kind.ADDRESS: "address addr address_line street street_name street_address alamat jalan residence",
    Kind.CITY: "city town suburb locality municipality kota kabupaten bandar kecamatan kelurahan district birth_place"
    " birthplace place_of_birth tempat_lahir",
    Kind.POSTCODE: "postcode post_code postal_code postalcode postal zip zip_code zipcode kode_pos kodepos poskod",
    Kind.ID: "soc_sec_id ssn nik no_ktp ktp nric ic no_ic no_kp mykad passport passport_no passport_number tax_id npwp nib"
    " vat vat_id abn ein national_id id_number no_identitas isbn issn doi sku upc ean gtin barcode imei model_no modelno"
    " model_number part_number mpn serial_number nisn",
    Kind.CATEGORY: "state province provinsi negeri country negara gender sex jenis_kelamin jantina type category kind"
    " industry sector cuisine occupation job job_title pekerjaan jenis kategori middle_initial middle_name midl_name mname"
    " middle initial genre religion agama marital_status status_kawin",
    Kind.TEXT: "title judul tajuk author authors penulis pengarang artist singer penyanyi brand merek jenama manufacturer"
    " maker publisher penerbit venue journal booktitle conference album description deskripsi keterangan product"
    " product_name produk nama_produk item item_name song song_name track movie film model editor",
    Kind.NUMBER: "price harga year tahun age umur usia pages released duration time abv",
    Kind.IGNORE: "class cluster cluster_id entity entity_id truth match_id group_id label is_duplicate",
}  # fmt: skip
_KIND_OF = {header: kind for kind, headers in _HEADERS.items() for header in headers.split()}

_IDS = (
    "", "id", "rec_id", "record_id", "unique_id", "row_id", "rowid", "row", "key", "uid", "uuid", "customer_id", "user_id",
    "nomor", "no", "index", "idx", "nr", "unnamed_0",
)  # fmt: skip
# When something was written down says nothing of whom it is about.
_WHEN = re.compile(
    r"created|updated|modified|inserted|order|signup|sign_up|joined|registered|last|visit|seen|login|_at$|_on$"
)
_MOSTLY = 0.8
_FEW_WORDS, _FEW_VALUES = 2.5, 0.1
_KINDS_OF_PEOPLE = {Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.DATE, Kind.EMAIL}
_LEGAL_FORM = re.compile(
    r"\b(pt|cv|tbk|ud|sdn|bhd|berhad|ltd|limited|inc|llc|llp|gmbh|plc|pte|pty|corp|co|company|toko|warung|kedai|restaurant|"
    r"restoran|cafe|hotel|bakery|shop|store|group|enterprise|services|bank|clinic|klinik|salon)\b",
    re.IGNORECASE,
)


def guess(header: Sequence[str], rows: Sequence[Sequence[str]], *, named: bool = False) -> list[Column]:
    """Return every column with the kind that it most likely has; IGNORE where nothing tells.

    named: whether somebody named these columns to be compared, so that none of them is without meaning.
    """
    values = [[row[i].strip() for row in rows if row[i].strip()] for i in range(len(header))]
    kinds = [_kind(name, held, named=named) for name, held in zip(header, values, strict=True)]
    if Kind.GIVEN_NAME in kinds and Kind.FAMILY_NAME not in kinds and kinds.count(Kind.NAME) == 1:
        kinds[kinds.index(Kind.NAME)] = Kind.FAMILY_NAME
    for i, kind in enumerate(kinds):
        if kind == Kind.NAME:
            kinds[i] = _whose_name(values[i], kinds)
    return [Column(name, kind, i) for i, (name, kind) in enumerate(zip(header, kinds, strict=True))]


def name_parts(header: Sequence[str]) -> list[Kind]:
    """Return which part of a name each of these columns holds, that were all said to hold names."""
    kinds = [_said(name) or Kind.NAME for name in header]
    kinds = [kind if kind in (Kind.GIVEN_NAME, Kind.FAMILY_NAME) else Kind.NAME for kind in kinds]
    if len(kinds) == 2 and Kind.NAME in kinds:
        if kinds[0] == kinds[1]:
            return kinds
        other = next(kind for kind in kinds if kind != Kind.NAME)
        rest = Kind.FAMILY_NAME if other == Kind.GIVEN_NAME else Kind.GIVEN_NAME
        return [rest if kind == Kind.NAME else kind for kind in kinds]
    return kinds


def record_id(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    """Return the column that numbers the records, if there is one: it says nothing of who they are about."""
    unique = [name for i, name in enumerate(header) if len({row[i] for row in rows}) == len(rows)]
    numbers = [name for name in unique if _word(name) in _IDS]
    numbers += [name for name in unique if _word(name).endswith("_id") and _word(name) not in _KIND_OF]
    return numbers[0] if numbers else None


def looks_like_values(header: Sequence[str]) -> bool:
    """Return whether this first line is a record sooner than the names of columns."""
    kinds = [_looks([cell]) for cell in header if cell]
    return any(kind in (Kind.EMAIL, Kind.DATE, Kind.PHONE) for kind in kinds) or kinds.count(Kind.NUMBER) > 1


def _kind(name: str, values: Sequence[str], *, named: bool) -> Kind:
    word = re.sub(r"_?\d+$", "", _word(name))
    if word in _IDS and not named:
        return Kind.IGNORE
    said = _said(name)
    if said in (Kind.EMAIL, Kind.PHONE, Kind.DATE) and not _ends(word, said) and _looks(values) != said:
        said = None  # email_opt_in
    if said in (Kind.CATEGORY, Kind.TEXT) and values and "mid" not in word:
        return _category_or_text(values)
    if said == Kind.NUMBER and values and _looks(values) != Kind.NUMBER:
        said = None
    if said is not None:
        return said
    looks = _looks(values)
    if looks == Kind.DATE and _WHEN.search(word) and not named:
        return Kind.IGNORE
    if looks == Kind.TEXT:
        return _category_or_text(values)
    if looks == Kind.NUMBER and not named:
        return Kind.IGNORE  # Points, visits, a number of the record: who knows.
    return looks


def _said(name: str) -> Kind | None:
    """Return what the header says: as a whole, by its end, and by what stands anywhere in it."""
    word = re.sub(r"_?\d+$", "", _word(name))
    if word in _KIND_OF:
        return _KIND_OF[word]
    parts = word.split("_")
    for length in range(len(parts) - 1, 0, -1):
        for start in range(len(parts) - length, -1, -1):
            kind = _KIND_OF.get("_".join(parts[start : start + length]))
            # product_name is no person's, and name_id names nothing.
            if kind is not None and kind != Kind.IGNORE and "id" not in parts:
                return kind
    return None


def _ends(word: str, kind: Kind) -> bool:
    return any(word == said or word.endswith("_" + said) for said in _HEADERS[kind].split())


def _category_or_text(values: Sequence[str]) -> Kind:
    words = sum(len(value.split()) for value in values) / len(values)
    few = len(set(values)) <= max(2, _FEW_VALUES * len(values))
    return Kind.CATEGORY if few and words <= _FEW_WORDS else Kind.TEXT


def _whose_name(values: Sequence[str], kinds: Sequence[Kind]) -> Kind:
    """Return whether names are of people, of companies or of things, by what they hold and what stands beside them."""
    if not values or _KINDS_OF_PEOPLE & set(kinds):
        return Kind.NAME
    numbered = sum(any(letter.isdigit() for letter in value) for value in values) / len(values)
    if numbered > 0.2 or sum(len(value.split()) for value in values) / len(values) > 4.5:
        return Kind.TEXT
    legal = sum(bool(_LEGAL_FORM.search(value)) for value in values) / len(values)
    return Kind.COMPANY if legal > 0.1 else Kind.NAME


def _looks(values: Sequence[str]) -> Kind:
    if not values:
        return Kind.IGNORE
    for pattern, kind in _LOOKS:
        if sum(bool(pattern.fullmatch(value)) for value in values) >= _MOSTLY * len(values):
            return kind
    return Kind.TEXT


_LOOKS = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]+"), Kind.EMAIL),
    (re.compile(r"(19|20)\d\d-\d\d-\d\d([T ].*)?|\d\d?[/.-]\d\d?[/.-](19|20)\d\d"), Kind.DATE),
    (re.compile(r"(\+|0)[\d\s().-]{7,17}|\(?\d{3}\)?[-/ ]\d{3}[- ]\d{4}"), Kind.PHONE),
    (re.compile(r"\D{0,4}\d[\d.,]*( ?\D{1,3})?|\d+:\d\d(:\d\d)?"), Kind.NUMBER),
    (re.compile(r"(?i)(jl|jalan|jln|lorong|no)\b.{4,}|\d+\w? \D{3,}"), Kind.ADDRESS),
)


def _word(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
