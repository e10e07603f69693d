"""A pytest plugin: pages in a real Chromium. What goes wrong in one fails the test."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import needs

# All but loopback goes to a proxy that is not there: refused at once, and no name server is asked.
ARGUMENTS = [
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1;localhost",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# One for each file: Playwright's loop stays in the thread, and Django refuses to work beside it.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser of one test file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browser_faults() -> list[str]:
    """What went wrong in the test's pages: errors on the console, and requests to other hosts."""
    return []


@pytest.fixture
def context(chromium: Browser, browser_faults: list[str]) -> Iterator[BrowserContext]:
    """A browser without cookies, as wide as a laptop."""
    with _watched(chromium, browser_faults, viewport={"width": 1280, "height": 800}) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()


@pytest.fixture
def phone(chromium: Browser, browser_faults: list[str]) -> Iterator[Page]:
    """An empty page on a phone."""
    viewport = {"width": 390, "height": 844}
    with _watched(chromium, browser_faults, viewport=viewport, has_touch=True, is_mobile=True) as context:
        yield context.new_page()


@pytest.fixture
def axe() -> Callable[..., None]:
    """Check a page against WCAG 2.2 AA with axe-core, and fail with what it found."""
    script = (needs.npm_packages() / "axe-core" / "axe.min.js").read_text()

    def check(page: Page, *, within: str = "", allow: Iterable[str] = ()) -> None:
        page.evaluate(script)
        rules = {"runOnly": WCAG, "resultTypes": ["violations"]}
        found = page.evaluate("([within, rules]) => axe.run(within || document, rules)", [within, rules])
        lines = [
            f"{violation['id']}: {violation['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
            for violation in found["violations"]
            if violation["id"] not in set(allow)
            for node in violation["nodes"]
        ]
        if lines:
            pytest.fail(f"{page.url} is not accessible:\n" + "\n".join(lines))

    return check


@contextmanager
def _watched(chromium: Browser, faults: list[str], **options: Any) -> Iterator[BrowserContext]:
    """Open a browser context, and fail the test for every fault that is left at its end."""
    context = chromium.new_context(
        locale="en-GB", timezone_id="Asia/Jakarta", reduced_motion="reduce", **options
    )
    context.on(
        "console", lambda said: _note(faults, f"console: {said.text}") if said.type == "error" else None
    )
    context.on("weberror", lambda thrown: _note(faults, f"error: {thrown.error}"))
    context.on(
        "request", lambda asked: _note(faults, f"other host: {asked.url}") if _elsewhere(asked.url) else None
    )
    yield context
    context.close()
    if faults:
        pytest.fail("In the browser:\n" + "\n".join(faults))


def _note(faults: list[str], fault: str) -> None:
    faults.append(fault)


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"127.0.0.1", "localhost"}
