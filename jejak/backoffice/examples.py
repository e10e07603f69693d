"""Made-up numbers for the page that shows every component and every chart. Nothing here is measured."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jejak.backoffice.charts import (
    PERCENT,
    Bar,
    BarChart,
    Cell,
    FunnelChart,
    HeatmapChart,
    LineChart,
    Link,
    MapChart,
    Mark,
    Moment,
    Point,
    SankeyChart,
    Series,
    Spot,
    Step,
    TimelineChart,
    Unit,
)
from jejak.backoffice.components import Moment as TrailMoment

_MONDAY = date(2026, 8, 3)
_NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


def examples() -> dict[str, Any]:
    """Return one chart of each kind, and moments of a trail, by the names that components.html uses."""
    return {
        "line": _line(),
        "two_lines": _two_lines(),
        "bar": _bar(),
        "counts": _counts(),
        "groups": _groups(),
        "funnel": _funnel(),
        "sankey": _sankey(),
        "heatmap": _heatmap(),
        "timeline": _timeline(),
        "map": _map(),
        "nothing": LineChart(series=[]),
        "nps": Unit(decimals=0),
        "seconds": Unit(kind="seconds"),
        "rupiah": Unit(kind="money", currency="IDR"),
        "percent": PERCENT,
        "moments": _moments(),
        "tones": ["", "good", "warn", "bad", "info", "accent"],
        "people": [
            ("Siti Nurhaliza", "siti@example.com", "whatsapp", 9, 128),
            ("Budi", "+62 812-0000-1234", "store", 4, 12),
            ("Ayu Lestari Wulandari", "ayu@example.com", "web", 7, 3),
        ],
        "icons": [
            "house-line",
            "users-three",
            "chart-line-up",
            "path",
            "chats-circle",
            "megaphone",
            "plugs-connected",
        ],
    }


def _wave(week: int, *, base: float, swing: float) -> float:
    return round(base + swing * math.sin(week / 2.1) + 0.6 * week, 1)


def _line() -> LineChart:
    points = [
        Point(
            at=_MONDAY + timedelta(weeks=week),
            value=value,
            low=value - 7.5,
            high=value + 7.5,
            n=380 + 11 * week,
        )
        for week in range(15)
        for value in [_wave(week, base=28, swing=6)]
    ]
    before = [Point(at=point.at, value=_wave(index, base=21, swing=5)) for index, point in enumerate(points)]
    return LineChart(
        series=[
            Series(name="NPS", points=points),
            Series(name="The 15 weeks before", points=before, comparison=True),
        ],
        unit=Unit(decimals=1),
        x_label="Week",
        y_label="NPS",
        marks=[Mark(at=_MONDAY + timedelta(weeks=8), label="New courier")],
    )


def _two_lines() -> LineChart:
    names = {"WhatsApp": 4.2, "E-mail": 3.6, "Shop": 3.1}
    return LineChart(
        series=[
            Series(
                name=name,
                points=[
                    Point(
                        at=_MONDAY + timedelta(weeks=week),
                        value=None
                        if name == "Shop" and week in {6, 7}
                        else base + 0.25 * math.sin(week + base),
                        n=90,
                    )
                    for week in range(15)
                ],
            )
            for name, base in names.items()
        ],
        unit=Unit(decimals=2, least=1, most=5),
        x_label="Week",
        y_label="CSAT (1–5)",
    )


def _bar() -> BarChart:
    rows = [
        ("WhatsApp", 4.31, 0.08, 812),
        ("Web", 4.02, 0.05, 2210),
        ("Phone", 3.74, 0.16, 301),
        ("Shop at Pasar Baru", 3.58, 0.31, 64),
        ("Telegram", 3.9, 0.7, 17),
    ]
    bars = [
        Bar(label=name, value=mean, low=mean - half, high=mean + half, n=n) for name, mean, half, n in rows
    ]
    return BarChart(
        bars=bars,
        unit=Unit(decimals=2, least=1, most=5),
        x_label="Channel",
        y_label="CSAT (1–5)",
        reference=4.0,
        reference_label="all",
    )


def _counts() -> BarChart:
    rows = {
        "Order Completed": 48_210,
        "Page Viewed": 31_990,
        "Parcel Delivered": 12_004,
        "Survey Answered": 3_115,
    }
    bars = [Bar(label=name, value=count) for name, count in rows.items()]
    return BarChart(bars=bars, x_label="Touchpoint", y_label="Times")


def _groups() -> BarChart:
    shares = {"Promoters": (44, 51, 47), "Passives": (31, 30, 33), "Detractors": (25, 19, 20)}
    months = ("September", "October", "November")
    bars = [
        Bar(label=month, value=share, series=group)
        for group, values in shares.items()
        for month, share in zip(months, values, strict=True)
    ]
    return BarChart(bars=bars, unit=PERCENT, upright=True, stacked=True, x_label="Month", y_label="Share")


def _funnel() -> FunnelChart:
    return FunnelChart(
        steps=[
            Step(label="Product Viewed", count=18_240),
            Step(label="Product Added", count=6_310, low=33.9, high=35.3, seconds=312),
            Step(label="Checkout Started", count=3_204, low=17.0, high=18.1, seconds=98),
            Step(label="Order Completed", count=2_377, low=12.5, high=13.5, seconds=187),
        ]
    )


def _sankey() -> SankeyChart:
    rows = [
        ("Home", "Product", 5200),
        ("Home", "Search", 3100),
        ("Search", "Product (2)", 2100),
        ("Search", "Left", 1000),
        ("Product", "Cart", 2400),
        ("Product", "Left", 2800),
        ("Product (2)", "Cart", 900),
        ("Product (2)", "Left", 1200),
        ("Cart", "Order", 2000),
        ("Cart", "Left", 1300),
    ]
    return SankeyChart(
        links=[Link(source=source, target=target, count=count) for source, target, count in rows]
    )


def _heatmap() -> HeatmapChart:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    hours = [f"{hour:02}" for hour in range(6, 24)]
    cells = [
        Cell(
            row=day,
            column=hour,
            value=round(52 + 35 * math.sin((x - 3) / 3) + 12 * (y in {4, 5}) + 9 * math.cos(y)),
        )
        for y, day in enumerate(days)
        for x, hour in enumerate(hours)
    ]
    return HeatmapChart(rows=days, columns=hours, cells=cells, row_label="Day", column_label="Hour")


def _map() -> MapChart:
    spots = [
        Spot(label="Jakarta", latitude=-6.2, longitude=106.85, value=16.0, low=13.0, high=19.0, n=596),
        Spot(label="Makassar", latitude=-5.15, longitude=119.43, value=9.0, low=5.0, high=14.0, n=120),
        Spot(label="Kuala Lumpur", latitude=3.14, longitude=101.69, value=22.0, low=17.0, high=27.0, n=240),
    ]
    return MapChart(spots=spots, unit=PERCENT, y_label="Unhappy")


def _timeline() -> TimelineChart:
    def at(days: float) -> datetime:
        return _NOON - timedelta(days=days)

    return TimelineChart(
        moments=[
            Moment(lane="Orders", label="Order #1091", at=at(24), until=at(19), tone="good"),
            Moment(lane="Orders", label="Order #1180", at=at(9), until=at(2), tone="bad"),
            Moment(lane="Web", label="Page Viewed", at=at(25)),
            Moment(lane="Web", label="Page Viewed", at=at(9.5)),
            Moment(lane="WhatsApp", label="Asked where the parcel is", at=at(4)),
            Moment(lane="WhatsApp", label="Asked again", at=at(3)),
            Moment(lane="Surveys", label="CSAT 2 of 5", at=at(1), tone="bad"),
        ]
    )


def _moments() -> list[TrailMoment]:
    return [
        TrailMoment(
            at=_NOON,
            title="Survey Answered",
            icon="star",
            channel="whatsapp",
            text="CSAT 2 of 5",
            comment="Paketnya telat lima hari dan tidak ada kabar.",
            tone="bad",
            facts=[("Team", "Logistics"), ("Stage", "Get help")],
            details='{"event": "Survey Answered"}',
        ),
        TrailMoment(
            at=_NOON - timedelta(hours=3),
            title="Parcel Delivered",
            icon="package",
            channel="app",
            text="Five days late",
        ),
        TrailMoment(
            at=_NOON - timedelta(days=7),
            title="Order Completed",
            icon="shopping-cart",
            channel="web",
            text="Rp 1.250.000",
            tone="good",
            sample=True,
        ),
    ]
