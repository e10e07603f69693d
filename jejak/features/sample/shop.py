"""What happened at the fictional shop: people browse, buy, wait, ask, answer; and two troubles are planted.

The numbers are planted here, so that one can check that Jejak finds them:
- From 27 to 4 days ago the courier on Java and Bali was late with two of three parcels instead of one in
  sixteen. Deliveries are rated lower, and more people ask for help.
- From 68 to 47 days ago half of the payments in the app failed, and the checkout there was felt to be hard.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from jejak.features.sample.shoppers import Shopper, shoppers

DAYS = 120
LATE_COURIER = (27.0, 4.0)
"""Days ago, from and to."""
BROKEN_APP = (68.0, 47.0)
COURIER_CITIES = frozenset({"Jakarta", "Bandung", "Surabaya", "Yogyakarta", "Denpasar"})

NAMES = {
    # name: (team, stage, what it says)
    "Page Viewed": ("Digital", "discover", "Somebody looked at a page of the shop."),
    "Product Viewed": ("Digital", "consider", "Somebody looked at a product."),
    "Product Added": ("Digital", "consider", "Somebody put a product into the cart."),
    "Checkout Started": ("Digital", "buy", "Somebody began to pay."),
    "Payment Failed": ("Digital", "buy", "A payment did not go through."),
    "Order Completed": ("Digital", "buy", "An order was placed and paid."),
    "Order Shipped": ("Logistics", "use", "An order was handed to the courier, with a promised day."),
    "Order Delivered": ("Logistics", "use", "An order reached the customer."),
    "Delivery Rated": ("Logistics", "use", "A customer said how satisfied they were with a delivery."),
    "Checkout Rated": ("Digital", "buy", "A customer said how easy the checkout was."),
    "Help Asked": ("Care", "get_help", "A customer wrote or called because they need something."),
    "Help Given": ("Care", "get_help", "A request for help was closed."),
    "Help Rated": ("Care", "get_help", "A customer said how satisfied they were with the help."),
    "Return Requested": ("Care", "get_help", "A customer wants to send something back."),
    "Return Rated": ("Care", "get_help", "A customer said how easy sending back was."),
    "Store Visited": ("Stores", "consider", "A member showed their card in a store."),
    "Store Purchase Made": ("Stores", "buy", "A member bought something in a store."),
    "Store Visit Rated": ("Stores", "buy", "A customer said how satisfied they were with a store."),
    "Newsletter Opened": ("Marketing", "stay", "Somebody opened the newsletter."),
    "Recommendation Asked": (
        "Marketing",
        "advocate",
        "A customer said how likely they would recommend the shop.",
    ),
}
_CATALOGUE = (
    ("Kain tenun ikat", 385_000),
    ("Kemeja batik tulis", 640_000),
    ("Selendang songket", 520_000),
    ("Tas anyaman rotan", 275_000),
    ("Kopi Gayo 500 g", 145_000),
    ("Sambal bawang isi 3", 96_000),
    ("Sarung tenun", 210_000),
    ("Mangkuk keramik", 88_000),
)
_RUPIAH_PER_RINGGIT = 3_700
_STORES = {
    "ID": ("Jakarta Blok M", "Bandung Braga", "Yogyakarta Malioboro"),
    "MY": ("KL Central Market", "Penang"),
}
_LATE_WORDS = (
    "Paket terlambat dan tidak ada kabar.",
    "Katanya dua hari, ternyata seminggu.",
    "Lambat sangat, kena tunggu lama.",
    "Promised Tuesday, came on Saturday.",
    "Kurirnya baik tapi telat.",
)
_GOOD_WORDS = (
    "Cepat dan rapi, terima kasih!",
    "Bagus sekali.",
    "Terbaik, laju sampai.",
    "Puas, pasti pesan lagi.",
)
_HELP = (
    "Where is my order?",
    "Exchange for another size",
    "Payment question",
    "Product question",
    "Change of address",
)


@dataclass(slots=True)
class _Diary:
    """What one person does, told from `now` backwards in days."""

    shopper: Shopper
    now: datetime
    dice: Random
    told: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    def at(self, days_ago: float) -> datetime:
        return self.now - timedelta(days=days_ago)

    def tell(self, at: datetime, message: dict[str, Any]) -> None:
        """Keep a message, unless it would lie in the future."""
        if at <= self.now:
            self.told.append((at, message))

    def track(self, at: datetime, name: str, channel: str, **said: Any) -> None:
        team, stage, _ = NAMES[name]
        properties = said.pop("properties", {})
        self.tell(
            at,
            {
                "type": "track",
                "event": name,
                "channel": channel,
                "team": team,
                "stage": stage,
                "properties": properties,
                **_ids(self.shopper, channel),
                **said,
            },
        )


def messages(*, now: datetime, people: int, seed: int, zone: str) -> list[dict[str, Any]]:
    """Return everything that happened, oldest first, as messages; the same arguments give the same ones."""
    dice = Random(seed)
    told: list[tuple[datetime, dict[str, Any]]] = []
    for shopper in shoppers(people=people, days=DAYS, dice=dice):
        diary = _Diary(shopper=shopper, now=now, dice=dice)
        _live(diary, ZoneInfo(zone))
        told += diary.told
    told.sort(key=lambda pair: pair[0])
    stamp = int(now.timestamp())
    return [
        message | {"messageId": f"sample-{stamp:x}-{i}", "timestamp": _written(at)}
        for i, (at, message) in enumerate(told)
    ]


def _live(diary: _Diary, zone: ZoneInfo) -> None:
    shopper, dice = diary.shopper, diary.dice
    present = DAYS - shopper.joined_day
    moments = sorted(
        _waking(diary.at(dice.random() ** 1.15 * present), zone, dice) for _ in range(_sessions(diary))
    )
    for i, at in enumerate(moments):
        _browse(diary, at, signs_up=i == 0)
    if not shopper.is_known:
        return
    for _ in range(_times(0.8, diary)):
        _visit_store(diary, _waking(diary.at(dice.random() * present), zone, dice))
    for fortnight in range(int(present // 14)):
        if dice.random() < 0.3:
            opened = diary.at(14 * fortnight + 2) + timedelta(hours=dice.expovariate(1 / 9))
            diary.track(
                opened, "Newsletter Opened", "email", properties={"issue": f"{int(DAYS // 14) - fortnight}"}
            )
    for month in range(int(present // 30)):
        if dice.random() < 0.2:
            _recommend(diary, _waking(diary.at(30 * month + dice.random() * 30), zone, dice))


def _browse(diary: _Diary, at: datetime, *, signs_up: bool) -> None:
    """Look around, perhaps buy. Whoever is known signs in once, so that the device becomes theirs."""
    shopper, dice = diary.shopper, diary.dice
    channel = "app" if shopper.uses_app and dice.random() < 0.7 else "web"
    device = {"anonymousId": shopper.anonymous_id(channel), "channel": channel}
    digital = {"team": "Digital", "stage": "discover"}
    for path in dice.sample(("/", "/tenun", "/kopi", "/promo", "/tentang-kami"), k=dice.randint(1, 3)):
        page = {
            "type": "page",
            "properties": {"path": path},
            "context": {"page": {"path": path}},
            **digital,
            **device,
        }
        diary.tell(at, page)
        at += _pause(dice)
    product, price = dice.choice(_CATALOGUE)
    for _ in range(dice.choice((0, 1, 1, 2))):
        at += _pause(dice)
        diary.track(at, "Product Viewed", channel, properties={"product": product})
        product, price = dice.choice(_CATALOGUE)
    if shopper.is_known and signs_up:
        at += _pause(dice)
        diary.tell(at, {"type": "identify", "userId": shopper.user_id, "traits": _traits(shopper), **device})
    if dice.random() > 0.62:
        return
    at += _pause(dice)
    diary.track(at, "Product Added", channel, properties={"product": product})
    if dice.random() > 0.82:
        return
    at += _pause(dice)
    diary.track(at, "Checkout Started", channel, properties={"product": product})
    if shopper.is_known:
        _pay(diary, at + _pause(dice), channel, product, price)


def _pay(diary: _Diary, at: datetime, channel: str, product: str, price: int) -> None:
    dice = diary.dice
    broken = channel == "app" and _within(diary, at, BROKEN_APP)
    failed = dice.random() < (0.5 if broken else 0.03)
    if failed:
        diary.track(at, "Payment Failed", channel, properties={"product": product, "method": "e-wallet"})
    bought = dice.random() < (0.25 if failed else 0.92)
    if bought:
        at += _pause(dice)
        _order(diary, at, channel, product, price)
    if dice.random() < 0.25:
        ease = _scored(diary, 3.2 if broken else 5.7, spread=1.1, low=1, high=7)
        rated = at + _pause(dice)
        diary.track(rated, "Checkout Rated", channel, score=ease, scale="ces-1-7-easy")


def _order(diary: _Diary, at: datetime, channel: str, product: str, price: int) -> None:
    shopper, dice = diary.shopper, diary.dice
    order = f"TC-{shopper.number:04d}-{len(diary.told):03d}"
    amount = _money(shopper, price * dice.choice((1, 1, 1, 2)))
    diary.track(at, "Order Completed", channel, properties={"order_id": order, "product": product}, **amount)
    shipped = at + timedelta(hours=dice.uniform(4, 30))
    promised = shipped + timedelta(days=3)
    troubled = shopper.city in COURIER_CITIES and _within(diary, shipped, LATE_COURIER)
    is_late = dice.random() < (0.68 if troubled else 0.06)
    late_days = dice.randint(2, 5) if is_late else 0
    arrived = promised + timedelta(days=late_days or -dice.choice((0, 1)), hours=dice.uniform(-5, 5))
    courier = "Kilat Jaya" if shopper.city in COURIER_CITIES else "Pos Cepat"
    known = {"order_id": order, "courier": courier, "promised_on": promised.date().isoformat()}
    diary.track(shipped, "Order Shipped", "email", properties=known)
    diary.track(arrived, "Order Delivered", "whatsapp", properties=known | {"late_days": late_days})
    if is_late and dice.random() < 0.45:
        _ask_for_help(diary, promised + timedelta(days=1, hours=dice.uniform(0, 12)), _HELP[0], order)
    elif dice.random() < 0.11:
        _ask_for_help(diary, arrived + timedelta(hours=dice.uniform(2, 40)), dice.choice(_HELP[1:]), order)
    if dice.random() < 0.55:
        _rate_delivery(diary, arrived + timedelta(hours=dice.uniform(1, 20)), order, is_late=is_late)
    if dice.random() < 0.09:
        _send_back(diary, arrived + timedelta(days=dice.uniform(1, 6)), order)


def _rate_delivery(diary: _Diary, at: datetime, order: str, *, is_late: bool) -> None:
    score = _scored(diary, 1.9 if is_late else 4.4, spread=0.8, low=1, high=5)
    comment = ""
    if diary.dice.random() < 0.4:
        comment = diary.dice.choice(_LATE_WORDS if is_late else _GOOD_WORDS)
    channel = diary.dice.choice(("whatsapp", "whatsapp", "email"))
    said = {"order_id": order} | ({"comment": comment} if comment else {})
    diary.track(at, "Delivery Rated", channel, score=score, scale="csat-1-5", properties=said)


def _ask_for_help(diary: _Diary, at: datetime, about: str, order: str) -> None:
    dice = diary.dice
    channel = dice.choice(("whatsapp", "whatsapp", "whatsapp", "email", "phone"))
    transfers = dice.choice((0, 0, 0, 1, 2))
    said = {"about": about, "order_id": order}
    diary.track(at, "Help Asked", channel, properties=said)
    closed = at + timedelta(hours=dice.expovariate(1 / (2 + 9 * transfers)))
    diary.track(closed, "Help Given", channel, properties=said | {"transfers": transfers})
    if dice.random() < 0.6:
        score = _scored(diary, 4.2 - 0.8 * transfers, spread=0.8, low=1, high=5)
        diary.track(
            closed + timedelta(minutes=dice.uniform(5, 90)),
            "Help Rated",
            channel,
            score=score,
            scale="csat-1-5",
        )


def _send_back(diary: _Diary, at: datetime, order: str) -> None:
    channel = diary.dice.choice(("web", "whatsapp", "store"))
    diary.track(at, "Return Requested", channel, properties={"order_id": order})
    ease = _scored(diary, 5.1, spread=1.3, low=1, high=7)
    diary.track(at + timedelta(days=2), "Return Rated", "email", score=ease, scale="ces-1-7-easy")


def _visit_store(diary: _Diary, at: datetime) -> None:
    shopper, dice = diary.shopper, diary.dice
    store = dice.choice(_STORES[shopper.country])
    diary.track(at, "Store Visited", "store", place=store)
    if dice.random() < 0.6:
        product, price = dice.choice(_CATALOGUE)
        paid = at + timedelta(minutes=dice.uniform(5, 40))
        diary.track(
            paid,
            "Store Purchase Made",
            "store",
            place=store,
            properties={"product": product},
            **_money(shopper, price),
        )
    if dice.random() < 0.3:
        score = _scored(diary, 4.3, spread=0.7, low=1, high=5)
        diary.track(
            at + timedelta(hours=3),
            "Store Visit Rated",
            "whatsapp",
            place=store,
            score=score,
            scale="csat-1-5",
        )


def _recommend(diary: _Diary, at: datetime) -> None:
    """Ask for a recommendation: who got a parcel late in the weeks before gives less."""
    late = any(
        timedelta(0) < at - when < timedelta(days=40) and message["properties"].get("late_days")
        for when, message in diary.told
        if message.get("event") == "Order Delivered"
    )
    score = _scored(diary, 4.6 if late else 8.3, spread=1.5, low=0, high=10)
    diary.track(at, "Recommendation Asked", "email", score=score, scale="nps")


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _ids(shopper: Shopper, channel: str) -> dict[str, Any]:
    """How the shop recognises somebody there: by sign-in, by number, by address."""
    if channel in {"web", "app"}:
        known = {"userId": shopper.user_id} if shopper.is_known else {}
        return {"anonymousId": shopper.anonymous_id(channel), **known}
    if channel in {"whatsapp", "phone", "store"}:
        return {"handles": {"phone": shopper.written_phone}}
    return {"handles": {"email": shopper.email}}


def _traits(shopper: Shopper) -> dict[str, str]:
    return {
        "name": shopper.name,
        "email": shopper.email,
        "phone": shopper.written_phone,
        "city": shopper.city,
        "country": shopper.country,
    }


def _money(shopper: Shopper, rupiah: int) -> dict[str, Any]:
    if shopper.country == "ID":
        return {"value": rupiah, "currency": "IDR"}
    return {"value": round(rupiah / _RUPIAH_PER_RINGGIT, 2), "currency": "MYR"}


def _scored(diary: _Diary, mean: float, *, spread: float, low: int, high: int) -> int:
    answer = round(diary.dice.gauss(mean + diary.shopper.leaning * (high - low) / 4, spread))
    return max(low, min(high, answer))


def _within(diary: _Diary, at: datetime, days_ago: tuple[float, float]) -> bool:
    return diary.at(days_ago[0]) <= at <= diary.at(days_ago[1])


def _sessions(diary: _Diary) -> int:
    """Whoever the shop knows has signed in at least once."""
    return max(int(diary.shopper.is_known), _times(5.6, diary))


def _times(usual: float, diary: _Diary) -> int:
    """How often, for somebody who does more or less than others and may have joined late."""
    share = (DAYS - diary.shopper.joined_day) / DAYS
    expected = usual * diary.shopper.activity * share
    whole = int(expected)
    return whole + (diary.dice.random() < expected - whole)


def _pause(dice: Random) -> timedelta:
    return timedelta(seconds=dice.uniform(8, 150))


def _waking(at: datetime, zone: ZoneInfo, dice: Random) -> datetime:
    """Move a moment of its day to when people shop: some by noon, most in the evening, few before dawn."""
    local = at.astimezone(zone)
    hour = min(23.9, max(0.0, dice.gauss(20, 1.8) if dice.random() < 0.6 else dice.gauss(12, 3)))
    return local.replace(hour=int(hour), minute=dice.randrange(60), second=dice.randrange(60))
