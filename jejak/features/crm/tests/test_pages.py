"""The pages of companies and deals."""

from datetime import timedelta

import pytest
from django.urls import reverse

from jejak.features.crm.models import Deal, DealReason, DealStage, Pipeline
from jejak.features.crm.tests.makers import belong, make_company, make_deal, make_product
from jejak.people.merging import merge
from jejak.people.models import Membership
from jejak.people.tests.makers import NOON, make_person
from jejak.records import kinds, own
from jejak.staff import roles
from jejak.staff.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def address(name, *args):
    return reverse(f"crm:{name}", args=args)


@pytest.fixture
def toko(eventlog):
    return make_company("Toko Maju")


@pytest.fixture
def as_role(client):
    def sign_in(role):
        roles.apply()
        user = User.objects.create_user(role, password="rahasia")
        roles.give(user, role)
        client.force_login(User.objects.get(pk=user.pk))
        return client

    return sign_in


@pytest.mark.parametrize(
    ("role", "board", "company", "settings"),
    [
        ("lead", 200, 200, 200),
        ("support", 200, 200, 302),
        ("marketing", 200, 200, 302),
        ("analyst", 200, 200, 302),
        ("viewer", 302, 302, 302),
    ],
)
def test_each_role_sees_its_pages(as_role, toko, role, board, company, settings):
    deal = make_deal(company=toko)
    client = as_role(role)
    seen = [
        client.get(address(name, *args)).status_code
        for name, args in (
            ("deals", []),
            ("forecast", []),
            ("deal", [deal.pk]),
            ("company", [toko.pk]),
            ("settings", []),
        )
    ]
    assert seen == [board, board, board, company, settings]


def test_nobody_sees_anything_without_signing_in(client, toko):
    deal = make_deal()
    for name, args in (("deals", []), ("deal", [deal.pk]), ("company", [toko.pk]), ("settings", [])):
        assert client.get(address(name, *args)).status_code == 302


def test_who_may_only_look_moves_nothing(as_role):
    deal = make_deal()
    client = as_role("analyst")
    client.post(address("move", deal.pk), {"stage": "won"})
    client.post(reverse("lists:field", args=["deal", deal.pk, "amount"]), {"amount": "5"})
    client.post(address("lines", deal.pk), {})
    deal = Deal.objects.get()
    assert (deal.stage_id, deal.amount) == ("new", None)


def test_out_of_reach_is_not_there(as_role, toko, django_user_model):
    deal = make_deal()
    client = as_role("support")
    me = User.objects.get(username="support")
    me.sees = User.Sees.OWN_TEAMS
    me.save()
    assert client.get(address("deal", deal.pk)).status_code == 404
    assert client.get(address("company", toko.pk)).status_code == 404
    assert deal.title not in client.get(address("deals")).content.decode()
    assert client.post(address("move", deal.pk), {"stage": "won"}).status_code == 404


def test_the_board_asks_as_often_for_three_deals_as_for_one(staff, django_assert_num_queries, dewi):
    def open_one(number):
        make_deal(
            f"Deal {number}",
            company=make_company(f"Toko {number}"),
            person=make_person(f"Siti {number}"),
            owner=dewi,
            amount=1000,
        )

    open_one(1)
    staff.get(address("deals"))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        staff.get(address("deals"))
    open_one(2)
    open_one(3)
    with django_assert_num_queries(len(one)):
        page = staff.get(address("deals")).content.decode()
    assert all(f"Deal {number}" in page and f"Siti {number}" in page for number in (1, 2, 3))


