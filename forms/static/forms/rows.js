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
  if (button.disabled && [button, document.body].includes(document.activeElement)) leave(button);
});

const own = (rows, what) => [...rows.children].filter((child) => child.matches(what));

// add appends a copy of the template under a key of its own.
function add(_, rows) {
  const items = own(rows, ".row");
  if (items.length >= Number(rows.dataset.most)) return;
  const copy = own(rows, "template[data-row]")[0].content.cloneNode(true);
  const row = copy.querySelector(".row");
  rename(copy, row.dataset.key, `ns${Date.now().toString(36)}${added++}`);
  const last = items.at(-1);
  if (last) last.after(row);
  else own(rows, ".row-add")[0].before(row);
  settle(rows);
  (row.querySelector(":is(input:not([type=hidden]), select, textarea):not(:disabled)") ?? row).focus();
  say(rows, "added", row);
}

// rename gives a copy its key. Values that people choose or write are no keys.
function rename(root, from, to) {
  for (const element of root.querySelectorAll("*")) {
    const key = element.matches("button, input[type=hidden]");
    for (const attribute of element.attributes) {
      if (!attribute.value.includes(from) || attribute.name === "value" && !(key && attribute.value === from)) continue;
      attribute.value = attribute.value.replaceAll(from, to);
    }
    if (element.content) rename(element.content, from, to);
  }
}

// remove takes a row out; one that was there when the page was made is sent as gone.
function remove(row, rows) {
  const next = row.nextElementSibling?.matches(".row") ? row.nextElementSibling : row.previousElementSibling;
  if (!row.dataset.key.startsWith("n")) {
    const gone = document.createElement("input");
    Object.assign(gone, { type: "hidden", name: rows.dataset.rows + ".gone", value: [row.dataset.key, row.dataset.version].filter(Boolean).join(".") });
    rows.append(gone);
  }
  say(rows, "removed", row);
  row.remove();
  settle(rows);
  (next?.matches(".row") ? next : rows).focus();
}

function move(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other?.matches(".row")) return;
  const button = document.activeElement; // a moved element loses the focus
  if (by < 0) other.before(row);
  else other.after(row);
  settle(row.parentElement);
  button.focus();
  say(row.parentElement, "moved", row);
}

// leave takes the focus from a button that cannot be used any more to one beside it that can,
// or else to the row or rows that it belongs to: people at a keyboard go on from there.
function leave(button) {
  const others = [...button.parentElement.querySelectorAll("button:enabled")].filter((other) => /\.(up|down)$/.test(other.name));
  (others[0] ?? button.closest(".row, .rows")).focus();
}

// settle numbers the rows again, in digits as the server does, and says which buttons can be
// used.
function settle(rows) {
  const items = own(rows, ".row");
  items.forEach((row, i) => {
    const label = `${rows.dataset.label} ${i + 1}`;
    own(row, "legend")[0].textContent = label;
    for (const button of own(row, ".row-buttons")[0].querySelectorAll("button")) {
      button.lastElementChild.textContent = `: ${label}`;
      if (button.name.endsWith(".up")) button.disabled = i === 0;
      if (button.name.endsWith(".down")) button.disabled = i === items.length - 1;
    }
  });
  own(rows, ".row-add")[0].querySelector("button").disabled = items.length >= Number(rows.dataset.most);
}

// say has screen readers say what was done to a row. What they have said before is no change.
function say(rows, what, row) {
  const status = own(rows, "[role=status]")[0];
  const text = `${status.dataset[what]}: ${own(row, "legend")[0].textContent}`;
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}
