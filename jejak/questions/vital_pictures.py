"""Pictures of web vitals: good, middling and poor pages, over time, by page, and conversion beside them."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jejak.backoffice.charts import PERCENT, Bar, BarChart, LineChart, Point, Series, Tone, Unit
from jejak.questions import asked as q
from jejak.questions.picture import Leads, Picture, bar, between, group_title
from jejak.questions.vitals import BANDS, VITALS, Speed

_TONES: dict[str, Tone] = {"good": "good", "middle": "warn", "poor": "bad"}


def pictures(asked: q.Vitals, answer: Speed, leads: Leads) -> Iterator[Picture]:
    """Return them: all three vitals, then the one that is looked at."""
    bars = [
        Bar(
            label=str(q.VITALS[key]), series=band_title(band), tone=_TONES[band],
            value=one.shares[band].value, low=one.shares[band].low, high=one.shares[band].high, n=one.at.n,
        )
        for key, one in answer.vitals.items()
        for band in BANDS
    ]  # fmt: skip
    told = [
        _("%(vital)s: 75th percentile %(value)s (%(between)s), n = %(n)s.")
        % {
            "vital": key.upper(),
            "value": _said(key, one.at.value),
            "between": between(one.at, _unit(key)) or "–",
            "n": Unit().text(one.at.n),
        }
        for key, one in answer.vitals.items()
    ]
    chart = BarChart(bars=bars, unit=PERCENT, stacked=True, x_label=_("Vital"), y_label=_("Of all pages"))
    yield Picture(chart=chart, title=_("Good, middling and poor pages"), description=" ".join(told))

    name, unit = str(q.VITALS[asked.vital]), _unit(asked.vital)
    vital = VITALS[asked.vital]
    limits = {"good": _said(asked.vital, vital.good), "poor": _said(asked.vital, vital.poor)}
    axis = name if asked.vital == "cls" else _("%(vital)s, ms") % {"vital": asked.vital.upper()}
    line = LineChart(
        series=[
            Series(
                name=name,
                points=[
                    Point(at=one.bucket, value=one.told.value, low=one.told.low, high=one.told.high, n=one.told.n)
                    for one in answer.points
                ],
            )
        ],
        unit=unit, x_label=str(q.BUCKETS[asked.bucket]), y_label=axis,
    )  # fmt: skip
    note = _(
        "75th percentile: three in four pages are at least so fast. Good is at most %(good)s, poor is more than"
        " %(poor)s."
    )
    yield Picture(chart=line, title=_("%(vital)s over time") % {"vital": name}, description=note % limits)
    if answer.groups:
        split = BarChart(
            bars=[bar(group_title(one.group, is_others=one.is_others), one.at) for one in answer.groups],
            unit=unit, x_label=_("Name"), y_label=axis, reference=vital.good, reference_label=_("Good"),
        )  # fmt: skip
        named = {"vital": name, "field": asked.breakdown.removeprefix("properties.")}
        yield Picture(chart=split, title=_("%(vital)s by %(field)s") % named)
    if answer.conversion:
        converted = BarChart(
            bars=[
                Bar(
                    label=band_title(band), value=share.value, low=share.low, high=share.high, n=share.n,
                    tone=_TONES[band], href=leads({"of_band": band}),
                )
                for band, share in answer.conversion.items()
            ],
            unit=Unit(kind="percent", decimals=1, least=0), upright=True,
            x_label=_("Their median page"), y_label=_("Converted"),
        )  # fmt: skip
        note = _(
            "Of the people whose median page was so fast, those who converted after their first measured one. They go"
            " together, and that is all this tells: devices, places and who comes back differ, too."
        )
        yield Picture(
            chart=converted, title=_("Conversion by how fast people's pages were"), description=note
        )


def band_title(band: str) -> str:
    return {"good": _("Good"), "middle": _("Needs improvement"), "poor": _("Poor")}[band]


def _unit(vital: str) -> Unit:
    return Unit(decimals=3, least=0) if vital == "cls" else Unit(least=0)


def _said(vital: str, value: float | None) -> str:
    shown = _unit(vital).text(value)
    return shown if vital == "cls" else _("%(number)s ms") % {"number": shown}
