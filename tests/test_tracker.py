"""Our own script on somebody's page, in a real browser, on another origin than the server."""

import pytest

from tests.counting import counted, told
from tests.other_origin import web_site

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Shop</title>
<script async src="{host}/jejak.js" data-key="{key}"></script>
<script>
  window.jejak = window.jejak || [];
  jejak.push(["track", "Looked", {{ sku: "S-1" }}]);
</script><a href="/away.html">Away</a>"""


@pytest.fixture
def web_shop(tmp_path, shop):
    """Make the page of a web shop, and return a function that gives its address."""
    with web_site(tmp_path) as site:

        def make(key):
            (tmp_path / "index.html").write_text(PAGE.format(host=shop.url, key=key))
            return f"{site}/index.html?utm_source=news&utm_campaign=c1"

        yield make


def test_a_visit_is_followed_to_its_last_moment(shop, page, web_shop):
    key = shop.add_source("tracker")
    page.goto(web_shop(key))
    page.wait_for_function("Boolean(window.jejak.track)")
    page.evaluate(
        """() => {
            jejak.identify("u-tracker", { email: "u-tracker@example.com" });
            history.pushState({}, "", "/cart");
        }"""
    )
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            for (let n = 0; n < 30; n += 1) jejak.track("Cart Left", { n });
            document.querySelector("a").click();
        }"""
    )
    page.wait_for_url("**/away.html")

    assert counted(shop, "tracker", 34) == {"Cart Left": 30, "Identified": 1, "Looked": 1, "Page Viewed": 2}
    assert told(shop, "uniqExact(person_id)", "tracker") == 1
    assert (
        told(shop, "any(JSONExtractString(context, 'campaign', 'name'))", "tracker", "name = 'Looked'")
        == "c1"
    )
    assert told(shop, "groupUniqArray(toString(channel))", "tracker") == ["web"]


def test_whoever_asks_not_to_be_followed_is_not(shop, context, web_shop):
    key = shop.add_source("unfollowed")
    sent = []
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    page = context.new_page()
    page.on("request", lambda request: sent.append(request.url))
    page.goto(web_shop(key))
    page.wait_for_function("Boolean(window.jejak.track)")
    page.evaluate("jejak.track('Cart Left')")
    page.wait_for_timeout(1500)

    assert not [url for url in sent if "/v1/" in url]
    assert page.evaluate("Object.keys(localStorage)") == []


def test_what_was_not_taken_is_sent_again(shop, page, web_shop, browser_faults):
    key = shop.add_source("retried")
    refusals = [503, 429]

    def refuse_twice(route):
        if not refusals:
            return route.continue_()
        headers = {
            "Retry-After": "1",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After",
        }
        return route.fulfill(status=refusals.pop(), headers=headers, body="{}")

    page.route("**/v1/batch", refuse_twice)
    with page.expect_response(lambda reply: reply.url.endswith("/v1/batch") and reply.ok):
        page.goto(web_shop(key))

    assert counted(shop, "retried", 2) == {"Looked": 1, "Page Viewed": 1}
    assert len(browser_faults) == 2  # The two answers that were meant.
    browser_faults.clear()
