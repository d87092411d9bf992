// The keyboard: what a mouse can do, in one key.

const HELP = [
  ["/", "search"], ["j, k", "next, previous issue"], ["enter", "open the issue"], ["x", "select the issue"],
  ["r", "resolve"], ["g o, g i, g c, g t", "overview, issues, causes, trends"], ["?", "this help"],
];
let before = "";

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    const key = before + event.key;
    before = event.key === "g" ? "g" : "";
    const action = ACTIONS[key] ?? ACTIONS[event.key];
    if (action && action() !== false) event.preventDefault();
  });
}

function isWriting(target) {
  return target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

const ACTIONS = {
  "/": () => document.querySelector("input[type=search]")?.focus() ?? undefined,
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  Enter: () => {
    if (document.activeElement?.matches("a, button, summary, input")) return false;
    current()?.querySelector(".kite-title")?.click();
  },
  r: () => resolve(),
  go: () => visit("/"),
  gi: () => visit("/issues"),
  gc: () => visit("/causes"),
  gt: () => visit("/trends"),
  "?": () => help(),
};

function rows() {
  return [...document.querySelectorAll(".kite-row")];
}

function current() {
  return document.querySelector(".kite-row[data-cursor]");
}

function move(by) {
  const all = rows();
  if (all.length === 0) return false;
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  current()?.removeAttribute("data-cursor");
  next.setAttribute("data-cursor", "");
  next.querySelector(".kite-title").focus();
}

/** On an issue its form, in a list the reason for those that are selected. */
function resolve() {
  const form = document.querySelector("details[data-key=r]");
  if (form) {
    form.open = true;
    return form.querySelector("input").focus();
  }
  document.querySelector("#selection input[name=reason]")?.focus();
}

function visit(path) {
  const link = [...document.querySelectorAll(".kite-nav a")].find((link) => new URL(link.href).pathname === path);
  link?.click();
}

function help() {
  let dialog = document.getElementById("help");
  if (!dialog) {
    dialog = document.createElement("dialog");
    dialog.id = "help";
    dialog.className = "kite-help";
    dialog.setAttribute("aria-label", "Keys");
    const list = HELP.map(([key, what]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`).join("");
    dialog.innerHTML = `<h2 class="pf-v6-c-title pf-m-lg">Keys</h2><dl>${list}</dl><form method="dialog"><button class="pf-v6-c-button pf-m-primary">Close</button></form>`;
    document.body.append(dialog);
  }
  dialog.showModal();
}
