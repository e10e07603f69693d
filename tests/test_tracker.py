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


JUMPY = """<script>
  addEventListener("click", () => { const end = performance.now() + 120; while (performance.now() < end); });
  setTimeout(() => { document.body.prepend(Object.assign(document.createElement("div"), { style: "height: 300px" })); }, 300);
</script><button>Slow</button>"""


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

    assert counted(shop, "tracker", 35) == {
        "Cart Left": 30, "Identified": 1, "Looked": 1, "Page Viewed": 2, "Web Vitals Measured": 1,
    }  # fmt: skip
    vitals = "name = 'Web Vitals Measured'"
    assert 0 < told(shop, "any(properties.lcp_ms.:Int64)", "tracker", vitals) < 60_000
    assert told(shop, "any(toFloat64(properties.cls))", "tracker", vitals) == 0
    assert told(shop, "any(toString(properties.path))", "tracker", vitals) == "/index.html"
    assert told(shop, "uniqExact(person_id)", "tracker") == 1
    assert (
        told(shop, "any(JSONExtractString(context, 'campaign', 'name'))", "tracker", "name = 'Looked'")
        == "c1"
    )
    assert told(shop, "groupUniqArray(toString(channel))", "tracker") == ["web"]


def test_a_jumpy_and_slow_page_says_so_when_it_is_hidden(shop, page, web_shop, tmp_path):
    key = shop.add_source("vitals")
    address = web_shop(key)
    with (tmp_path / "index.html").open("a") as html:
        html.write(JUMPY)
    page.goto(address)
    page.wait_for_function("Boolean(window.jejak.track)")
    page.wait_for_timeout(900)
    page.get_by_role("button", name="Slow").click()
    page.wait_for_timeout(600)
    for _ in range(2):  # Only the first time counts.
        page.evaluate(
            """() => {
                Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
                dispatchEvent(new Event("visibilitychange"));
            }"""
        )

    assert counted(shop, "vitals", 3) == {"Looked": 1, "Page Viewed": 1, "Web Vitals Measured": 1}
    measured = "name = 'Web Vitals Measured'"
    assert told(shop, "any(properties.inp_ms.:Int64)", "vitals", measured) >= 100
    assert told(shop, "any(toFloat64(properties.cls))", "vitals", measured) > 0


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
