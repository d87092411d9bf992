// Links and forms exchange the main part and the masthead. Without scripts, or before this is there, they load the whole:
// htmx is the largest part of what pages load, and nobody should have to wait for it.
import htmx from "htmx.org";

document.body.setAttribute("hx-target", "#main");
document.body.setAttribute("hx-select", "#main");
document.body.setAttribute("hx-select-oob", "#masthead");
document.body.setAttribute("hx-swap", "outerHTML show:window:top");

/** Has htmx look after a link or form when it is used: to look at all of them would keep the reader waiting. */
function boost(element) {
  if (!element || element.closest("[data-hx-boost]")) return;
  if (new URL(element.action ?? element.href, window.location.href).origin !== window.location.origin) return;
  element.dataset.hxBoost = "true";
  htmx.process(element);
}

document.addEventListener("click", (event) => boost(event.target.closest("a")), true);
document.addEventListener("submit", (event) => boost(event.target), true);

/** Reads the page again; what its reader looks at stays where it is. */
export async function reread() {
  const top = window.scrollY;
  await htmx.ajax("GET", window.location.href, { target: "#main", select: "#main", swap: "outerHTML show:none" });
  window.scrollTo({ top });
}
