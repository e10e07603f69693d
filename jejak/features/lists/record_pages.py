"""One record: its page, its form, its fields changed in place, and what else may be it."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext

from jejak.features.lists import showing, twins
from jejak.features.lists.access import (
    PERSONAL,
    KindPage,
    is_htmx,
    link_to,
    record_or_404,
    redirected,
)
from jejak.records import changing, kinds, listing
from jejak.records.forms import RecordForm, find
from jejak.records.models import ChangedRecord
from jejak.staff import audit

_MOST_RELATED = 10
_MOST_CHANGES = 10


class Record(KindPage):
    """A record that has no page of its own elsewhere."""

    template_name = "lists/record.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.record = record_or_404(self.kind, request.user, kwargs["record_id"])
        own = link_to(self.kind, self.record.pk)
        if own != request.path:
            return redirect(own)
        if self.kind.key in PERSONAL:
            audit.note(
                request, audit.SAW, kind=self.kind.key, record_id=self.record.pk, title=str(self.record)
            )
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return self.kind.label_of(self.record) or f"#{self.record.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fields = [field for field in self.kind.fields if field.key != self.kind.title]
        row = listing.cells(self.kind, fields, [self.record], by=self.user)[0]
        own = {
            "icon": self.kind.icon,
            "subtitle": self.kind.name,
            "record": self.record,
            "fields": [(field, showing.shown(field, cell)) for field, cell in zip(fields, row, strict=True)],
            "related": related(self.kind.key, self.record.pk, self),
            "changes": ChangedRecord.objects.filter(kind=self.kind.key, record_id=self.record.pk)
            .select_related("change", "change__by")
            .order_by("-pk")[:_MOST_CHANGES],
            "can_archive": changing.can_archive(self.kind) and self.kind.allows(self.user, "delete"),
        }
        return super().get_context_data(**(own | kwargs))


class Make(KindPage):
    """The form of a new record."""

    template_name = "lists/form.html"
    verb = "add"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.record: Any = None
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        wanted = {key: value for key, value in request.GET.items() if key != "next"}
        self.form = self.form_for(None, initial=wanted)
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check()
        self.form = self.form_for(request.POST)
        if self.form.is_valid():
            try:
                self.save()
            except changing.BadValues as error:
                self.form.refuse(error.errors)
            except changing.ChangedMeanwhile:
                self.form.add_error(
                    None,
                    gettext(
                        "Somebody changed this record meanwhile. Look at what is there now, and save again."
                    ),
                )
            else:
                return redirected(request, link_to(self.kind, self.record.pk))
        response = self.render_to_response(self.get_context_data())
        response.status_code = 422
        return response

    def check(self) -> None:
        """See to it that what is to be done can be done. Raises Http404."""
        if not changing.can_make(self.kind):
            raise Http404

    def save(self) -> None:
        """Make the record."""
        given = {key: value for key, value in self.form.values.items() if value is not None}
        self.record = changing.make(kind=self.kind, values=given, by=self.user, now=datetime.now(UTC))
        if self.kind.key in PERSONAL:
            audit.note(
                self.request,
                audit.ADDED,
                kind=self.kind.key,
                record_id=self.record.pk,
                title=str(self.record),
            )

    def form_for(self, data: Any, initial: Any = None) -> RecordForm:
        form = RecordForm(self.kind, data, user=self.user, record=self.record, initial=initial)
        return lively(form, self.kind.key, self.record.pk if self.record else None)

    def get_title(self) -> Any:
        return gettext("New: %(kind)s") % {"kind": self.kind.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "icon": self.kind.icon,
            "form": self.form,
            "submit": gettext("Save"),
            "cancel": self.get_back()[0],  # type: ignore[index]
            "has_twins": self.kind.key in twins.ASKED_FIELDS,
            "twins": twins.of_values(self.kind, self.user, self.form.data, besides=_pk(self.record))
            if self.form.is_bound
            else [],
        }
        return super().get_context_data(**(own | kwargs))


class Edit(Make):
    """The form of a record that is there."""

    verb = "change"

    def check(self) -> None:
        self.record = record_or_404(self.kind, self.user, self.kwargs["record_id"])

    def save(self) -> None:
        changing.change(
            kind=self.kind,
            record=self.record,
            values=self.form.changed,
            seen=self.form.was,
            by=self.user,
            now=datetime.now(UTC),
        )
        note_changed(self.request, self.kind, self.record, self.form.changed)

    def get_title(self) -> Any:
        return self.kind.label_of(self.record) or f"#{self.record.pk}"

    def get_back(self) -> tuple[str, Any]:
        return link_to(self.kind, self.record.pk), self.get_title()


class FieldPart(KindPage):
    """One field of a record, changed in place."""

    template_name = "lists/field_form.html"
    verb = "change"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, form = self._form(None)
        if "HX-Request" in request.headers and "cancel" in request.GET:
            return self._shown(record)
        return self._asked(record, form)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        record, form = self._form(request.POST)
        if form.is_valid():
            try:
                changing.change(
                    kind=self.kind,
                    record=record,
                    values=form.changed,
                    seen=form.was,
                    by=self.user,
                    now=datetime.now(UTC),
                )
            except changing.BadValues as error:
                form.refuse(error.errors)
            except changing.ChangedMeanwhile:
                form.add_error(None, gettext("Somebody changed this field meanwhile."))
            else:
                note_changed(request, self.kind, record, form.changed)
                if not is_htmx(request):
                    return redirect(link_to(self.kind, record.pk))
                return self._shown(record_or_404(self.kind, self.user, record.pk))
        return self._asked(record, form)

    def _form(self, data: Any) -> tuple[Any, RecordForm]:
        record = record_or_404(self.kind, self.user, self.kwargs["record_id"])
        form = RecordForm(self.kind, data, user=self.user, record=record, only=[self.kwargs["key"]])
        if not form.held:
            raise Http404
        return record, lively(form, self.kind.key, record.pk)

    def _asked(self, record: Any, form: RecordForm) -> HttpResponse:
        context = {"kind": self.kind, "record": record, "form": form, "key": self.kwargs["key"]}
        if is_htmx(self.request):
            return render(self.request, "lists/field_form.html", context)
        page = self.get_context_data(
            title=self.kind.label_of(record),
            form=form,
            submit=gettext("Save"),
            cancel=link_to(self.kind, record.pk),
        )
        return render(self.request, "lists/form.html", page | context)

    def _shown(self, record: Any) -> HttpResponse:
        field = self.kind.field(self.kwargs["key"])
        cell = listing.cells(self.kind, [field], [record], by=self.user)[0][0]
        context = {
            "kind": self.kind,
            "record": record,
            "field": field,
            "shown": showing.shown(field, cell),
            "may": {"change": True},
        }
        return render(self.request, "lists/field.html", context)


class Choose(KindPage):
    """What a link to a record may mean while one types, as options of a list."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = next((text for value in request.GET.values() if (text := str(value).strip())), "")
        found = find(self.kind, self.user, text, limit=8)
        options = "".join(f'<option value="{escape(title)} (#{pk})"></option>' for pk, title in found)
        return HttpResponse(options)


