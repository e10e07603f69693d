"""A web shop in a real browser with Segment's own script, on another origin than the server."""

import json

import pytest

from tests.counting import counted, told
from tests.other_origin import web_site

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>{title}</title>
<script src="/analytics.js"></script>
<script>
  window.analytics = AnalyticsNext.AnalyticsBrowser.load({{ writeKey: {key}, cdnURL: {host} }}, {options});
</script><a href="/away.html">Away</a>"""


@pytest.fixture
def web_shop(tmp_path, npm_file, shop):
    """Make the page of a web shop, and return a function that gives its address."""
    script = npm_file("@segment/analytics-next/dist/umd/index.js")
    (tmp_path / "analytics.js").write_bytes(script.read_bytes())
    with web_site(tmp_path) as site:

        def make(key, **options):
            given = {"key": key, "host": shop.url, "options": options}
            page = PAGE.format(title="Shop", **{name: json.dumps(value) for name, value in given.items()})
            (tmp_path / "index.html").write_text(page)
            return f"{site}/index.html"

        yield make


def test_a_visit_is_in_the_log_once_and_of_one_person(shop, page, web_shop):
    key = shop.run("source", "add", "segment-browser", "--channel", "web").stdout.strip()
    page.goto(web_shop(key))
    page.evaluate(
        """async () => {
            await analytics.page("Home");
            await analytics.track("Looked");
            await analytics.identify("u-browser", { email: "u-browser@example.com" });
            for (let n = 0; n < 20; n += 1) await analytics.track("Order Completed", { total: 125000.5, n });
            await analytics.group("acme", { name: "Acme" });
        }"""
    )

    assert counted(shop, "segment-browser", 24) == {
        "Company Joined": 1,
        "Identified": 1,
        "Looked": 1,
        "Order Completed": 20,
        "Page Viewed": 1,
    }
    assert told(shop, "uniqExact(person_id)", "segment-browser") == 1
    assert told(shop, "any(channel)", "segment-browser") == "web"
    # The client repeats its key in every message; the log is no place for it.
    assert told(shop, f"countIf(position(message, '{key}') > 0)", "segment-browser") == 0


@pytest.mark.parametrize(
    ("strategy", "config"),
    [("standard", {"keepalive": True}), ("batching", {"size": 50, "timeout": 60_000})],
)
def test_what_happens_while_the_visitor_leaves_is_kept(shop, page, web_shop, strategy, config):
    source = f"leaving-{strategy}"
    key = shop.add_source(source)
    page.goto(
        web_shop(
            key, integrations={"Segment.io": {"deliveryStrategy": {"strategy": strategy, "config": config}}}
        )
    )
    page.evaluate("analytics.page('Home')")
    page.evaluate(
        """async () => {
            for (let n = 0; n < 5; n += 1) await analytics.track("Cart Left", { n });
            document.querySelector("a").click();
        }"""
    )
    page.wait_for_url("**/away.html")

    assert counted(shop, source, 6) == {"Cart Left": 5, "Page Viewed": 1}
    assert told(shop, "uniqExact(message_id)", source) == 6
    assert told(shop, "uniqExact(person_id)", source) == 1
