"""What anybody does first: start it, look, stop it, start it again."""

import pytest


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_it_starts_and_answers_and_stops(server, database):
    shop = server(database=database)
    assert (shop.get("/health/live").status, shop.get("/health/ready").status) == (200, 200)
    assert shop.get("/app/login/").status == 200
    assert shop.stop() == 0
    assert "Traceback" not in shop.printed()
