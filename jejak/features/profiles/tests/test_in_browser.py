"""What only a browser can say: searching as one types, scrolling on, and whether everybody can use it."""

import pytest
from playwright.sync_api import expect

BATCH = 40


@pytest.fixture(scope="module")
def siti(shop):
    """The address of Siti's page, in a server that has received her trail."""
    key = shop.add_source("profiles")
    messages = [
        {
            "type": "identify",
            "userId": "u-profiles-1",
            "anonymousId": "a-profiles-1",
            "messageId": "profiles-0",
            "traits": {"name": "Siti Nurhaliza", "email": "siti.n@contoh.co.id", "phone": "0812-3456-7890"},
        },
        *(
            {
                "type": "track",
                "event": "Order Completed" if number % 2 else "Message Received",
                "userId": "u-profiles-1",
                "channel": "store" if number % 2 else "whatsapp",
                "messageId": f"profiles-{number}",
                "timestamp": f"2026-03-{number % 28 + 1:02}T08:00:00Z",
                "properties": {"total": 150000, "currency": "IDR"} if number % 2 else {"message": "Halo kak"},
            }
            for number in range(1, BATCH + 1)
        ),
    ]
    assert shop.post("/v1/batch", {"batch": messages}, key=key).status == 200
    counted = "SELECT count() AS n FROM touchpoints WHERE source = 'profiles'"
    shop.wait_for(BATCH + 1, counted)
    found = shop.ask("SELECT any(person_id) AS id FROM touchpoints WHERE source = 'profiles'")
    return f"{shop.url}/app/people/{found[0]['id']}/"


def test_the_search_of_the_sidebar_finds_people(shop, siti, page, axe):
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/people/search/?q=nur+si")
    page.wait_for_url("**/app/records/person/?q=nur+si")
    page.get_by_role("link", name="Siti Nurhaliza").first.click()
    page.wait_for_url(siti)
    axe(page)


def test_the_trail_goes_on_as_one_scrolls_and_is_narrowed(shop, siti, page):
    shop.sign_in(page)
    page.goto(siti)
    moments = page.locator(".jk-moment")
    expect(moments).to_have_count(30)
    page.locator(".jk-more").scroll_into_view_if_needed()
    expect(moments).to_have_count(BATCH + 1)
    page.get_by_label("Channel", exact=True).select_option("whatsapp")
    page.wait_for_url("**channel=whatsapp**")
    expect(moments).to_have_count(BATCH // 2)


def test_everything_works_without_scripts(shop, siti, chromium):
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        shop.sign_in(page)
        page.goto(siti)
        page.get_by_role("link", name="Show more").click()
        assert page.locator(".jk-moment").count() == BATCH + 1 - 30
        page.goto(f"{shop.url}/app/people/search/?q=nur+si")
        assert page.get_by_role("link", name="Siti Nurhaliza").count()
    finally:
        context.close()


def test_how_traits_changed_is_fetched_when_it_is_opened(shop, siti, page, axe):
    shop.sign_in(page)
    page.goto(siti)
    page.get_by_text("How they changed").click()
    page.wait_for_selector(".pf-changes")
    assert "Siti Nurhaliza" in page.locator(".pf-changes").inner_text()
    page.get_by_text("Everything", exact=True).first.click()
    axe(page)


def test_a_person_is_changed_where_one_reads_by_keyboard(shop, siti, page, axe):
    shop.sign_in(page)
    page.goto(siti)
    page.get_by_title("Change Tags").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".pf-strip input[name=typed]")
    assert page.evaluate("document.activeElement.name") == "typed"
    page.keyboard.type("vip, batik")
    page.keyboard.press("Enter")
    expect(page.locator(".pf-strip .jk-pill")).to_have_text(["batik", "vip"])
    page.get_by_label("Marketing, E-mail: not asked").click()
    page.get_by_label("They gave consent").check()
    page.get_by_label("How we know").fill("Said so on the phone")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Marketing, E-mail: given")).to_be_visible()
    page.get_by_label("More", exact=True).click()
    axe(page)


def test_writing_and_forgetting_can_be_used_by_everybody(shop, siti, page, phone, axe):
    for one in (page, phone):
        shop.sign_in(one)
        for address in ("write/", "forget/"):
            one.goto(siti + address)
            assert one.evaluate("document.documentElement.scrollWidth <= innerWidth")
            axe(one)


def test_on_a_phone_nothing_lies_outside_the_screen(shop, siti, phone, axe):
    shop.sign_in(phone)
    phone.goto(siti)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(phone)
