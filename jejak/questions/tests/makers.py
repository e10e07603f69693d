"""Touchpoints to ask questions of: made by chance, or read from a shop's file; in the log, and as a table of pandas."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from jejak.audiences.tests.makers import store
from jejak.questions.asked import KINDS
from tests.needs import shared

NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
"""Noon of a Sunday in Jakarta."""
ZONE = "Asia/Jakarta"
NAMES = ("Order Completed", "Product Viewed", "Checkout Started", "Call Ended")


_NEEDED = {
    "funnel": {"steps": [{"what": {"names": [name]}} for name in NAMES[:2]]},
    "attribution": {"conversion": {"names": [NAMES[0]]}, "credit": "name"},
}
SMALLEST = {kind: {"kind": kind} | _NEEDED.get(kind, {}) for kind in KINDS}
"""The least that each kind of question needs."""


def busy(seed: int, *, people: int = 80, days: int = 120, until: datetime = NOON) -> pd.DataFrame:
    """Store what many people did in the days before, by chance, and return it."""
    chance = random.Random(seed)
    rows = []
    for trail_id in range(1, people + 1):
        begun = chance.random() * days
        for _ in range(chance.choice((1, 2, 4, 8, 20))):
            total: Any = chance.choice((None, "soon", 5, 12.5, "80", round(chance.expovariate(0.02), 2)))
            rows.append(
                {
                    "trail_id": trail_id,
                    "name": chance.choice(NAMES),
                    "channel": chance.choice(("web", "web", "app", "")),
                    "happened_at": until - timedelta(seconds=round(begun * chance.random() * 86_400)),
                    "value": chance.choice((None, 10, 25.5, 300)),
                    "properties": {
                        "city": chance.choice(("Bandung", "Kuala Lumpur")),
                        "lcp_ms": 2_000 + 500 * (trail_id % 6),
                    }
                    | ({} if total is None else {"total": total}),
                }
            )
    return put(rows)


def put(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Store touchpoints and return them: properties as columns of their own, `at` in UTC."""
    rows = [{"happened_at": NOON} | row for row in rows]
    store(*rows)
    flat = [{**row, **row.get("properties", {})} for row in rows]
    table = pd.DataFrame(flat).rename(columns={"trail_id": "person", "happened_at": "at"})
    table["at"] = pd.to_datetime(table["at"], utc=True)
    if "total" in table:
        table["total"] = pd.to_numeric(table["total"], errors="coerce")
    return table


def shop() -> pd.DataFrame:
    """Store the events of retentioneering's simple shop, and return them."""
    table = pd.read_csv(shared() / "data" / "simple_shop_events" / "simple_onlineshop.csv.gz")
    table["at"] = pd.to_datetime(table["timestamp"], utc=True).dt.floor("ms")
    table = table.rename(columns={"user_id": "person", "event": "name"})
    store(
        *(
            {"trail_id": person, "name": name, "happened_at": at.to_pydatetime()}
            for person, name, at in zip(table["person"], table["name"], table["at"], strict=True)
        )
    )
    return table


def retail() -> pd.DataFrame:
    """Store the invoices of a year of online_retail whose customer is known, and return them."""
    lines = pd.read_csv(
        shared() / "data" / "online_retail" / "online_retail_2009_2010.csv.gz",
        usecols=["Invoice", "InvoiceDate", "Customer ID", "Country"],
        dtype={"Invoice": str},
    ).dropna(subset=["Customer ID"])
    table = lines.groupby("Invoice").first().reset_index()
    table["at"] = pd.to_datetime(table["InvoiceDate"], utc=True)
    table["person"] = table["Customer ID"].astype(int)
    table["name"] = (
        table["Invoice"].str.startswith("C").map({True: "Order Returned", False: "Order Completed"})
    )
    store(
        *(
            {"trail_id": person, "name": name, "happened_at": at.to_pydatetime(), "place": country}
            for person, name, at, country in zip(
                table["person"], table["name"], table["at"], table["Country"], strict=True
            )
        )
    )
    return table


def days(table: pd.DataFrame, zone: str) -> pd.Series:
    """Return the day of each touchpoint in a time zone."""
    return table["at"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def begins(table: pd.DataFrame, bucket: str, zone: str) -> pd.Series:
    """Return the first day of the day, week or month of each touchpoint."""
    freq = {"day": "D", "week": "W-SUN", "month": "M"}[bucket]
    return days(table, zone).dt.to_period(freq).dt.start_time.dt.date
