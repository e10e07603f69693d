"""An answer as a file, and on other sites: signed, with an end, withdrawn at any time, and never people."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from jejak.features.insights import public
from jejak.measures.tests.makers import store
from jejak.questions import embedding
from jejak.questions.models import Embedding, Question
from jejak.staff.tests.makers import make_staff
from tests.access import ANALYST

pytestmark = pytest.mark.django_db
TREND = {"kind": "trends", "breakdown": "properties.who", "when": {"days": 7}}


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()
    public.calls = type(public.calls)()
    yield
    cache.clear()


@pytest.fixture
def analyst(client):
    client.force_login(make_staff("rini", ANALYST))
    return client


@pytest.fixture
def stored(eventlog):
    now = datetime.now(UTC)
    for i, who in enumerate(("siti@example.com", "=1+1", "web"), 1):
        store({"trail_id": i, "happened_at": now, "properties": f'{{"who": "{who}"}}'})


def kept(owner=None, **said):
    return Question.objects.create(
        **({"name": "By who", "asked": TREND, "owner": owner, "changed_at": datetime(2026, 11, 22, tzinfo=UTC)} | said)
    )  # fmt: skip


def embedded(**said):
    now = datetime.now(UTC)
    made = Embedding.objects.create(
        **({"question": kept(), "made_at": now, "expires_at": now + timedelta(days=1)} | said)
    )
    return reverse("insights_embedded", args=[embedding.token(made)])


def export(client, kind, picture=0):
    query = f"kind=trends&when.days=7&breakdown=properties.who&picture={picture}"
    return client.get(f"{reverse('insights:export', args=[kind])}?{query}")


def test_an_answer_is_taken_along_as_a_file(analyst, stored):
    numbers = export(analyst, "csv", picture=1)
    drawn, photo = export(analyst, "svg"), export(analyst, "png")

    rows = list(csv.reader(io.StringIO(numbers.content.decode().removeprefix("\ufeff"))))
    assert rows[0][:2] == ["Name", "Value"]
    assert sorted(row[0] for row in rows[1:]) == ["'=1+1", "siti@example.com", "web"]
    assert drawn.content.startswith(b"<svg")
    assert photo.content.startswith(b"\x89PNG")
    assert 'filename="touchpoints.png"' in photo["Content-Disposition"]


@pytest.mark.parametrize(("kind", "picture"), [("pdf", 0), ("csv", 9), ("csv", "x")])
def test_what_there_is_not_is_not_exported(analyst, stored, kind, picture):
    assert export(analyst, kind, picture).status_code == 404


def test_the_page_offers_its_files_and_its_link(analyst, stored):
    page = analyst.get(f"{reverse('insights:explore')}?kind=trends&when.days=7").content.decode()

    link = re.search(r'data-copy="http://testserver(/app/insights/explore/[^"]+)"', page)[1]
    assert "when.days=7" in link
    assert analyst.get(link.replace("&amp;", "&")).status_code == 200
    files = re.findall(r'href="(/app/insights/explore/as/[^"]+)"', page)
    assert len(files) == 6
    assert analyst.get(files[0].replace("&amp;", "&")).status_code == 200


def test_other_sites_show_numbers_and_never_people(client, stored):
    address = embedded(site="https://intranet.example")

    page = client.get(address)
    drawn = client.get(f"{address}picture.svg")

    assert "frame-ancestors https://intranet.example" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers
    assert "noindex" in page["X-Robots-Tag"]
    shown = page.content.decode()
    assert "By who" in shown
    assert "•••@•••" in shown
    for hidden in ("siti@example.com", "explore/people", "<script"):
        assert hidden not in shown
    assert drawn["Content-Type"] == "image/svg+xml"
    assert b"siti@" not in drawn.content


def test_an_address_that_ended_was_withdrawn_or_is_forged_leads_nowhere(client, analyst, stored):
    now = datetime.now(UTC)
    good = embedded()
    for address in (
        embedded(expires_at=now - timedelta(minutes=1)),
        embedded(revoked_at=now),
        embedded(question=kept(asked={"kind": "sql", "sql": "SELECT 1"})),
        re.sub(r"/embed/\d+:", "/embed/999:", good),
    ):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}picture.svg").status_code == 404
    assert client.get(good).status_code == 200


def test_it_is_made_and_withdrawn_by_whose_question_it_is(client, stored):
    rini, sari = make_staff("rini", ANALYST), make_staff("sari", ANALYST)
    question = kept(owner=rini, is_shared=True)
    places = reverse("insights:embeddings", args=[question.pk])

    client.force_login(sari)
    assert client.post(places, {"days": 30}).status_code != 200
    assert not Embedding.objects.exists()
    client.force_login(rini)
    client.post(places, {"days": 30, "site": "https://intranet.example/"})
    made = Embedding.objects.get()
    assert (made.site, made.made_by) == ("https://intranet.example", rini)
    address = reverse("insights_embedded", args=[embedding.token(made)])
    assert address in client.get(places).content.decode()
    assert client.get(address).status_code == 200

    client.post(reverse("insights:withdraw_embedding", args=[question.pk, made.pk]))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "site", ["intranet", "javascript:alert(1)", "https://a.example; script-src *", "https://a.example/path"]
)
def test_a_site_that_is_none_is_refused_beside_its_field(client, stored, site):
    rini = make_staff("rini", ANALYST)
    client.force_login(rini)
    page = client.post(reverse("insights:embeddings", args=[kept(owner=rini).pk]), {"days": 30, "site": site})

    assert "site" in page.context["form"].errors
    assert not Embedding.objects.exists()


def test_an_address_that_is_asked_for_too_often_has_to_wait(client, stored, monkeypatch):
    monkeypatch.setattr(public, "_PER_MINUTE", 1)
    address = embedded()

    assert [client.get(address).status_code for _ in range(3)][-1] == 429
