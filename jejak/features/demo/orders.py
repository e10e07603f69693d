"""Orders: what is in them, when they are promised, when they come, how that is rated, what comes back."""

from jejak.features.demo import contacts, products, scoring, truth
from jejak.features.demo.diary import DAY, HOUR, MINUTE, Diary, Message, written_day
from jejak.touchpoints.demo import DemoProduct

Lines = list[tuple[DemoProduct, int]]
_COURIERS = {"ID": ("Kirana Kilat", "Antar Lintas", "Pos Angkasa"), "MY": ("Laju Kurier", "Sampai Segera")}
_RATES = 0.46
_REVIEWS = 0.1
_SENDS_BACK = 0.06


def number(diary: Diary) -> str:
    """Return the number of this person's next order."""
    diary.orders += 1
    return f"BR-{diary.shopper.country}{diary.shopper.number:05d}{diary.orders:02d}"


def cart(diary: Diary, seen: list[DemoProduct]) -> Lines:
    """Return what of the seen products goes into the cart, and how many of each."""
    dice = diary.dice
    kept = dice.sample(seen, k=min(len(seen), dice.choice((1, 1, 1, 2, 3))))
    unique = list({product.sku: product for product in kept}.values())
    if diary.shopper.company:
        return [(product, dice.choice((3, 5, 6, 10, 12, 20, 24))) for product in unique]
    return [(product, dice.choice((1, 1, 1, 1, 2))) for product in unique]


def total(lines: Lines, currency: str) -> float:
    """Return what the lines cost together."""
    amount = sum(product.price(currency) * quantity for product, quantity in lines)
    return round(amount) if currency == "IDR" else round(amount, 2)


def on_marketplace(diary: Diary, at: float) -> None:
    """Buy on a marketplace, where we only hear of the order."""
    lines = cart(diary, [products.pick(diary.past(at), diary.dice)])
    buy(diary, at, "marketplace", number(diary), lines, method="marketplace", device="")


def buy(diary: Diary, at: float, channel: str, order: str, lines: Lines, *, method: str, device: str) -> None:
    """Place an order and live through what follows from it."""
    shopper, dice = diary.shopper, diary.dice
    amount = total(lines, shopper.currency)
    said: Message = {
        "order_id": order,
        "total": amount,
        "currency": shopper.currency,
        "payment_method": method,
        "products": [
            {
                "product_id": product.sku,
                "name": product.names[shopper.language],
                "category": product.category,
                "price": product.price(shopper.currency),
                "quantity": quantity,
            }
            for product, quantity in lines
        ],
    }
    if dice.random() < 0.18:
        said["coupon"] = dice.choice(("HEMAT", "GAJIAN", "RAYA", "KAWAN", "BARU"))
    diary.track(at, "Order Completed", channel, said, device=device)
    if at > diary.plan.now:
        return
    diary.spent += amount
    if channel != "marketplace" and dice.random() < 0.06:
        diary.track(
            at + 1,
            "Points Redeemed",
            channel,
            {"order_id": order, "points": 50 * dice.randint(1, 12)},
            device=device,
        )
    if dice.random() < 0.025:
        gone = at + dice.uniform(0.5, 6) * HOUR
        diary.track(gone, "Order Cancelled", channel, {"order_id": order}, device=device)
        contacts.about_order(diary, gone, "cancel", order, lines[0][0], promised=gone, method=method)
        return
    _deliver(diary, at, order, lines, method)


def ask_about_payment(diary: Diary, at: float, order: str, method: str) -> None:
    """Ask where the money is, after a payment that failed."""
    contacts.about_order(diary, at, "payment", order, None, promised=at, method=method)