class Twins(KindPage):
    """Who may be the same as what is being typed."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        besides = request.GET.get("besides", "")
        found = twins.of_values(
            self.kind, self.user, request.GET, besides=int(besides) if besides.isdecimal() else None
        )
        return render(request, "lists/twins.html", {"twins": found, "kind": self.kind})


def related(kind_key: str, record_id: int, page: KindPage) -> list[dict[str, Any]]:
    """Return the records that link to this one, by kind and field."""
    found = []
    for other in kinds.kinds():
        if not other.allows(page.user, "view"):
            continue
        for field in other.fields:
            if field.links_to != kind_key or not (field.column or field.inside):
                continue
            rows = other.seen_by(page.user).alias(link=other.expression(field)).filter(link=record_id)
            records = list(rows.order_by("-pk")[: _MOST_RELATED + 1])
            if records or other.own_object is not None:
                found.append(
                    {
                        "kind": other,
                        "field": field,
                        "records": [
                            (link_to(other, one.pk), other.label_of(one)) for one in records[:_MOST_RELATED]
                        ],
                        "has_more": len(records) > _MOST_RELATED,
                        "where": f"{field.key}~any_of~{record_id}",
                        "may_add": changing.can_make(other) and other.allows(page.user, "add"),
                    }
                )
    return found


def lively(form: RecordForm, kind_key: str, record_id: int | None) -> RecordForm:
    """Let a form ask while one types: what a link may mean, and who may be the same."""
    for held in form.held:
        widget = form.fields[held.key].widget
        if held.type.key == "record":
            widget.attrs |= {
                "hx-get": reverse("lists:choose", args=[held.links_to]),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "next datalist",
            }
        elif held.key in twins.ASKED_FIELDS.get(kind_key, ()):
            besides = f"?besides={record_id}" if record_id else ""
            widget.attrs |= {
                "hx-get": reverse("lists:twins", args=[kind_key]) + besides,
                "hx-trigger": "input changed delay:500ms",
                "hx-target": "#ls-twins",
                "hx-include": "closest form",
            }
    return form


def note_changed(request: HttpRequest, kind: kinds.Kind, record: Any, changed: Any) -> None:
    """Write into the audit log that personal data was changed."""
    if kind.key in PERSONAL and changed:
        audit.note(
            request,
            audit.CHANGED,
            kind=kind.key,
            record_id=record.pk,
            title=str(record),
            detail={"fields": sorted(changed)},
        )


def _pk(record: Any) -> int | None:
    return record.pk if record is not None else None
