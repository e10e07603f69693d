"""What only a browser can say: deals moved by pointer, by keyboard and by their menu, and that everybody can use it."""

import pytest
from playwright.sync_api import expect

TITLES = ("Chairs for Kopi Senja", "Tables for Hotel Merpati", "Lamps for Toko Maju")


@pytest.fixture(scope="module")
def cookies(shop, chromium):
    """What a browser keeps that is signed in, in a server that has three deals."""
    context = chromium.new_context()
    page = context.new_page()
    shop.sign_in(page)
    for title in TITLES:
        page.goto(f"{shop.url}/app/records/deal/new/")
        page.get_by_label("Title").fill(title)
        page.get_by_label("Amount").fill("1.500.000")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/app/deals/*/")
    yield context.cookies()
    context.close()


@pytest.fixture
def board(shop, page, cookies):
    """The board, with all three deals in the first stage."""
    page.context.add_cookies(cookies)
    page.goto(f"{shop.url}/app/deals/")
    for card in page.locator(".crm-deal:not([data-stage=new])").all():
        page.request.post(
            f"{shop.url}/app/deals/{card.get_attribute('data-deal')}/move/",
            form={
                "stage": "new",
                "csrfmiddlewaretoken": page.locator("meta[name=csrf-token]").get_attribute("content"),
            },
            headers={"Referer": page.url},
        )
    page.goto(f"{shop.url}/app/deals/")
    return page


def card(page, title):
    return page.locator(f'.crm-deal[data-title="{title}"]')


def column(page, key):
    return page.locator(f'.crm-column[data-stage="{key}"]')


def held(page, key):
    return column(page, key).locator(".crm-deal__title")


def test_a_deal_is_dragged(board):
    card(board, TITLES[0]).drag_to(column(board, "proposal"))
    expect(held(board, "proposal")).to_have_text([TITLES[0]])
    card(board, TITLES[1]).drag_to(column(board, "proposal").locator(".crm-column__head"))
    expect(held(board, "proposal")).to_have_text([TITLES[1], TITLES[0]])
    board.reload()
    expect(held(board, "proposal")).to_have_text([TITLES[1], TITLES[0]])


def test_a_deal_is_moved_by_keyboard_and_told(board):
    said = board.locator("#crm-said")
    one = card(board, TITLES[0])
    one.focus()
    board.keyboard.press("Space")
    expect(said).to_contain_text("picked up")
    board.keyboard.press("ArrowRight")
    expect(said).to_have_text("Qualified, place 1 of 1.")
    board.keyboard.press("Escape")
    expect(held(board, "new")).to_have_count(3)
    board.keyboard.press("Space")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Enter")
    expect(said).to_contain_text("was put into Qualified")
    expect(held(board, "qualified")).to_have_text([TITLES[0]])
    expect(card(board, TITLES[0])).to_be_focused()


def test_a_place_within_a_stage_is_kept(board):
    before = held(board, "new").all_inner_texts()
    card(board, before[0]).focus()
    with board.expect_response("**/move/**"):  # What is shown is there before the server knows of it.
        for key in ("Space", "ArrowDown", "Enter"):
            board.keyboard.press(key)
    expect(held(board, "new")).to_have_text([before[1], before[0], before[2]])
    board.reload()
    expect(held(board, "new")).to_have_text([before[1], before[0], before[2]])


def test_losing_a_deal_asks_why(board, axe):
    card(board, TITLES[2]).get_by_role("link", name="Move:").click()
    dialog = board.get_by_role("dialog")
    dialog.get_by_label("To stage").select_option("lost")
    axe(board)
    dialog.get_by_role("button", name="Move").click()
    expect(dialog).to_be_visible()  # A reason is needed.
    dialog.get_by_label("Reason").select_option("price")
    dialog.get_by_role("button", name="Move").click()
    expect(held(board, "lost")).to_have_text([TITLES[2]])


def test_whoever_is_too_late_is_told(board):
    title = TITLES[0]
    board.evaluate(
        "(title) => document.querySelector(`[data-title='${title}']`).dataset.stage = 'proposal'", title
    )
    card(board, title).drag_to(column(board, "negotiation"))
    expect(board.locator("#jk-toasts")).to_contain_text("Somebody else moved")
    expect(held(board, "new")).to_have_count(3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(shop, board, axe, scheme):
    board.emulate_media(color_scheme=scheme)
    address = card(board, TITLES[0]).locator(".crm-deal__title").get_attribute("href")
    for path in ("/app/deals/", address, "/app/deals/forecast/", "/app/deals/settings/"):
        board.goto(shop.url + path)
        axe(board)


def test_on_a_phone_nothing_lies_outside_the_screen(shop, phone, cookies, axe):
    phone.context.add_cookies(cookies)
    for path in ("/app/deals/", "/app/deals/forecast/", "/app/deals/settings/"):
        phone.goto(shop.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        axe(phone)


def test_a_deal_is_moved_without_scripts(shop, chromium, cookies, board):
    address = card(board, TITLES[1]).locator(".crm-deal__title").get_attribute("href")
    context = chromium.new_context(java_script_enabled=False)
    try:
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(shop.url + address)
        page.get_by_role("button", name="Qualified").click()
        expect(page.locator(".crm-step--here")).to_contain_text("Qualified")
    finally:
        context.close()
