"""Visits to stores: something wanted is there or not, something is bought or not, some say how it was."""

from jejak.features.demo import products, scoring, truth
from jejak.features.demo.diary import HOUR, MINUTE, Diary, Message
from jejak.features.demo.places import STORES_OF, Store

_RATES = 0.34


def visit(diary: Diary, at: float) -> None:
    """Visit a store of one's city once."""
    shopper, dice = diary.shopper, diary.dice
    store = dice.choice(STORES_OF[shopper.city.name])
    diary.store_visits += 1
    visit_id = f"demo-v-{shopper.number}-{diary.store_visits}"
    wanted = products.pick(diary.past(at), dice)
    stock_out = dice.random() < store.stock_outs
    name = wanted.names[shopper.language]
    diary.track(
        at, "Store Visited", "store", {"visit_id": visit_id, "stock_out": stock_out}, place=store.name
    )
    if at > diary.plan.now:
        return
    if stock_out:
        missed = {"visit_id": visit_id, "product_id": wanted.sku, "name": name, "category": wanted.category}
        diary.track(at + 7 * MINUTE, "Product Unavailable", "store", missed, place=store.name)
        diary.may_leave(truth.STOCK_OUT_ON_LEAVING, at)
    if dice.random() < (0.2 if stock_out else 0.62):
        _buy(diary, at + dice.uniform(8, 50) * MINUTE, store, visit_id)
    if dice.random() < _RATES:
        share = 0.8 + shopper.leaning + store.taste + truth.STOCK_OUT_ON_STORE / 4 * stock_out
        stars = scoring.score(share, low=1, high=5, dice=dice)
        said: Message = {"visit_id": visit_id}
        if dice.random() < 0.4:
            what = "store.good" if stars > 3 else "store.stock_out" if stock_out else "store.bad"
            diary.voice.comment(said, what, {"PRODUCT": name, "PLACE": store.name})
        rated = at + dice.uniform(1, 9) * HOUR
        diary.track(
            rated, "Store Visit Rated", "whatsapp", said, place=store.name, score=stars, scale="csat-1-5"
        )


def _buy(diary: Diary, at: float, store: Store, visit_id: str) -> None:
    product = products.pick(diary.past(at), diary.dice)
    currency = diary.shopper.currency
    said = {
        "visit_id": visit_id,
        "product_id": product.sku,
        "name": product.names[diary.shopper.language],
        "category": product.category,
        "total": product.price(currency),
        "currency": currency,
    }
    diary.track(at, "Store Purchase Made", "store", said, place=store.name)
    if at <= diary.plan.now:
        diary.spent += product.price(currency)
