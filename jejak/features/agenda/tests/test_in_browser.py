"""Tasks, notes and the calendar as people use them, in a real browser: by mouse, by keyboard, on a phone, by night."""

import pytest
from playwright.sync_api import Page, expect

PAGES = [
    "/app/tasks/", "/app/tasks/1/", "/app/tasks/notices/", "/app/calendar/", "/app/calendar/?view=month",
    "/app/calendar/plan/", "/app/calendar/meetings/1/", "/app/calendar/address/", "/app/calendar/import/",
]  # fmt: skip


@pytest.fixture(scope="module")
def office(make_server):
    server = make_server()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def cookies(chromium, office):
    """Signed in once, with a task, a meeting and a call."""
    context = chromium.new_context(timezone_id="Asia/Jakarta")
    page = context.new_page()
    office.sign_in(page)
    page.goto(f"{office.url}/app/tasks/")
    for line in ("Call Siti tomorrow 9:00", "Send the offer in 3 days"):
        page.locator("[data-quick]").fill(line)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=line.split(" tomorrow")[0].split(" in ")[0])).to_be_visible()
    for title, kind in (("Coffee with Siti", "meeting"), ("Call with Budi", "call")):
        page.goto(f"{office.url}/app/calendar/plan/")
        page.get_by_label("Title").fill(title)
        page.get_by_label("Kind").select_option(kind)
        page.get_by_role("button", name="Plan it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
    yield context.cookies()
    context.close()


@pytest.fixture
def desk(page: Page, office, cookies):
    page.context.add_cookies(cookies)
    page.base = office.url
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(desk: Page, axe, scheme):
    desk.emulate_media(color_scheme=scheme)
    for path in PAGES:
        desk.goto(desk.base + path)
        axe(desk)


def test_no_page_is_wider_than_a_phone(phone: Page, office, cookies, axe):
    phone.context.add_cookies(cookies)
    for path in PAGES:
        phone.goto(office.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
        axe(phone)


def test_a_task_is_done_by_keyboard_alone(desk: Page):
    desk.goto(f"{desk.base}/app/tasks/")
    desk.keyboard.press("n")
    desk.keyboard.type("Thank Ayu today 23:59")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Thank Ayu")).to_be_visible()
    desk.goto(f"{desk.base}/app/tasks/")
    desk.keyboard.press("j")
    expect(desk.get_by_role("link", name="Thank Ayu")).to_be_focused()
    desk.keyboard.press("x")
    expect(desk.get_by_role("button", name="Done: Thank Ayu")).to_have_attribute("aria-pressed", "true")


def test_the_calendar_is_moved_by_keys(desk: Page):
    desk.goto(f"{desk.base}/app/calendar/")
    for key in ("m", "ArrowRight", "t"):
        with desk.expect_navigation():
            desk.keyboard.press(key)
        expect(desk.get_by_role("link", name="Month", exact=True)).to_have_attribute("aria-current", "page")
    desk.keyboard.press("n")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Plan a meeting")


def test_tasks_are_added_and_done_without_javascript(chromium, office, cookies):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{office.url}/app/tasks/")
    page.get_by_label("New task").fill("Water the plants")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("button", name="Done: Water the plants").click()
    expect(page.get_by_role("button", name="Done: Water the plants")).to_have_attribute(
        "aria-pressed", "true"
    )
    context.close()
