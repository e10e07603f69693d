"""Links without a login: numbers only, until they end or are withdrawn."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from jejak.features.dashboards import links, public
from jejak.features.dashboards.models import Link, Tile
from jejak.features.dashboards.tests.makers import make_dashboard, make_question
from jejak.questions.tests.makers import busy
from jejak.staff.roles import LEAD, SUPPORT
from jejak.staff.tests.makers import make_staff

pytestmark = pytest.mark.django_db(databases=["default", "inlet"])


@pytest.fixture(autouse=True)
def _anew(eventlog):
    cache.clear()
    public.calls.forget()


def make_link(*tiles, days=7, **own):
    now = datetime.now(UTC)
    own = {"made_at": now, "expires_at": now + timedelta(days=days)} | own
    return Link.objects.create(dashboard=make_dashboard(*tiles, is_shared=False), **own)


def opened(client, link, lane=""):
    name, args = ("dashboards_link_lane", [lane]) if lane else ("dashboards_link", [])
    return client.get(reverse(name, args=[links.token(link), *args]))


def test_a_link_shows_numbers_to_anybody_and_to_no_search_engine(client):
    link = make_link(("measure", {"measure": "touchpoints"}))
    page = opened(client, link)
    assert page.status_code == 200
    assert (page["X-Robots-Tag"], page["Cache-Control"]) == ("noindex, nofollow", "private, no-store")
    assert page["Referrer-Policy"] == "no-referrer"
    assert "jk-stat__value" in opened(client, link, "numbers").content.decode()
    link.refresh_from_db()
    assert link.last_seen_at is not None


def test_people_are_never_on_it_and_their_words_only_where_they_are_wanted(client):
    what = [("quotes", {}), ("list", {"of": "people", "whose": "x"}), ("measure", {"measure": "people"})]
    plain, with_words = make_link(*what), make_link(*what, with_words=True)

    def kinds(link):
        page = opened(client, link).content.decode()
        return [tile.kind for tile in link.dashboard.tiles.all() if f'id="tile-{tile.pk}"' in page]

    assert kinds(plain) == ["measure"]
    assert kinds(with_words) == ["quotes", "measure"]


def test_a_question_that_is_broken_down_by_what_people_wrote_stays_inside(client):
    busy(8)
    link = make_link()
    asked = {"kind": "trends", "breakdown": "properties.coupon"}
    Tile.objects.create(dashboard=link.dashboard, kind="question", question=make_question(asked=asked))
    assert "shown to staff alone" in opened(client, link, "answers").content.decode()


@pytest.mark.parametrize("fault", ["ended", "withdrawn", "wrong", "of another key"])
def test_a_link_that_leads_nowhere_says_so_kindly(client, fault):
    link = make_link(("text", {"text": "secret"}))
    token = links.token(link)
    if fault == "ended":
        Link.objects.update(expires_at=datetime.now(UTC))
    elif fault == "withdrawn":
        Link.objects.update(revoked_at=datetime.now(UTC))
    elif fault == "wrong":
        token = f"{link.pk}:{'x' * 43}"
    else:
        token = token.replace(str(link.pk), "99", 1)
    for name, args in (("dashboards_link", []), ("dashboards_link_lane", ["numbers"])):
        page = client.get(reverse(name, args=[token, *args]))
        assert page.status_code == 404
        assert "Ask whoever gave it to you for a new one." in page.content.decode()


def test_who_asks_too_often_is_told_to_wait(client, monkeypatch):
    monkeypatch.setattr(public, "_PER_MINUTE", 2)
    link = make_link()
    assert [opened(client, link).status_code for _ in range(3)] == [200, 200, 429]


def test_a_link_is_made_and_withdrawn_by_who_made_the_dashboard_and_may(client):
    lead = make_staff("Siti", LEAD)
    client.force_login(lead)
    board = make_dashboard(owner=lead)
    url = reverse("dashboards:links", args=[board.pk], query={"days": "90", "channel": "web"})
    client.post(url, {"label": "Board", "days": "30"})
    link = board.links.get()
    assert (link.label, link.filters, link.with_words) == ("Board", {"days": "90", "channel": "web"}, False)
    assert link.expires_at - link.made_at == timedelta(days=30)
    assert links.token(link) in client.get(url).content.decode()
    client.post(reverse("dashboards:withdraw", args=[board.pk, link.pk]))
    assert opened(client, link).status_code == 404


def test_support_makes_dashboards_and_no_links(client):
    support = make_staff("Budi", SUPPORT)
    client.force_login(support)
    board = make_dashboard(owner=support)
    client.post(reverse("dashboards:links", args=[board.pk]), {"label": "x", "days": "7"})
    assert not board.links.exists()
