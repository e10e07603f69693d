"""Other people's Node.js clients, unmodified but for the host, against a real server."""

import pytest

from tests.counting import counted, told

SEGMENT = """
import { Analytics } from "@segment/analytics-node";
const { KEY, HOST, WHO } = process.env;
const analytics = new Analytics({ writeKey: KEY, host: HOST });
analytics.on("error", (error) => { console.error(error); process.exitCode = 1; });
analytics.track({ anonymousId: `anon-${WHO}`, event: "Looked" });
analytics.identify({ userId: WHO, anonymousId: `anon-${WHO}`, traits: { email: `${WHO}@example.com` } });
for (let n = 0; n < 100; n += 1) {
  analytics.track({ userId: WHO, event: "Order Completed", properties: { order_id: n, total: 125000.5 } });
}
analytics.page({ userId: WHO, name: "Home", properties: { url: "https://shop.example/" } });
await analytics.closeAndFlush();
"""
RUDDERSTACK = """
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
const { KEY, HOST, WHO } = process.env;
const analytics = new RudderAnalytics(KEY, { dataPlaneUrl: HOST });
const sent = [];
const send = (kind, message) =>
  sent.push(new Promise((done, failed) => analytics[kind](message, (error) => (error ? failed(error) : done()))));
send("track", { anonymousId: `anon-${WHO}`, event: "Looked" });
send("identify", { userId: WHO, anonymousId: `anon-${WHO}`, traits: { email: `${WHO}@example.com` } });
for (let n = 0; n < 100; n += 1) {
  send("track", { userId: WHO, event: "Order Completed", properties: { order_id: n, total: 125000.5 } });
}
send("page", { userId: WHO, name: "Home", properties: { url: "https://shop.example/" } });
await Promise.all(sent);
process.exit(0);
"""
POSTHOG = """
import { PostHog } from "posthog-node";
const { KEY, HOST, WHO } = process.env;
const posthog = new PostHog(KEY, { host: HOST });
posthog.on("error", (error) => { console.error(error); process.exitCode = 1; });
const anonymous = { $process_person_profile: false };
posthog.capture({ distinctId: `anon-${WHO}`, event: "Looked", properties: anonymous });
posthog.identify({
  distinctId: WHO,
  properties: { email: `${WHO}@example.com`, $anon_distinct_id: `anon-${WHO}` },
});
for (let n = 0; n < 100; n += 1) {
  posthog.capture({ distinctId: WHO, event: "Order Completed", properties: { order_id: n, total: 125000.5 } });
}
posthog.capture({ distinctId: WHO, event: "$pageview", properties: { $current_url: "https://shop.example/" } });
await posthog.shutdown();
"""


@pytest.mark.parametrize(
    ("source", "script"),
    [("segment-node", SEGMENT), ("rudder-node", RUDDERSTACK), ("posthog-node", POSTHOG)],
)
def test_what_was_sent_is_in_the_log_once(shop, node, source, script):
    key = shop.add_source(source)
    node(script, KEY=key, HOST=shop.url, WHO=source)

    assert counted(shop, source, 103) == {
        "Identified": 1,
        "Looked": 1,
        "Order Completed": 100,
        "Page Viewed": 1,
    }
    assert told(shop, "uniqExact(person_id)", source) == 1
    assert told(shop, "uniqExact(message_id)", source) == 103
    assert float(told(shop, "sum(value)", source)) == 100 * 125000.5
    assert told(shop, "properties.email::String", source, "kind = 'identify'") == f"{source}@example.com"
