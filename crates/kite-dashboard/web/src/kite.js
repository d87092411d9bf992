import htmx from "htmx.org";
import { announce, critical, follow } from "./live.js";
import { keys } from "./keys.js";
import { views } from "./views.js";
import { comforts } from "./comforts.js";

// Links and forms exchange the main part and the masthead; without scripts they load the whole.
document.body.setAttribute("hx-boost", "true");
document.body.setAttribute("hx-target", "#main");
document.body.setAttribute("hx-select", "#main");
document.body.setAttribute("hx-select-oob", "#masthead");
document.body.setAttribute("hx-swap", "outerHTML show:window:top");
htmx.process(document.body);

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
began();
