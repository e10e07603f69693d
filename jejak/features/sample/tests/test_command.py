"""`jejak sample`, beside a running server and alone, and the buttons of the back office."""

import re

from playwright.sync_api import expect

COUNT = "SELECT count() AS n, countIf(sample) AS made_up FROM touchpoints"


def test_a_running_server_takes_the_sample_in_and_its_page_takes_it_away(server, page):
    shop = server()

    made = shop.run("sample", "--people", "30")
    assert made.returncode == 0
    shop.wait_for(int(re.search(r"Made: (\d+)", made.stdout)[1]))
    refused = shop.run("sample", "--remove", check=False)
    assert refused.returncode == 1
    assert "press “Remove the sample” on its home page" in refused.stderr

    shop.sign_in(page)
    page.get_by_text("Remove the sample").click()
    page.get_by_role("button", name="Yes, remove all of it").click()
    expect(page.get_by_text("made-up people and all their touchpoints are gone")).to_be_visible()
    assert shop.ask(COUNT) == [{"n": 0, "made_up": 0}]

    page.get_by_role("button", name="Make a sample").click()
    shop.wait_for(10_000)
    page.goto(f"{shop.url}/app/")
    expect(page.locator("#sample")).to_be_visible()


def test_without_a_server_the_command_does_both_itself(server):
    shop = server()
    shop.stop()

    assert "of 30 people" in shop.run("sample", "--people", "30").stdout
    assert "Taken away:" in shop.run("sample", "--remove").stdout
    assert shop.ask(COUNT) == [{"n": 0, "made_up": 0}]
