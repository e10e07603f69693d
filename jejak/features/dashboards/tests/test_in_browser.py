"""Dashboards as people use them: on the demo, in a real browser, by pointer and by keyboard."""

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


def ready(page: Page, name: str) -> str:
    """Make a ready-made dashboard, wait for its tiles, and return its address."""
    page.goto(f"{page.base}/app/dashboards/")
    page.locator(".dash-ready__one", has_text=name).click()
    page.wait_for_url(re.compile(r"/app/dashboards/\d+/$"))
    expect(page.locator(".dash-tile__waits")).to_have_count(0, timeout=30_000)
    return page.url


def titles(page: Page) -> list[str]:
    return page.locator(".dash-tile").evaluate_all("all => all.map(one => one.dataset.tile)")


def test_a_ready_made_one_is_full_of_numbers_with_one_click(desk: Page):
    ready(desk, "Leadership")
    expect(desk.locator(".jk-stat__value").first).to_have_text(re.compile(r"\d"))
    expect(desk.locator(".dash-quotes li").first).to_be_visible()
    expect(desk.locator('[data-chart="map"][data-drawn]')).to_be_visible()


def test_filters_stay_in_the_address(desk: Page):
    ready(desk, "Marketing")
    desk.get_by_label("Window").select_option("90")
    expect(desk).to_have_url(re.compile("days=90"))
    expect(desk.locator(".dash-tile__waits")).to_have_count(0, timeout=30_000)
    desk.reload()
    expect(desk.get_by_label("Window")).to_have_value("90")


def test_tiles_are_arranged_by_keyboard_said_aloud_and_stay(desk: Page):
    url = ready(desk, "Store")
    before = titles(desk)
    desk.get_by_role("button", name="Arrange").press("Enter")
    handle = desk.locator("[data-move]").first
    expect(handle).to_be_focused()
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-say]")).to_have_text(re.compile(r"place 2 of \d"))
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("[data-say]")).to_have_text(re.compile(r"4 of 12 columns wide, 1 rows high"))
    desk.locator(".dash-arranging [data-arrange-save]").press("Enter")
    expect(desk.locator("[data-say]")).to_have_text("The arrangement is saved.")
    desk.goto(url)
    assert titles(desk) == [before[1], before[0], *before[2:]]
    assert desk.locator(".dash-tile").nth(1).get_attribute("data-width") == "4"


def test_tiles_are_arranged_by_dragging(desk: Page):
    url = ready(desk, "Support")
    before = titles(desk)
    desk.get_by_role("button", name="Arrange").click()
    handle, other = (
        desk.locator("[data-move]").first.bounding_box(),
        desk.locator(".dash-tile").nth(2).bounding_box(),
    )
    desk.mouse.move(handle["x"] + 10, handle["y"] + 10)
    desk.mouse.down()
    desk.mouse.move(other["x"] + other["width"] * 0.8, other["y"] + other["height"] / 2, steps=8)
    desk.mouse.up()
    desk.locator(".dash-arranging [data-arrange-save]").click()
    expect(desk.locator("[data-say]")).to_have_text("The arrangement is saved.")
    desk.goto(url)
    assert titles(desk) == [before[1], before[2], before[0], *before[3:]]


def test_who_saves_second_is_told_and_keeps_their_arrangement(desk: Page, browser_faults):
    url = ready(desk, "Product")
    other = desk.context.new_page()
    other.goto(url)
    before = titles(desk)
    for page in (desk, other):
        page.get_by_role("button", name="Arrange").click()
    other.locator("[data-move]").nth(1).focus()
    other.keyboard.press("ArrowRight")
    other.locator(".dash-arranging [data-arrange-save]").click()
    expect(other.locator("[data-say]")).to_have_text("The arrangement is saved.")

    desk.locator("[data-move]").first.focus()
    desk.keyboard.press("ArrowRight")
    desk.locator(".dash-arranging [data-arrange-save]").click()
    expect(desk.locator("[data-conflict]")).to_contain_text("Your arrangement is still here.")
    assert len(browser_faults) == 1  # The answer 409 that was meant.
    browser_faults.clear()
    desk.get_by_role("button", name="Save mine all the same").press("Enter")
    expect(desk.locator("[data-say]")).to_have_text("The arrangement is saved.")
    desk.goto(url)
    assert titles(desk) == [before[1], before[0], *before[2:]]


def test_a_tile_shows_before_it_is_put_there(desk: Page):
    url = ready(desk, "Store")
    desk.goto(f"{url}tiles/add/")
    desk.get_by_label("Number", exact=True).select_option("people")
    desk.get_by_label("Shown as").select_option("channel")
    expect(desk.locator('#preview [data-chart="bar"]')).to_be_visible()
    desk.get_by_role("button", name="Put it there").click()
    desk.wait_for_url(url)
    expect(desk.locator('.dash-tile [data-chart="bar"]')).to_be_visible(timeout=15_000)


def test_a_link_leads_others_to_the_numbers_until_it_is_withdrawn(desk: Page, chromium):
    url = ready(desk, "Leadership")
    desk.goto(f"{url}links/")
    desk.get_by_label("For whom").fill("The board")
    desk.get_by_role("button", name="Make the link").click()
    link = desk.locator(".jk-copy code").inner_text()
    other = chromium.new_context().new_page()
    other.goto(link)
    expect(other.locator(".jk-stat__value").first).to_have_text(re.compile(r"\d"), timeout=15_000)
    expect(other.locator(".dash-quotes")).to_have_count(0)
    desk.get_by_role("button", name="Withdraw").click()
    other.goto(link)
    expect(other.get_by_role("heading", name="This link leads nowhere")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(desk: Page, axe, scheme):
    desk.emulate_media(color_scheme=scheme)
    url = ready(desk, "Leadership")
    axe(desk)
    desk.get_by_role("button", name="Arrange").click()
    axe(desk)
    for path in (
        "",
        f"{url}tiles/add/",
        f"{url}tiles/add/?kind=list",
        f"{url}links/",
        f"{url}change/",
        f"{url}wall/",
    ):
        desk.goto(path or f"{desk.base}/app/dashboards/")
        desk.wait_for_load_state("networkidle")
        axe(desk)


def test_no_page_is_wider_than_a_phone(phone: Page, demo_shop, cookies):
    phone.context.add_cookies(cookies)
    phone.base = demo_shop.url
    url = ready(phone, "Leadership")
    for path in ("", "tiles/add/", "links/", "wall/", "change/"):
        phone.goto(url + path)
        phone.wait_for_load_state("networkidle")
        assert phone.evaluate("document.documentElement.scrollWidth") <= phone.viewport_size["width"], path
