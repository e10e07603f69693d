"""Audiences as people build them: on the demo, in a real browser, by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture(scope="module")
def cookies(chromium, demo_shop):
    """Signed in once for the whole file."""
    context = chromium.new_context()
    demo_shop.sign_in(context.new_page())
    yield context.cookies()
    context.close()


@pytest.fixture
def desk(page: Page, demo_shop, cookies):
    page.context.add_cookies(cookies)
    page.base = demo_shop.url
    return page


def add(page: Page, path: str, kind: str) -> None:
    """Add a block by keyboard alone."""
    page.locator(f"#{path} > .audiences-add > summary").focus()
    page.keyboard.press("Enter")
    page.locator(f"#{path} > .audiences-add button[value='add:{path.replace('-', '.')}:{kind}']").focus()
    page.keyboard.press("Enter")


def build(page: Page, name: str) -> None:
    page.goto(f"{page.base}/app/audiences/new/")
    page.get_by_label("Name").fill(name)
    add(page, "c", "did")
    page.locator("#c-conditions-0 [name$='what.names']").fill("Order Completed")
    page.keyboard.press("Tab")
    expect(page.locator("#c-conditions-0 [name$='what.names']")).to_have_value("Order Completed")
    expect(page.locator("#live")).to_contain_text(re.compile(r"[\d,]+ people"))
    page.wait_for_timeout(500)  # A count still on its way would draw over what is added next.


def test_an_audience_is_built_by_keyboard_with_its_count_and_examples(desk: Page):
    build(desk, "Buyers of late")
    expect(desk.locator("#live .audiences-people li")).to_have_count(5)
    many = int(re.sub(r"\D", "", desk.locator(".audiences-live__size").inner_text()))
    assert many > 50

    desk.locator("#c-conditions-0-times").fill(
        "3"
    )  # Typing is enough; nothing is drawn anew under the fingers.
    expect(desk.locator(".audiences-live__size")).not_to_have_text(re.compile(rf"^{many:,} "))
    desk.get_by_role("button", name="Save").last.press("Enter")
    expect(desk.get_by_role("heading", name="Buyers of late")).to_be_visible()
    expect(desk.locator("#main")).to_contain_text(
        "had “Order Completed” at least 3 times in the last 30 days"
    )
    # The thread of the serving process works it out without being asked.
    expect(desk.locator(".audiences-live__size")).to_be_visible(timeout=30_000)
    desk.reload()
    desk.get_by_role("link", name="Why?").first.click()
    expect(desk.locator(".audiences-verdict--yes").first).to_be_visible()


def test_what_is_wrong_is_said_beside_its_field_while_editing(desk: Page):
    build(desk, "Wrong")
    desk.locator("#c-conditions-0-times").fill("1.5")
    desk.keyboard.press("Tab")
    expect(desk.locator("#c-conditions-0-times-error")).to_contain_text("is no whole number")
    expect(desk.locator("#live")).to_contain_text("Something is still missing.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(desk: Page, axe, scheme):
    desk.emulate_media(color_scheme=scheme)
    build(desk, "Accessible")
    add(desk, "c", "sequence")
    expect(desk.locator("#c-conditions-1")).to_be_visible()
    add(desk, "c", "any")
    expect(desk.locator("#c-conditions-2")).to_be_visible()
    axe(desk)
    for path in ("/app/audiences/", "/app/audiences/overlap/", "/app/audiences/new/list/"):
        desk.goto(desk.base + path)
        axe(desk)


def test_no_page_is_wider_than_a_phone(phone: Page, demo_shop, cookies):
    phone.context.add_cookies(cookies)
    phone.base = demo_shop.url
    build(phone, "On a phone")
    add(phone, "c", "sequence")
    expect(phone.locator("#c-conditions-1")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.goto(f"{phone.base}/app/audiences/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
