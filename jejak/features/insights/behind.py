"""Who stands behind a number of an answer: what an address says of it, and the people, a page at a time."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from jejak.measures import Behind, People
from jejak.questions import asked as q
from jejak.questions import attribution, funnels, people, pictures, vital_pictures, vitals
from jejak.questions import behind as persons
from jejak.questions.picture import group_title


def behind(asked: q.Asked, given: Any) -> "BehindAnswer":
    """Return who stands behind the number that an address names. Raises Http404 where there is no such number."""
    made = _MADE.get(asked.kind)
    if made is None:
        raise Http404
    return made(asked, given)


class BehindAnswer(Sequence[Behind]):
    """All people behind a number, fetched a page at a time. Raises Http404 where there is no such number."""

    scored = False
    title = ""
    narrowed = ""

    def __init__(self) -> None:
        self._total: int | None = None

    def __len__(self) -> int:
        if self._total is None:
            self._total = self._found(limit=1, offset=0).total
        return self._total

    def __getitem__(self, part: Any) -> Any:
        start, stop, _step = part.indices(len(self))
        return self._found(limit=max(0, stop - start), offset=start).page

    def _found(self, *, limit: int, offset: int) -> People:
        try:
            return self._fetch(now=datetime.now(UTC), limit=limit, offset=offset)
        except ValueError as error:  # The audience is gone, or the bucket lies outside the window.
            raise Http404 from error

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        raise NotImplementedError


class _Trend(BehindAnswer):
    def __init__(self, asked: q.Trends, given: Any) -> None:
        super().__init__()
        letter, self._others = given.get("of_series", "A"), given.get("of_others") == "yes"
        self._asked = asked
        self._series = None if asked.formula else (q.LETTERS.find(letter) if len(letter) == 1 else -1)
        self._group = given.get("of_group")
        self._bucket = _day(given["of_bucket"]) if "of_bucket" in given else None
        if self._series is not None and not 0 <= self._series < len(asked.series):
            raise Http404
        if (self._group is not None or self._others) and not asked.breakdown:
            raise Http404
        name = asked.formula
        if self._series is not None:
            name = ", ".join(asked.series[self._series].what.names) or _("Anything")
        group = self._group
        if group is not None or self._others:
            group = group_title(group, is_others=self._others)
        self.title = " · ".join(part for part in (name, group) if part)
        if self._bucket:
            self.narrowed = f"{q.BUCKETS[asked.bucket]} {pictures.day(self._bucket)}"

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return people.behind(
            self._asked, series=self._series, group=self._group, bucket=self._bucket,
            now=now, limit=limit, offset=offset,
        )  # fmt: skip


class _Step(BehindAnswer):
    def __init__(self, asked: q.Funnel, given: Any) -> None:
        super().__init__()
        step = given.get("of_step", "")
        self._asked, self._out = asked, given.get("of_out") == "yes"
        self._step = int(step) if step.isdecimal() and len(step) == 1 else -1
        if not 0 <= self._step < len(asked.steps):
            raise Http404
        name = {"step": pictures.step_names(asked)[self._step]}
        self.title = _("Fell out after “%(step)s”") % name if self._out else _("Came to “%(step)s”") % name

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return funnels.people(
            self._asked, step=self._step, fell_out=self._out, now=now, limit=limit, offset=offset
        )


class _Credit(BehindAnswer):
    def __init__(self, asked: q.Attribution, given: Any) -> None:
        super().__init__()
        self._asked, self._thing = asked, given.get("of_thing")
        if not self._thing and given.get("of_others") != "yes":
            raise Http404
        name = {"thing": group_title(self._thing, is_others=self._thing is None)}
        self.title = _("Converted with “%(thing)s” on the way") % name

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return attribution.people(self._asked, thing=self._thing, now=now, limit=limit, offset=offset)


class _Band(BehindAnswer):
    def __init__(self, asked: q.Vitals, given: Any) -> None:
        super().__init__()
        self._asked, self._band = asked, given.get("of_band", "")
        if self._band not in vitals.BANDS:
            raise Http404
        self.title = f"{q.VITALS[asked.vital]}: {vital_pictures.band_title(self._band)}"

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return vitals.people(self._asked, band=self._band, now=now, limit=limit, offset=offset)


class _Cohort(BehindAnswer):
    def __init__(self, asked: q.Retention, given: Any) -> None:
        super().__init__()
        self._asked, self._cohort = asked, _day(given.get("of_cohort", ""))
        self._later = _whole(given.get("of_later", "0"), most=asked.periods)
        self.title = _("Started on %(day)s") % {"day": pictures.day(self._cohort)}
        if self._later:
            unit = q.BUCKETS[asked.bucket]
            self.title += f" · {_('came back')}: {unit} +{self._later}"

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return persons.retention(
            self._asked, cohort=self._cohort, later=self._later, now=now, limit=limit, offset=offset
        )


class _State(BehindAnswer):
    def __init__(self, asked: q.LifeCycle, given: Any) -> None:
        super().__init__()
        self._asked, self._begun = asked, _day(given.get("of_period", ""))
        self._state = given.get("of_state", "")
        if self._state not in persons.STATES:
            raise Http404
        self.title = pictures.state_title(self._state)
        self.narrowed = f"{q.BUCKETS[asked.bucket]} {pictures.day(self._begun)}"

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return persons.life_cycle(
            self._asked, begun=self._begun, state=self._state, now=now, limit=limit, offset=offset
        )


class _Sticky(BehindAnswer):
    def __init__(self, asked: q.Stickiness, given: Any) -> None:
        super().__init__()
        self._asked, self._more = asked, given.get("of_more") == "yes"
        self._times = _whole(given.get("of_times", ""), least=1, most=4_000)
        said = {"n": self._times}
        self.title = (
            _("Active in at least %(n)s") % said if self._more else _("Active in exactly %(n)s") % said
        )
        self.narrowed = str(q.BUCKETS[asked.bucket])

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return persons.stickiness(
            self._asked, times=self._times, at_least=self._more, now=now, limit=limit, offset=offset
        )


class _Bin(BehindAnswer):
    def __init__(self, asked: q.Distribution, given: Any) -> None:
        super().__init__()
        self._asked, self._ends = asked, given.get("of_ends", "[)")
        try:
            self._low, self._high = float(given["of_low"]), float(given["of_high"])
        except (KeyError, ValueError) as error:
            raise Http404 from error
        if not (math.isfinite(self._low) and math.isfinite(self._high)):
            raise Http404
        of = asked.of.removeprefix("properties.") or _("Touchpoints per person")
        self.title = f"{of}: {self._low:g} – {self._high:g}"

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return persons.distribution(
            self._asked, low=self._low, high=self._high, with_low=self._ends[:1] == "[",
            with_high=self._ends[1:] == "]", now=now, limit=limit, offset=offset,
        )  # fmt: skip


class _Link(BehindAnswer):
    def __init__(self, asked: q.Paths, given: Any) -> None:
        super().__init__()
        self._asked, self._source = asked, given.get("of_source", "")
        self._target = given.get("of_target", "")
        self._step = _whole(given.get("of_step", ""), least=1, most=asked.steps)
        if not self._source:
            raise Http404
        ends = [self._source, self._target or _("nothing more")]
        if asked.direction == "to":
            ends = [self._target or _("nothing before"), self._source]
        self.title = " → ".join(ends)

    def _fetch(self, *, now: datetime, limit: int, offset: int) -> People:
        return persons.paths(
            self._asked, step=self._step, source=self._source, target=self._target, now=now, limit=limit, offset=offset
        )  # fmt: skip


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise Http404 from error


def _whole(said: str, *, least: int = 0, most: int) -> int:
    if not (said.isdecimal() and len(said) < 6 and least <= int(said) <= most):
        raise Http404
    return int(said)


_MADE: dict[str, Callable[[Any, Any], BehindAnswer]] = {
    "trends": _Trend,
    "retention": _Cohort,
    "life_cycle": _State,
    "stickiness": _Sticky,
    "distribution": _Bin,
    "funnel": _Step,
    "paths": _Link,
    "attribution": _Credit,
    "vitals": _Band,
}
