"""The shipped mappings on the real files, against a count of their own by pandas."""

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jejak import eventlog as the_log
from jejak.features.imports import actions, feeding, mapping, running
from jejak.features.imports.tests.makers import NOON, feed
from jejak.touchpoints import definitions, understanding, worker

FILES = {
    "olist-orders": "olist/orders.csv.gz",
    "olist-customers": "olist/customers.csv.gz",
    "olist-reviews": "olist/order_reviews.csv.gz",
    "loan-journey": "loan_journey_bpic2012/events.csv.gz",
    "simple-shop": "simple_shop_events/simple_onlineshop.csv.gz",
    "app-reviews": "app_reviews_shopee_id/reviews.csv.gz",
    "nps-verbatims": "nps_verbatims/train.csv.gz",
    "cfpb-complaints": "cfpb_complaints/complaints_sample.csv",
    "cdnow": "cdnow/cdnow_sample_transactions.csv",
    "online-retail": "online_retail/online_retail_2009_2010.csv.gz",
}
_ROWS = 30_000


def table(shared: Path, name: str, rows: int | None = None) -> pd.DataFrame:
    return pd.read_csv(shared / "data" / FILES[name], dtype=str, keep_default_na=False, nrows=rows)


def beginning(shared: Path, name: str, folder: Path) -> Path:
    """Return the first rows of a large file, as a file."""
    path = folder / Path(FILES[name]).name
    with (
        gzip.open(shared / "data" / FILES[name], "rt", newline="") as whole,
        gzip.open(path, "wt", newline="") as part,
    ):
        part.writelines(line for line, _number in zip(whole, range(_ROWS + 1), strict=False))
    return path


def tried(path: Path, name: str) -> tuple[Counter[str], Counter[str], feeding.Ended]:
    """Return the touchpoints by name, the rejects by rule, and how the reading ended."""
    names: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    frames = feed(path, mapping.text_of(name), trial=True)
    for frame in frames:
        if isinstance(frame, feeding.Chunk):
            names.update(frame.names)
            rules.update(str(reject.rule) for reject in frame.rejects)
    ended = frames[-1]
    assert isinstance(ended, feeding.Ended), ended
    return names, rules, ended


def test_every_shipped_mapping_is_sound_and_says_what_it_is_for() -> None:
    assert set(mapping.shipped()) == set(FILES)
    for name in mapping.shipped():
        said = mapping.parse(mapping.text_of(name))
        assert (said.name, bool(said.title), bool(said.description)) == (name, True, True)


def test_online_retail_keeps_sales_and_rejects_bookings(shared: Path, tmp_path: Path) -> None:
    rows = table(shared, "online-retail", _ROWS)
    quantity, price = rows["Quantity"].astype(int), rows["Price"].astype(float)
    cancelled, nobody = rows["Invoice"].str.startswith("C"), rows["Customer ID"] == ""
    booked = rows["StockCode"].isin(["ADJUST", "ADJUST2", "B", "S", "BANK CHARGES", "AMAZONFEE"])
    other = ~booked & ~rows["StockCode"].str.startswith("TEST")
    stock = other & (quantity < 0) & ~cancelled
    unpaid = other & ~stock & (price == 0) & nobody
    kept = other & ~stock & ~unpaid & ~(cancelled & (quantity > 0))
    discount = kept & (rows["StockCode"] == "D")

    names, rules, ended = tried(beginning(shared, "online-retail", tmp_path), "online-retail")

    assert names == {
        "Product Purchased": (kept & ~cancelled & ~discount & (price > 0)).sum(),
        "Product Given": (kept & (price == 0)).sum(),
        "Purchase Cancelled": (kept & cancelled & ~discount).sum(),
        "Discount Given": discount.sum(),
    }
    assert rules.total() == len(rows) - kept.sum()
    assert [times for rule, times in rules.items() if "negative quantity" in rule] == [stock.sum()]
    people = rows["Customer ID"].where(~nobody, "invoice " + rows["Invoice"])
    assert ended.people == people[kept].nunique()


