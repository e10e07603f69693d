"""Settings → Fields and objects: what the company keeps beyond what features know, without code."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jejak.backoffice.frame import AdminPage
from jejak.features.lists.access import kind_or_404
from jejak.features.lists.field_forms import FieldForm, ObjectForm
from jejak.people.models import Person
from jejak.records import changing, kinds, own
from jejak.records.models import OwnField, OwnObject
from jejak.records.types import BY_KEY

_LOOKED_AT = 3_000
_MOST_SUGGESTED = 12


class Objects(AdminPage):
    """Every kind of record, and the own objects among them."""

    template_name = "lists/objects.html"
    title = _("Fields and objects")
    subtitle = _(
        "What you keep beyond what Jejak knows. It appears in forms, lists, import, export and the API."
    )
    icon = "table"
    permission = "records.view_ownfield"

    def get_back(self) -> tuple[str, Any]:
        return reverse("backoffice:settings"), _("Settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fields = Counter(OwnField.objects.filter(archived_at=None).values_list("kind", flat=True))
        listed = [(kind, fields[kind.key]) for kind in kinds.kinds() if kind.takes_own_fields]
        away = OwnObject.objects.exclude(archived_at=None)
        return super().get_context_data(kinds=listed, away=away, **kwargs)


class MakeObject(AdminPage):
    """The form of a new own object."""

    template_name = "lists/own_form.html"
    title = _("New object")
    icon = "puzzle-piece"
    permission = "records.add_ownobject"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(
            self.get_context_data(form=ObjectForm(initial={"icon": "puzzle-piece"}))
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ObjectForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = own.declare_object(
                    name=given["name"],
                    plural=given["plural"],
                    key=given["key"],
                    title_label=given["title_label"],
                    icon=given["icon"] or "puzzle-piece",
                    now=datetime.now(UTC),
                )
            except changing.BadValues as error:
                form.refuse(error.errors)
            else:
                messages.success(
                    request, gettext("%(name)s is there. Add its fields.") % {"name": made.plural}
                )
                return redirect("lists_fields:fields", made.key)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists_fields:objects"), _("Fields and objects")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(submit=_("Save"), cancel=reverse("lists_fields:objects"), **kwargs)


class ChangeObject(AdminPage):
    """An own object: called otherwise, put away, brought back."""

    template_name = "lists/own_form.html"
    icon = "puzzle-piece"
    permission = "records.change_ownobject"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.own = get_object_or_404(OwnObject, key=kwargs["kind"])
        return self.render_to_response(self.get_context_data(form=ObjectForm(own=self.own)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.own = get_object_or_404(OwnObject, key=kwargs["kind"])
        if "away" in request.POST:
            own.archive_object(object=self.own, now=datetime.now(UTC))
            return redirect("lists_fields:objects")
        if "back" in request.POST:
            own.restore_object(object=self.own)
            return redirect("lists_fields:fields", self.own.key)
        form = ObjectForm(request.POST, own=self.own)
        if form.is_valid():
            given = form.cleaned_data
            own.change_object(
                object=self.own,
                name=given["name"],
                plural=given["plural"],
                title_label=given["title_label"],
                icon=given["icon"] or self.own.icon,
            )
            return redirect("lists_fields:fields", self.own.key)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_title(self) -> str:
        return self.own.plural

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists_fields:objects"), _("Fields and objects")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cancel = reverse("lists_fields:objects")
        return super().get_context_data(submit=_("Save"), cancel=cancel, own=self.own, **kwargs)


class Fields(AdminPage):
    """The own fields of a kind, in their order, and those that are put away."""

    template_name = "lists/own_fields.html"
    permission = "records.view_ownfield"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.kind = _kind_with_fields(kwargs["kind"])
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> Any:
        return gettext("Fields: %(plural)s") % {"plural": self.kind.plural}

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists_fields:objects"), _("Fields and objects")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = OwnField.objects.filter(kind=self.kind.key)
        context = {
            "icon": self.kind.icon,
            "kind": self.kind,
            "fields": found.filter(archived_at=None),
            "away": found.exclude(archived_at=None),
            "known": [field for field in self.kind.fields if not field.is_own],
            "suggested": suggested(self.kind) if self.kind.key == "person" else [],
        }
        return super().get_context_data(**(context | kwargs))


class MakeField(AdminPage):
    """The form of a new own field."""

    template_name = "lists/own_form.html"
    permission = "records.add_ownfield"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.kind = _kind_with_fields(kwargs["kind"])
        return self.render_to_response(self.get_context_data(form=FieldForm(initial=request.GET.dict())))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.kind = _kind_with_fields(kwargs["kind"])
        form = FieldForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                own.declare_field(
                    kind=self.kind,
                    label=given["label"],
                    key=given["key"],
                    type=given["type"],
                    choices=form.listed_choices,
                    currency=given["currency"],
                    links_to=given["links_to"],
                    help=given["help"],
                    is_required=given["is_required"],
                    now=datetime.now(UTC),
                )
            except changing.BadValues as error:
                form.refuse(error.errors)
            else:
                return redirect("lists_fields:fields", self.kind.key)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_title(self) -> Any:
        return gettext("New field: %(kind)s") % {"kind": self.kind.name}

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists_fields:fields", args=[self.kind.key]), self.kind.plural

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(submit=_("Save"), cancel=self.get_back()[0], **kwargs)


class ChangeField(AdminPage):
    """An own field: called otherwise, moved, put away, brought back."""

    template_name = "lists/own_form.html"
    permission = "records.change_ownfield"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        return self.render_to_response(self.get_context_data(form=FieldForm(field=self.field)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._find()
        do = request.POST.get("do", "")
        if do == "away":
            own.archive_field(field=self.field, now=datetime.now(UTC))
        elif do == "back":
            own.restore_field(field=self.field)
        elif do in {"up", "down"}:
            own.move_field(field=self.field, down=do == "down")
        else:
            form = FieldForm(request.POST, field=self.field)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            try:
                own.change_field(
                    field=self.field,
                    label=form.cleaned_data["label"],
                    help=form.cleaned_data["help"],
                    choices=form.listed_choices,
                    is_required=form.cleaned_data["is_required"],
                    order=self.field.order,
                )
            except changing.BadValues as error:
                form.refuse(error.errors)
                return self.render_to_response(self.get_context_data(form=form), status=422)
        return redirect("lists_fields:fields", self.field.kind)

    def get_title(self) -> str:
        return self.field.label

    def get_subtitle(self) -> Any:
        return gettext("%(type)s, called “%(key)s” by programs") % {
            "type": BY_KEY[self.field.type].label,
            "key": self.field.key,
        }

    def get_back(self) -> tuple[str, Any]:
        return reverse("lists_fields:fields", args=[self.field.kind]), self.kind.plural

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(submit=_("Save"), cancel=self.get_back()[0], **kwargs)

    def _find(self) -> None:
        self.kind = _kind_with_fields(self.kwargs["kind"])
        self.field = get_object_or_404(OwnField, kind=self.kind.key, pk=self.kwargs["field_id"])


def suggested(kind: kinds.Kind) -> list[tuple[str, str, int]]:
    """Return traits that people have and no field shows, from a look at some thousand of them: (key, type, of how many)."""
    known = {field.key for field in kind.fields}
    times: Counter[str] = Counter()
    seen: dict[str, Any] = {}
    held = Person.objects.filter(root=None).order_by("-last_seen_at").values_list("traits", flat=True)
    for traits in held[:_LOOKED_AT].iterator(chunk_size=500):
        for key, trait in traits.items():
            if key not in known and own.is_key(key):
                times[key] += 1
                seen.setdefault(key, trait.get("value"))
    return [(key, _type_of(seen[key]), number) for key, number in times.most_common(_MOST_SUGGESTED)]


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "choices"
    text = str(value)
    if len(text) == 10 and text[4:5] == "-" and text[7:8] == "-":
        return "date"
    return "link" if text.startswith(("http://", "https://")) else "text"


def _kind_with_fields(key: str) -> kinds.Kind:
    kind = kind_or_404(key)
    if not kind.takes_own_fields:
        raise Http404
    return kind
