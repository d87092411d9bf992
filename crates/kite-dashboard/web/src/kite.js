import htmx from "htmx.org";
import { follow } from "./live.js";
import { keys } from "./keys.js";
import { views } from "./views.js";
import { comforts } from "./comforts.js";

// Links and forms that stay on a page exchange only its main part; without scripts they load the whole.
document.body.setAttribute("hx-boost", "true");
document.body.setAttribute("hx-target", "#main");
document.body.setAttribute("hx-select", "#main");
document.body.setAttribute("hx-swap", "outerHTML show:none");
htmx.process(document.body);

function began() {
  comforts();
  views();
  follow();
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main" && event.target?.id !== "main") return;
  began();
});
keys();
began();
