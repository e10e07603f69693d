"""The pages of the explorer: a question and its answer, those that were kept, the people behind a number, and SQL."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak import eventlog
from jejak.backoffice.charts import LineChart
from jejak.backoffice.frame import AdminPage
from jejak.features.insights import asking
from jejak.features.insights.answers import extent
from jejak.features.insights.behind import BehindAnswer, behind
from jejak.features.insights.views import PeopleBehind
from jejak.measures import saying
from jejak.questions import actions, annotations, funnels, pictures
from jejak.questions import asked as q
from jejak.questions.answering import answer
from jejak.questions.answers import Answer
from jejak.questions.models import Question
from jejak.questions.picture import Picture
from jejak.questions.reading import BadQuestion
from jejak.questions.trends import Line
from jejak.questions.words import Choices, choices, unseen

_MOST_ROWS = 1_000
_MOST_ANNOTATED = 20
_A_YEAR = timedelta(days=366)
_LONGEST_SQL = 20_000


class Explore(AdminPage):
    """A question, put together from fields, and its answer. The address holds everything."""

    title = gettext_lazy("Explorer")
    icon = "binoculars"
    permission = "questions.view_question"
    template_name = "insights/explore.html"

    def get_subtitle(self) -> Any:
        kept = self._kept()
        return kept.sentence if kept else _("Ask the log anything, and see how sure the answer is.")

    def get_title(self) -> Any:
        kept = self._kept()
        return kept.name if kept else self.title

    def get_back(self) -> tuple[str, Any]:
        return reverse("insights:questions"), _("Kept questions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        held, errors = asking.held(self.request.GET), []
        own: dict[str, Any] = {}
        gone: frozenset[str] = frozenset()
        since = now - _A_YEAR
        try:
            found = choices(now=now)
            asked = q.read(held)
            since = min(asked.window(now).from_at, since)
            gone = unseen(*asking.words(held), choices=found, since=since, now=now)
            own |= self._answered(asked, now)
        except BadQuestion as bad:
            errors = bad.errors
        except eventlog.Away:
            own, found = {"away": True}, Choices(names=(), properties=())
        except eventlog.TooExpensive:
            own = {"too_expensive": True}
        form = asking.Form(held, errors, found, gone, since.date())
        own |= {"form": form, "groups": form.groups(), "suggestions": asking.suggestions(found)}
        own |= {"elsewhere": form.elsewhere(), "wrong": bool(errors), **self._keeping(held)}
        return super().get_context_data(**(own | kwargs))

    def _answered(self, asked: q.Asked, now: datetime) -> dict[str, Any]:
        told = answer(asked, now=now)
        query = asking.address(q.write(asked))

        def href(line: Line, bucket: date | None) -> str:
            return _people_address(asked, query, line, bucket)

        return {
            "told": told,
            "pictures": [
                _annotated(picture, asked, now)
                for picture in pictures.pictures(
                    asked,
                    told,
                    href=href,
                    step_href=lambda step: _step_address(query, step),
                    leads=lambda narrowed: _behind_address(query, narrowed),
                )
            ],
            "annotated": annotations.inside(asked.window(now), channel=_channel(asked))[:_MOST_ANNOTATED],
            "outs": _outs(asked, told, query),
            "span": saying.span(asked.window(now)),
            "zone": asked.zone,
            "then": _then(asked, told, now),
            "query": query,
            "link": self.request.build_absolute_uri(f"{reverse('insights:explore')}?{query}"),
            "kinds": [("csv", "CSV"), ("svg", "SVG"), ("png", "PNG")],
        }

    def _keeping(self, held: asking.Held) -> dict[str, Any]:
        kept, user = self._kept(), self.request.user
        return {
            "kept": kept,
            "held": json.dumps(held),
            "may_keep": user.has_perm("questions.add_question"),
            "may_change": kept is not None and actions.may_change(kept, user),  # type: ignore[arg-type]
        }

    def _kept(self) -> Question | None:
        pk = self.request.GET.get("question", "")
        if not pk.isdecimal() or len(pk) > 18:
            return None
        user: Any = self.request.user
        return actions.seen_by(user).filter(pk=int(pk)).first()


class Questions(AdminPage):
    """The questions that were kept."""

    title = gettext_lazy("Kept questions")
    icon = "binoculars"
    permission = "questions.view_question"
    template_name = "insights/questions.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("insights:explore"), _("Explorer")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        kept = [(question, actions.may_change(question, user)) for question in actions.seen_by(user)]
        return super().get_context_data(**({"kept": kept} | kwargs))


class Open(AdminPage):
    """A kept question: on to the page that asks it."""

    permission = "questions.view_question"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        question = _seen(request, kwargs["pk"])
        if question.is_sql:
            return redirect(f"{reverse('insights:sql')}?question={question.pk}")
        return redirect(
            f"{reverse('insights:explore')}?{asking.address(question.asked)}&question={question.pk}"
        )


class Keep(AdminPage):
    """Keep a question under a name, or change one that was kept."""

    permission = "questions.add_question"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        given, user = request.POST, _user(request)
        asked = _asked(given.get("held", ""), given.get("sql", ""), user)
        name = given.get("name", "").strip()[:120]
        back = reverse("insights:sql")
        if asked["kind"] != "sql":
            back = f"{reverse('insights:explore')}?{asking.address(asked)}"
        if not name:
            messages.error(request, _("A question needs a name to be kept."))
            return redirect(back)
        said: dict[str, Any] = {
            "name": name,
            "sentence": given.get("sentence", "").strip()[:300],
            "asked": asked,
            "is_shared": given.get("is_shared") == "yes",
            "by": user,
            "now": datetime.now(UTC),
        }
        pk, version = given.get("question", ""), given.get("version", "")
        if not (pk.isdecimal() and version.isdecimal()):
            question = actions.keep(**said)
            messages.success(request, _("Kept."))
            return redirect("insights:question", pk=question.pk)
        question = _seen(request, int(pk))
        try:
            actions.change(question=question, seen_version=int(version), **said)
        except actions.NotTheirs as error:
            raise PermissionDenied from error
        except actions.ChangedMeanwhile:
            messages.error(
                request,
                _("Somebody changed “%(name)s” meanwhile, so yours was not kept. Open it, or keep yours under another name.")
                % {"name": question.name},
            )  # fmt: skip
            return redirect(back)
        messages.success(request, _("Kept."))
        return redirect("insights:question", pk=question.pk)


class Delete(AdminPage):
    """Delete a kept question."""

    permission = "questions.add_question"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            actions.delete(question=_seen(request, kwargs["pk"]), by=_user(request))
        except actions.NotTheirs as error:
            raise PermissionDenied from error
        messages.success(request, _("Deleted."))
        return redirect("insights:questions")


class ExplorePeople(PeopleBehind):
    """Who stands behind a number of an answer."""

    def get_title(self) -> str:
        return _("The people behind “%(number)s”") % {"number": self._everybody().title}

    def get_back(self) -> tuple[str, Any]:
        return f"{reverse('insights:explore')}?{asking.address(q.write(self._question()))}", _("Explorer")

    def _surroundings(self) -> dict[str, Any]:
        asked, everybody = self._question(), self._everybody()
        narrowed = [everybody.narrowed] if everybody.narrowed else []
        return {"span": saying.span(asked.window(datetime.now(UTC))), "narrowed": narrowed}

    def _everybody(self) -> BehindAnswer:
        return behind(self._question(), self.request.GET)

    def _question(self) -> q.Asked:
        try:
            return q.read(asking.held(self.request.GET))
        except BadQuestion as error:
            raise Http404 from error


class Sql(AdminPage):
    """The log's own language, for those who speak it. It reads touchpoints, and nothing else."""

    title = gettext_lazy("SQL")
    subtitle = gettext_lazy("Read-only: one SELECT on touchpoints, at most 30 seconds and 1,000 rows.")
    icon = "code"
    permission = "questions.ask_sql"
    template_name = "insights/sql.html"

    def get_back(self) -> tuple[str, Any]:
        return reverse("insights:questions"), _("Kept questions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pk, user = self.request.GET.get("question", ""), _user(self.request)
        kept = _seen(self.request, int(pk)) if pk.isdecimal() and len(pk) < 19 else None
        if kept is not None and not kept.is_sql:
            raise Http404
        own = {
            "sql": kept.asked["sql"] if kept else self.request.GET.get("sql", "")[:_LONGEST_SQL],
            "kept": kept,
            "may_keep": user.has_perm("questions.add_question"),
            "may_change": kept is not None and actions.may_change(kept, user),
        }
        return super().get_context_data(**(own | kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sql = request.POST.get("sql", "")
        own: dict[str, Any] = {"sql": sql[:_LONGEST_SQL]}
        try:
            if len(sql) > _LONGEST_SQL:
                raise eventlog.NotAllowed(_("At most %(most)s characters.") % {"most": _LONGEST_SQL})
            told = eventlog.ask_read_only(sql, max_rows=_MOST_ROWS + 1)
        except (eventlog.NotAllowed, eventlog.BadQuestion) as error:
            own["trouble"] = str(error)
        except eventlog.TooExpensive:
            own["trouble"] = _("This took too long to count. Choose a shorter window, or fewer touchpoints.")
        except eventlog.Away:
            own["trouble"] = _("The log does not answer at the moment. Try again in a minute.")
        else:
            own |= {"columns": told.columns, "rows": told.rows[:_MOST_ROWS]}
            own["cut_at"] = _MOST_ROWS if len(told.rows) > _MOST_ROWS else 0
        return self.render_to_response(self.get_context_data(**own))


def _then(asked: q.Asked, told: Answer, now: datetime) -> tuple[str, str] | None:
    """Return the last days of the log and the address that asks about them, where it ends before those asked about."""
    begun_ended = extent() if told.notes else None
    if begun_ended is None or begun_ended[1] >= asked.window(now).from_at:
        return None
    ended_on = begun_ended[1].astimezone(ZoneInfo(asked.zone)).date()
    begun_on = max(begun_ended[0].astimezone(ZoneInfo(asked.zone)).date(), ended_on - timedelta(days=89))
    then = replace(asked, when=q.When(from_on=begun_on, to_on=ended_on))
    return saying.span(then.window(now)), f"?{asking.address(q.write(then))}"


def _annotated(picture: Picture, asked: q.Asked, now: datetime) -> Picture:
    """Return a picture with what staff wrote beside its days, where it shows any."""
    if not isinstance(picture.chart, LineChart):
        return picture
    chart = annotations.drawn(
        picture.chart,
        window=asked.window(now),
        bucket=getattr(asked, "bucket", "day"),
        channel=_channel(asked),
    )
    return replace(picture, chart=chart)


def _channel(asked: q.Asked) -> str:
    """Return the one channel that a question is narrowed to, "" where it is not."""
    said = [str(one.value) for one in asked.where if one.field == "channel" and one.operator == "is"]
    return said[0] if len(said) == 1 else ""


def _behind_address(query: str, narrowed: Mapping[str, str]) -> str:
    """Return where the people behind a number are."""
    return f"{reverse('insights:explore_people')}?{query}&{asking.address(narrowed)}"


def _step_address(query: str, step: int, *, out: bool = False) -> str:
    """Return where the people are who came to a step, or fell out right after it."""
    return f"{reverse('insights:explore_people')}?{query}&of_step={step}{'&of_out=yes' if out else ''}"


def _outs(asked: q.Asked, told: Answer, query: str) -> list[tuple[str, int, str]]:
    """Return after which step how many fell out, and where they are."""
    if not isinstance(asked, q.Funnel) or not isinstance(told, funnels.Funnels):
        return []
    names, came = pictures.step_names(asked), [0] * len(asked.steps)
    for way in told.ways:
        came = [n + step.people for n, step in zip(came, way.steps, strict=True)]
    lost = [before - after for before, after in pairwise(came)]
    return [(names[i], n, _step_address(query, i, out=True)) for i, n in enumerate(lost) if n]


def _people_address(asked: q.Asked, query: str, line: Line, bucket: date | None) -> str:
    """Return where the people of a line's number are; of a formula those of any of its series."""
    if not isinstance(asked, q.Trends):
        return ""
    said = {} if asked.formula else {"of_series": line.series}
    if line.is_others:
        said["of_others"] = "yes"
    elif line.group is not None:
        said["of_group"] = line.group
    if bucket is not None:
        said["of_bucket"] = bucket.isoformat()
    return f"{reverse('insights:explore_people')}?{query}&{asking.address(said)}"


def _asked(held: str, sql: str, user: Any) -> dict[str, Any]:
    """Return what is to be kept, as it was understood. Raises Http404 for what the page would not have sent."""
    if sql:
        if not user.has_perm("questions.ask_sql"):
            raise PermissionDenied
        return {"kind": "sql", "sql": sql[:_LONGEST_SQL]}
    try:
        return q.write(q.read(json.loads(held)))
    except (BadQuestion, ValueError) as error:
        raise Http404 from error


def _seen(request: HttpRequest, pk: int) -> Question:
    return get_object_or_404(actions.seen_by(_user(request)), pk=pk)


def _user(request: HttpRequest) -> Any:
    return request.user