def test_the_loan_journey_is_its_completed_steps(shared: Path, tmp_path: Path) -> None:
    rows = table(shared, "loan-journey", _ROWS)
    done = rows[rows["lifecycle:transition"] == "COMPLETE"]
    names, rules, ended = tried(beginning(shared, "loan-journey", tmp_path), "loan-journey")
    assert (names.total(), rules, ended.people) == (len(done), {}, done["case:concept:name"].nunique())
    assert names["Application Submitted"] == (done["concept:name"] == "A_SUBMITTED").sum()
    assert len(names) == done["concept:name"].nunique()


def test_the_simple_shop_has_twelve_names(shared: Path) -> None:
    rows = table(shared, "simple-shop")
    names, rules, ended = tried(shared / "data" / FILES["simple-shop"], "simple-shop")
    assert (len(names), names.total(), rules) == (12, 32_283, {})
    assert (names["Order Paid"], ended.people) == ((rows["event"] == "payment_done").sum(), 3_751)


@pytest.mark.parametrize(
    ("name", "touchpoints", "people"),
    [("app-reviews", 12_000, 12_000), ("cfpb-complaints", 1_998, 999), ("cdnow", 6_919, 2_357)],
)
def test_others_lose_no_row(shared: Path, name: str, touchpoints: int, people: int) -> None:
    names, rules, ended = tried(shared / "data" / FILES[name], name)
    assert (names.total(), rules, ended.people) == (touchpoints, {}, people)


@pytest.fixture
def imported(eventlog: Any, shared: Path, tmp_path: Path) -> Any:
    """Import some of the files and give what the log says."""
    understanding.forget_people()
    definitions.forget()

    def work(progress: running.Progress) -> None:
        worker.drain()

    def take_in(*names: str) -> Any:
        for name in names:
            taken = actions.register(
                path=shared / "data" / FILES[name],
                mapping_text=mapping.text_of(name),
                rejects_path=tmp_path / "rejects.csv",
                now=NOON,
            )
            actions.run(taken=taken, now=NOON, tell=work)
        return lambda sql: the_log.ask(sql).rows

    return take_in


@pytest.mark.django_db(databases=["default", "inlet"], transaction=True)
def test_the_nps_of_the_verbatims_is_the_known_one(imported: Any) -> None:
    ask = imported("nps-verbatims")
    ((n, nps),) = ask(
        "SELECT count(), round(100 * (countIf(score >= 9) - countIf(score <= 6)) / count(), 2)"
        " FROM touchpoints WHERE scale = 'nps' AND isNotNull(score)"
    )
    assert (n, nps) == (1_619, -24.46)
    assert ask("SELECT count() FROM touchpoints WHERE isNull(score) AND properties.comment != ''") == [(27,)]


@pytest.mark.django_db(databases=["default", "inlet"], transaction=True)
def test_olist_is_one_trail_from_the_order_to_the_review(imported: Any, shared: Path) -> None:
    orders, reviews = table(shared, "olist-orders"), table(shared, "olist-reviews")
    ask = imported("olist-orders", "olist-customers", "olist-reviews")

    came, promised = (
        pd.to_datetime(orders[column], errors="coerce")
        for column in ("order_delivered_customer_date", "order_estimated_delivery_date")
    )
    late = (came.dt.normalize() > promised.dt.normalize()).sum()
    assert ask(
        "SELECT count(), countIf(NOT properties.promise_kept.:Bool), countIf(properties.days_late.:Int64 > 0)"
        " FROM touchpoints WHERE name = 'Order Delivered'"
    ) == [(came.notna().sum(), late, late)]
    scores = reviews["review_score"].astype(int)
    assert ask("SELECT count(), sum(score) FROM touchpoints WHERE scale = 'csat-1-5'") == [
        (len(scores), scores.sum())
    ]
    # Every review stands with its order, and two customers have two orders.
    assert ask("SELECT uniqExact(person_id) FROM touchpoints") == [(3_998,)]
