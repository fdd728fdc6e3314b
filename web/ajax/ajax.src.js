// Changes parts of pages in place: see docs/ajax.md of Vola. Nothing in here evaluates text, and
// scripts in parts do not run.

const partsOf = (spec) => spec.trim().split(/\s+/).filter(Boolean).map((word) => {
  const [, id, maybe, how = "morph"] = /^(.*?)(\??)(?::(.*))?$/.exec(word);
  return { id, maybe, how };
});
const targetOf = (parts) => parts.map((p) => encodeURIComponent(p.id) + p.maybe).join(" ");
const copy = (n) => document.importNode(n, true);
const byId = (id) => document.getElementById(id);
// here says whether this page has the parts.
const here = (spec) => spec && partsOf(spec).every((p) => p.maybe || byId(p.id));
const page = (url) => url.pathname + url.search;
const policy = globalThis.trustedTypes?.createPolicy("vola", { createHTML: (html) => html });
const emit = (on, name, detail, cancelable = false) =>
  on.dispatchEvent(new CustomEvent(`vola:${name}`, { bubbles: true, cancelable, detail }));

const used = new Map(); // the parts that were changed: "?" if only in place
const asked = {}; // the number of the last request for each part
const sending = new WeakMap(); // requests by the links and forms that made them
const places = {}; // where entries of the history were scrolled to
let count = 0, moving, shown = page(location), entry, ready;

// visit opens the page at url and takes parts of it, "list pager:append", into this one.
export function visit(url, parts, { from = document.documentElement, history = "push", body, method = "GET", sent, hops = 0, pop, stay } = {}) {
  url = new URL(url, document.baseURI);
  parts = typeof parts === "string" ? partsOf(parts) : parts;
  if (url.origin !== location.origin) return void location.assign(url);
  const get = method === "GET", ids = parts.map((p) => p.id), target = targetOf(parts);
  if (hops > 10 || !hops && !emit(from, "before", { url: url.href, method, parts: ids }, true)) return;
  const last = sending.get(from);
  if (get && !hops && last?.safe) last.abort();
  if (get && history !== "none") moving?.abort(); // the page that was asked for last is shown
  const number = ++count;
  for (const { id } of parts) asked[id] = number;
  const kept = get && ready?.key === url.href + " " + target ? ready.request : null;
  ready = null;
  const request = kept ?? open(method, url, target, body);
  if (get && history !== "none") moving = request;
  request.safe = get;
  if (last?.safe !== false) sending.set(from, request); // what changes something is waited for
  const busy = setTimeout(() => wait(true), 120);
  function wait(on) {
    for (const e of [from, ...ids.map(byId)]) {
      if (on) e?.setAttribute("aria-busy", "true");
      else e?.removeAttribute("aria-busy");
    }
  }
  const progress = body instanceof FormData && from.querySelector?.("progress");
  if (progress) {
    progress.hidden = false;
    request.upload.onprogress = (e) => e.lengthComputable && Object.assign(progress, { max: e.total, value: e.loaded });
  }
  const options = { from, history, body, sent, number, url, method, pop, hops, stay };
  const again = () => visit(url, parts, { ...options, hops: 0 });
  const done = (then) => {
    clearTimeout(busy);
    wait(false);
    if (sending.get(from) === request) sending.delete(from);
    if (moving === request) moving = null;
    if (progress) progress.hidden = true;
    then?.();
  };
  request.onabort = () => done();
  request.onerror = () => done(() => failed(from, navigator.onLine ? "failed" : "offline", 0, again));
  request.ontimeout = () => done(() => failed(from, "late", 0, again));
  request.onload = () => done(() => answer(request, parts, options, again));
  if (kept?.readyState === 4) request.onload();
  else if (!kept) request.send(body);
}

function open(method, url, target, body) {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.timeout = body instanceof FormData ? 0 : 30_000;
  request.setRequestHeader("Vola-Target", target + (byId("messages") ? " messages?" : ""));
  request.setRequestHeader("Accept", "text/html,*/*;q=0.5");
  return request;
}

