"""A visit to the web shop or the app: looking around, signing in, filling a cart, paying or not."""

from jejak.features.demo import orders, products, scoring, truth
from jejak.features.demo.diary import Diary, Message
from jejak.features.demo.shoppers import written
from jejak.touchpoints.demo import DemoProduct

_PAGES = {
    "home": ("/", "Balairona"),
    "promo": ("/promo", "Promo"),
    "stores": ("/toko", "Toko"),
    "help": ("/bantuan", "Bantuan"),
    "blog": ("/cerita/menata-ruang-tamu", "Menata ruang tamu kecil"),
    "shipping": ("/bantuan/pengiriman", "Pengiriman"),
    "loyalty": ("/kawan", "Kawan Balairona"),
}
_REFERRERS = (
    "",
    "",
    "",
    "https://search.example/",
    "https://social.example/",
    "https://mail.balairona.example/",
)
_PAYMENTS = {
    "ID": (
        ("e-wallet", 38),
        ("virtual account", 27),
        ("qris", 14),
        ("credit card", 12),
        ("cash on delivery", 9),
    ),
    "MY": (("e-wallet", 30), ("online banking", 36), ("credit card", 22), ("pay later", 12)),
}
_METHODS = {
    country: (tuple(m for m, _ in listed), tuple(n for _, n in listed))
    for country, listed in _PAYMENTS.items()
}


def visit(diary: Diary, at: float) -> None:
    """Visit the shop once."""
    shopper, dice = diary.shopper, diary.dice
    diary.visits += 1
    if shopper.is_known and not shopper.company and dice.random() < 0.1 and diary.joined_at is not None:
        orders.on_marketplace(diary, at)
        return
    channel = "app" if shopper.uses_app and dice.random() < 0.7 else "web"
    device = diary.device(channel)
    if channel == "app":
        if dice.random() < 0.5:
            diary.track(at, "Application Opened", "app", {"version": _version(diary, at)}, device=device)
        at = _screens(diary, at + _pause(diary), device)
    else:
        at = _pages(diary, at, device)
    if dice.random() < 0.22:
        wanted = products.pick(diary.past(at), dice)
        query = wanted.names[shopper.language].split("(")[0].lower()
        results = dice.choice((0, 2, 6, 14, 31)) if dice.random() < 0.5 else dice.randint(3, 48)
        diary.track(at, "Products Searched", channel, {"query": query, "results": results}, device=device)
        at += _pause(diary)
    seen: list[DemoProduct] = []
    for _ in range(dice.choice((0, 1, 1, 2, 2, 3, 3, 5))):
        product = products.pick(diary.past(at), dice)
        seen.append(product)
        shown: Message = {
            "product_id": product.sku,
            "name": product.names[shopper.language],
            "category": product.category,
            "price": product.price(shopper.currency),
            "currency": shopper.currency,
        }
        if dice.random() < 0.04:
            shown["in_stock"] = False
        diary.track(at, "Product Viewed", channel, shown, device=device)
        at += _pause(diary)
    if shopper.is_known and (device not in diary.signed_in) and _signs_in(diary):
        _sign_in(diary, at, channel, device)
        at += _pause(diary)
    if not seen or dice.random() > _wants(diary, at):
        return
    _shop(diary, at, channel, device, seen)


def _wants(diary: Diary, at: float) -> float:
    """Return how likely it is that they buy something this time."""
    shopper = diary.shopper
    if shopper.life == "once":
        return 0.12 if diary.orders else 0.75
    if shopper.life == "walker":
        return 0.85 - 0.5 * diary.past(at)
    return {"winner": 0.9, "seasonal": 0.75, "prospect": 0.25, "business": 0.85}.get(shopper.life, 0.66)


def _signs_in(diary: Diary) -> bool:
    return diary.dice.random() < (0.75 if diary.joined_at is not None or diary.visits > 1 else 0.55)


def _pages(diary: Diary, at: float, device: str) -> float:
    dice, shopper = diary.dice, diary.shopper
    names = dice.choices(tuple(_PAGES), (42, 18, 8, 9, 7, 6, 10), k=dice.choice((1, 2, 2, 3, 4)))
    for spot, name in enumerate(dict.fromkeys(names)):
        path, title = _PAGES[name]
        said: Message = {"path": path, "title": title}
        if spot == 0 and (referrer := dice.choice(_REFERRERS)):
            said["referrer"] = referrer
        if (
            dice.random() < 0.35
        ):  # Web vitals, as a browser measures them: slower the farther from the servers.
            far = 1.6 if shopper.city.late_share > 0.2 else 1.0
            said["lcp_ms"] = int(dice.lognormvariate(7.65, 0.35) * far)
            said["inp_ms"] = int(dice.lognormvariate(4.9, 0.5) * far)
            said["cls"] = round(dice.expovariate(18), 3)
        _look(diary, at, "page", "web", said, device)
        at += _pause(diary)
    return at


def _screens(diary: Diary, at: float, device: str) -> float:
    for name in diary.dice.choices(
        ("Home", "Category", "Promo", "Orders", "Points"), (45, 22, 15, 12, 6), k=diary.dice.choice((1, 1, 2))
    ):
        _look(diary, at, "screen", "app", {"name": name}, device)
        at += _pause(diary)
    return at


