"""The pages of insights: the numbers, and the people behind one of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak import eventlog, measures
from jejak.audiences.models import Audience
from jejak.backoffice.charts import LineChart
from jejak.backoffice.frame import AdminPage
from jejak.features.insights import answers, home, links, pictures, question
from jejak.features.insights.answers import Answers
from jejak.features.insights.question import Question
from jejak.measures import MOST_STEPS, Behind, Bucket, saying
from jejak.people.whole import wholes
from jejak.questions import annotations
from jejak.staff import scope
from jejak.touchpoints.scales import parse

_A_PAGE = 50
_LAST_PAGE = 200
_MOST_ANNOTATED = 20


class Insights(AdminPage):
    """What happens, to how many, and what they say of it."""

    title = gettext_lazy("Insights")
    subtitle = gettext_lazy("What happens, to how many people, and what they say of it.")
    icon = "chart-line-up"
    template_name = "insights/insights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        may_see = self.request.user.has_perm("people.view_person")
        asked = replace(question.read(self.request.GET, now=now), leads_to_people=may_see)
        own: dict[str, Any] = {"asked": asked, "trouble": asked.trouble}
        try:
            told = answers.answer(asked, now=now)
        except eventlog.Away:
            own["away"] = True
        except eventlog.TooExpensive:
            own["too_expensive"] = True
        else:
            own |= _shown(told)
        own["fields"] = _fields(asked, own.get("told"))
        return super().get_context_data(**(own | kwargs))


class Numbers(AdminPage):
    """The first row of numbers alone, which an open page asks for again and again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = datetime.now(UTC)
        asked = question.read(request.GET, now=now)
        try:
            told = answers.overview(asked, now=now)
            late = answers.is_late(answers.extent(), asked.before)
        except (eventlog.Away, eventlog.TooExpensive):
            return HttpResponse(status=204)  # The page keeps the numbers that it has.
        tiles = [pictures.tile(number, asked, begins_late=late) for number in told]
        return render(request, "insights/tiles.html", {"tiles": tiles})


class Today(AdminPage):
    """The numbers of today alone, for an open Home."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            tiles = home.today(now=datetime.now(UTC))
        except (eventlog.Away, eventlog.TooExpensive):
            return HttpResponse(status=204)
        return render(request, "insights/tiles.html", {"tiles": tiles})


class Voices(AdminPage):
    """The second half of Home: who to call, what they say, and whether promises are kept."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            told = home.voices(request)
        except (eventlog.Away, eventlog.TooExpensive):
            return HttpResponse(status=204)
        return render(request, "insights/home_voices.html", told)


class PeopleBehind(AdminPage):
    """Who stands behind a number."""

    icon = "users-three"
    permission = "people.view_person"
    template_name = "insights/people.html"

    def get_title(self) -> str:
        return _("The people behind “%(number)s”") % {"number": self._everybody().title}

    def get_back(self) -> tuple[str, Any]:
        return links.insights(self._asked()), _("Insights")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = self._surroundings()
        everybody = self._everybody()
        try:
            page = Paginator(everybody, _A_PAGE).get_page(self._page_number())
            found = list(page.object_list)
        except eventlog.Away:
            return super().get_context_data(**(own | {"away": True} | kwargs))
        user: Any = self.request.user
        known = wholes([behind.person_id for behind in found])
        known = {pk: whole for pk, whole in known.items() if scope.sees(user, whole.root)}
        own |= {
            "page": page,
            "total": len(everybody),
            "rows": [(behind, known.get(behind.person_id)) for behind in found],
            "scored": everybody.scored,
            "limited": scope.limited(user),
        }
        return super().get_context_data(**(own | kwargs))

    def _surroundings(self) -> dict[str, Any]:
        asked = self._asked()
        return {"span": saying.span(asked.window), "narrowed": _narrowed(asked)}

    def _everybody(self) -> Any:
        given = self.request.GET
        return _Everybody(self._asked(), given.get("measure", ""), given.get("reached", ""))

    def _asked(self) -> Question:
        return question.read(self.request.GET, now=datetime.now(UTC))

    def _page_number(self) -> int:
        number = self.request.GET.get("page", "1")
        return min(int(number), _LAST_PAGE) if number.isdecimal() else 1


class _Everybody(Sequence[Behind]):
    """All people behind a number, fetched a page at a time. Raises Http404 where there is no such number."""

    def __init__(self, asked: Question, measure_key: str, reached: str) -> None:
        self._asked = asked
        self._step = int(reached) if reached.isdecimal() else None
        self._total: int | None = None
        try:
            self._measure = measures.get(measure_key) if self._step is None else None
        except measures.NoSuchMeasure as error:
            raise Http404 from error
        if self._step is not None and self._step >= len(asked.steps):
            raise Http404

    @property
    def title(self) -> str:
        if self._measure is None:
            return _("Came to “%(step)s”") % {"step": self._asked.steps[self._step or 0]}
        return str(self._measure.title)

    @property
    def scored(self) -> bool:
        return self._measure is not None and self._measure.scale is not None

    def __len__(self) -> int:
        if self._total is None:
            self._total = self._fetch(limit=1, offset=0).total
        return self._total

    def __getitem__(self, part: Any) -> Any:
        start, stop, _step = part.indices(len(self))
        told = self._fetch(limit=max(0, stop - start), offset=start)
        return told.page

    def _fetch(self, *, limit: int, offset: int) -> measures.People:
        filters = self._asked.filters
        if self._measure is not None:
            return measures.people_behind(self._measure, filters, limit=limit, offset=offset)
        asked = self._asked
        return measures.people_reaching(
            self._step or 0, asked.steps, filters, within=asked.within, limit=limit, offset=offset
        )