// answer shows what came for a request. One that should stay, of a part that loads itself, does not
// lead to another page.
function answer(request, parts, options, again) {
  const { from, history: mode, sent, number, method, pop, hops, stay } = options, header = (name) => request.getResponseHeader(name);
  const to = header("Vola-Location"), get = method === "GET", hash = options.url.hash, status = request.status;
  const fail = (text) => failed(from, "failed", status, again, text);
  if (!get) ready = null; // what was fetched before may not be so any more
  const url = new URL(to ?? request.responseURL, options.url);
  if (to) {
    if (url.origin !== location.origin && (stay || !/^http/.test(url.protocol))) return fail();
    return visit(url, parts, { from, history: stay || mode === "none" || page(url) === page(location) ? "none" : "push", sent, hops: hops + 1, pop, stay });
  }
  url.hash ||= hash;
  if (status === 204 && !header("Vola-Visit")) return clear();
  const html = /^text\/html/.test(header("Content-Type") ?? "");
  const doc = html && parse(request.responseText, header("Vola-Parts"));
  if (!doc || !parts.every((p) => p.maybe || doc.getElementById(p.id))) {
    if (get && !stay && !(sent && status >= 400)) return void (page(url) === page(location) || pop ? location.reload() : location.assign(url));
    if (!get && doc && (status < 400 || status === 422)) return whole(doc, url);
    return fail(doc && (doc.querySelector("h1")?.textContent.trim() || doc.title));
  }
  parts = parts.filter((p) => asked[p.id] === number && doc.getElementById(p.id));
  if (get && !parts.length) return; // all of it was overtaken
  const messages = doc.getElementById("messages");
  if (messages && !parts.some((p) => p.id === "messages")) parts.push({ id: "messages", how: "morph" });
  const ids = parts.map((p) => p.id);
  const detail = { url: url.href, parts: ids, status };
  if (!emit(document, "swap", detail, true)) return;
  const moved = page(url) !== shown, away = url.pathname !== shown.split("?")[0];
  transition(ids, () => {
    const focus = holdFocus(), left = [scrollX, scrollY];
    swap(doc, parts, sent, status < 400);
    for (const { id } of parts) if (used.get(id) !== "") used.set(id, mode === "push" && id !== "messages" ? "" : "?");
    clear();
    if (mode === "push" && get && !pop && url.href !== location.href) push(url, left);
    shown = page(location);
    settle(status, ids, moved, away, url, focus, pop);
    if (stay) from.removeAttribute("data-load"), loaded.add(from);
    lazy();
    emit(document, "done", detail);
  });
}

// parse makes a document of an answer. Parts are read as those of a template, which may have rows of
// tables. In a document that is not shown scripts count as having run, so they do not run in the page.
function parse(html, parts) {
  if (parts) html = `<template>${html}</template>`;
  const doc = new DOMParser().parseFromString(policy?.createHTML(html) ?? html, "text/html");
  if (parts) doc.body.append(doc.querySelector("template").content);
  return doc;
}

function swap(doc, parts, sent, good) {
  if (doc.title) document.title = doc.title;
  for (const { id, how } of parts) {
    const old = byId(id), fresh = doc.getElementById(id);
    if (!old) continue;
    if (how === "replace") old.replaceWith(copy(fresh));
    else if (/pend$/.test(how)) {
      const nodes = [...fresh.childNodes].filter((n) => {
        const there = n.id && byId(n.id);
        if (there) morph(there, n, sent, good);
        return !there;
      });
      old[how](...nodes.map(copy));
    } else {
      // Of several radio buttons the one that the server checks last would win.
      const chosen = [...old.querySelectorAll("[type=radio]:checked")].filter((e) => !e.defaultChecked && sent?.get(e) !== "true");
      morph(old, fresh, sent, good);
      for (const e of chosen) e.checked = true;
    }
  }
}