def _look(diary: Diary, at: float, kind: str, channel: str, said: Message, device: str) -> None:
    message: Message = {
        "type": kind,
        "channel": channel,
        "team": "Digital",
        "stage": "discover",
        "properties": said,
    }
    if kind == "page":
        message["context"] = {"page": {"path": said["path"]}}
    diary.known_by(message, channel, device)
    diary.tell(at, message)


def _sign_in(diary: Diary, at: float, channel: str, device: str) -> None:
    """Say who they are: from then on the browser or phone is theirs, with all it did before."""
    shopper = diary.shopper
    if shopper.shares_browser_with and device.startswith(f"demo-web-{shopper.shares_browser_with}-"):
        diary.signed_in[device] = (
            None  # In the browser of somebody else it is they who act, and nothing more is said.
        )
        return
    traits = known_of(diary) if not diary.signed_in else {"name": shopper.name, "email": shopper.email}
    diary.signed_in[device] = None
    diary.tell(
        at,
        {
            "type": "identify",
            "userId": shopper.user_id,
            "anonymousId": device,
            "channel": channel,
            "team": "Digital",
            "traits": traits,
        },
    )
    if diary.joined_at is None:
        diary.joined_at = at
    if (company := shopper.company) and len(diary.signed_in) == 1:
        said = {
            "name": company.name,
            "industry": company.kind,
            "employees": company.size,
            "phone": company.phone,
            "address": company.address,
            "website": f"https://{company.domain}/",
        }
        diary.tell(
            at + 1,
            {
                "type": "group",
                "userId": shopper.user_id,
                "groupId": company.key,
                "traits": said,
                "channel": channel,
            },
        )


def known_of(diary: Diary) -> Message:
    """Return what somebody says of themselves when they become a member."""
    shopper = diary.shopper
    traits: Message = {
        "name": shopper.name,
        "email": shopper.email,
        "phone": written(shopper.phone, diary.dice),
        "language": shopper.language,
        "address": shopper.address,
        "city": shopper.city.name,
        "country": shopper.country,
        "newsletter": shopper.gets_mail,
    }
    return {**traits, "title": shopper.role} if shopper.role else traits


def _shop(diary: Diary, at: float, channel: str, device: str, seen: list[DemoProduct]) -> None:
    dice, shopper = diary.dice, diary.shopper
    if shopper.company and dice.random() < 0.25 and diary.joined_at is not None:
        asked = {
            "product_id": seen[-1].sku,
            "name": seen[-1].names[shopper.language],
            "quantity": dice.randint(10, 120),
        }
        diary.track(at, "Quote Requested", "email", asked)
    lines = orders.cart(diary, seen)
    for product, quantity in lines:
        added = {
            "product_id": product.sku,
            "name": product.names[shopper.language],
            "category": product.category,
            "quantity": quantity,
            "price": product.price(shopper.currency),
            "currency": shopper.currency,
        }
        diary.track(at, "Product Added", channel, added, device=device)
        at += _pause(diary)
    total = orders.total(lines, shopper.currency)
    if dice.random() < 0.5:
        diary.track(at, "Cart Viewed", channel, {"total": total, "currency": shopper.currency}, device=device)
        at += _pause(diary)
    if dice.random() > 0.84:
        return
    order = orders.number(diary)
    started = {"order_id": order, "total": total, "currency": shopper.currency}
    diary.track(at, "Checkout Started", channel, started, device=device)
    at += _pause(diary)
    if not shopper.is_known:
        return
    if device not in diary.signed_in:
        _sign_in(diary, at, channel, device)
        at += _pause(diary)
    methods, often = _METHODS[shopper.country]
    method = dice.choices(methods, often)[0]
    failed = dice.random() < _fails(diary, at, channel)
    if failed:
        said = {"order_id": order, "payment_method": method, "reason": dice.choice(("timeout", "declined"))}
        diary.track(at, "Payment Failed", channel, said, device=device)
        at += _pause(diary)
    if not failed or dice.random() < 0.3:
        orders.buy(diary, at, channel, order, lines, method=method, device=device)
    if dice.random() < 0.22:
        share = 0.8 + shopper.leaning + (truth.FAILED_ON_CHECKOUT / 6 if failed else 0.0)
        ease = scoring.score(share, low=1, high=7, dice=dice)
        rated: Message = {"order_id": order}
        if dice.random() < 0.35:
            diary.voice.comment(rated, "checkout.bad" if ease < 4 else "checkout.good", {"METHOD": method})
        diary.track(
            at + _pause(diary),
            "Checkout Rated",
            channel,
            rated,
            score=ease,
            scale="ces-1-7-easy",
            device=device,
        )
    if failed and diary.joined_at is not None and dice.random() < 0.3:
        orders.ask_about_payment(diary, at + 600, order, method)


def _fails(diary: Diary, at: float, channel: str) -> float:
    broken = diary.plan.broken
    if channel == "app" and diary.shopper.country == "MY" and broken[0] <= at < broken[1]:
        return truth.BROKEN_FAILS
    return truth.USUALLY_FAILS


def _version(diary: Diary, at: float) -> str:
    return "5.2" if at >= diary.plan.broken[0] else f"5.{int(diary.past(at) * 2.4)}"


def _pause(diary: Diary) -> float:
    return 6 + diary.dice.random() * 110