def _deliver(diary: Diary, at: float, order: str, lines: Lines, method: str) -> None:
    shopper, dice, plan = diary.shopper, diary.dice, diary.plan
    city = shopper.city
    honest = shopper.country == "ID" and at >= plan.honest_from
    shipped = at + dice.uniform(3, 30) * HOUR
    days = (4 if city.late_share > 0.2 else 2) + dice.choice((0, 0, 1)) + honest
    # The promised day ends at 21:00 where they live.
    offset = city.utc_hours * HOUR
    promised = (int((shipped + days * DAY + offset) // DAY) + 0.875) * DAY - offset
    late = dice.random() < _late_share(diary, shipped, honest)
    late_days = dice.choice((1, 1, 2, 2, 3, 5)) if late else 0
    came = promised + (late_days or -dice.choice((0, 0, 1))) * DAY - dice.uniform(0.5, 11) * HOUR
    came = max(came, shipped + 4 * HOUR)
    courier = dice.choice(_COURIERS[shopper.country])
    promised_on = written_day(promised, city.utc_hours)
    known: Message = {"order_id": order, "courier": courier, "promised_on": promised_on, "city": city.name}
    diary.track(shipped, "Order Shipped", "email", known)
    told = {**known, "delivered_on": written_day(came, city.utc_hours), "late_days": late_days}
    diary.track(came, "Order Delivered", "whatsapp", told, place=city.name)
    if late and came <= plan.now:
        diary.late_at.append(came)
        diary.may_leave(truth.LATE_ON_LEAVING, came)
    product = lines[0][0]
    asks = truth.ASKS_ANYHOW + truth.ASKS_WHEN_LATE * late + truth.PROMISE_ON_ASKING * honest
    if dice.random() < asks:
        when = promised + dice.uniform(0.5, 20) * HOUR if late else came - dice.uniform(1, 20) * HOUR
        contacts.about_order(
            diary, max(when, shipped + HOUR), "late", order, product, promised=promised, method=method
        )
    if dice.random() < 0.085:
        reason = dice.choices(
            ("damaged", "wrong_item", "exchange", "warranty", "invoice", "refund"), (24, 17, 24, 12, 9, 14)
        )[0]
        when = came + dice.uniform(1, 60) * HOUR
        contacts.about_order(diary, when, reason, order, product, promised=promised, method=method)
    if dice.random() < _RATES:
        _rate(diary, came + dice.uniform(0.5, 22) * HOUR, order, product, late_days, honest, courier)
    if dice.random() < _REVIEWS:
        _review(diary, came + dice.uniform(1, 9) * DAY, product)
    if dice.random() < _SENDS_BACK:
        _send_back(diary, came + dice.uniform(1, 6) * DAY, order, total(lines, shopper.currency))


def _late_share(diary: Diary, shipped: float, honest: bool) -> float:
    city, strike = diary.shopper.city, diary.plan.strike
    if city.name == "Surabaya" and strike[0] <= shipped < strike[1]:
        return truth.STRIKE_LATE
    return city.late_share + truth.PEAK_ON_LATE * diary.is_peak(shipped) + truth.PROMISE_ON_LATE * honest


def _rate(
    diary: Diary, at: float, order: str, product: DemoProduct, late_days: int, honest: bool, courier: str
) -> None:
    shopper, dice = diary.shopper, diary.dice
    share = 0.72 + shopper.leaning + shopper.city.taste
    share += truth.LATE_ON_DELIVERY / 4 * (late_days > 0) + truth.PROMISE_ON_DELIVERY / 4 * honest
    stars = scoring.score(share, low=1, high=5, dice=dice)
    said: Message = {"order_id": order, "courier": courier}
    if dice.random() < (0.62 if late_days else 0.3):
        what = "delivery.good" if stars > 3 else "delivery.fair" if stars == 3 else "delivery.bad"
        if late_days and stars < 4:
            what = "delivery.late"
        slots = {
            "PRODUCT": product.names[shopper.language],
            "DAYS": str(late_days or 1),
            "ORDER": order,
            "COURIER": courier,
        }
        diary.voice.comment(said, what, slots)
    channel = dice.choice(("whatsapp", "whatsapp", "email", "app" if shopper.uses_app else "email"))
    device = diary.own_device("app") if channel == "app" else ""
    channel = "email" if channel == "app" and not device else channel
    diary.track(
        at,
        "Delivery Rated",
        channel,
        said,
        place=shopper.city.name,
        score=stars,
        scale="csat-1-5",
        device=device,
    )


def _review(diary: Diary, at: float, product: DemoProduct) -> None:
    shopper, dice = diary.shopper, diary.dice
    moves = {"rising": 0.1, "fading": -0.28}.get(products.MOVES.get(product.sku, ""), 0.0)
    stars = scoring.score(0.78 + shopper.leaning + moves, low=1, high=5, dice=dice)
    kind = "good" if stars > 3 else "fair" if stars == 3 else "bad"
    said: Message = {
        "product_id": product.sku,
        "name": product.names[shopper.language],
        "category": product.category,
        "rating": stars,
    }
    slots = {"PRODUCT": product.names[shopper.language]}
    diary.voice.comment(said, f"review.{kind}.{product.category}", slots, key="review_body")
    device = diary.own_device("web")
    channel = "web" if device else "email"
    diary.track(at, "Product Reviewed", channel, said, score=stars, scale="csat-1-5", device=device)


def _send_back(diary: Diary, at: float, order: str, amount: float) -> None:
    dice, currency = diary.dice, diary.shopper.currency
    channel = dice.choice(("whatsapp", "email", "store"))
    reason = dice.choice(("size", "damaged", "not as described", "changed my mind", "wrong item"))
    diary.track(at, "Return Requested", channel, {"order_id": order, "reason": reason})
    back = at + dice.uniform(3, 12) * DAY
    diary.track(back, "Order Refunded", "email", {"order_id": order, "total": -amount, "currency": currency})
    if dice.random() < 0.45:
        ease = scoring.score(0.66 + diary.shopper.leaning, low=1, high=7, dice=dice)
        said: Message = {"order_id": order}
        if dice.random() < 0.4:
            diary.voice.comment(said, "return.bad" if ease < 4 else "return.good", {})
        rated = back + 5 * MINUTE + dice.random() * DAY
        diary.track(rated, "Return Rated", "email", said, score=ease, scale="ces-1-7-easy")
