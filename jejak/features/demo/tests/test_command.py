"""`jejak demo`, beside a running server and alone, and the buttons of the back office."""

import re

from playwright.sync_api import expect

COUNT = "SELECT count() AS n, countIf(sample) AS made_up FROM touchpoints"


def test_a_running_server_stores_the_demo_and_its_page_takes_it_away(server, page):
    shop = server()

    made = int(re.search(r"Made: (\d+)", shop.run("demo", "--people", "50").stdout)[1])
    assert shop.ask(COUNT) == [{"n": made, "made_up": made}]
    twice = shop.run("demo", "--people", "50", check=False)
    assert twice.returncode == 1
    assert "There is a demo already" in twice.stderr
    refused = shop.run("demo", "--remove", check=False)
    assert refused.returncode == 1
    assert "press “Remove the demo” on its home page" in refused.stderr

    shop.sign_in(page)
    page.get_by_text("Remove the demo").click()
    page.get_by_role("button", name="Yes, remove all of it").click()
    expect(page.get_by_text("made-up people and all their touchpoints are gone")).to_be_visible()
    assert shop.ask(COUNT) == [{"n": 0, "made_up": 0}]
    expect(page.get_by_role("button", name="Make the demo")).to_be_visible()


def test_without_a_server_the_command_does_both_itself(server):
    shop = server()
    shop.stop()

    assert "of 30 people" in shop.run("demo", "--people", "30").stdout
    assert "Taken away:" in shop.run("demo", "--remove").stdout
    assert shop.ask(COUNT) == [{"n": 0, "made_up": 0}]


def test_an_empty_install_begins_with_it_and_goes_on_after_a_kill(server, page):
    shop = server(demo=True)
    shop.wait_for(1000, seconds=90)
    shop.kill()
    shop.start()

    shop.sign_in(page)
    expect(page.locator("#demo progress, #demo details").first).to_be_visible()
    assert "Making a demo company" in shop.printed()


def test_what_cannot_be_is_refused(server):
    shop = server(start=False)

    for words, told in (
        (("--people", "0"), "0 is not from 1 to 90000"),
        (("--now", "soon"), "'soon' is not a time"),
        (("--now", "2999-01-01"), "has not happened yet"),
    ):
        answer = shop.run("demo", *words, check=False)
        assert answer.returncode == 2
        assert told in answer.stderr
