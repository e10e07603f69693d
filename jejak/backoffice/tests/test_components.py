from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from jejak.backoffice.charts import PERCENT, Unit
from jejak.backoffice.components import Moment
from jejak.backoffice.templatetags.backoffice import initials, stat


def render(text: str, **context) -> str:
    return Template("{% load backoffice %}" + text).render(Context(context))


def test_a_number_comes_with_its_trend_its_interval_and_its_n():
    html = render("{% stat 'NPS' 31.2 n=412 low=24.1 high=37.9 before=27 unit=unit %}", unit=Unit(decimals=1))
    for part in ("31.2", "+4.2", "against 27.0", "24.1 to 37.9", "n = 412"):
        assert part in html
    assert "jk-stat--small" not in html


@pytest.mark.parametrize(
    ("value", "before", "better", "tone"),
    [(5, 4, "up", "good"), (3, 4, "up", "bad"), (3, 4, "down", "good"), (3, 4, "", ""), (4, 4, "up", "")],
)
def test_a_trend_is_good_or_bad_by_what_is_better(value, before, better, tone):
    assert stat("x", value, before=before, better=better)["tone"] == tone


def test_a_change_that_rounds_to_nothing_is_none():
    shown = stat("x", 41.21, before=41.19, unit=PERCENT)
    assert (shown["change"], shown["direction"], shown["tone"]) == ("0.0", "same", "")


def test_a_number_that_rests_on_few_is_greyed():
    assert stat("x", 1, n=29)["small"] is True
    assert stat("x", 1, n=30)["small"] is False


def test_a_number_that_is_not_there_is_a_dash():
    assert stat("x", None, before=3)["text"] == "–"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Siti Nurhaliza", "SN"), ("Budi", "B"), ("ayu lestari wulandari", "AW"), ("+62 81", "?"), ("", "?")],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_components_escape_what_people_type():
    html = render("{% pill name %}{% avatar name %}{% card title=name %}x{% endcard %}", name="<b>Siti")
    assert "<b>Siti" not in html


def test_a_card_holds_its_content_and_a_link_to_more():
    html = render('{% card title="People" href="/app/people/" more="All" %}<p>ten</p>{% endcard %}')
    assert "<p>ten</p>" in html
    assert 'href="/app/people/"' in html


def test_an_icon_that_does_not_exist_is_a_mistake():
    with pytest.raises(TemplateSyntaxError, match=r"icons\.py"):
        render('{% jk_icon "unicorn-on-fire" %}')


def test_an_icon_with_a_label_speaks_and_one_without_is_silent():
    assert 'role="img" aria-label="Late"' in render('{% jk_icon "clock" label="Late" %}')
    assert 'aria-hidden="true"' in render('{% jk_icon "clock" %}')


def test_a_trail_is_told_by_day_newest_first():
    moments = [
        Moment(at=datetime(2026, 11, 20, 18, 0, tzinfo=UTC), title="Order Completed", comment="Cepat!"),
        Moment(at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC), title="Page Viewed"),
    ]
    html = render("{% timeline moments %}", moments=moments)
    # 18:00 in London is the next day in Jakarta.
    assert html.index("21 November 2026") < html.index("Order Completed") < html.index("20 November 2026")
    assert "<blockquote" in html


def test_pages_link_to_those_before_and_after():
    request = RequestFactory().get("/", {"q": "siti", "page": "2"})
    template = Template("{% load backoffice %}{% pages page %}")
    html = template.render(RequestContext(request, {"page": Paginator(range(30), 10).page(2)}))
    assert 'href="?q=siti&amp;page=1"' in html
    assert 'href="?q=siti&amp;page=3"' in html
    assert "Page 2 of 3" in html


def test_more_is_a_link_that_loads_itself_when_it_comes_into_sight():
    html = render('{% more "?page=2" %}')
    assert 'href="?page=2"' in html
    assert 'hx-trigger="revealed, click"' in html


def test_filters_work_without_javascript():
    html = render('{% filterbar %}<select name="channel"></select>{% endfilterbar %}')
    assert 'method="get"' in html
    assert "<button" in html


def test_numbers_in_templates_follow_the_language():
    with translation.override("id"):
        html = render(
            '{{ 1234.5|number:1 }} {{ 41.2|percent:1 }} {{ 1250000|money:"IDR" }} {{ none|number }}',
            none=None,
        )
    assert html.replace("\N{NO-BREAK SPACE}", " ") == "1.234,5 41,2% Rp 1.250.000 –"