// whole shows a page that answers a form and has none of its parts.
function whole(doc, url) {
  document.title = doc.title;
  document.body.replaceWith(copy(doc.body));
  if (page(url) !== page(location)) push(url, [0, 0]);
  shown = page(location);
  scroll([0, 0]);
}

// morph makes old what fresh is, and keeps what the visitor has done: what they typed and chose,
// the focus, what is open and what plays.
function morph(old, fresh, sent, good) {
  if (old.hasAttribute("data-keep") || old.isEqualNode(fresh) && !sent) return;
  if (fresh.hasAttribute("data-load") && loaded.has(old)) return old.setAttributeNode(fresh.getAttributeNode("data-load").cloneNode()); // it comes again
  const settle = field(old, fresh, sent, good);
  for (const name of [...fresh.getAttributeNames(), ...old.getAttributeNames()]) {
    const attribute = fresh.getAttributeNode(name);
    if (name === "open" && /^(details|dialog)$/.test(old.localName) || name === "aria-busy" || old.getAttribute(name) === attribute?.value) continue;
    if (!attribute) old.removeAttribute(name);
    else try { old.setAttributeNode(attribute.cloneNode()); } catch { /* a handler, which Trusted Types forbid */ }
  }
  if (old.localName === "template") old.content.replaceChildren(...copy(fresh.content).childNodes);
  else if (!(old.isContentEditable && old.contains(document.activeElement))) children(old, fresh, sent, good);
  settle?.();
}

// field returns what sets a field after it has its new attributes, unless it has what the visitor
// typed since it was sent, or has never sent.
function field(old, fresh, sent, good) {
  if (!/^(input|textarea|select)$/.test(old.localName)) return;
  const mine = sent?.has(old) ? sent.get(old) !== valueOf(old) : old === document.activeElement || dirty(old);
  const value = valueOf(old);
  if (old.type === "file") return mine || !good || !sent?.has(old) ? null : () => void (old.value = "");
  if (old.localName === "select") {
    return () => {
      const chosen = mine ? (o) => value.split("\n").includes(o.value) : (o) => o.defaultSelected;
      const any = [...old.options].some(chosen);
      if (any || !mine) for (const o of old.options) o.selected = chosen(o);
      if (!any && !old.multiple && !mine) old.selectedIndex = 0;
    };
  }
  if (mine) return box(old) ? () => void (old.checked = value === "true") : () => void (old.value = value);
  return () => {
    if (box(old)) old.checked = old.defaultChecked;
    else if (old.value !== old.defaultValue) old.value = old.defaultValue;
  };
}

const box = (e) => /^(checkbox|radio)$/.test(e.type);
const valueOf = (e) => box(e) ? String(e.checked)
  : e.localName === "select" ? [...e.selectedOptions].map((o) => o.value).join("\n") : e.value;

function dirty(e) {
  if (box(e)) return e.checked !== e.defaultChecked;
  if (e.localName !== "select") return e.value !== e.defaultValue;
  const some = [...e.options].some((o) => o.defaultSelected);
  return some || e.multiple ? [...e.options].some((o) => o.selected !== o.defaultSelected) : e.selectedIndex > 0;
}

// shape says what a node is, and key tells it from its siblings: by its id or name, or that of the
// first element in it. Attributes are not read as properties: those of a form may be its fields,
// such as one named id.
const shape = (n) => n.nodeName + (/file|checkbox|radio/.exec(n.getAttribute?.("type")) ?? "");

function key(n) {
  const get = (name) => n.getAttribute?.(name), id = get("id") || get("data-key"), name = get("name"), is = shape(n);
  if (id) return "." + id + is;
  if (n.localName === "option") return "=" + n.value;
  if (name) return ":" + name + (box(n) || /submit|hidden/.test(n.type) ? "=" + get("value") : "") + is;
  const inner = n.querySelector?.("[id], [name]");
  return inner ? ">" + key(inner) + is : is;
}

