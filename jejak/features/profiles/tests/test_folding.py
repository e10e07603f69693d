import re
from urllib.parse import parse_qs

import pytest

from jejak.features.profiles import moments, orders, timeline
from jejak.features.profiles.tests.makers import happened, put
from jejak.people.tests.makers import HOUR, NOON, make_person
from jejak.staff.models import User

pytestmark = pytest.mark.django_db
MINUTE, DAY = HOUR / 60, 24 * HOUR


@pytest.fixture(params=[2_000, 0], ids=["here", "there"], autouse=True)
def _folded_on_both_sides(request, monkeypatch):
    """Whether we fold or the log does: it comes to the same."""
    monkeypatch.setattr(timeline, "_FOLDED_HERE", request.param)


def view(person, *, minutes, channel="web", **columns):
    return happened(
        person, "Page Viewed", kind="page", channel=channel, at=NOON + minutes * MINUTE, **columns
    )


def order(person, name, *, at=NOON, order_id="A-1023", channel="email", **properties):
    return happened(person, name, at=at, channel=channel, properties={"order_id": order_id, **properties})


def told(person, **asked):
    """What stands on the trail: single names, and folds as (title, sentence, count)."""
    piece = timeline.timeline([person.pk], **asked)
    return [
        (one.title, one.sentence, one.count) if isinstance(one, moments.Folded) else one.title
        for _day, ones in moments.days(piece.folds)
        for one in ones
    ]


def test_pages_without_half_an_hour_between_them_are_one_visit(eventlog):
    siti = make_person("Siti")
    put(*(view(siti, minutes=at) for at in (0, 4, 9, 60, 80, 109.9)))
    assert told(siti) == [("Visit of 3 pages", "50 minutes", 3), ("Visit of 3 pages", "9 minutes", 3)]


def test_a_page_alone_is_no_fold_and_clicks_belong_to_the_visit(eventlog):
    siti = make_person("Siti")
    put(view(siti, minutes=0), view(siti, minutes=300))
    put(happened(siti, "Product Added", at=NOON + 301 * MINUTE, channel="web"))
    put(happened(siti, "Newsletter Opened", at=NOON + 302 * MINUTE, channel="email"))
    assert told(siti) == ["Newsletter Opened", ("Visit of 1 page", "1 minute", 2), "Page Viewed"]


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (
            {"context": {"page": {"referrer": "https://l.instagram.com/", "url": "https://toko.id/"}}},
            "Instagram",
        ),
        ({"context": {"campaign": {"source": "newsletter-11"}}}, "newsletter-11"),
        ({"properties": {"utm_source": "tiktok"}}, "TikTok"),
        ({"context": {"page": {"referrer": "https://toko.id/a", "url": "https://toko.id/b"}}}, ""),
        ({"context": {"page": {"referrer": "https://[bad"}}}, ""),
        ({"context": 3}, ""),
    ],
)
def test_a_visit_says_where_it_came_from(eventlog, message, where):
    siti = make_person("Siti")
    put(view(siti, minutes=5), view(siti, minutes=0, sent=message))
    ((_title, sentence, _count),) = told(siti)
    assert sentence == (f"5 minutes, came from {where}" if where else "5 minutes")


def test_an_order_is_one_line_from_placing_to_sending_back(eventlog):
    siti = make_person("Siti")
    put(
        happened(
            siti,
            "Order Completed",
            channel="web",
            value="350000",
            currency="IDR",
            properties={"order_id": "A-1023"},
        ),
        order(siti, "Order Shipped", at=NOON + DAY, promised_on="2026-11-05"),
        happened(siti, "Store Visited", at=NOON + 2 * DAY, channel="store"),
        order(siti, "Order Delivered", at=NOON + 6 * DAY, channel="whatsapp"),
    )
    assert told(siti) == [
        ("Order A-1023", "Rp\N{NO-BREAK SPACE}350,000, delivered 3 days late", 3),
        "Store Visited",
    ]


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([("Order Placed", 0, {})], "placed"),
        ([("Order Placed", 0, {}), ("Order Paid", 1, {})], "paid"),
        ([("Order Shipped", 0, {"promised_on": "2026-11-12"})], "on its way"),
        ([("Order Shipped", 0, {"eta": "2026-11-08T10:00:00Z"})], "2 days overdue"),
        ([("Order Shipped", 0, {"promised_on": "x"}), ("Order Delivered", 1, {})], "delivered"),
        (
            [("Order Shipped", 0, {"promised_on": "2026-11-05"}), ("Order Delivered", 1, {})],
            "delivered in time",
        ),
        ([("Order Delivered", 0, {}), ("Order Returned", 1, {})], "sent back"),
        ([("Order Placed", 0, {}), ("Order Cancelled", 1, {})], "cancelled"),
    ],
)
def test_an_order_says_how_it_stands(eventlog, steps, state):
    siti = make_person("Siti")
    put(*(order(siti, name, at=NOON + days * DAY, **said) for name, days, said in steps))
    (held,) = timeline.ordered([siti.pk]).values()
    read = orders.read("A-1023", held)
    assert read.state((NOON + 8 * DAY).date()) == state


