"""What is planted: the effects, incidents and changes that an analyst can find in the demo.

Scores are made so that their mean is linear in these numbers (see scoring.py): an effect here is what a plain
difference of means finds once what confounds it is held fixed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jejak.touchpoints.demo import DemoIncident

SEED = 9
"""The seed of the demo that `jejak demo` makes."""
DAYS = 426
"""How long the history is: 14 months."""
PEOPLE = 5000
COMPANIES = 60

# On scores, in points of the scale.
LATE_ON_DELIVERY = -1.4
PROMISE_ON_DELIVERY = 0.3
TRANSFER_ON_HELP = -0.7
SLOW_ON_HELP = -0.6
STOCK_OUT_ON_STORE = -0.9
LATE_ON_NPS = -1.6
FAILED_ON_CHECKOUT = -1.8

# On leaving within 60 days, as shares.
LEAVING_DAYS = 60
LATE_ON_LEAVING = 0.08
TRANSFER_ON_LEAVING = 0.06
SLOW_ON_LEAVING = 0.05
STOCK_OUT_ON_LEAVING = 0.06

# What else the fix that worked changed, as shares of orders.
PROMISE_ON_LATE = -0.08
ASKS_WHEN_LATE = 0.35
ASKS_ANYHOW = 0.055
PROMISE_ON_ASKING = -0.035

PEAK_ON_LATE = 0.06
STRIKE_LATE = 0.78
BROKEN_FAILS = 0.8
USUALLY_FAILS = 0.03
STAFFED_ON_SLOW = -0.26
"""More staff from a date on, a little before the new greeting: who looks at before and after alone is misled."""

SLOW_MINUTES = 60
"""A first reply that took longer is a slow one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When things happen, from `now` backwards, in seconds since 1970."""

    start: float
    now: float
    strike: tuple[float, float]
    broken: tuple[float, float]
    honest_from: float
    staffed_from: float
    greeting_from: float

    @classmethod
    def of(cls, now: datetime) -> "Plan":
        """Return the plan of a demo that ends now."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)

        def at(days_ago: float, hours: float = 0) -> float:
            return (midnight - timedelta(days=days_ago) + timedelta(hours=hours)).timestamp()

        return cls(
            start=at(DAYS),
            now=now.timestamp(),
            strike=(at(23), at(14)),
            broken=(at(81, 2), at(77, 2)),
            honest_from=at(168),
            staffed_from=at(128),
            greeting_from=at(120),
        )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def incidents(plan: Plan) -> list[DemoIncident]:
    """Return what went wrong, and what the company changed."""
    return [
        DemoIncident(
            key="courier-strike",
            kind="incident",
            sentence="Couriers in Surabaya were on strike; three of four parcels came late.",
            country="ID",
            city="Surabaya",
            channel="",
            from_at=_moment(plan.strike[0]),
            until_at=_moment(plan.strike[1]),
        ),
        DemoIncident(
            key="checkout-error",
            kind="incident",
            sentence="After release 5.2 of the app, most payments in Malaysia failed.",
            country="MY",
            city="",
            channel="app",
            from_at=_moment(plan.broken[0]),
            until_at=_moment(plan.broken[1]),
        ),
        DemoIncident(
            key="honest-dates",
            kind="fix",
            sentence="In Indonesia, promised dates are those that couriers keep.",
            country="ID",
            city="",
            channel="",
            from_at=_moment(plan.honest_from),
            until_at=None,
        ),
        DemoIncident(
            key="new-greeting",
            kind="fix",
            sentence="On WhatsApp, a chat begins with a new, longer greeting.",
            country="",
            city="",
            channel="whatsapp",
            from_at=_moment(plan.greeting_from),
            until_at=None,
        ),
    ]


def told(plan: Plan, *, seed: int, people: int, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the hidden truth, as it is written beside the data."""
    return {
        "seed": seed,
        "people": people,
        "start": _moment(plan.start).isoformat(),
        "now": _moment(plan.now).isoformat(),
        "effects_on_score": {
            "late_delivery": {
                "points": LATE_ON_DELIVERY,
                "on": "Delivery Rated, csat-1-5",
                "method": "difference of means within city and before or after the honest dates; remote cities get more "
                "late parcels and rate more kindly, so the plain difference is too small",
            },
            "transfer": {
                "points": TRANSFER_ON_HELP,
                "per": "transfer",
                "on": "Help Rated, csat-1-5",
                "method": "regression on transfers, slow reply, reason and channel; hard reasons are transferred more "
                "and rated lower anyhow, so the plain difference is too large",
            },
            "slow_reply": {
                "points": SLOW_ON_HELP,
                "when": f"the first reply took more than {SLOW_MINUTES} minutes",
                "on": "Help Rated, csat-1-5",
                "method": "the same regression; e-mail is slower and rated lower anyhow",
            },
            "stock_out": {
                "points": STOCK_OUT_ON_STORE,
                "on": "Store Visit Rated, csat-1-5",
                "method": "difference of means within store; small stores run out more and are liked better",
            },
            "late_delivery_on_recommending": {
                "points": LATE_ON_NPS,
                "when": "a parcel came late within the 40 days before",
                "on": "Recommendation Asked, nps",
                "method": "regression on that and on city",
            },
        },
        "effects_on_leaving": {
            "within_days": LEAVING_DAYS,
            "touchpoint": "Account Closed",
            "late_delivery": LATE_ON_LEAVING,
            "transferred": TRANSFER_ON_LEAVING,
            "slow_reply": SLOW_ON_LEAVING,
            "stock_out": STOCK_OUT_ON_LEAVING,
            "method": "difference of the shares that leave, by linear regression on the exposures and their confounders; "
            "exposures of the last 60 days are left out",
        },
        "incidents": [
            {
                "key": one.key,
                "what": one.sentence,
                "country": one.country,
                "city": one.city,
                "channel": one.channel,
                "from": one.from_at.isoformat(),
                "until": one.until_at.isoformat(),
            }
            for one in incidents(plan)
            if one.until_at
        ],
        "fixes": {
            "honest_dates": {
                "country": "ID",
                "from": _moment(plan.honest_from).isoformat(),
                "worked": True,
                "late_share": PROMISE_ON_LATE,
                "asks_per_order": PROMISE_ON_ASKING + ASKS_WHEN_LATE * PROMISE_ON_LATE,
                "delivery_score_points": PROMISE_ON_DELIVERY + LATE_ON_DELIVERY * PROMISE_ON_LATE,
                "method": "difference in differences, Malaysia being the control, the strike in Surabaya left out; "
                "seasons move both countries alike",
            },
            "new_greeting": {
                "channel": "whatsapp",
                "from": _moment(plan.greeting_from).isoformat(),
                "worked": False,
                "help_score_points": 0.0,
                "method": "difference in differences, the other written channels being the control; more staff since "
                f"{_moment(plan.staffed_from).date()} made replies faster everywhere, so before and after alone misleads",
            },
        },
        "duplicates": [list(pair) for pair in pairs],
    }
