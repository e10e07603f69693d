// The live view: rows come by server-sent events and go on top. Without a stream they are fetched from time to time.
const MOST = 200;
const POLL_SECONDS = 10;
const POLLS_BEFORE_STREAM = 6;
const state = { source: null, paused: false, held: [], failures: 0, poll: 0 };

function begin() {
  if (document.getElementById("cp-refused")) return watchRefused();
  const live = document.getElementById("cp-live");
  state.source?.close();
  clearInterval(state.poll);
  if (!live) return;
  state.held = [];
  state.failures = 0;
  document.getElementById("cp-pause").hidden = false;
  say("lost");
  if (!("EventSource" in window)) return poll();
  state.source = new EventSource(live.dataset.stream);
  state.source.addEventListener("open", () => {
    state.failures = 0;
    say(state.paused ? "paused" : "live");
  });
  state.source.addEventListener("seen", (event) => take(JSON.parse(event.data).rows));
  state.source.addEventListener("signed-out", () => location.reload());
  state.source.addEventListener("error", () => {
    say("lost");
    state.failures += 1;
    if (state.source.readyState === EventSource.CLOSED || state.failures > 5) poll();
  });
}

// The list of what was refused stays as it is while somebody reads it; a button tells what is new.
function watchRefused() {
  const list = document.getElementById("cp-refused");
  const fresh = document.getElementById("cp-fresh");
  let count = 0;
  state.source?.close();
  state.source = new EventSource(list.dataset.stream);
  state.source.addEventListener("seen", (event) => {
    count += JSON.parse(event.data).count;
    fresh.firstElementChild.textContent = fresh.firstElementChild.dataset.words.replace("%n", count);
    fresh.hidden = false;
  });
}

// No stream: a proxy lets none through, or the server is away. Fetch the page's rows, and try the stream again later.
function poll() {
  state.source?.close();
  clearInterval(state.poll);
  say("polling");
  let rounds = 0;
  state.poll = setInterval(async () => {
    if (state.paused || document.querySelector(".cp-message[open]")) return;
    const page = await fetch(location.href).then((answer) => (answer.ok ? answer.text() : ""), () => "");
    if (!page) return;
    const rows = new DOMParser().parseFromString(page, "text/html").getElementById("cp-rows");
    if (!rows) return location.reload(); // Signed out.
    document.getElementById("cp-rows").replaceChildren(...rows.children);
    document.getElementById("cp-empty").hidden = rows.children.length > 0;
    rounds += 1;
    if (rounds % POLLS_BEFORE_STREAM === 0) begin();
  }, POLL_SECONDS * 1000);
}

function take(rows) {
  if (state.paused) {
    state.held = [...state.held, ...rows].slice(-MOST);
    const held = document.getElementById("cp-held");
    held.textContent = held.dataset.words.replace("%n", state.held.length);
    held.hidden = false;
    return;
  }
  const body = document.getElementById("cp-rows");
  const known = new Set([...body.rows].map((row) => row.dataset.id));
  const fresh = rows.filter((row) => !known.has(row.messageId)).map(draw);
  if (!fresh.length) return;
  body.prepend(...fresh.reverse());
  while (body.rows.length > MOST) body.lastElementChild.remove();
  document.getElementById("cp-empty").hidden = true;
}

function draw(seen) {
  const live = document.getElementById("cp-live");
  const row = document.getElementById("cp-row").content.firstElementChild.cloneNode(true);
  const [time, what, who, channel, source] = row.cells;
  const at = new Date(seen.receivedAt);
  row.dataset.id = seen.messageId;
  time.firstElementChild.dateTime = at.toISOString();
  time.firstElementChild.textContent = at.toLocaleTimeString("en-GB", { timeZone: live.dataset.zone });
  what.querySelector("strong").textContent = seen.name;
  what.querySelector("span").textContent = seen.place ?? "";
  what.querySelector("pre").textContent = laidOut(seen.message);
  who.firstElementChild.textContent = seen.who;
  if (live.dataset.person) who.firstElementChild.href = live.dataset.person.replace("/0/", `/${seen.trail}/`);
  channel.textContent = JSON.parse(document.getElementById("cp-channels").textContent)[seen.channel] ?? seen.channel;
  source.textContent = seen.source;
  const names = [...document.querySelectorAll(".cp-table thead th")].map((cell) => cell.textContent.trim());
  [...row.cells].forEach((cell, index) => { cell.dataset.label = names[index]; });
  return row;
}

function laidOut(message) {
  try {
    return JSON.stringify(JSON.parse(message), null, 2);
  } catch {
    return message;
  }
}

function say(word) {
  const line = document.getElementById("cp-state");
  if (!line) return;
  line.dataset.state = word;
  line.textContent = line.dataset[word];
}

document.getElementById("cp-pause")?.addEventListener("click", (event) => {
  state.paused = !state.paused;
  const button = event.currentTarget;
  button.setAttribute("aria-pressed", state.paused);
  for (const part of button.querySelectorAll("[data-when]")) part.hidden = (part.dataset.when === "paused") !== state.paused;
  say(state.paused ? "paused" : "live");
  if (!state.paused) letGo();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("#cp-held")) letGo();
});

function letGo() {
  const [held, paused] = [state.held, state.paused];
  Object.assign(state, { held: [], paused: false });
  take(held);
  state.paused = paused;
  document.getElementById("cp-held").hidden = true;
}

// The filters bring a new list, with the address of a new stream.
document.addEventListener("htmx:afterSettle", (event) => {
  if (["cp-live", "cp-refused"].includes(event.detail.elt?.id)) begin();
});
addEventListener("pagehide", () => state.source?.close());
begin();