function children(old, fresh, sent, good) {
  const news = [...fresh.childNodes], keys = news.map(key), wanted = new Set(keys), found = new Map();
  const take = (k) => found.get(k)?.shift();
  for (const n of old.childNodes) {
    let k = key(n);
    if (k[0] === ">" && !wanted.has(k)) k = shape(n);
    found.get(k)?.push(n) ?? found.set(k, [n]);
  }
  let at = old.firstChild;
  news.forEach((n, i) => {
    const match = take(keys[i]) ?? (keys[i][0] === ">" ? take(shape(n)) : null);
    if (!match) return old.insertBefore(copy(n), at);
    if (match === at) at = at.nextSibling;
    else old[old.moveBefore ? "moveBefore" : "insertBefore"](match, at);
    if (n.nodeType === 1) morph(match, n, sent, good);
    else if (match.nodeValue !== n.nodeValue) match.nodeValue = n.nodeValue;
  });
  while (at) [at] = [at.nextSibling, at.remove()];
}

// holdFocus returns what gives the focus back to where it was, and says whether it could.
function holdFocus() {
  const e = document.activeElement, start = e?.selectionStart, end = e?.selectionEnd;
  return () => {
    if (!e || e === document.body) return true;
    const to = e.isConnected ? e : e.id && byId(e.id);
    if (!to) return false;
    if (to !== document.activeElement) to.focus({ preventScroll: true });
    if (start != null) try { to.setSelectionRange(start, end); } catch { /* such as of an email */ }
    return true;
  };
}

const scroll = ([left, top]) => scrollTo({ left, top, behavior: "instant" });

// settle sets focus and place after a swap.
function settle(status, ids, moved, away, url, focus, pop) {
  const held = focus();
  let there;
  if (status === 422) {
    for (const id of ids) {
      const wrong = byId(id)?.querySelector("[role=alert][tabindex], [aria-invalid=true]");
      if (wrong) return wrong.focus();
    }
    return;
  }
  try { there = byId(decodeURIComponent(url.hash.slice(1))); } catch { /* another use of the fragment */ }
  if (moved) {
    if (pop || away && !there) scroll(pop ?? [0, 0]);
    say(document.title);
  }
  if (there && !pop) there.scrollIntoView();
  if (!held) (document.querySelector("main[tabindex], main [tabindex], main") ?? document.body).focus({ preventScroll: true });
}

function transition(ids, change) {
  if (ids.some((id) => byId(id)?.closest("[data-transition]")) && document.startViewTransition && !document.hidden && !matchMedia("(prefers-reduced-motion: reduce)").matches) document.startViewTransition(change);
  else change();
}

// mark names the entry of the history that is shown. What others keep in its state stays.
function mark(state) {
  entry = Math.random();
  if (typeof state === "object") history.replaceState({ ...state, vola: entry }, "");
}

function push(url, left) {
  if (!entry) mark(history.state);
  places[entry] = left;
  history.pushState(null, "", url);
  mark(null);
}

addEventListener("scroll", () => { if (entry) places[entry] = [scrollX, scrollY]; }, { passive: true });

addEventListener("popstate", ({ state }) => {
  if (state && !state.vola) return; // another's
  if (state) entry = state.vola;
  else mark(state); // of a link to a fragment
  if (page(location) === shown) return;
  if (!used.size) return location.reload();
  visit(location.href, [...used].filter(([id]) => byId(id)).map((u) => u.join("")).join(" "), { pop: places[entry] ?? [0, 0] });
});

// line returns an element for a line of text, such as the one that says what went wrong.
function line(id) {
  let e = byId(id);
  if (!e) {
    e = document.createElement("div");
    e.id = e.className = id;
    document.body.append(e);
  }
  return e;
}

const words = {
  failed: "That did not work.", late: "The site does not answer.", offline: "There is no connection.", again: "Try again",
};
const word = (name) => byId("vola-status")?.dataset[name] ?? words[name];

