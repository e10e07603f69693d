"""Home and Insights as people use them: on the demo, in a real browser, with and without JavaScript."""

import re
from datetime import UTC, datetime

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


def scrolled(page: Page) -> Page:
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator("svg").last).to_be_visible()
    return page


PAGES = [
    "/app/",
    "/app/insights/",
    "/app/insights/people/?measure=csat-1-5.satisfied",
    "/app/insights/explore/?kind=trends&breakdown=channel&compare=before&bucket=week",
    "/app/insights/explore/?kind=retention",
    "/app/insights/explore/?kind=paths&what.names=Product+Viewed",
    "/app/insights/explore/?kind=funnel&steps.0.what.names=Product+Viewed&steps.1.what.names=Order+Completed",
    "/app/insights/explore/sql/",
    "/app/insights/questions/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_accessible(desk: Page, axe, path, scheme):
    desk.emulate_media(color_scheme=scheme)
    desk.goto(desk.base + path)

    axe(scrolled(desk))


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(phone: Page, demo_shop, cookies, path):
    phone.context.add_cookies(cookies)
    phone.goto(demo_shop.url + path)
    scrolled(phone)

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_home_leads_from_what_hurts_to_one_person(desk: Page):
    desk.goto(f"{desk.base}/app/")
    expect(desk.locator("#headline")).to_contain_text("Delivery Rated")
    expect(desk.locator("#headline")).to_contain_text("of those who rated it are unhappy.")
    expect(desk.locator("#callers li").first).to_contain_text(re.compile("Rp|RM"))  # Whoever it is today.
    expect(desk.locator("#demo")).to_contain_text("Demo")

    desk.get_by_role("link", name="See the people").click()
    expect(desk.locator("tbody tr").first).to_contain_text("Demo")
    desk.locator("tbody tr a").first.click()
    expect(desk).to_have_url(re.compile(r"/app/people/\d+/"))


def test_a_filter_changes_the_numbers_without_loading_the_page(desk: Page):
    desk.goto(f"{desk.base}/app/insights/")
    desk.evaluate("document.body.dataset.kept = 'yes'")
    before = desk.locator(".jk-stat__value").first.text_content()

    desk.get_by_label("Channel", exact=True).select_option("email")

    expect(desk.locator(".jk-stat__value").first).not_to_have_text(before)
    expect(desk).to_have_url(re.compile("channel=email"))
    assert desk.evaluate("document.body.dataset.kept") == "yes"
    desk.get_by_role("link", name=re.compile("NPS")).or_(
        desk.get_by_role("link", name=re.compile("CSAT"))
    ).first.click()
    expect(desk).to_have_url(re.compile("channel=email"))


def test_days_can_be_typed_once_they_are_asked_for(desk: Page):
    desk.goto(f"{desk.base}/app/insights/")
    expect(desk.get_by_label("First day")).to_be_hidden()

    desk.get_by_label("Window", exact=True).select_option("custom")

    expect(desk.get_by_label("First day")).to_be_visible()


def test_the_funnel_is_chosen_step_by_step(desk: Page):
    desk.goto(f"{desk.base}/app/insights/")
    desk.get_by_label("Step 2").select_option("Checkout Started")
    desk.get_by_label("Step 3").select_option("")
    desk.get_by_label("Step 4").select_option("")
    desk.get_by_label("Step 5").select_option("")
    desk.locator("#funnel").get_by_role("button", name="Show").click()

    expect(desk.locator("#funnel-chart-table tbody tr")).to_have_count(2)


def test_without_javascript_everything_is_there(chromium, demo_shop, cookies):
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{demo_shop.url}/app/insights/?channel=whatsapp")
    page.get_by_label("Window").select_option("90")
    page.get_by_role("search", name="Filters").get_by_role("button", name="Show").click()

    assert "window=90" in page.url
    assert "channel=whatsapp" in page.url
    expect(page.locator("[data-chart=line] table").first).to_be_visible()
    expect(page.locator("#filter-window")).to_have_value("90")
    context.close()


def test_the_numbers_of_an_open_page_move(desk: Page, server):
    """A touchpoint that is sent now is counted on the page within seconds, without a click."""
    shop = server()
    key = shop.add_source("toko")

    def send(user):
        message = {"userId": user, "event": "Order Completed", "timestamp": datetime.now(UTC).isoformat()}
        assert shop.post("/v1/track", message, key=key).status == 200

    send("siti")
    shop.wait_for(1)
    page = desk.context.new_page()
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/insights/")
    expect(page.locator(".jk-stat__value").first).to_have_text("1")

    send("budi")

    expect(page.locator(".jk-stat__value").first).to_have_text("2", timeout=20_000)
    expect(page.locator(".jk-stat__value").nth(1)).to_have_text("2")


def test_a_question_is_put_together_kept_and_its_sql_asked(desk: Page):
    desk.goto(desk.base + "/app/insights/explore/")

    desk.get_by_label("Split by").fill("channel")
    desk.get_by_label("Split by").press("Enter")
    expect(desk.get_by_role("heading", name="In the whole window")).to_be_visible()
    expect(desk).to_have_url(re.compile("breakdown=channel"))
    desk.get_by_label("Split by").fill("nothing")
    desk.get_by_label("Split by").press("Tab")
    expect(desk.get_by_text("There is no field “nothing”.")).to_be_visible()
    desk.go_back()
    desk.get_by_text("Keep this question").click()
    desk.get_by_label("Name", exact=True).fill("By channel")
    desk.get_by_role("button", name="Keep", exact=True).click()
    expect(desk.get_by_role("heading", name="By channel", level=1)).to_be_visible()

    desk.get_by_text("The SQL of this answer").click()
    desk.get_by_role("link", name="Open as SQL").click()
    desk.get_by_role("button", name="Ask").click()
    expect(desk.locator(".explorer-answer tbody tr").first).to_be_visible()
