// Views: filters that this browser remembers under a name.

const KEY = "kite-views";

export function views() {
  const place = document.getElementById("views");
  if (!place) return;
  place.hidden = false;
  document.getElementById("save-view").addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const name = new FormData(event.target).get("name").trim();
    write({ ...read(), [name]: window.location.search });
    event.target.reset();
    show();
  });
  show();
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function write(all) {
  localStorage.setItem(KEY, JSON.stringify(all));
}

function show() {
  const items = Object.entries(read()).map(([name, query]) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = "/issues" + query;
    link.textContent = name;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "pf-v6-c-button pf-m-link pf-m-inline";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", "Remove the view " + name);
    remove.onclick = () => {
      const { [name]: _, ...rest } = read();
      write(rest);
      show();
    };
    item.append(link, remove);
    return item;
  });
  document.getElementById("saved-views").replaceChildren(...items);
}
