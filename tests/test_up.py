"""What anybody does first: start it, send to it, look, stop it, start it again."""

import pytest

EVERYTHING = "SELECT count() AS n FROM touchpoints"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_touchpoint_is_counted_and_survives_a_stop_and_a_kill(server, database):
    shop = server(database=database)
    key = shop.add_source()
    message = {
        "event": "Order Completed",
        "userId": "siti",
        "messageId": "order-1",
        "properties": {"total": 5},
    }

    assert shop.post("/v1/track", message, key=key).status == 200
    assert shop.wait_for(1) == 1
    assert shop.stop() == 0
    assert "Traceback" not in shop.printed()

    shop.start()
    assert shop.post("/v1/track", message, key=key).status == 200
    assert shop.post("/v1/track", message | {"messageId": "order-2"}, key=key).status == 200
    shop.kill()

    shop.start()
    shop.wait_for(1, "SELECT count() AS n FROM touchpoints WHERE message_id = 'order-2'")
    assert shop.ask(EVERYTHING) == [{"n": 2}]


def test_a_question_is_answered_with_and_without_a_server(server):
    shop = server()
    assert shop.run("ask", EVERYTHING).stdout == "n\n0\n"
    assert shop.run("ask", EVERYTHING, "--no-header").stdout == "0\n"
    shop.stop()
    assert shop.run("ask", EVERYTHING, "--json").stdout == '[{"n": 0}]\n'


def test_health_is_told_to_machines(shop):
    assert [shop.get(path).status for path in ("/health/live", "/health/ready")] == [200, 200]


def test_the_first_administrator_signs_in(shop, page):
    shop.sign_in(page)
    assert page.locator("main h1").first.is_visible()
