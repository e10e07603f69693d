/*
 * Jejak's own script for web pages: page views, what you tell it, and nothing of people who ask not to be followed.
 *
 *   <script async src="https://cx.example/jejak.js" data-key="jk_…"></script>
 *   jejak.push(["track", "Order Completed", { total: 125000, currency: "IDR" }]);
 *   jejak.push(["identify", "user-42", { email: "siti@example.com" }, { signature: "made by your server" }]);
 *
 * data-host: where Jejak is, if not where the script is from. data-pages="no": no page views by itself.
 * data-vitals="no": how fast the page was is not measured.
 * Messages wait in localStorage until they are taken, also those of the moment when the visitor leaves.
 */
(() => {
  "use strict";

  const script = document.currentScript;
  const key = script?.dataset.key;
  const early = Array.isArray(window.jejak) ? window.jejak : [];
  if (!key || (window.jejak && !Array.isArray(window.jejak))) return;

  const host = (script.dataset.host || new URL(script.src).origin).replace(/\/+$/, "");
  const followed = !(navigator.globalPrivacyControl || navigator.doNotTrack === "1" || window.doNotTrack === "1");
  const BATCH = 20;
  const BATCH_BYTES = 60000; // A browser takes no more than 64 KiB from a page that is left.
  const MOST_WAITING = 500;
  const SOON_MS = 400;
  const LONGEST_WAIT_MS = 60000;

  const store = {
    get(name) {
      try { return localStorage.getItem(`jejak.${name}`); } catch { return memory[name] ?? null; }
    },
    set(name, value) {
      try { localStorage.setItem(`jejak.${name}`, value); } catch { memory[name] = value; }
    },
    remove(name) {
      try { localStorage.removeItem(`jejak.${name}`); } catch { delete memory[name]; }
    },
  };
  const memory = {};

  let waiting = [];
  const flying = new Set(); // Batches that are on their way.
  let failures = 0;
  let timer = 0;

  function id() {
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function anonymousId() {
    let known = store.get("anonymous");
    if (!known) store.set("anonymous", (known = id()));
    return known;
  }

  function campaign() {
    const found = {};
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith("utm_") && value) found[name === "utm_campaign" ? "name" : name.slice(4)] = value.slice(0, 200);
    }
    return found;
  }

  function keep(type, fields) {
    if (!followed) return;
    const user = store.get("user");
    const context = {
      library: { name: "jejak.js", version: "1" },
      locale: navigator.language,
      page: { path: location.pathname, referrer: document.referrer, title: document.title, url: location.href },
    };
    const utm = campaign();
    if (Object.keys(utm).length) context.campaign = utm;
    const signature = store.get("signature");
    if (user && signature) context.identity = { signature };
    waiting.push({
      type,
      messageId: id(),
      timestamp: new Date().toISOString(),
      anonymousId: anonymousId(),
      ...(user ? { userId: user } : {}),
      ...fields,
      channel: "web",
      context,
    });
    waiting = waiting.slice(-MOST_WAITING);
    save();
    if (waiting.length >= BATCH) send();
    else later(SOON_MS);
  }

  function save() {
    const all = [...[...flying].flat(), ...waiting];
    if (all.length) store.set("waiting", JSON.stringify(all));
    else store.remove("waiting");
  }

  function later(delay) {
    timer ||= setTimeout(send, delay);
  }

  function take() {
    const batch = [];
    let bytes = 0;
    while (waiting.length && batch.length < BATCH) {
      bytes += JSON.stringify(waiting[0]).length * 2;
      if (batch.length && bytes > BATCH_BYTES) break;
      batch.push(waiting.shift());
    }
    return batch;
  }

  function send() {
    clearTimeout(timer);
    timer = 0;
    if (!flying.size && waiting.length) deliver(take());
  }

  async function deliver(batch) {
    flying.add(batch);
    let again = 0;
    try {
      const answer = await fetch(`${host}/v1/batch`, {
        method: "POST",
        keepalive: true,
        headers: { "Content-Type": "text/plain" }, // No preflight: a page that is left has no time for it.
        body: JSON.stringify({ writeKey: key, batch, sentAt: new Date().toISOString() }),
      });
      failures = 0;
      // Another 4xx will not get better; whoever runs the source sees it in the back office.
      if (answer.status === 429 || answer.status >= 500) again = Number(answer.headers.get("retry-after")) * 1000 || 1000;
    } catch {
      failures += 1;
      again = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures);
    }
    flying.delete(batch);
    if (again) waiting = [...batch, ...waiting];
    save();
    if (waiting.length) later(again);
  }

  // How fast the page was, told once, when it is left or hidden for the first time. Sources: web.dev/articles/lcp, inp, cls.
  const vitals = { interactions: new Map(), count: 0, shift: 0, measured: false };

  function measure() {
    const see = (type, each, more) => {
      try {
        new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
      } catch {} // This browser does not measure it.
    };
    see("largest-contentful-paint", (entry) => { vitals.lcp = entry.startTime; });
    let window_ = { from: 0, last: 0, sum: 0 }; // Shifts less than a second apart, five seconds at most.
    see("layout-shift", (entry) => {
      vitals.measured = true;
      if (entry.hadRecentInput) return;
      const goes = entry.startTime - window_.last < 1000 && entry.startTime - window_.from < 5000;
      window_ = { from: goes ? window_.from : entry.startTime, last: entry.startTime, sum: (goes ? window_.sum : 0) + entry.value };
      vitals.shift = Math.max(vitals.shift, window_.sum);
    });
    const interaction = (entry) => {
      if (!entry.interactionId) return;
      const known = vitals.interactions.get(entry.interactionId);
      if (known === undefined) vitals.count += 1;
      vitals.interactions.set(entry.interactionId, Math.max(known ?? 0, entry.duration));
      if (vitals.interactions.size > 20) {
        const least = [...vitals.interactions].reduce((a, b) => (b[1] < a[1] ? b : a));
        vitals.interactions.delete(least[0]);
      }
    };
    see("event", interaction, { durationThreshold: 40 });
    see("first-input", interaction);
  }

  function tellVitals() {
    const said = {};
    if (vitals.lcp) said.lcp_ms = Math.round(vitals.lcp);
    const slowest = [...vitals.interactions.values()].sort((a, b) => b - a);
    // One in fifty may be an accident.
    if (slowest.length) said.inp_ms = Math.round(slowest[Math.min(slowest.length - 1, Math.floor(vitals.count / 50))]);
    if (vitals.lcp || vitals.measured) said.cls = Math.round(vitals.shift * 10000) / 10000;
    if (!Object.keys(said).length) return;
    keep("track", { event: "Web Vitals Measured", properties: { ...said, path: vitals.path, device: matchMedia("(max-width: 767px)").matches ? "phone" : "desktop" } });
  }

  // The page may be gone before an answer comes. What flies stays stored, and a messageId counts once.
  function leave() {
    if (document.visibilityState !== "hidden") return;
    if (vitals.path) tellVitals();
    vitals.path = "";
    while (waiting.length) deliver(take());
  }

  const can = {
    track(event, properties = {}) {
      if (event) keep("track", { event, properties });
      else console.warn("jejak: track() needs the name of what happened.");
    },
    page(name, properties = {}) {
      keep("page", { ...(name ? { name } : {}), properties });
    },
    identify(user, traits = {}, { signature } = {}) {
      if (user) {
        if (store.get("user") !== String(user)) store.remove("signature"); // It was somebody else's.
        store.set("user", String(user));
        if (signature) store.set("signature", signature);
      }
      keep("identify", { traits });
    },
    group(groupId, traits = {}) {
      keep("group", { groupId, traits });
    },
    reset() {
      store.remove("user");
      store.remove("signature");
      store.remove("anonymous");
    },
    push(...calls) {
      for (const [name, ...values] of calls) if (name !== "push") can[name]?.(...values);
    },
    followed,
  };

  try {
    waiting = JSON.parse(store.get("waiting") ?? "[]");
  } catch {
    waiting = [];
  }
  if (!followed) {
    // Whoever turned it on later leaves nothing behind either.
    for (const name of ["waiting", "anonymous", "user", "signature"]) store.remove(name);
    waiting = [];
  }
  window.jejak = can;
  addEventListener("visibilitychange", leave);
  // A page that was opened in the background is painted late, and nobody waited for it.
  if (followed && script.dataset.vitals !== "no" && document.visibilityState === "visible" && window.PerformanceObserver) {
    vitals.path = location.pathname;
    measure();
  }

  if (script.dataset.pages !== "no") {
    let last = "";
    const see = () => {
      if (location.href.split("#")[0] === last) return;
      last = location.href.split("#")[0];
      can.page();
    };
    for (const name of ["pushState", "replaceState"]) {
      const plain = history[name];
      history[name] = function (...values) {
        plain.apply(this, values);
        setTimeout(see);
      };
    }
    addEventListener("popstate", see);
    see();
  }
  can.push(...early);
  if (waiting.length) later(SOON_MS);
})();