def test_the_company_page_asks_as_often_for_three_people_as_for_one(staff, toko, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    belong(toko, make_person("Siti"))
    make_deal("One", company=toko)
    staff.get(address("company", toko.pk))
    with CaptureQueriesContext(connection) as one:
        staff.get(address("company", toko.pk))
    belong(toko, make_person("Budi"), make_person("Ayu"))
    make_deal("Two", company=toko)
    make_deal("Three", company=toko)
    with django_assert_num_queries(len(one)):
        page = staff.get(address("company", toko.pk)).content.decode()
    assert all(name in page for name in ("Siti", "Budi", "Ayu", "Three"))


def test_a_column_shows_some_cards_and_then_more(staff):
    for number in range(27):
        make_deal(f"Deal {number:02}")
    page = staff.get(address("deals")).content.decode()
    assert page.count("crm-deal__title") == 20
    more = page.split('class="jk-more" href="')[1].split('"')[0].replace("&amp;", "&")
    piece = staff.get(address("deals") + more, **HTMX).content.decode()
    assert piece.count("crm-deal__title") == 7


def test_the_board_is_narrowed(staff, dewi):
    make_deal("Mine", owner=dewi, close_on="2020-01-01")
    make_deal("Nobody", close_on="2999-01-01")
    assert [
        [
            title
            for title in ("Mine", "Nobody")
            if f">{title}</a>" in staff.get(address("deals") + query).content.decode()
        ]
        for query in ("", "?owner=me", "?owner=nobody", "?closes=overdue", "?q=nobo", "?owner=x")
    ] == [["Mine", "Nobody"], ["Mine"], ["Nobody"], ["Mine"], ["Nobody"], []]


def test_a_deal_is_moved_on_the_board(staff):
    one, two = make_deal("One"), make_deal("Two")
    given = {"stage": "proposal", "seen": "new", "before": ""}
    answer = staff.post(address("move", one.pk), given, **HTMX)
    assert answer.status_code == 200
    assert "HX-Trigger" not in answer.headers
    staff.post(address("move", two.pk), given | {"before": str(one.pk)}, **HTMX)
    assert list(Deal.objects.filter(stage="proposal").order_by("rank").values_list("title", flat=True)) == [
        "Two",
        "One",
    ]


def test_whoever_comes_too_late_is_told_and_sees_the_board_as_it_is(staff):
    deal = make_deal()
    staff.post(address("move", deal.pk), {"stage": "proposal", "seen": "new"}, **HTMX)
    answer = staff.post(address("move", deal.pk), {"stage": "won", "seen": "new"}, **HTMX)
    assert "Somebody else moved" in answer.headers["HX-Trigger"]
    assert Deal.objects.get().stage_id == "proposal"


def test_without_scripts_a_deal_is_moved_on_its_page(staff):
    deal = make_deal()
    answer = staff.post(
        address("move", deal.pk), {"stage": "lost", "reason": "price", "seen": "new"}, follow=True
    )
    assert "Moved." in answer.content.decode()
    assert Deal.objects.get().reason_id == "price"
    answer = staff.post(address("move", deal.pk), {"stage": "lost", "seen": "lost"}, follow=True)
    deal = make_deal("Two")
    answer = staff.post(address("move", deal.pk), {"stage": "lost", "seen": "new"}, follow=True)
    assert "asks for a reason" in answer.content.decode()


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example"])
def test_a_move_never_leads_elsewhere(staff, next_page):
    deal = make_deal()
    answer = staff.post(address("move", deal.pk), {"stage": "won", "next": next_page})
    assert answer.headers["Location"] == address("deal", deal.pk)


def test_a_deal_is_opened_by_hand(staff, toko, dewi):
    siti = make_person("Siti")
    make_deal("Before")
    given = {"title": "Chairs", "company": "Toko Maju", "person": f"Siti (#{siti.pk})", "amount": "1.500.000"}
    answer = staff.post(reverse("lists:new", args=["deal"]), given | {"stage": "proposal"})
    deal = Deal.objects.get(title="Chairs")
    assert answer.headers["Location"] == address("deal", deal.pk)
    assert (deal.company, deal.person, deal.amount, deal.owner) == (toko, siti, 1_500_000, dewi)
    answer = staff.post(reverse("lists:new", args=["deal"]), given | {"stage": "lost"})
    assert answer.status_code == 422
    assert "asks for a reason" in answer.content.decode()


def test_fields_are_changed_in_their_places(staff, toko):
    own.declare_field(kind=kinds.kind("deal"), label="Floor", type="text", now=NOON)
    deal = make_deal(amount=5)
    for name, record in (("deal", deal), ("company", toko)):
        page = staff.get(address(name, record.pk)).content.decode()
        assert reverse("lists:field", args=[name, record.pk, "owner"]) in page
    staff.post(reverse("lists:field", args=["deal", deal.pk, "floor"]), {"floor": "3rd"})
    assert "3rd" in staff.get(address("deal", deal.pk)).content.decode()


def test_lines_are_written(staff):
    deal, chair = make_deal(), make_product("Chair")
    assert "Chair" in staff.get(address("lines", deal.pk)).content.decode()
    given = {
        "product": [str(chair.pk), ""],
        "quantity": ["4", ""],
        "unit_price": ["", ""],
        "discount": ["", ""],
        "sums_lines": "on",
    }
    staff.post(address("lines", deal.pk), given)
    assert Deal.objects.get().amount == 600_000
    refused = staff.post(address("lines", deal.pk), given | {"quantity": ["x", ""]})
    assert refused.status_code == 422
    assert "is not a number" in refused.content.decode()


def test_people_are_added_to_a_company_and_leave_it(staff, toko):
    siti = make_person("Siti", handles={"email": "siti@example.com"})
    staff.post(
        address("join", toko.pk),
        {"join-person": f"Siti (#{siti.pk})", "join-role": "Owner", "join-is_primary": "on"},
    )
    held = Membership.objects.get()
    assert (held.role, held.is_primary) == ("Owner", True)
    staff.post(address("role", toko.pk, held.pk), {"role": "Director"})
    assert "Director" in staff.get(address("company", toko.pk)).content.decode()
    staff.post(address("role", toko.pk, held.pk), {"what": "leave"})
    assert "1 who left" in staff.get(address("company", toko.pk)).content.decode()


def test_a_company_is_counted_alone_or_with_those_below(staff, toko):
    shop = make_company("Cabang", parent=toko)
    belong(shop, make_person("Siti"))
    together = staff.get(address("company", toko.pk))
    alone = staff.get(address("company", toko.pk) + "?below=no")
    assert [page.context["numbers"].people for page in (together, alone)] == [1, 0]
    assert "Cabang" in alone.content.decode()


def test_the_page_of_a_company_stands_while_the_log_is_away(staff, toko, monkeypatch):
    from jejak import eventlog as log

    def away(*args, **kwargs):
        raise log.Away("away")

    belong(toko, make_person("Siti"))
    monkeypatch.setattr(log, "ask", away)
    page = staff.get(address("company", toko.pk))
    assert page.status_code == 200
    assert "does not answer" in page.content.decode()


def test_a_person_shows_the_deals_of_all_their_trails(staff, eventlog):
    siti, too = make_person("Siti"), make_person("Siti N")
    make_deal("Hers", person=too)
    merge(person=siti, other=too, rule="staff", evidence={}, by=None, now=NOON)
    belong(make_company("Toko Maju"), too, role="Owner")
    page = staff.get(reverse("profiles:person", args=[siti.pk])).content.decode()
    assert "Hers" in page
    assert "Owner" in page


def test_settings_change_stages(staff):
    deal = make_deal()
    stage = DealStage.objects.get(key="new")

    def do(**given):
        return staff.post(address("change_settings"), given, follow=True).content.decode()

    assert "1 open deal is in it" in do(what="stage", id=stage.pk, do="archive")
    do(what="stage", id=stage.pk, do="save", name="Fresh", probability="15", outcome="open")
    do(what="stage", id=stage.pk, do="down")
    do(what="stage", do="add", pipeline=stage.pipeline_id, name="Trial", probability="60", outcome="open")
    listed = list(DealStage.objects.order_by("order").values_list("name", "probability"))
    assert listed == [
        ("Qualified", 25),
        ("Fresh", 15),
        ("Proposal", 50),
        ("Negotiation", 75),
        ("Trial", 60),
        ("Won", 100),
        ("Lost", 0),
    ]
    assert "whether it is open" in do(
        what="stage", id=stage.pk, do="save", name="X", probability="1", outcome="won"
    )
    deal.delete()
    do(what="stage", id=stage.pk, do="archive")
    assert DealStage.objects.get(key="new").archived_at
    assert "Every pipeline needs" in do(what="stage", id=DealStage.objects.get(key="won").pk, do="archive")
    do(what="stage", id=stage.pk, do="restore")
    do(what="pipeline", do="add", name="Partners")
    assert Pipeline.objects.count() == 2
    do(what="reason", do="add", outcome="lost", name="Moved away")
    assert DealReason.objects.filter(name="Moved away").exists()
    assert "A name is needed" in do(what="reason", do="add", outcome="lost", name=" ")


def test_the_forecast_tells_what_was_won_and_what_is_open(staff):
    from django.utils import timezone

    now = timezone.now()
    make_deal("Won", stage="won", amount=1000, now=now)
    make_deal("Open", stage="proposal", amount=400, close_on=timezone.localdate().isoformat(), now=now)
    make_deal("Late", stage="proposal", amount=200, close_on="2020-01-01", now=now)
    page = staff.get(address("forecast"))
    ((currency, months, _chart),) = page.context["months"]
    assert (currency, len(months)) == ("IDR", 1)
    month = months[0]
    assert (month.won, month.open, month.weighted, month.expected) == (1000, 600, 300, 1300)


def test_history_tells_how_long_a_deal_was_in_each_stage(staff):
    from django.utils import timezone

    from jejak.features.crm.actions.deals import move

    deal = make_deal(now=timezone.now() - timedelta(days=10))
    move(
        deal=deal,
        stage=DealStage.objects.get(key="proposal"),
        reason="",
        by=None,
        now=timezone.now() - timedelta(days=3),
    )
    page = staff.get(address("deal", deal.pk)).content.decode()
    assert "7 days" in page
    assert "3 days" in page
