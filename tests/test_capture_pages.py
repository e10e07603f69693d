"""Capturing as staff see it: a source is added, what it sends appears by itself, what was refused is replayed."""

from playwright.sync_api import expect

expect.set_options(timeout=20_000)


def test_what_arrives_appears_by_itself(server, page, axe, browser_faults):
    shop = server()
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/capture/")
    expect(page.get_by_role("heading", name="Nothing has arrived yet")).to_be_visible()
    axe(page)

    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Name").fill("Web shop")
    page.get_by_label("Channel").select_option("web")
    page.locator("[name=identity][value=trusted]").check()  # The shop's server sends.
    page.get_by_role("button", name="Make the key").click()
    key = page.locator(".cp-key code").inner_text()
    axe(page)

    page.get_by_role("link", name="Watch what it sends").click()
    expect(page.locator("#cp-state")).to_have_text("Live")
    siti = {"userId": "siti", "traits": {"name": "Siti Nurhaliza"}}
    assert shop.post("/v1/identify", siti, key=key).status == 200
    assert shop.post("/v1/track", {"userId": "siti", "event": "Order Completed"}, key=key).status == 200
    assert shop.post("/v1/track", {"anonymousId": "a-1", "event": "Looked"}, key=key).status == 200
    rows = page.locator("#cp-rows tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="Order Completed")).to_contain_text("Siti Nurhaliza")
    rows.filter(has_text="Order Completed").locator("summary").click()
    expect(rows.filter(has_text="Order Completed").locator("pre")).to_contain_text('"userId": "siti"')
    axe(page)

    # Filters hold for what is there and for what comes.
    page.get_by_label("What happened").fill("order")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page.locator("#cp-state")).to_have_text("Live")
    shop.post("/v1/track", {"userId": "siti", "event": "Looked"}, key=key)
    shop.post("/v1/track", {"userId": "budi", "event": "Order Refunded"}, key=key)
    expect(rows).to_have_count(2)
    page.get_by_label("Person", exact=True).fill("nurhaliza")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    page.goto(f"{shop.url}/app/capture/")
    expect(rows).to_have_count(5)

    # Paused, what comes is held back until it is asked for.
    page.get_by_role("button", name="Pause").click()
    shop.post("/v1/track", {"userId": "siti", "event": "Order Paid"}, key=key)
    page.get_by_role("button", name="Show 1 new").click()
    expect(rows).to_have_count(6)

    page.get_by_role("button", name="Go on").click()

    # The page has its rows without scripts, too.
    assert "Order Paid" in page.request.get(page.url).text()
    assert shop.stop() == 0  # With the stream open.
    expect(page.locator("#cp-state")).not_to_have_text("Live")
    shop.start()
    expect(page.locator("#cp-state")).to_have_text("Live")  # It found back by itself.
    browser_faults.clear()


def test_what_was_refused_is_seen_and_replayed(server, page, axe):
    shop = server()
    key = shop.add_source("shop")
    shop.post(
        "/v1/batch",
        {"batch": [{"type": "dance", "userId": "siti"}, {"type": "track", "event": "Tried"}]},
        key=key,
    )
    shop.post(
        "/v1/track",
        {"userId": "siti", "event": "Crawled"},
        key=key,
        headers={"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    )
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/capture/refused/")
    rows = page.locator(".cp-table tbody tr")
    for _wait in range(50):
        if rows.count() == 3:
            break
        page.wait_for_timeout(200)
        page.reload()
    expect(rows.filter(has_text="dance")).to_contain_text("Its type is not one we know.")
    axe(page)

    shop.post("/v1/track", {"event": "Nobody"}, key=key)
    page.get_by_role("link", name="Show 1 new").click()
    expect(rows).to_have_count(4)
    page.get_by_label("Reason", exact=True).select_option("bot")
    expect(rows).to_have_count(1)
    rows.get_by_role("button", name="Replay").click()
    expect(page.get_by_text("1 message is on its way again.")).to_be_visible()
    assert shop.wait_for(1, "SELECT count() FROM touchpoints WHERE name = 'Crawled'") == 1


def test_a_definition_holds_for_what_arrives_then(server, page, axe):
    shop = server()
    key = shop.add_source("shop")
    shop.post("/v1/track", {"userId": "siti", "event": "Order Completed"}, key=key)
    shop.wait_for(1)
    shop.sign_in(page)
    page.goto(f"{shop.url}/app/capture/touchpoints/")
    row = page.get_by_role("row").filter(has_text="Order Completed")
    expect(row.get_by_role("cell", name="1", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Order Completed").click()
    page.get_by_label("Sentence").fill("A customer paid.")
    page.get_by_label("Team").fill("Sales")
    page.get_by_label("Stage").select_option("buy")
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A customer paid.")).to_be_visible()

    shop.post("/v1/track", {"userId": "siti", "event": "Order Completed"}, key=key)
    assert shop.wait_for(1, "SELECT count() FROM touchpoints WHERE team = 'Sales' AND stage = 'buy'") == 1
