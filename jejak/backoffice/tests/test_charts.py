import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import translation

from jejak.backoffice.charts import (
    PERCENT,
    BadChart,
    Bar,
    BarChart,
    FunnelChart,
    LineChart,
    Point,
    Series,
    Step,
    Unit,
    span,
)
from jejak.backoffice.examples import examples

KINDS = ["line", "bar", "funnel", "sankey", "heatmap", "timeline", "map"]


def drawn(kind: str, chart, **context) -> str:
    template = Template(
        '{% load charts %}{% chart kind chart title=title description="How, and since when." %}'
    )
    return template.render(Context({"kind": kind, "chart": chart, "title": "NPS <by> week", **context}))


def rows(html: str) -> list[list[str]]:
    """The cells of the table, as people read them."""
    return [
        re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_has_its_numbers_in_a_table(kind):
    html = drawn(kind, examples()[kind])
    head, *body = rows(html)
    assert body
    assert {len(row) for row in body} == {len(head)}
    assert "NPS &lt;by&gt; week" in html


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_gives_its_numbers_as_json(kind):
    chart = examples()[kind]
    given = re.search(r'<script type="application/json">(.*?)</script>', drawn(kind, chart), re.DOTALL)
    assert json.loads(given[1]) == json.loads(json.dumps(chart.payload()))


def test_a_table_shows_interval_and_n_where_there_are_some():
    points = [Point(at=date(2026, 11, 2), value=31.25, low=24.1, high=37.9, n=1412)]
    chart = LineChart(
        series=[Series(name="NPS", points=points)], unit=Unit(decimals=1), x_label="Week", y_label="NPS"
    )

    assert rows(drawn("line", chart)) == [
        ["Week", "NPS", "95 % interval", "n"],
        ["2 Nov 2026", "31.3", "24.1 to 37.9", "1,412"],
    ]


def test_numbers_are_written_as_the_reader_writes_them():
    chart = BarChart(bars=[Bar(label="Toko", value=1234.5)], unit=Unit(decimals=1))
    with translation.override("id"):
        assert "1.234,5" in drawn("bar", chart)
    with translation.override("ms"):
        assert "1,234.5" in drawn("bar", chart)


def test_machines_get_exact_numbers():
    chart = BarChart(bars=[Bar(label="Shop", value=4.123456, low=4.0, high=4.2)], unit=Unit(decimals=1))
    assert re.findall(r'data-raw="([^"]*)"', drawn("bar", chart)) == ["Shop", "4.123456", "4.0 4.2"]


def test_a_gap_stays_a_gap():
    points = [Point(at=date(2026, 11, 2), value=None), Point(at=date(2026, 11, 9), value=3)]
    chart = LineChart(series=[Series(name="CSAT", points=points)])
    assert rows(drawn("line", chart))[1] == ["2 Nov 2026", "–"]
    assert chart.payload()["series"][0]["points"][0]["value"] is None


def test_a_funnel_tells_shares_of_the_first_step_and_of_the_one_before():
    chart = FunnelChart(steps=[Step(label="Looked", count=200), Step(label="Bought", count=50, seconds=93)])
    assert rows(drawn("funnel", chart)) == [
        ["Step", "People", "Of the first step", "Of the step before", "Median time from the step before"],
        ["Looked", "200", "100.0%", "100.0%", "–"],
        ["Bought", "50", "25.0%", "25.0%", "1 min 33 s"],
    ]


def test_a_chart_without_numbers_says_so():
    html = drawn("line", LineChart(series=[]))
    assert "Nothing to show in this window yet." in html
    assert "<table" not in html


def test_a_chart_of_another_kind_is_refused():
    with pytest.raises(BadChart, match="This is a line chart, not a bar chart"):
        drawn("bar", LineChart(series=[]))


def test_money_needs_its_currency():
    with pytest.raises(BadChart):
        Unit(kind="money")
    with pytest.raises(BadChart):
        Unit(kind="number", currency="IDR")


def test_names_cannot_break_out_of_the_page():
    chart = BarChart(bars=[Bar(label="</script><script>alert(1)</script>", value=1)])
    assert "<script>alert" not in drawn("bar", chart)


def test_charts_on_one_page_have_ids_of_their_own():
    template = Template('{% load charts %}{% chart "bar" c title="A" %}{% chart "bar" c title="B" %}')
    html = template.render(Context({"c": BarChart(bars=[Bar(label="a", value=1)])}))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 4


def test_moments_are_shown_in_the_readers_time_zone():
    points = [Point(at=datetime(2026, 11, 21, 20, 0, tzinfo=UTC), value=1)]
    assert "22 Nov 2026, 03:00" in drawn("line", LineChart(series=[Series(name="a", points=points)]))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "1 min"),
        (93, "1 min 33 s"),
        (3600, "1 h"),
        (200_000, "2 d 7 h"),
        (31_536_000, "365 d"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds, text):
    assert span(seconds) == text


def test_small_numbers_are_marked():
    chart = BarChart(bars=[Bar(label="few", value=1, n=29), Bar(label="enough", value=1, n=30)], unit=PERCENT)
    assert [bar["small"] for bar in chart.payload()["bars"]] == [True, False]


def test_lines_keep_the_order_of_their_points():
    points = [Point(at=date(2026, 1, 1) + timedelta(days=day), value=day) for day in range(3)]
    payload = LineChart(series=[Series(name="a", points=points)]).payload()
    assert [point["value"] for point in payload["series"][0]["points"]] == [0, 1, 2]
