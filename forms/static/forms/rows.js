// Adds, removes and moves rows of a form. Without it the same buttons send the form, and
// the server does it.

let added = 0;

document.addEventListener("click", (event) => {
  const button = event.target.closest(".rows button[name]");
  if (!button) return;
  const rows = button.closest("[data-rows]");
  const act = { add, remove, up: (row) => move(row, -1), down: (row) => move(row, 1) }[button.name.slice(rows.dataset.rows.length + 1)];
  if (!button.name.startsWith(rows.dataset.rows + ".") || !act) return;
  event.preventDefault();
  act(button.closest(".row"), rows);
  settle(rows);
});

const own = (rows, what) => [...rows.children].filter((child) => child.matches(what));

// add appends a copy of the template under a key of its own.
function add(_, rows) {
  const items = own(rows, ".row");
  if (items.length >= Number(rows.dataset.most)) return;
  const copy = own(rows, "template[data-row]")[0].content.cloneNode(true);
  const depth = rows.dataset.rows.split(".").length > 2 ? 1 : 0;
  rename(copy, `__KEY${depth}__`, `ns${Date.now().toString(36)}${added++}`);
  const row = copy.querySelector(".row");
  const last = items.at(-1);
  if (last) last.after(row);
  else own(rows, ".row-add")[0].before(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  say(rows, "added");
}

function rename(root, from, to) {
  for (const element of root.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes(from)) attribute.value = attribute.value.replaceAll(from, to);
    }
    if (element.content) rename(element.content, from, to);
  }
}

// remove takes a row out; one that was there when the page was made is sent as gone.
function remove(row, rows) {
  const next = row.nextElementSibling?.matches(".row") ? row.nextElementSibling : row.previousElementSibling;
  if (!row.dataset.key.startsWith("n")) {
    const gone = document.createElement("input");
    Object.assign(gone, { type: "hidden", name: rows.dataset.rows + ".gone", value: row.dataset.key });
    rows.append(gone);
  }
  row.remove();
  (next?.matches(".row") ? next : rows).focus();
  say(rows, "removed");
}

function move(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches(".row")) return;
  const button = document.activeElement; // a moved element loses the focus
  if (by < 0) other.before(row);
  else other.after(row);
  button.focus();
  say(row.parentElement, "moved");
}

// settle numbers the rows again, and says which buttons can be used.
function settle(rows) {
  const items = own(rows, ".row");
  items.forEach((row, i) => {
    const label = `${rows.dataset.one} ${(i + 1).toLocaleString(document.documentElement.lang || undefined, { useGrouping: false })}`;
    own(row, "legend")[0].textContent = label;
    for (const button of own(row, ".row-buttons")[0].querySelectorAll("button")) {
      button.lastElementChild.textContent = `: ${label}`;
      if (button.name.endsWith(".up")) button.disabled = i === 0;
      if (button.name.endsWith(".down")) button.disabled = i === items.length - 1;
    }
  });
  own(rows, ".row-add")[0].querySelector("button").disabled = items.length >= Number(rows.dataset.most);
}

function say(rows, what) {
  const status = own(rows, "[role=status]")[0];
  status.textContent = "";
  setTimeout(() => { status.textContent = status.dataset[what]; }, 50);
}
