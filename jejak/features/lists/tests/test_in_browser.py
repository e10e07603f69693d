"""What only a browser can say: a filter, many records and their undoing by keyboard alone."""

import pytest
from playwright.sync_api import expect

NAMES = ["B 1 Ayu", "F 2 Budi", "D 3 Siti"]


@pytest.fixture(scope="module")
def companies(shop):
    """The address of the list of companies."""
    return f"{shop.url}/app/records/company/"


def test_companies_are_filtered_tagged_and_undone_by_keyboard(shop, companies, page, axe):
    shop.sign_in(page)
    for name in NAMES:
        page.goto(f"{companies}new/")
        page.get_by_label("Name", exact=True).fill(name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    page.goto(f"{companies}?sort=name&own=1")
    axe(page)

    page.keyboard.press("f")
    page.keyboard.type("Name")
    page.locator("#ls-o").select_option("begins")
    page.locator("#ls-v").fill("b 1")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.locator(".ls-row")).to_have_count(1)

    page.goto(f"{companies}?sort=name&own=1")
    first = page.locator(".ls-row").first
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator(".ls-bulk__number")).to_have_text("2 chosen")
    axe(page)
    page.get_by_role("button", name="Tags").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Add these tags").fill("VIP")
    page.keyboard.press("Enter")
    expect(page.locator(".ls-done")).to_contain_text("2 records changed.")
    expect(page.locator(".ls-row .jk-pill")).to_have_count(2)
    page.keyboard.press("u")
    expect(page.locator(".ls-row .jk-pill")).to_have_count(0)
    expect(first).to_be_visible()


def test_a_list_fits_a_phone(shop, companies, phone, axe):
    shop.sign_in(phone)
    phone.goto(companies)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
