import socket

import psycopg
import pytest


def test_a_test_reaches_no_other_host():
    with pytest.raises((RuntimeError, UserWarning), match="tried to use socket"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_postgresql_is_there(postgres_database):
    with psycopg.connect(postgres_database()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_node_clients_can_be_imported(node):
    script = """
        import { Analytics } from "@segment/analytics-node"
        import RudderAnalytics from "@rudderstack/rudder-sdk-node"
        import { PostHog } from "posthog-node"
        console.log([Analytics, RudderAnalytics, PostHog].map((client) => typeof client).join(" "))
    """
    assert node(script).stdout.split() == ["function", "function", "function"]


def test_the_python_clients_can_be_imported(python):
    script = """
import customerio.analytics, posthog, rudderstack.analytics, segment.analytics
print(customerio.analytics.Client, posthog.Posthog, rudderstack.analytics.Client, segment.analytics.Client)
"""
    assert python(script).stdout.count("class") == 4


def test_the_browser_clients_can_be_served(npm_file):
    assert npm_file("@segment/analytics-next/dist/umd/standalone.js").stat().st_size > 10_000


def test_the_shared_data_is_there(shared):
    assert (shared / "data" / "olist").is_dir()


def test_an_error_in_a_page_is_a_fault(page, browser_faults):
    page.goto("data:text/html,<title>Toko</title><script>console.error('no stock')</script>")
    assert browser_faults == ["console: no stock"]
    browser_faults.clear()


def test_a_page_that_asks_another_host_is_a_fault_and_gets_nothing(page, browser_faults):
    page.goto("data:text/html,<title>Toko</title><img src='http://tracker.example/pixel.png'>")
    assert browser_faults[0] == "other host: http://tracker.example/pixel.png"
    browser_faults.clear()


def test_axe_tells_what_is_not_accessible(page, axe):
    page.goto("data:text/html,<html lang=en><title>Toko</title><main><h1>Toko</h1></main></html>")
    axe(page)
    page.goto(
        "data:text/html,<html lang=en><title>Toko</title><main><h1>Toko</h1><img src='data:,'></main></html>"
    )
    with pytest.raises(pytest.fail.Exception, match="image-alt"):
        axe(page)
