"""Staff, teams, tokens, the audit log and the docs of the API, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

PAGES = [
    "/app/settings/teams/",
    "/app/settings/teams/add/",
    "/app/settings/tokens/",
    "/app/settings/tokens/add/",
    "/app/settings/audit/",
    "/app/users/new/",
    "/api/v1/docs",
]


@pytest.fixture(scope="module")
def cookies(chromium, shop):
    """Signed in once for the whole file."""
    context = chromium.new_context()
    shop.sign_in(context.new_page())
    yield context.cookies()
    context.close()


@pytest.fixture
def desk(page: Page, shop, cookies):
    page.context.add_cookies(cookies)
    page.base = shop.url
    return page


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_accessible_by_day_and_by_night(desk: Page, axe, path):
    desk.goto(desk.base + path)
    for scheme in ("light", "dark"):
        desk.emulate_media(color_scheme=scheme)
        axe(desk)


def test_no_page_is_wider_than_a_phone(phone: Page, shop, cookies):
    phone.context.add_cookies(cookies)
    for path in PAGES:
        phone.goto(shop.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_a_token_is_made_tried_and_revoked(desk: Page, shop):
    desk.goto(f"{desk.base}/app/settings/tokens/add/")
    desk.get_by_label("Name").fill("Stock system")
    desk.get_by_label("Read everything").check()
    desk.get_by_role("button", name="Make the token").click()
    secret = desk.locator(".st-secret code").inner_text()

    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    assert shop.get("/api/v1/me", **call).json()["username"] == "admin"
    desk.goto(f"{desk.base}/app/settings/tokens/")
    desk.get_by_role("button", name="Revoke Stock system").click()
    expect(desk.locator("tbody")).to_contain_text("Revoked")
    assert shop.get("/api/v1/me", **call).status == 401

    desk.goto(f"{desk.base}/app/settings/audit/")
    expect(desk.locator("tbody")).to_contain_text("token revoked")
