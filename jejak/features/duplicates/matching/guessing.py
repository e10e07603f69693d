"""What a column holds, guessed from its header in three languages, and else from its values."""

import re
from collections.abc import Sequence

from jejak.features.duplicates.matching.kinds import Column, Kind

_HEADERS = {
    Kind.GIVEN_NAME: "given_name givenname first_name firstname fname forename nama_depan nama_pertama",
    Kind.FAMILY_NAME: "family_name familyname surname last_name lastname lname nama_belakang nama_keluarga nama_akhir",
    Kind.COMPANY: "company company_name organisation organization organisation_name organization_name business"
    " business_name merchant vendor supplier store outlet perusahaan nama_perusahaan syarikat nama_syarikat toko"
    " kedai restaurant restoran site_name",
    Kind.NAME: "name full_name fullname person person_name customer customer_name client contact contact_name nama"
    " nama_lengkap nama_penuh pelanggan nama_pelanggan",
    Kind.EMAIL: "email e_mail mail email_address emel surel alamat_email alamat_emel",
    Kind.PHONE: "phone phone_number telephone tel mobile mobile_phone cell whatsapp wa hp no_hp no_telp telp telepon"
    " nomor_telepon telefon no_telefon nombor_telefon fax phone_1 phone1",
    Kind.DATE: "date_of_birth dob birth_date birthdate birthday born birth tanggal_lahir tgl_lahir tarikh_lahir",
    Kind.STREET_NUMBER: "street_number house_number house_no street_no nomor_rumah no_rumah nombor_rumah",
    Kind.ADDRESS: "address addr address_1 address_2 address1 address2 address_line_1 address_line_2 street"
    " street_name street_address alamat alamat_1 alamat_2 jalan",
    Kind.CITY: "city town suburb locality kota kabupaten bandar kecamatan district birth_place birthplace tempat_lahir",
    Kind.POSTCODE: "postcode post_code postal_code postalcode zip zip_code zipcode kode_pos kodepos poskod",
    Kind.ID: "soc_sec_id ssn nik no_ktp ktp nric ic no_ic mykad passport passport_no tax_id npwp vat vat_id abn"
    " national_id",
    Kind.CATEGORY: "state province provinsi negeri country negara gender sex jenis_kelamin jantina type category kind"
    " industry sector cuisine occupation job title pekerjaan jenis kategori middle_initial",
    Kind.IGNORE: "class cluster cluster_id entity entity_id truth match_id group_id",
}  # fmt: skip
_KIND_OF = {header: kind for kind, headers in _HEADERS.items() for header in headers.split()}

_IDS = (
    "id",
    "rec_id",
    "record_id",
    "unique_id",
    "row_id",
    "key",
    "uid",
    "customer_id",
    "user_id",
    "nomor",
    "no",
    "index",
)
_MOSTLY = 0.8


def guess(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """Return every column with the kind that it most likely has; IGNORE where nothing tells."""
    kinds = [_kind(name, [row[i] for row in rows if row[i].strip()]) for i, name in enumerate(header)]
    if Kind.GIVEN_NAME in kinds and Kind.FAMILY_NAME not in kinds and kinds.count(Kind.NAME) == 1:
        kinds[kinds.index(Kind.NAME)] = Kind.FAMILY_NAME
    return [Column(name, kind, i) for i, (name, kind) in enumerate(zip(header, kinds, strict=True))]


def name_parts(header: Sequence[str]) -> list[Kind]:
    """Return which part of a name each of these columns holds, that were all said to hold names."""
    kinds = [_KIND_OF.get(_word(name), Kind.NAME) for name in header]
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
    for i, name in enumerate(header):
        if _word(name) in _IDS and len({row[i] for row in rows}) == len(rows):
            return name
    return None


def _kind(name: str, values: Sequence[str]) -> Kind:
    word = _word(name)
    if word in _IDS:
        return Kind.IGNORE
    if word in _KIND_OF:
        return _KIND_OF[word]
    for end in ("_name", "_email", "_phone", "_address", "_city"):
        if word.endswith(end):
            return _KIND_OF[end[1:]]
    if not values:
        return Kind.IGNORE
    for pattern, kind in _LOOKS:
        if sum(bool(pattern.fullmatch(value.strip())) for value in values) >= _MOSTLY * len(values):
            return kind
    return Kind.IGNORE


_LOOKS = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[a-zA-Z]+"), Kind.EMAIL),
    (re.compile(r"(19|20)\d\d-\d\d-\d\d|\d\d?[/.-]\d\d?[/.-](19|20)\d\d"), Kind.DATE),
    (re.compile(r"(\+|0)[\d\s().-]{7,17}"), Kind.PHONE),
    (re.compile(r"(?i)(jl|jalan|jln|lorong|no)\b.{4,}|\d+\w? \D{3,}"), Kind.ADDRESS),
)


def _word(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
