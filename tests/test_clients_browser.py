"""A web shop in a real browser with Segment's own script, on another origin than the server."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.counting import counted, told

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>{title}</title>
<script src="/analytics.js"></script>
<script>
  window.analytics = AnalyticsNext.AnalyticsBrowser.load({{ writeKey: {key}, cdnURL: {host} }}, {options});
</script><a href="/away.html">Away</a>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def web_shop(tmp_path, npm_file, shop) -> Iterator[object]:
    """Make the pages of a web shop, and return a function that gives their address."""
    (tmp_path / "analytics.js").write_bytes(
        npm_file("@segment/analytics-next/dist/umd/index.js").read_bytes()
    )
    (tmp_path / "away.html").write_text("<!doctype html><link rel=icon href='data:,'><title>Away</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def make(key: str, **options: object) -> str:
        page = PAGE.format(
            title="Shop", key=json.dumps(key), host=json.dumps(shop.url), options=json.dumps(options)
        )
        (tmp_path / "index.html").write_text(page)
        return f"http://127.0.0.1:{server.server_port}/index.html"

    yield make
    server.shutdown()
    server.server_close()


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
