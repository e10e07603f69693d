"""How a file of rows is read."""

from typing import Literal

import msgspec


class File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """How the file is read, where its name and content do not tell."""

    format: Literal["csv", "tsv", "jsonl", "json", "parquet", "excel"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    header_line: int = 1
    columns: list[str] | None = None
    sheet: str | int | None = None
    ragged: Literal["reject", "fill"] = "reject"
    zone: str = "UTC"
    decimal: Literal[".", ","] = "."
    empty: list[str] = []
