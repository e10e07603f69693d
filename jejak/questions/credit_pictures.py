"""Pictures of attribution: what each thing is credited with by every model, and removal effects."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from jejak.backoffice.charts import BarChart, Cell, HeatmapChart, Unit
from jejak.common import numbers
from jejak.questions.attribution import MODELS, Attributed, Credit
from jejak.questions.picture import Leads, Picture, bar, between, group_title


def pictures(answer: Attributed, leads: Leads) -> Iterator[Picture]:
    """Return them, most credited first."""
    said = {
        "all": numbers.number(answer.conversions),
        "credited": numbers.number(answer.credited),
        "not": numbers.number(answer.not_credited),
        "without": numbers.number(answer.without),
    }
    yield Picture(
        chart=_side_by_side(answer, "conversions", Unit(decimals=1), leads),
        title=_("Credited conversions"),
        description=_(
            "%(all)s conversions: %(credited)s with a touch on their way, %(not)s not credited, as they had none;"
            " %(without)s ways ended without a conversion."
            " Position gives 40 %% to each end."
        )
        % said,
    )  # fmt: skip
    if any(one.value for one in answer.credits):
        money = (
            Unit(kind="money", currency=answer.currency) if len(answer.currency) == 3 else Unit(decimals=2)
        )
        told = {"value": money.text(answer.value), "credited": money.text(answer.value_credited)}
        yield Picture(
            chart=_side_by_side(answer, "value", money, leads),
            title=_("Credited value"),
            description=_("%(value)s in all, %(credited)s of it with a touch on its way.") % told,
        )
    yield Picture(
        chart=BarChart(
            bars=[
                bar(_title(one), one.removal, href=_href(one, leads))
                for one in answer.credits
                if one.removal.value is not None
            ],
            unit=Unit(kind="percent", decimals=1, least=0),
            x_label=_("Name"),
            y_label=_("Removal effect"),
        ),
        title=_("Removal effect in the Markov chain"),
        description=_(
            "The part of conversions that pass through it in a chain made of the ways seen, with its 95 % interval; n is"
            " its ways. It is no causal effect: what would be lost without it, only an experiment tells."
        ),
    )  # fmt: skip


def _side_by_side(answer: Attributed, what: str, unit: Unit, leads: Leads) -> HeatmapChart:
    names = {
        "first": _("First touch"),
        "last": _("Last touch"),
        "linear": _("Linear"),
        "position": _("Position"),
        "decay": _("Time decay"),
        "markov": _("Markov removal"),
    }
    cells = [
        Cell(
            row=_title(one), column=names[model], value=told.value, n=told.n if model == "markov" else one.touched,
            note=between(told, unit), href=_href(one, leads),
        )
        for one in answer.credits
        if one.touched
        for model in MODELS
        for told in [getattr(one, what)[model]]
    ]  # fmt: skip
    rows = list(dict.fromkeys(cell.row for cell in cells))
    return HeatmapChart(
        rows=rows, columns=list(names.values()), cells=cells, unit=unit, row_label=_("Name"), column_label=_("Model")
    )  # fmt: skip


def _title(one: Credit) -> str:
    return group_title(one.thing, is_others=one.is_others)


def _href(one: Credit, leads: Leads) -> str:
    if not one.touched:
        return ""
    return leads({"of_others": "yes"} if one.is_others else {"of_thing": one.thing})
