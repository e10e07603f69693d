"""Who stands behind a number of an answer: what an address says of it, and the people, a page at a time."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from jejak.measures import Behind, People
from jejak.questions import asked as q
from jejak.questions import attribution, funnels, people, pictures, vital_pictures, vitals
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
        letter = given.get("of_series", "A")
        self._asked = asked
        self._series = q.LETTERS.find(letter) if len(letter) == 1 else -1
        self._group = given.get("of_group")
        try:
            self._bucket = date.fromisoformat(given["of_bucket"]) if "of_bucket" in given else None
        except ValueError as error:
            raise Http404 from error
        if not 0 <= self._series < len(asked.series) or (self._group is not None and not asked.breakdown):
            raise Http404
        names = ", ".join(asked.series[self._series].what.names)
        self.title = " · ".join(part for part in (names or _("Anything"), self._group) if part)
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


_MADE: dict[str, Callable[[Any, Any], BehindAnswer]] = {
    "trends": _Trend,
    "funnel": _Step,
    "attribution": _Credit,
}
