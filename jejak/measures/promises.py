"""Whether what was promised was done in time."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jejak.common.statistics import share_percent
from jejak.measures.measure import Measure

KEPT = Measure(
    key="promises.kept",
    title=_("Promises kept"),
    unit="percent",
    sentence=_("How many deliveries came on the promised day or earlier."),
    formula=_("Percent of “Order Delivered” with a promised_on that is not before the day of delivery."),
    counted="name = 'Order Delivered' AND isNotNull(toDateOrNull(toString(properties.promised_on)))",
    point="toDate(happened_at, {promise_zone:String}) <= toDateOrNull(toString(properties.promised_on))",
    values={"promise_zone": settings.TIME_ZONE},
    estimate=share_percent,
    polarity="more is better",
)
ALL = (KEPT,)
