"""The forms of dashboards: what one is called, and what each kind of tile shows."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from jejak import eventlog
from jejak.features.dashboards import filters as f
from jejak.features.dashboards import placing, words
from jejak.features.dashboards.models import Dashboard, Tile
from jejak.features.dashboards.voiced import scales
from jejak.questions import actions as questions
from jejak.questions.models import Question

SIZES = {"width": (3, 4, 6, 8, 9, 12), "height": (1, 2, 3, 4)}
USUAL_SIZE = {
    "number": (3, 1), "measure": (6, 2), "question": (6, 2), "text": (4, 1), "quotes": (6, 2), "map": (6, 3), "list": (4, 2),
}  # fmt: skip


class DashboardForm(forms.ModelForm[Dashboard]):
    """What a dashboard is called, and who sees it."""

    class Meta:
        model = Dashboard
        fields = ("name", "sentence", "is_shared")


class LinkForm(forms.Form):
    """A link for people without a login."""

    label = forms.CharField(
        label=gettext_lazy("For whom"), max_length=120, help_text=gettext_lazy("Only you see this.")
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("It leads here for"),
        coerce=int,
        choices=[
            (1, gettext_lazy("1 day")),
            (7, gettext_lazy("7 days")),
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
        ],
        initial=7,
    )
    with_words = forms.BooleanField(
        label=gettext_lazy("Also show what people wrote"),
        help_text=gettext_lazy("With names, addresses and numbers put out of sight. People are never shown."),
        required=False,
    )


class PlacesForm(forms.Form):
    """Where places are, a line for each."""

    places = forms.CharField(
        label=gettext_lazy("Places"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "A line for each: name, latitude, longitude. For instance: Jakarta Tebet, -6.23, 106.85"
        ),
    )

    def clean_places(self) -> dict[str, tuple[float, float]]:
        try:
            return placing.read(self.cleaned_data["places"])
        except placing.BadPlace as bad:
            raise forms.ValidationError(str(bad)) from None


class TileForm(forms.Form):
    """The base: what every tile has. Its fields are filled from a tile, and turned back into what it shows."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, it is called like what it shows."),
    )
    width = forms.TypedChoiceField(
        label=gettext_lazy("Width"),
        coerce=int,
        choices=[
            (3, gettext_lazy("A quarter")),
            (4, gettext_lazy("A third")),
            (6, gettext_lazy("Half")),
            (8, gettext_lazy("Two thirds")),
            (9, gettext_lazy("Three quarters")),
            (12, pgettext_lazy("of a row of tiles", "The whole row")),
        ],
    )
    height = forms.TypedChoiceField(
        label=gettext_lazy("Height"), coerce=int, choices=[(n, str(n)) for n in range(1, 7)]
    )

    own: tuple[str, ...] = ()
    """The fields that make up what it shows."""
    narrows = True
    """Whether it has filters of its own."""

    def __init__(self, data: Any = None, *, tile: Tile, user: Any, now: datetime) -> None:
        self.tile, self.user, self.now = tile, user, now
        given = {"title": tile.title, "width": tile.width, "height": tile.height, **tile.what}
        given["question"] = tile.question_id
        super().__init__(data, initial=given, label_suffix="")
        widths: Any = self.fields["width"]
        if tile.width not in dict(widths.choices):
            widths.choices = [*widths.choices, (tile.width, _("%(n)s of 12 columns") % {"n": tile.width})]
        if self.narrows:
            self._add_filters()

    def _add_filters(self) -> None:
        try:
            found = words.words(now=self.now)
        except (eventlog.Away, eventlog.TooExpensive):
            found = words.Words()
        wide = [("", _("As the dashboard"))]
        self.fields["days"] = forms.ChoiceField(
            label=_("Window"), choices=[*wide, *words.windows()], required=False
        )
        own = f.read(self.tile.what)
        for column, label in (
            ("channel", _("Channel")), ("name", _("Touchpoint")), ("place", _("Place")), ("team", _("Team")),
        ):  # fmt: skip
            listed = words.choices(column, getattr(found, column), getattr(own, column))
            self.fields[column] = forms.ChoiceField(label=label, choices=[*wide, *listed], required=False)
        self.fields["audience"] = forms.ChoiceField(
            label=_("Audience"), choices=[*wide, *words.audiences()], required=False
        )

    @property
    def filter_fields(self) -> list[Any]:
        return [
            self[name]
            for name in ("days", "channel", "name", "place", "team", "audience")
            if name in self.fields
        ]

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in ("question", *self.own) if name in self.fields]

    @property
    def size_fields(self) -> list[Any]:
        return [self["width"], self["height"]]

    def what(self) -> dict[str, Any]:
        """Return what the tile is to show, once the form is valid."""
        said = self.cleaned_data
        names = (*self.own, "days", "channel", "name", "place", "team", "audience")
        return {name: said[name] for name in names if said.get(name) not in (None, "")}

    def question(self) -> Question | None:
        return self.cleaned_data.get("question")