def _shown(told: Answers) -> dict[str, Any]:
    asked = told.question
    context: dict[str, Any] = {
        "told": told,
        "goes_on": asked.window.from_at <= told.told_at < asked.window.until_at,
        "asked": asked,
        "span": saying.span(asked.window),
        "span_before": saying.span(asked.before.window) if asked.before else "",
        "sample_share": told.words.sample_touchpoints,
    }
    if told.is_empty:
        return context
    headlines = [number for number in told.overview if number.key == _first_key(number)]
    return context | {
        "tiles": [
            pictures.tile(number, asked, begins_late=told.begins_late)
            for number in [*told.volume, *headlines]
        ],
        "touchpoints_over_time": _annotated(pictures.touchpoints_over_time(told), asked, asked.volume_bucket),
        "people_over_time": _annotated(pictures.people_over_time(told), asked, asked.volume_bucket),
        "annotated": annotations.inside(asked.window, channel=asked.filters.channel or "")[:_MOST_ANNOTATED],
        "by_channel": pictures.counts_by(told, "channel"),
        "by_name": pictures.counts_by(told, "name"),
        "most_frequent": pictures.most_frequent(told),
        "partial": pictures.partial(told),
        **_shown_scores(told),
        **_shown_funnel(told),
    }


def _annotated(chart: LineChart, asked: Question, bucket: Bucket) -> LineChart:
    return annotations.drawn(chart, window=asked.window, bucket=bucket, channel=asked.filters.channel or "")


def _shown_scores(told: Answers) -> dict[str, Any]:
    scores, asked = told.scores, told.question
    if scores is None:
        return {}
    measure = scores.measure
    return {
        "scores": scores,
        "measure": measure,
        "polarity": saying.polarity(measure),
        "tabs": [(key, measures.scale_title(parse(key)), n) for key, n in told.scales],
        "score_tiles": [
            pictures.tile(number, asked, hint=str(number.measure.formula))
            for number in told.overview
            if number.measure.scale and number.measure.scale.key == asked.scale
        ],
        "scores_over_time": _annotated(pictures.scores_over_time(scores, asked), asked, asked.score_bucket),
        "score_bars": [
            (column, title, "m" if column == "name" else "s", chart)
            for column, title in (
                ("name", _("By touchpoint")),
                ("channel", _("By channel")),
                ("team", _("By team")),
            )
            if (chart := pictures.scores_by(scores, asked, column))
        ],
    }


def _shown_funnel(told: Answers) -> dict[str, Any]:
    asked = told.question
    chosen = list(asked.steps) + [""] * (MOST_STEPS - len(asked.steps))
    return {
        "funnel": pictures.funnel(told),
        "still_open": told.funnel.still_open if told.funnel else 0,
        "steps": list(enumerate(chosen, 1)),
        "step_names": sorted({*told.words.names, *asked.steps} - {""}),
        "within_days": question.WITHIN_DAYS,
    }


def _first_key(number: answers.Number) -> str:
    scale = number.measure.scale
    return measures.measures_of(scale)[0].key if scale else ""


def _fields(asked: Question, told: Answers | None) -> list[dict[str, Any]]:
    """The selects of the filter bar: name, label, and (value, label) of each choice."""
    filters = asked.filters
    found = told.words if told else None
    fields = [
        _field("window", _("Window"), list(question.WINDOWS.items()), asked.window_key),
        _field("compare", _("Compared with"), list(question.COMPARISONS.items()), asked.compare),
        _word_field("channel", _("Channel"), found.channels if found else (), filters.channel),
        _word_field("name", _("Touchpoint"), sorted(found.names) if found else (), filters.name),
        _word_field("team", _("Team"), found.teams if found else (), filters.team),
    ]
    if filters.place is not None:  # Whoever comes from a place on a dashboard or an alert can leave it again.
        fields.append(_word_field("place", _("Place"), (), filters.place))
    if audiences := list(Audience.objects.filter(archived_at=None).values_list("key", "name")):
        everybody = [("", _("Everybody")), *audiences]
        fields.append(_field("audience", _("Audience"), everybody, asked.audience))
    if filters.sample is False or (found and found.sample_touchpoints):
        choices = [("", _("Counted")), ("out", _("Left out"))]
        fields.append(_field("sample", _("Demo"), choices, "out" if filters.sample is False else ""))
    return fields


def _word_field(name: str, label: str, found: Sequence[str], chosen: str | None) -> dict[str, Any]:
    listed = [*found] if chosen is None or chosen in found else [*found, chosen]
    choices = [(word or question.NOT_SAID, saying.group(name, word)) for word in listed]
    value = "" if chosen is None else chosen or question.NOT_SAID
    return _field(name, label, [("", _("All")), *choices], value)


def _field(name: str, label: str, choices: Sequence[tuple[str, Any]], value: str) -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": value}


def _narrowed(asked: Question) -> list[str]:
    filters = asked.filters
    said = [(column, getattr(filters, column)) for column in ("channel", "name", "team", "place")]
    words_said = [saying.group(column, word) for column, word in said if word is not None]
    if asked.audience:
        words_said += Audience.objects.filter(key=asked.audience).values_list("name", flat=True)
    return words_said + ([_("without the demo")] if filters.sample is False else [])
