"""What somebody asks the Insights page, read from the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jejak.audiences.among import NoSuchAudience, people_in
from jejak.measures import MOST_STEPS, Bucket, Filters, Window

NOT_SAID = "-"
"""Stands in addresses for "no channel was said", as an empty one means all."""
WINDOWS = {
    "7": gettext_lazy("Last 7 days"),
    "28": gettext_lazy("Last 28 days"),
    "90": gettext_lazy("Last 90 days"),
    "365": gettext_lazy("Last 365 days"),
    "custom": gettext_lazy("From … to …"),
}
COMPARISONS = {
    "before": gettext_lazy("The days before"),
    "year": gettext_lazy("A year before"),
    "none": gettext_lazy("Nothing"),
}
WITHIN_DAYS = (1, 3, 7, 14, 30, 90)
_A_YEAR_OF_WEEKS_DAYS = 364
_LONGEST_DAYS = 3660
# What shops call their way to an order, by Segment's e-commerce spec: the funnel shown before anybody chose.
_USUAL_STEPS = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Order Delivered")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. before: what it is compared with. steps: of the funnel. trouble: {field: why not}.

    audience: its key, "" for everybody; its people are in `filters`.

    leads_to_people: whether whoever asks may see those behind the numbers.
    """

    window_key: str
    filters: Filters
    compare: str
    before: Filters | None
    scale: str
    steps: tuple[str, ...]
    within_days: int
    audience: str = ""
    trouble: Mapping[str, str] = field(default_factory=dict)
    leads_to_people: bool = True

    @property
    def window(self) -> Window:
        return self.filters.window

    @property
    def volume_bucket(self) -> Bucket:
        """The bucket that counts are drawn by."""
        return "day" if self.window.days <= 92 else "week" if self.window.days <= 400 else "month"

    @property
    def score_bucket(self) -> Bucket:
        """The bucket that scores are drawn by: wide enough that enough people answer in one."""
        return "day" if self.window.days < 14 else "week" if self.window.days <= 400 else "month"

    @property
    def within(self) -> timedelta:
        return timedelta(days=self.within_days)

    def with_usual_steps(self, names: Sequence[str]) -> "Question":
        """Return the question with the usual steps of a shop, those that there are, if none were chosen."""
        usual = tuple(name for name in _USUAL_STEPS if name in names)
        return replace(self, steps=usual) if not self.steps and len(usual) > 1 else self


def read(asked: QueryDict, *, now: datetime) -> Question:
    """Return what an address asks. What cannot be used is left out, and said in `trouble`."""
    trouble: dict[str, str] = {}
    window_key = asked.get("window", "28")
    if window_key not in WINDOWS:
        window_key = "28"
    window = _window(window_key, asked, now, trouble)
    filters = Filters(
        window=window,
        channel=_word(asked, "channel"),
        name=_word(asked, "name"),
        team=_word(asked, "team"),
        place=_word(asked, "place"),
        sample=False if asked.get("sample") == "out" else None,
    )
    audience = asked.get("audience", "")[:80]
    if audience:
        try:
            filters = replace(filters, among=people_in(audience))
        except NoSuchAudience:
            trouble["audience"] = _("There is no audience “%(key)s” any more.") % {"key": audience}
            audience = ""
    compare = asked.get("compare", "before")
    if compare not in COMPARISONS:
        compare = "before"
    days = {"before": None, "year": _A_YEAR_OF_WEEKS_DAYS}
    before = filters.within(window.before(now=now, days=days[compare])) if compare in days else None
    within = asked.get("within", "7")
    return Question(
        window_key=window_key,
        filters=filters,
        compare=compare,
        before=before,
        scale=asked.get("scale", "")[:40],
        steps=_steps(asked, trouble),
        within_days=int(within) if within in map(str, WITHIN_DAYS) else 7,
        audience=audience,
        trouble=trouble,
    )


def _window(key: str, asked: QueryDict, now: datetime, trouble: dict[str, str]) -> Window:
    usual = Window.last(28, now=now, zone=settings.TIME_ZONE)
    if key != "custom":
        return Window.last(int(key), now=now, zone=settings.TIME_ZONE)
    from_on, to_on = (_day(asked.get(name, ""), name, trouble) for name in ("from", "to"))
    if trouble:
        return usual
    from_on = from_on or usual.from_on
    to_on = to_on or now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    if to_on < from_on:
        trouble["to"] = _("The last day lies before the first.")
        return usual
    if (to_on - from_on).days > _LONGEST_DAYS:
        trouble["from"] = _("At most ten years can be shown at once.")
        return usual
    return Window(from_on=from_on, until_on=to_on + timedelta(days=1), zone=settings.TIME_ZONE)


def _day(text: str, name: str, trouble: dict[str, str]) -> date | None:
    try:
        day: date | None = forms.DateField(required=False, input_formats=["%Y-%m-%d"]).clean(text)
    except forms.ValidationError:
        trouble[name] = _("“%(text)s” is not a day such as 2026-11-22.") % {"text": text[:40]}
        return None
    if day is not None and not 1900 <= day.year <= 2200:
        trouble[name] = _("“%(text)s” is not a day between 1900 and 2200.") % {"text": text[:40]}
        return None
    return day


def _word(asked: QueryDict, name: str) -> str | None:
    word = asked.get(name, "")[:200]
    return None if not word else "" if word == NOT_SAID else word


def _steps(asked: QueryDict, trouble: dict[str, str]) -> tuple[str, ...]:
    chosen = [step[:200] for step in asked.getlist("step") if step][:MOST_STEPS]
    different = tuple(dict.fromkeys(chosen))
    if len(different) < len(chosen):
        trouble["step"] = _("Each step counts once; a step that was chosen twice is left out.")
    if len(different) == 1:
        trouble["step"] = _("Choose at least two steps.")
        return ()
    return different