function failed(from, reason, code, again, text) {
  if (!emit(from.isConnected ? from : document, "error", { reason, status: code }, true)) return;
  const e = line("vola-status"), button = document.createElement("button");
  e.setAttribute("role", "alert");
  button.type = "button";
  button.textContent = word("again");
  button.onclick = () => { clear(); again(); };
  e.replaceChildren(text || word(reason), " ", button);
  e.hidden = false;
}

function clear() {
  const e = byId("vola-status");
  if (e) e.hidden = true;
}

// say tells screen readers something that is not seen.
function say(text) {
  const e = line("vola-said");
  e.setAttribute("aria-live", "polite");
  e.style.cssText = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap";
  e.textContent = text;
}

const plain = (e) => !e.defaultPrevented && !e.button && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey;
const own = (name) => !name || name === "_self";
const linkOf = (e) => {
  const a = e.target.closest?.("a[data-swap][href]");
  return a && here(a.dataset.swap) && own(a.target) && !a.hasAttribute("download") && a.origin === location.origin ? a : null;
};

addEventListener("click", (e) => {
  const a = plain(e) && linkOf(e);
  if (!a || a.hash && page(a) === page(location)) return;
  e.preventDefault();
  visit(a.href, a.dataset.swap, { from: a, history: a.dataset.history });
});

addEventListener("submit", (e) => {
  const form = e.target, by = e.submitter, take = (name) => by?.getAttribute("form" + name) ?? form.getAttribute(name) ?? "";
  const parts = by?.dataset.swap ?? form.getAttribute("data-swap"), method = take("method").toUpperCase() || "GET";
  const url = new URL(take("action") || location.href, document.baseURI);
  if (!here(parts) || e.defaultPrevented || method === "DIALOG" || !own(take("target")) || url.origin !== location.origin) return;
  e.preventDefault();
  const data = new FormData(form, by), fields = new URLSearchParams([...data].map(([k, v]) => [k, v.name ?? v]));
  if (method === "GET") {
    url.search = fields;
    return visit(url, parts, { from: form, history: form.getAttribute("data-history") ?? "push" });
  }
  if (sending.get(form)?.safe === false) return; // it is on its way
  const sent = new Map([...document.querySelectorAll("input, textarea, select")].filter((f) => f.form === form && f.name).map((f) => [f, valueOf(f)]));
  visit(url, parts, { from: form, history: form.getAttribute("data-history"), method, sent, body: take("enctype") === "multipart/form-data" ? data : fields });
});

// Links with data-prefetch are fetched when somebody points at them.
function prefetch(e) {
  const a = linkOf(e), parts = a && targetOf(partsOf(a.dataset.swap)), k = a && a.href + " " + parts;
  if (!a || a.dataset.prefetch === undefined || ready?.key === k || navigator.connection?.saveData) return;
  const request = open("GET", a.href, parts);
  request.setRequestHeader("Vola-Prefetch", "1");
  request.onload = () => setTimeout(() => { if (ready?.request === request) ready = null; }, 10_000);
  request.onerror = request.ontimeout = () => { ready = null; };
  ready = { key: k, request };
  request.send();
}
for (const name of ["pointerover", "focusin"]) addEventListener(name, prefetch, { passive: true });
// While the browser keeps a page that was left, no time passes there: what was fetched before is old now.
addEventListener("pageshow", (e) => { if (e.persisted) ready = null; });

// Parts with data-load are taken from that address when they come into view.
const loaded = new WeakSet();
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const url = isIntersecting && target.dataset.load;
    if (!url) continue;
    seen.unobserve(target);
    loaded.delete(target);
    delete target.dataset.load;
    visit(url, target.id, { from: target, history: "none", stay: true });
  }
});
function lazy() {
  for (const e of document.querySelectorAll("[data-load][id]")) seen.observe(e);
}
lazy();