def test_messages_of_one_conversation_are_one_line(eventlog):
    siti = make_person("Siti")
    said = {"conversation_id": 77}
    put(
        happened(siti, "Message Received", channel="whatsapp", properties=said | {"subject": "Ukuran"}),
        happened(siti, "Conversation Transferred", at=NOON + HOUR, channel="whatsapp", properties=said),
        happened(siti, "Message Sent", at=NOON + 3 * HOUR, channel="whatsapp", properties=said),
    )
    assert told(siti) == [("Conversation: Ukuran", "3 messages, 1 transfer, 3 hours", 3)]


def test_no_fold_is_cut_or_shown_twice_where_pieces_end(eventlog):
    siti = make_person("Siti")
    rows = []
    for number in range(12):
        at = NOON + number * DAY
        rows += [order(siti, "Order Completed", at=at - 3 * DAY, order_id=f"A-{number}")]
        rows += [order(siti, "Order Delivered", at=at, order_id=f"A-{number}")]
        rows += [
            view(siti, minutes=number * 24 * 60 + step, message_id=f"v-{number}-{step}") for step in range(3)
        ]
        rows += [happened(siti, "Call Ended", at=at, channel="phone", message_id=f"c-{number}")]
    put(*rows)
    seen, after = [], None
    for _ in range(20):
        piece = timeline.timeline([siti.pk], after=after, limit=5)
        seen += [(one.key, one.count) for one in piece.folds]
        if piece.end is None:
            break
        after = timeline.Position.read(str(piece.end))
    assert len(seen) == len(set(seen)) == 36
    assert sum(count for _key, count in seen) == len(rows)


def test_a_long_fold_shows_its_ends_and_gives_the_rest_on_demand(eventlog, client):
    siti = make_person("Siti")
    put(*(view(siti, minutes=step, message_id=f"v-{step:02}") for step in range(40)))
    client.force_login(User.objects.create_superuser("dewi"))
    html = client.get(f"/app/people/{siti.pk}/").content.decode()
    assert "Visit of 40 pages" in html
    assert html.count("jk-moment__time") == 1 + 21
    (address,) = set(re.findall(r'hx-get="(inside/[^"]+)"', html))
    asked = {
        name: held[0] for name, held in parse_qs(address.partition("?")[2].replace("&amp;", "&")).items()
    }
    whole = client.get(
        f"/app/people/{siti.pk}/inside/", asked, headers={"HX-Request": "true"}
    ).content.decode()
    assert whole.count("jk-moment__time") == 40


@pytest.mark.parametrize("asked", [{}, {"from": "x", "to": "1"}, {"from": "0", "to": "99999999999999999999"}])
def test_an_odd_address_of_a_fold_is_not_found(eventlog, client, asked):
    client.force_login(User.objects.create_superuser("dewi"))
    assert client.get(f"/app/people/{make_person('Siti').pk}/inside/", asked).status_code == 404


def test_the_cards_of_orders_and_scores_tell_promises_and_answers(eventlog, client):
    siti = make_person("Siti")
    put(
        order(siti, "Order Shipped", order_id="B-1", promised_on="2099-01-01"),
        order(siti, "Order Shipped", order_id="B-2", promised_on="2026-11-01"),
        order(siti, "Order Delivered", order_id="B-2", at=NOON + DAY),
        *(
            happened(siti, "Rated", at=NOON + n * DAY, score=float(n), scale="nps", channel="email")
            for n in (2, 9)
        ),
    )
    client.force_login(User.objects.create_superuser("dewi"))
    html = client.get(f"/app/people/{siti.pk}/story/").content.decode()
    for text in (
        "Promised and still to come",
        "B-1",
        "delivered 2 days late",
        "0 of 1 delivery in time",
        "9 of 10 (NPS)",
    ):
        assert text in html
    assert html.count("pf-score__dot--") == 2
