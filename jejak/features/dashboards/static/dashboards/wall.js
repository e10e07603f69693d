// The wall: full screen, a clock, and a new page each hour, so that it stays fresh for weeks.
const full = document.querySelector("[data-full]");
if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => document.documentElement.requestFullscreen());
}
const clock = document.querySelector("[data-clock]");
const tick = () => { clock.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }); };
tick();
setInterval(tick, 10_000);
setTimeout(() => location.reload(), 3_600_000);
navigator.wakeLock?.request("screen").catch(() => {});
