"""Take the pictures of the README: `make pictures`. A fresh install with the demo, a real browser, pictures in docs/images.

The demo is the same each time; only its dates follow the day.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests import needs
from tests.postgresql import free_port

IMAGES = Path(__file__).parent.parent / "docs" / "images"
JEJAK = Path(sys.executable).parent / "jejak"
PASSWORD = "only-for-pictures"
_WAIT_SECONDS = 300


def _home(page: Page) -> None:
    page.wait_for_selector("#callers")


def _person(page: Page) -> None:
    page.locator("#callers a").first.click()
    page.wait_for_selector(".jk-timeline")


def _board(page: Page) -> None:
    page.goto(_address(page, "/app/deals/"))


def _people(page: Page) -> None:
    page.goto(_address(page, "/app/records/person/"))


def _insights(page: Page) -> None:
    page.goto(_address(page, "/app/insights/"))


PICTURES: dict[str, tuple[Callable[[Page], None], str]] = {
    "home": (_home, "light"),
    "person": (_person, "light"),
    "deals": (_board, "light"),
    "people": (_people, "light"),
    "insights": (_insights, "light"),
    "home-dark": (_home, "dark"),
}


def take() -> None:
    """Start Jejak with the demo, and take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        port = free_port()
        settings = {
            **os.environ,
            "JEJAK_HOME": home,
            "JEJAK_ADMIN_PASSWORD": PASSWORD,
            "JEJAK_LOG_LEVEL": "WARNING",
        }
        told = Path(home) / "told.txt"
        with told.open("w") as out:
            server = subprocess.Popen(
                [JEJAK, "up", "--port", str(port)], env=settings, stdout=out, stderr=out
            )
        try:
            _wait_for_demo(told)
            _all(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait(30)


def _all(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needs.chromium(), args=["--disable-background-networking"]
        )
        for name, (go, scheme) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": 1280, "height": 860},
                color_scheme=scheme,  # type: ignore[arg-type]
                locale="en-GB",
                timezone_id="Asia/Jakarta",
                device_scale_factor=1,
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto(f"{address}/app/login/")
            page.fill("input[name=username]", "admin")
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/app/")
            go(page)
            with suppress(Exception):  # A page that goes on asking is never idle.
                page.wait_for_load_state("networkidle", timeout=5_000)
            page.wait_for_timeout(1_500)
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
            print(f"docs/images/{name}.png", flush=True)
        browser.close()


def _wait_for_demo(told: Path) -> None:
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        text = told.read_text()
        if re.search(r"^Made: ", text, re.MULTILINE):
            return
        time.sleep(1)
    raise SystemExit(f"The demo was not made within {_WAIT_SECONDS} seconds:\n{text}")


def _address(page: Page, path: str) -> str:
    return re.sub(r"(https?://[^/]+).*", r"\1", page.url) + path


if __name__ == "__main__":
    take()
