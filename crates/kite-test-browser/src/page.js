// What a person can operate on a page, and under which names. The driver runs this inside the page.
const CLICKABLE = `a[href], button, summary, input:not([type=hidden]), [role=button], [role=link], [role=tab],
  [role=menuitem], [role=option], [role=checkbox], [role=radio], [role=switch]`;
const KINDS = { click: CLICKABLE, fill: "input, textarea, [contenteditable=true]", choose: "select" };
const GROUPS = `tr, li, article, section, nav, form, dialog, fieldset, header, footer, [role=row], [role=group],
  [role=region], [role=dialog]`;

const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();

const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });

// A label may hold the field itself, whose options are not its name.
const ownText = (label) => {
  const copy = label.cloneNode(true);
  copy.querySelectorAll("input, select, textarea").forEach((field) => field.remove());
  return copy.textContent;
};

const namesOf = (element) => {
  const labelledBy = (element.getAttribute("aria-labelledby") ?? "").split(/\s+/);
  const labelling = labelledBy.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  const labels = Array.from(element.labels ?? [], ownText);
  const images = Array.from(element.querySelectorAll("img[alt]"), (image) => image.alt);
  const value = element.matches("input[type=submit], input[type=button]") ? element.value : "";
  const attributes = ["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name));
  const text = element.matches("select") ? "" : element.innerText;
  return [labelling, ...labels, ...images, value, ...attributes, text].map(squeeze).filter(Boolean);
};

const isInside = (element, place) => {
  const group = element.closest(GROUPS);
  return group !== null && (namesOf(group).includes(place) || squeeze(group.innerText).includes(place));
};

const find = (kind, name, place) => {
  const candidates = Array.from(document.querySelectorAll(KINDS[kind])).filter(isVisible);
  const found = candidates
    .filter((element) => !element.matches(":disabled") && namesOf(element).includes(squeeze(name)))
    .filter((element) => place === null || isInside(element, squeeze(place)));
  return found.filter((element) => !found.some((other) => other !== element && element.contains(other)));
};

const optionOf = (select, name) =>
  Array.from(select.options).find((option) => !option.disabled && squeeze(option.text) === squeeze(name)) ?? null;
