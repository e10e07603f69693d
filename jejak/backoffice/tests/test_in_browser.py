"""The frame as people meet it: by eye, by keyboard, on a phone, by night."""

import csv
import io

import pytest
from playwright.sync_api import Page, expect

PAGES = ["/app/", "/app/settings/", "/app/users/", "/app/account/", "/app/operations/"]


@pytest.fixture(scope="module")
def builders(make_server):
    """An empty server that shows the page of components."""
    server = make_server(JEJAK_DEBUG="1")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cookies(chromium, builders):
    """What a browser keeps after signing in."""
    context = chromium.new_context()
    builders.sign_in(context.new_page())
    yield context.cookies()
    context.close()


@pytest.fixture
def desk(page: Page, builders, cookies):
    """A browser on a desk, signed in, at home."""
    page.context.add_cookies(cookies)
    page.goto(f"{builders.url}/app/")
    page.base = builders.url
    return page


@pytest.fixture
def hand(phone: Page, builders, cookies):
    """A phone, signed in, at home."""
    phone.context.add_cookies(cookies)
    phone.goto(f"{builders.url}/app/")
    phone.base = builders.url
    return phone


def everything(page: Page) -> None:
    """Scroll through a page, so that all its charts are drawn."""
    page.evaluate("document.querySelectorAll('[data-chart]').forEach((chart) => chart.scrollIntoView())")
    for chart in page.locator("[data-chart][data-ready]").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-drawn", "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_is_accessible(page: Page, builders, axe, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{builders.url}/app/login/")
    axe(page)
    page.get_by_role("button", name="Bahasa Indonesia").click()
    expect(page.locator("html")).to_have_attribute("lang", "id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_is_accessible(desk: Page, axe, scheme):
    desk.emulate_media(color_scheme=scheme)
    desk.goto(f"{desk.base}/app/components/")
    everything(desk)
    axe(desk)


@pytest.mark.parametrize("path", PAGES)
def test_our_own_pages_are_accessible(desk: Page, axe, path):
    desk.goto(desk.base + path)
    axe(desk)


@pytest.mark.parametrize("path", ["/app/", "/app/components/", "/app/users/", "/app/account/"])
def test_no_page_is_wider_than_a_phone(hand: Page, axe, path):
    hand.goto(hand.base + path)
    assert hand.evaluate("document.documentElement.scrollWidth") <= 390
    axe(hand)


def test_the_menu_of_a_phone_opens_and_closes(hand: Page):
    menu = hand.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    hand.get_by_role("button", name="Menu").click()
    menu.get_by_role("link", name="Settings").click()
    expect(hand.get_by_role("heading", level=1)).to_have_text("Settings")
    expect(menu).to_be_hidden()


def test_a_key_leads_to_the_search(desk: Page):
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("searchbox", name="Find a person")).to_be_focused()


def test_the_first_key_leads_past_the_menu(desk: Page):
    desk.goto(f"{desk.base}/app/settings/")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to main content")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


def test_the_sidebar_stays_narrow_until_it_is_made_wide_again(desk: Page):
    desk.get_by_role("button", name="Make the sidebar narrow or wide").click()
    desk.goto(f"{desk.base}/app/settings/")
    expect(desk.locator("body")).to_have_class("jk-body sidebar-collapsed")
    expect(desk.get_by_role("link", name="Home", exact=True)).to_be_visible()
    desk.get_by_role("button", name="Make the sidebar narrow or wide").click()
    expect(desk.locator("body")).to_have_class("jk-body")


def test_night_is_chosen_in_the_account_menu(desk: Page):
    desk.get_by_role("button", name="admin").click()
    desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("html")).to_have_class("w-theme-dark w-density-default w-contrast-system")
    expect(desk.locator("main").first).to_have_css("background-color", "rgb(18, 24, 20)")
    desk.get_by_role("button", name="admin").click()
    desk.get_by_role("button", name="As the device").click()
    expect(desk.locator("html")).to_have_class("w-theme-system w-density-default w-contrast-system")


def test_charts_are_drawn_anew_when_the_theme_changes(desk: Page):
    desk.goto(f"{desk.base}/app/components/")
    everything(desk)
    day, night = (
        desk.locator(
            f"[data-chart=bar] svg path[fill='rgb({r}, {g}, {b})'], svg path[fill='rgb({r},{g},{b})']"
        )
        for r, g, b in ((20, 102, 74), (98, 201, 155))
    )
    expect(night).to_have_count(0)
    expect(day).not_to_have_count(0)
    desk.emulate_media(color_scheme="dark")
    expect(night).not_to_have_count(0)
    expect(day).to_have_count(0)


def test_the_table_of_a_chart_opens_by_keyboard(desk: Page):
    desk.goto(f"{desk.base}/app/components/")
    chart = desk.locator("[data-chart=line]").first
    expect(chart.get_by_role("table")).to_be_hidden()
    chart.get_by_role("button", name="Table").focus()
    desk.keyboard.press("Enter")
    expect(chart.get_by_role("table")).to_be_visible()
    expect(chart.get_by_role("button", name="Table")).to_have_attribute("aria-expanded", "true")


def test_a_chart_can_be_taken_along_as_csv_and_as_picture(desk: Page):
    desk.goto(f"{desk.base}/app/components/")
    chart = desk.locator("[data-chart=bar]").first
    everything(desk)
    with desk.expect_download() as download:
        chart.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "csat-by-channel.csv"
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert rows[0] == ["Channel", "CSAT (1–5)", "95 % interval", "n"]
    assert rows[1] == ["WhatsApp", "4.31", "4.2299999999999995 4.39", "812"]

    with desk.expect_download() as download:
        chart.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename == "csat-by-channel.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_without_javascript_tables_take_the_place_of_charts(chromium, builders, cookies):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{builders.url}/app/components/")
    expect(page.locator("[data-chart=line]").first.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("button", name="Table").first).to_be_hidden()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    context.close()
