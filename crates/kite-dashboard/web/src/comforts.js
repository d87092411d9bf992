// Small comforts of a page that was just shown.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function comforts() {
  times();
  for (const choice of document.querySelectorAll("select[data-submit]")) choice.onchange = () => choice.form.requestSubmit();
  for (const button of document.querySelectorAll("button[data-copy]")) copying(button);
  for (const place of document.querySelectorAll("[data-origin]")) place.textContent = window.location.origin;
}

/** Times are told again as they pass. */
function times() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    const text = ago(Math.floor((now - at) / 1000));
    if (/ago$|^just now$/.test(time.textContent) && time.textContent !== text) time.textContent = text;
  }
}

function ago(seconds) {
  if (seconds < MINUTE) return "just now";
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return `${Math.floor(seconds / DAY)} days ago`;
}

function copying(button) {
  button.hidden = !navigator.clipboard;
  button.onclick = async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    document.getElementById("announcer").textContent = "Copied";
    button.textContent = "Copied";
  };
}

setInterval(times, 30_000);
// In the reader's time zone; to know it takes long, so only when it is asked for.
document.addEventListener("pointerover", (event) => {
  const time = event.target.closest("time[datetime]");
  if (time) time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.kite-facet[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.kite-facet[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
