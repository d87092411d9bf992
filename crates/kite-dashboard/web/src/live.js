// News of what the page shows, as they come: rows change where they are, new ones wait until they
// are asked for, and nothing moves under the reader's eyes.

let source;
let isLost = false;
let attempts = 0;
let retrying;
let refreshedAt = 0;
let refreshing;
const waiting = new Map();

export function follow() {
  source?.close();
  clearTimeout(retrying);
  waiting.clear();
  const place = document.querySelector("[data-live]");
  if (place && window.EventSource) listen(place.dataset.live);
}

function listen(address) {
  source = new EventSource(address);
  source.addEventListener("open", () => { attempts = 0; return isLost ? reload() : say("Live", false); });
  source.addEventListener("error", () => lose(address));
  source.addEventListener("shown", (event) => happened(JSON.parse(event.data), true));
  source.addEventListener("left", (event) => happened(JSON.parse(event.data), false));
  source.addEventListener("reset", reload);
}

window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => event.persisted && follow());

/** Browsers try again by themselves, unless somebody answers in the server's place, as proxies do. */
function lose(address) {
  isLost = true;
  say("Connection lost, trying again", true);
  if (source.readyState !== EventSource.CLOSED) return;
  const pause = Math.min(30_000, 1_000 * 2 ** attempts++) * (0.5 + Math.random());
  retrying = setTimeout(() => listen(address), pause);
}

function say(text, isLost) {
  const place = document.getElementById("live");
  if (!place) return;
  place.hidden = false;
  place.textContent = text;
  place.toggleAttribute("data-lost", isLost);
}

/** Has screen readers say something. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Reads the page again, unless somebody is writing on it. */
function reload() {
  isLost = false;
  say("Live", false);
  if (isBusy()) return offer("The page is not current. Show it as it is now");
  refresh();
}

/** Shows the page as it is by then: at once, but not more often than every few seconds. */
function refreshSoon() {
  const wait = Math.max(300, refreshedAt + 5_000 - Date.now());
  refreshing ??= setTimeout(() => (isBusy() ? offer("The page is not current. Show it as it is now") : refresh()), wait);
}

function refresh() {
  clearTimeout(refreshing);
  refreshing = undefined;
  refreshedAt = Date.now();
  import("./exchange.js").then(({ reread }) => reread());
}

function isBusy() {
  const active = document.activeElement;
  const isWriting = active?.matches?.("input:not([type=checkbox]), textarea, select");
  return isWriting || document.querySelector("main details[open] form, main input[type=checkbox]:checked");
}

function happened(news, isShown) {
  const row = document.getElementById("issue-" + news.id);
  count(news, row);
  if (document.getElementById("issue")) {
    announce(news.title + " has changed");
    return isBusy() ? offer("This issue has changed. Show it as it is now") : refreshSoon();
  }
  if (!document.getElementById("rows")) return refreshSoon();
  if (row) return change(row, news, isShown);
  if (!isShown || !news.row) { waiting.delete(news.id); return offerNew(); }
  waiting.set(news.id, news);
  offerNew();
}

/** A row changes where it is; what the reader holds of it stays. */
function change(row, news, isShown) {
  announce(news.title + (isShown ? " has changed" : " is not in this list any more"));
  if (!news.row) { row.classList.add("kite-resolved"); return; }
  const table = document.createElement("template");
  table.innerHTML = "<table><tbody>" + news.row + "</tbody></table>";
  const fresh = table.content.querySelector("tr");
  // Who else has the failure depends on the reader, so news do not know it.
  const same = row.querySelector(".kite-same");
  if (same && !fresh.querySelector(".kite-same")) fresh.querySelector(".kite-where").append(same.cloneNode(true));
  const held = row.contains(document.activeElement) ? [...row.querySelectorAll("a, input")].indexOf(document.activeElement) : -1;
  const isSelected = row.querySelector("input[type=checkbox]")?.checked;
  for (const { name, value } of fresh.attributes) row.setAttribute(name, value);
  if (row.innerHTML !== fresh.innerHTML) row.replaceChildren(...fresh.childNodes);
  const box = row.querySelector("input[type=checkbox]");
  if (box && isSelected && !box.disabled) box.checked = true;
  if (held >= 0) row.querySelectorAll("a, input")[held]?.focus({ preventScroll: true });
  row.classList.add("kite-changed");
}

function offerNew() {
  const count = waiting.size;
  if (count === 0) return offer("");
  const text = count === 1 ? "1 new issue, show" : `${count} new issues, show`;
  announce(count === 1 ? "1 new issue: " + [...waiting.values()][0].title : `${count} new issues`);
  offer(text);
}

function offer(text) {
  let place = document.getElementById("news");
  if (!place) {
    if (!text) return;
    place = document.createElement("p");
    place.id = "news";
    place.className = "kite-news";
    place.innerHTML = '<button class="pf-v6-c-button pf-m-primary pf-m-small" type="button"></button>';
    document.getElementById("main").prepend(place);
  }
  const button = place.querySelector("button");
  place.hidden = !text;
  button.textContent = text;
  button.onclick = refresh;
}

/**
 * The page's title and icon carry the number of critical issues, the cards those of each severity. What the page knew
 * already when it was read is told again, so a row says itself as what it is counted.
 */
function count(news, row) {
  const known = row?.dataset.counted ?? (row?.dataset.state === "ACTIVE" ? row.dataset.severity : "");
  if (row) row.dataset.counted = news.to ?? "";
  for (const [severity, by] of [[row ? known : news.from, -1], [news.to, 1]]) {
    if (!severity) continue;
    const figure = document.querySelector(`[data-count="${severity}"]`);
    if (figure) figure.textContent = Math.max(0, Number(figure.textContent.replaceAll(",", "")) + by).toLocaleString("en");
    if (severity === "critical") critical(by);
  }
}

/** Counts critical issues in the title and the icon of the tab. */
export function critical(by) {
  const { dataset } = document.getElementById("main");
  dataset.critical = Math.max(0, Number(dataset.critical) + by);
  const isCritical = dataset.critical > 0;
  document.title = `${isCritical ? `(${dataset.critical}) ` : ""}${dataset.title} · KITE`;
  const icon = document.querySelector("link[rel=icon]");
  icon.href = isCritical ? icon.dataset.critical : icon.dataset.calm;
}
