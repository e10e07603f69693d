"""Records as CSV and people as vCards, streamed: what a list shows, as far as whoever asks may see it."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from jejak.features.lists import asking, showing, vcards
from jejak.features.lists.access import PERSONAL, KindPage
from jejak.records import listing
from jejak.records.filtering import BadCondition
from jejak.records.kinds import Field, Kind
from jejak.staff import audit
from jejak.staff.models import User

_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Csv(KindPage):
    """What a list shows, as CSV: its columns, or all of them."""

    verb = "export"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        state = asking.read(self.kind, self.user, request.GET)
        title = showing.title_field(self.kind)
        fields = [*([title] if title else []), *state.fields]
        if request.GET.get("columns") == "all":
            fields = list(self.kind.fields)
        try:
            ids = matching_ids(self.kind, state, self.user)
        except BadCondition as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        note_exported(request, self.kind, len(ids), "csv")
        lines = csv_lines(self.kind, fields, ids, by=self.user, masks=masks(self.user))
        return _download(lines, f"{self.kind.key}.csv", "text/csv; charset=utf-8")


class Vcf(KindPage):
    """The people of a list as vCards."""

    verb = "export"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if self.kind.key != "person":
            return HttpResponse(status=404)
        state = asking.read(self.kind, self.user, request.GET)
        try:
            ids = matching_ids(self.kind, state, self.user)
        except BadCondition as error:
            return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
        note_exported(request, self.kind, len(ids), "vcf")
        cards = _cards(self.kind, ids, masks=masks(self.user))
        return _download(cards, "people.vcf", "text/vcard; charset=utf-8")


def csv_lines(
    kind: Kind, fields: Sequence[Field], ids: Sequence[int], *, by: User, masks: bool
) -> Iterator[str]:
    """Yield the lines of a CSV: values as staff write them, so that an import understands them again."""
    yield "\ufeff" + _line(["id", *(field.key for field in fields)])
    for records in _records(kind, ids):
        cells = listing.cells(kind, fields, records, by=by)
        for record, row in zip(records, cells, strict=True):
            texts = [guarded(_text(field, cell)) for field, cell in zip(fields, row, strict=True)]
            if masks:
                texts = [masked(kind, field, text) for field, text in zip(fields, texts, strict=True)]
            yield _line([str(record.pk), *texts])


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    if text.startswith(_FORMULA) and not _is_plain_number(text):
        return f"'{text}"
    return text


def masked(kind: Kind, field: Field, text: str) -> str:
    """Return a value with what says who it is of taken away."""
    if not text:
        return text
    if field.type.key == "email":
        name, _at, domain = text.partition("@")
        return f"{name[:1]}…@{domain}"
    if field.type.key == "phone":
        return f"{text[:3]}…{text[-2:]}"
    names = {kind.title, "first_name", "last_name", "address"} if kind.key in PERSONAL else set()
    if field.is_personal or field.links_to in PERSONAL or field.key in names:
        return " ".join(f"{word[:1]}." for word in text.split())
    return text


def masks(user: User) -> bool:
    """Tell whether personal data is masked in what somebody exports: of people, or of people whom others link to."""
    return not user.has_perm("people.export_unmasked")


def matching_ids(kind: Kind, state: asking.State, user: User) -> list[int]:
    """Return the ids of all that a list shows. Raises BadCondition."""
    rows = listing.matching(kind, state.asked, rows=kind.seen_by(user), me=user.pk, now=datetime.now(UTC))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def note_exported(request: HttpRequest, kind: Kind, number: int, format: str) -> None:
    """Write into the audit log that records left the house."""
    audit.note(request, audit.EXPORTED, kind=kind.key, detail={"records": number, "format": format})


def _cards(kind: Kind, ids: Sequence[int], *, masks: bool) -> Iterator[str]:
    company, name = kind.field("company"), kind.field("name")
    for records in _records(kind, ids):
        companies = company.show(records) if company.show else {}
        for record in records:
            own = {key: value for key, value in kind.read_own(record).items() if isinstance(value, str)}
            card = vcards.Card(
                name=record.name,
                emails=[record.email] if record.email else [],
                phones=[record.phone] if record.phone else [],
                company=str(companies.get(record.pk, "")),
                role=own.get("title", "") or own.get("role", ""),
                address=own.get("address", ""),
                note=own.get("note", ""),
                birthday=own.get("birthday", ""),
            )
            if masks:
                card = vcards.Card(name=masked(kind, name, record.name), company=card.company, role=card.role)
            if card.name or card.emails or card.phones:
                yield vcards.written(card)


def _records(kind: Kind, ids: Sequence[int]) -> Iterator[list[Any]]:
    for start in range(0, len(ids), _AT_ONCE):
        some = kind.model._default_manager.in_bulk(list(ids[start : start + _AT_ONCE]))
        yield [some[pk] for pk in ids[start : start + _AT_ONCE] if pk in some]


def _text(field: Field, cell: listing.Cell) -> str:
    """A value for machines and people: numbers and dates plain, choices by their labels, links by their titles."""
    value = cell.value
    if (
        value is None
        or field.show is not None
        or field.type.is_link
        or field.type.key in {"choice", "choices"}
    ):
        return cell.text.replace(", ", "; ") if field.type.key == "choices" else cell.text
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _is_plain_number(text: str) -> bool:
    """A phone such as +62812 or an amount such as -3.5 is no formula."""
    return text[0] in "+-" and text[1:].replace(".", "", 1).isdigit()


def _download(lines: Iterator[str], name: str, content_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        lines, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
