"""What a column holds: by that it is cleaned and compared."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    COMPANY = "company"
    EMAIL = "email"
    PHONE = "phone"
    DATE = "date"
    ADDRESS = "address"
    STREET_NUMBER = "street_number"
    CITY = "city"
    POSTCODE = "postcode"
    ID = "id"
    CATEGORY = "category"
    TEXT = "text"
    NUMBER = "number"
    IGNORE = "ignore"


PARTS_OF_NAMES = (Kind.GIVEN_NAME, Kind.FAMILY_NAME)
TEXTS = (Kind.NAME, Kind.COMPANY, Kind.ADDRESS, Kind.TEXT)
"""Several words, of which some may be missing or stand elsewhere."""


NAMES = (Kind.NAME, Kind.GIVEN_NAME, Kind.FAMILY_NAME, Kind.COMPANY)
OF_A_PLACE = (Kind.ADDRESS, Kind.STREET_NUMBER, Kind.CITY, Kind.POSTCODE)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table to look for duplicates in. Cleaned, it is called c0, c1 … by its place."""

    name: str
    kind: Kind
    place: int

    @property
    def clean(self) -> str:
        return f"c{self.place}"
