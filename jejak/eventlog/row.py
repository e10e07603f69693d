"""The row of the log, declared once: the table, the insert and the Arrow schema derive from it."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of `touchpoints`.

    type: in ClickHouse's words. arrow: what append() wants. says: for whoever writes SQL.
    by_name: kept a second time in the order of names and days; not so what is large or seldom asked.
    sent_as: the passing column that takes the text, where the log makes the value out of it.
    """

    name: str
    type: str
    arrow: pa.DataType
    says: str
    codec: str = ""
    nullable: bool = False
    by_name: bool = True
    sent_as: str = ""


_WORD = pa.string()
_MOMENT = pa.timestamp("ms", "UTC")

ROW: tuple[Column, ...] = (
    Column(
        name="message_id",
        type="String",
        arrow=pa.string(),
        codec="ZSTD(1)",
        by_name=False,
        says="The sender's id of this message.",
    ),
    Column(
        name="trail_id",
        type="UInt64",
        arrow=pa.uint64(),
        says="The person as resolved on arrival; never changes. Ask by person_id.",
    ),
    Column(
        name="kind",
        type="LowCardinality(String)",
        arrow=_WORD,
        says="track, page, screen, identify, group or alias.",
    ),
    Column(
        name="name",
        type="LowCardinality(String)",
        arrow=_WORD,
        says='What happened, such as "Order Completed".',
    ),
    Column(
        name="channel",
        type="LowCardinality(String)",
        arrow=_WORD,
        says="How: web, app, email, whatsapp, store…",
    ),
    Column(name="place", type="LowCardinality(String)", arrow=_WORD, says="Where: a shop, a page, a device."),
    Column(
        name="team",
        type="LowCardinality(String)",
        arrow=_WORD,
        says="Who owns the touchpoint in the company.",
    ),
    Column(name="stage", type="LowCardinality(String)", arrow=_WORD, says="Where in the customer's journey."),
    Column(
        name="happened_at",
        type="DateTime64(3, 'UTC')",
        arrow=_MOMENT,
        codec="T64, ZSTD(1)",
        says="When it happened, in UTC.",
    ),
    Column(
        name="received_at",
        type="DateTime64(3, 'UTC')",
        arrow=_MOMENT,
        codec="T64, ZSTD(1)",
        by_name=False,
        says="When we heard of it, in UTC.",
    ),
    Column(name="source", type="LowCardinality(String)", arrow=_WORD, says="The source that told us."),
    Column(
        name="value",
        type="Nullable(Decimal(18, 4))",
        arrow=pa.decimal128(18, 4),
        nullable=True,
        says="What it was worth, in `currency`.",
    ),
    Column(name="currency", type="LowCardinality(String)", arrow=_WORD, says="Three letters, ISO 4217."),
    Column(
        name="score",
        type="Nullable(Float64)",
        arrow=pa.float64(),
        nullable=True,
        says="What the person answered, on `scale`.",
    ),
    Column(
        name="scale", type="LowCardinality(String)", arrow=_WORD, says="The scale of `score`, such as nps."
    ),
    Column(
        name="properties",
        type="JSON(max_dynamic_paths=128)",  # Others are kept, too, and only found more slowly.
        arrow=pa.string(),
        by_name=False,
        sent_as="properties_sent",
        says="Details: properties.total. Empty ones are left out, and dots in names nest.",
    ),
    Column(
        name="context",
        type="String",
        arrow=pa.string(),
        codec="ZSTD(1)",
        by_name=False,
        says="Device, page, campaign: JSON text, for JSONExtractString.",
    ),
    Column(
        name="message",
        type="String",
        arrow=pa.string(),
        codec="ZSTD(1)",
        by_name=False,
        says="The whole message as it was sent: JSON text.",
    ),
    Column(name="sample", type="Bool", arrow=pa.bool_(), says="Made up for the sample; not a real customer."),
)

SCHEMA: pa.Schema = pa.schema([pa.field(c.name, c.arrow, nullable=c.nullable) for c in ROW])
