import { announce, critical, follow } from "./live.js";
import { keys } from "./keys.js";
import { views } from "./views.js";
import { comforts } from "./comforts.js";

let shown = window.location.href;
/** How far down the pages were read that were left. */
const places = new Map();

function began() {
  comforts();
  views();
  critical(0);
  follow();
}

/** Those who do not see that it is another page hear it, and their keys begin at its top. */
function arrived() {
  if (window.location.href === shown) return;
  shown = window.location.href;
  announce([document.querySelector(".kite-notice")?.innerText, document.title].filter(Boolean).join(". "));
  if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target?.id !== "main") return;
  began();
  arrived();
});
document.addEventListener("htmx:beforeHistoryUpdate", () => places.set(window.location.href, window.scrollY));
document.addEventListener("htmx:historyRestore", () => {
  began();
  arrived();
  window.scrollTo({ top: places.get(window.location.href) ?? 0 });
});
keys();
// Each in a turn of its own, so that the page answers in between; htmx wants the page to be complete.
setTimeout(began);
window.addEventListener("load", () => setTimeout(() => import("./exchange.js")));