class MeasureForm(TileForm):
    own = ("measure", "as", "compare")
    measure = forms.ChoiceField(label=gettext_lazy("Number"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as"] = forms.ChoiceField(label=_("Shown as"), choices=words.shapes())
        self.fields["compare"] = forms.ChoiceField(
            label=_("Compared with"), choices=[("", _("As the dashboard")), *words.compared()], required=False
        )
        _choose(self, "measure", words.numbers())


class QuestionForm(TileForm):
    question: Any = forms.ModelChoiceField(Question.objects.none(), label=gettext_lazy("Kept question"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["question"]
        # Those in SQL have columns of any kind: the explorer shows them.
        field.queryset = questions.seen_by(self.user).exclude(asked__kind="sql")
        del self.fields["name"]


class TextForm(TileForm):
    own = ("text",)
    narrows = False
    text = forms.CharField(
        label=pgettext_lazy("of a tile", "Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "“# ” begins a heading, “- ” an entry of a list, **two stars** make words bold."
        ),
    )


class QuotesForm(TileForm):
    own = ("scale", "mood")
    mood = forms.ChoiceField(
        label=gettext_lazy("Whose words"),
        choices=[
            ("all", gettext_lazy("Everybody’s")),
            ("unhappy", gettext_lazy("Of the unhappy")),
            ("happy", gettext_lazy("Of the happy")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scale"] = forms.ChoiceField(
            label=_("Scale"), choices=[("", _("Any")), *scales()], required=False
        )


class MapForm(TileForm):
    own = ("measure",)
    measure = forms.ChoiceField(label=gettext_lazy("Number"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "measure", words.numbers())


class ListForm(TileForm):
    own = ("of", "measure", "by", "order", "whose")
    of = forms.ChoiceField(
        label=gettext_lazy("What"),
        choices=[
            ("groups", gettext_lazy("Where a number is highest or lowest")),
            ("size", gettext_lazy("How many are in an audience")),
            ("people", gettext_lazy("Who is in an audience")),
        ],
    )
    measure = forms.ChoiceField(label=gettext_lazy("Number"), required=False)
    by = forms.ChoiceField(
        label=gettext_lazy("By"),
        choices=[
            ("name", gettext_lazy("Touchpoint")),
            ("place", gettext_lazy("Place")),
            ("channel", gettext_lazy("Channel")),
            ("team", gettext_lazy("Team")),
        ],
        required=False,
    )
    order = forms.ChoiceField(
        label=gettext_lazy("Order"),
        choices=[("best", gettext_lazy("The best first")), ("worst", gettext_lazy("The worst first"))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "measure", words.numbers())
        self.fields["whose"] = forms.ChoiceField(
            label=_("Audience"), choices=[("", "–"), *words.audiences()], required=False
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("of") in ("size", "people") and not said.get("whose"):
            self.add_error("whose", _("Choose an audience."))
        if said.get("of") == "groups" and not said.get("measure"):
            self.add_error("measure", _("Choose a number."))
        return said


FORMS: dict[str, type[TileForm]] = {
    Tile.Kind.MEASURE: MeasureForm,
    Tile.Kind.QUESTION: QuestionForm,
    Tile.Kind.TEXT: TextForm,
    Tile.Kind.QUOTES: QuotesForm,
    Tile.Kind.MAP: MapForm,
    Tile.Kind.LIST: ListForm,
}
ICONS = {
    Tile.Kind.MEASURE: "gauge",
    Tile.Kind.QUESTION: "binoculars",
    Tile.Kind.TEXT: "article",
    Tile.Kind.QUOTES: "chats",
    Tile.Kind.MAP: "map-pin",
    Tile.Kind.LIST: "list-checks",
}


def _choose(form: forms.Form, name: str, choices: Any) -> None:
    field: Any = form.fields[name]
    field.choices = choices
