"""Made-up touchpoints by the million, made inside ClickHouse: to measure the log at its size."""

import time
from collections.abc import Iterator
from datetime import datetime

from jejak.eventlog import connection
from jejak.eventlog.row import SCHEMA

_AT_ONCE = 1_000_000
_QUIET = 5

# Name, team, stage, share of all touchpoints in thousandths, channels.
_KINDS = (
    ("Page Viewed", "Marketing", "discover", 300, ("web", "web", "web", "app")),
    ("Product Viewed", "Shop", "consider", 200, ("web", "app")),
    ("Product Added", "Shop", "consider", 90, ("web", "app")),
    ("App Opened", "Product", "use", 90, ("app",)),
    ("Products Searched", "Shop", "consider", 80, ("web", "app")),
    ("Checkout Started", "Shop", "buy", 50, ("web", "app")),
    ("Email Opened", "Marketing", "stay", 50, ("email",)),
    ("Order Completed", "Shop", "buy", 35, ("web", "app", "store", "whatsapp")),
    ("Order Delivered", "Logistics", "use", 30, ("phone", "whatsapp", "email")),
    ("Message Received", "Support", "get help", 20, ("whatsapp", "telegram", "social", "email")),
    ("Message Sent", "Support", "get help", 18, ("whatsapp", "telegram", "social", "email")),
    ("Email Clicked", "Marketing", "stay", 15, ("email",)),
    ("Store Visited", "Stores", "consider", 10, ("store",)),
    ("Survey Answered", "Experience", "stay", 6, ("web", "email", "whatsapp")),
    ("Call Ended", "Support", "get help", 5, ("phone",)),
    ("Order Returned", "Logistics", "leave", 1, ("store", "web")),
)


def fill(*, rows: int, people: int, until: datetime, days: int = 548, seed: int = 1) -> Iterator[int]:
    """Make up touchpoints of `days` days before `until` and yield how many there are so far.

    Older people have more of them. The same arguments make the same touchpoints, and once only.
    """
    shares = [kind[3] for kind in _KINDS]
    for start in range(0, rows, _AT_ONCE):
        end = min(start + _AT_ONCE, rows)
        values = {
            "start": start,
            "count": end - start,
            "rows": rows,
            "people": people,
            "until": until.timestamp(),
            "days": days,
            "seed": seed,
            "names": [kind[0] for kind in _KINDS],
            "teams": [kind[1] for kind in _KINDS],
            "stages": [kind[2] for kind in _KINDS],
            "upto": [sum(shares[: i + 1]) for i in range(len(shares))],
            "channels": [list(kind[4]) for kind in _KINDS],
        }
        token = f"filling.{seed}.{rows}.{people}.{days}.{until:%Y%m%d}.{start}"
        sql = _INSERT.replace("COLUMNS", ", ".join(SCHEMA.names)).replace("TOKEN", token)
        with connection.borrowed() as client:
            client.command(sql, parameters=values)
        yield end


def settle(*, seconds: float) -> None:
    """Wait until nothing is being merged, so long at most: months of touchpoints come merged, minutes of them do not."""
    deadline = time.monotonic() + seconds
    quiet = 0
    while quiet < _QUIET and time.monotonic() < deadline:
        with connection.borrowed() as client:
            merging = client.query("SELECT count() FROM system.merges").result_rows[0][0]
        quiet = 0 if merging else quiet + 1
        time.sleep(1)


# Everything comes from hashes of the row's number, so that it is the same each time.
_INSERT = """
INSERT INTO touchpoints (COLUMNS)
SETTINGS insert_deduplication_token = 'TOKEN', max_execution_time = 0
WITH
    cityHash64(number, {seed:UInt64}) AS id,
    cityHash64(id, 1) / 18446744073709551616. AS who,
    cityHash64(id, 2) % 1000 AS what,
    cityHash64(id, 3) AS which,
    arrayFirstIndex(share -> what < share, {upto:Array(UInt16)}) AS i,
    {channels:Array(Array(String))}[i] AS possible,
    {until:Float64} - {days:UInt32} * 86400. * (1 - number / {rows:UInt64}) AS moment,
    concat('SKU-', leftPad(toString(which % 5000), 4, '0')) AS sku,
    (which % 900 + 10) * 1000 AS price,
    concat('"sku":"', sku, '","category":"', ['shoes', 'bags', 'dresses', 'toys'][which % 4 + 1],
        '","price":', toString(price)) AS product,
    multiIf(
        name IN ('Product Viewed', 'Product Added'),
            concat('{', product, ',"quantity":', toString(which % 3 + 1), '}'),
        name IN ('Checkout Started', 'Order Completed', 'Order Delivered', 'Order Returned'),
            concat('{"order_id":"', hex(id), '","total":', toString(price),
                ',"products":[{', product, '}],"voucher":', if(which % 5 = 0, '"HEMAT"', 'null'), '}'),
        name IN ('Page Viewed'),
            concat('{"path":"/', ['shoes', 'bags', 'dresses', 'toys'][which % 4 + 1],
                '/', toString(which % 500), '","title":"', sku, '","referrer":"https://www.google.com/"}'),
        name IN ('Products Searched'), concat('{"query":"', sku, '","results":', toString(which % 80), '}'),
        name IN ('Survey Answered'),
            concat('{"survey_id":', toString(which % 9), ',"comment":"Kurir datang terlambat ', sku, '"}'),
        name IN ('Message Received', 'Message Sent', 'Call Ended'),
            concat('{"conversation_id":"', hex(which), '","seconds":', toString(which % 600), '}'),
        '{}') AS details,
    concat('{"ip":"103.10.', toString(cityHash64(person, 7) % 256), '.0","locale":"id-ID","library":',
        '{"name":"analytics.js","version":"2.11.1"},"userAgent":"Mozilla/5.0 (Linux; Android ',
        toString(cityHash64(person, 8) % 6 + 9), '; K) AppleWebKit/537.36 Chrome/', toString(90 + which % 40),
        '.0.0.0 Mobile Safari/537.36"}') AS around,
    1 + toUInt64({people:UInt64} * pow(who, 1.5)) AS person,
    {names:Array(String)}[i] AS name
SELECT
    concat('made-', hex(id)),
    person,
    if(name = 'Page Viewed', 'page', 'track'),
    name,
    possible[which % length(possible) + 1],
    if(name = 'Store Visited', ['Jakarta', 'Bandung', 'Kuala Lumpur', 'Penang'][which % 4 + 1], ''),
    {teams:Array(String)}[i],
    {stages:Array(String)}[i],
    fromUnixTimestamp64Milli(toInt64(moment * 1000), 'UTC'),
    fromUnixTimestamp64Milli(toInt64(moment * 1000) + which % 3000, 'UTC'),
    'made up',
    if(name IN ('Order Completed', 'Order Returned'), toDecimal64(price, 4), NULL),
    if(name IN ('Order Completed', 'Order Returned'), 'IDR', ''),
    if(name = 'Survey Answered', toFloat64(least(10, toUInt8(pow(which % 1000 / 1000, 0.5) * 11))), NULL),
    if(name = 'Survey Answered', 'nps', ''),
    details,
    around,
    concat('{"type":"track","messageId":"made-', hex(id), '","userId":"', toString(person),
        '","event":"', name, '","properties":', details, ',"context":', around,
        ',"timestamp":"', toString(moment), '"}'),
    false
FROM numbers({start:UInt64}, {count:UInt64})
"""
