// Changes parts of pages in place: see docs/ajax.md of Vola. Nothing in here evaluates text, and
// scripts in parts do not run.

const partsOf = (spec) => spec.trim().split(/\s+/).filter(Boolean).map((word) => {
  const [, id, maybe, how = "morph"] = /^(.*?)(\??)(?::(.*))?$/.exec(word);
  return { id, maybe, how };
});
const targetOf = (parts) => parts.map((p) => p.id + p.maybe).join(" ");
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
export function visit(url, parts, { from = document.documentElement, history = "push", body, method = "GET", sent, hops = 0, pop } = {}) {
  url = new URL(url, document.baseURI);
  parts = typeof parts === "string" ? partsOf(parts) : parts;
  if (url.origin !== location.origin) return void location.assign(url);
  const get = method === "GET", detail = { url: url.href, method, parts: parts.map((p) => p.id) }, target = targetOf(parts);
  if (hops > 10 || !hops && !emit(from, "before", detail, true)) return;
  if (get && !hops) sending.get(from)?.abort();
  if (get && history !== "none") moving?.abort(); // the page that was asked for last is shown
  const number = ++count;
  for (const { id } of parts) asked[id] = number;
  const kept = get && ready?.key === url.href + " " + target ? ready.request : null;
  ready = null;
  const request = kept ?? open(method, url, target, body);
  if (get && history !== "none") moving = request;
  sending.set(from, request);
  const busy = setTimeout(() => wait(true), 120);
  function wait(on) {
    for (const e of [from, ...detail.parts.map((id) => document.getElementById(id))]) {
      if (on) e?.setAttribute("aria-busy", "true");
      else e?.removeAttribute("aria-busy");
    }
  }
  const progress = body instanceof FormData && from.querySelector?.("progress");
  if (progress) {
    progress.hidden = false;
    request.upload.onprogress = (e) => e.lengthComputable && Object.assign(progress, { max: e.total, value: e.loaded });
  }
  const options = { from, history, sent, number, url, method, pop, hops };
  const again = () => visit(url, parts, { from, history, body, method, sent, pop });
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
  request.setRequestHeader("Vola-Target", target + (document.getElementById("messages") ? " messages?" : ""));
  request.setRequestHeader("Accept", "text/html,*/*;q=0.5");
  return request;
}

// answer shows what came for a request.
function answer(request, parts, options, again) {
  const { from, history: mode, sent, number, method, pop } = options;
  const to = request.getResponseHeader("Vola-Location"), get = method === "GET", hash = options.url.hash;
  if (!get) ready = null; // what was fetched before may not be so any more
  const url = new URL(to ?? request.responseURL, options.url);
  if (to) {
    if (url.origin !== location.origin) return void location.assign(url);
    return visit(url, parts, { from, history: page(url) === page(location) ? "none" : "push", sent, hops: options.hops + 1, pop });
  }
  if (!url.hash) url.hash = hash;
  const html = /^text\/html/.test(request.getResponseHeader("Content-Type") ?? "");
  const doc = html && parse(request.responseText, request.getResponseHeader("Vola-Parts"));
  if (!doc || !parts.every((p) => p.maybe || doc.getElementById(p.id))) {
    if (get) return void (page(url) === page(location) || pop ? location.reload() : location.assign(url));
    if (doc && request.status < 400) return whole(doc, url);
    return failed(from, "failed", request.status, again, doc && (doc.querySelector("h1") ?? doc.querySelector("title"))?.textContent.trim());
  }
  parts = parts.filter((p) => asked[p.id] === number && doc.getElementById(p.id));
  const messages = doc.getElementById("messages");
  if (messages && !parts.some((p) => p.id === "messages")) parts.push({ id: "messages", how: "morph" });
  const ids = parts.map((p) => p.id);
  if (!emit(document, "swap", { url: url.href, parts: ids, status: request.status }, true)) return;
  const moved = page(url) !== shown, away = url.pathname !== shown.split("?")[0];
  transition(ids, () => {
    const focus = holdFocus(), left = [scrollX, scrollY];
    swap(doc, parts, sent, request.status < 400);
    for (const { id } of parts) if (used.get(id) !== "") used.set(id, mode === "push" && id !== "messages" ? "" : "?");
    clear();
    if (mode === "push" && get && !pop && url.href !== location.href) push(url, left);
    shown = page(location);
    settle(request.status, moved, away, url, focus, pop);
    lazy(document);
    emit(document, "done", { url: url.href, parts: ids, status: request.status });
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
    const old = document.getElementById(id), fresh = doc.getElementById(id);
    if (!old) continue;
    if (how === "morph") {
      // Of several radio buttons the one that the server checks last would win.
      const chosen = [...old.querySelectorAll("[type=radio]:checked")].filter((e) => !e.defaultChecked && sent?.get(e) !== "true");
      morph(old, fresh, sent, good);
      for (const e of chosen) e.checked = true;
    }
    else if (how === "replace") old.replaceWith(document.importNode(fresh, true));
    else {
      const nodes = [...fresh.childNodes].filter((n) => {
        const there = n.id && document.getElementById(n.id);
        if (there) morph(there, n, sent, good);
        return !there;
      });
      old[how === "prepend" ? "prepend" : "append"](...nodes.map((n) => document.importNode(n, true)));
    }
  }
}

// whole shows a page that answers a form and has none of its parts.
function whole(doc, url) {
  console.info("vola: the answer to a form had none of the parts that it names; redirect after a POST");
  document.title = doc.title;
  document.body.replaceWith(document.importNode(doc.body, true));
  if (page(url) !== page(location)) push(url, [0, 0]);
  shown = page(location);
  scrollTo(0, 0);
}

// morph makes old what fresh is, and keeps what the visitor has done: what they typed and chose,
// the focus, what is open and what plays.
function morph(old, fresh, sent, good) {
  if (old.hasAttribute("data-keep") || old.isEqualNode(fresh) && !sent) return;
  const settle = field(old, fresh, sent, good);
  for (const name of new Set([...fresh.getAttributeNames(), ...old.getAttributeNames()])) {
    const attribute = fresh.getAttributeNode(name);
    if (name === "open" && /^(details|dialog)$/.test(old.localName) || name === "aria-busy" || old.getAttribute(name) === attribute?.value) continue;
    if (!attribute) old.removeAttribute(name);
    else try { old.setAttributeNode(attribute.cloneNode()); } catch { /* a handler, which Trusted Types forbid */ }
  }
  if (old.localName === "template") old.content.replaceChildren(...document.importNode(fresh.content, true).childNodes);
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
  if (mine) return /^(checkbox|radio)$/.test(old.type) ? () => void (old.checked = value === "true") : () => void (old.value = value);
  return () => {
    if (/^(checkbox|radio)$/.test(old.type)) old.checked = old.defaultChecked;
    else if (old.value !== old.defaultValue) old.value = old.defaultValue;
  };
}

const valueOf = (e) => /^(checkbox|radio)$/.test(e.type) ? String(e.checked)
  : e.localName === "select" ? [...e.selectedOptions].map((o) => o.value).join("\n") : e.value;

function dirty(e) {
  if (/^(checkbox|radio)$/.test(e.type)) return e.checked !== e.defaultChecked;
  if (e.localName !== "select") return e.value !== e.defaultValue;
  const some = [...e.options].some((o) => o.defaultSelected);
  return some || e.multiple ? [...e.options].some((o) => o.selected !== o.defaultSelected) : e.selectedIndex > 0;
}

// key tells an element from its siblings: by its id or name, or that of the first element in it.
// Attributes are not read as properties: those of a form may be its fields, such as one named id.
function key(n) {
  if (n.nodeType !== 1) return "";
  const id = n.getAttribute("id") || n.getAttribute("data-key"), name = n.getAttribute("name");
  if (id) return "#" + id;
  if (n.localName === "option") return "=" + n.value;
  if (name) return name + (/^(radio|checkbox|submit|hidden)$/.test(n.type) ? "=" + n.getAttribute("value") : "");
  const inner = n.querySelector("[id], [name]");
  return inner ? ">" + (inner.getAttribute("id") || inner.getAttribute("name")) : "";
}

const kind = (e) => /file|checkbox|radio/.exec(e.getAttribute("type"))?.[0];
const alike = (a, b) => a.nodeType === b.nodeType && (a.nodeType !== 1 ||
  a.localName === b.localName && a.namespaceURI === b.namespaceURI && kind(a) === kind(b));

function children(old, fresh, sent, good) {
  const news = [...fresh.childNodes], wanted = new Set(news.map(key)), keyed = new Map();
  for (const n of old.childNodes) {
    const k = key(n);
    if (k) keyed.get(k)?.push(n) ?? keyed.set(k, [n]);
  }
  let at = old.firstChild;
  for (const n of news) {
    const k = key(n);
    let match = k && keyed.get(k)?.shift();
    if (match && !alike(match, n)) match = null;
    if (!match && (!k || k[0] === ">")) {
      for (match = at; match && !(alike(match, n) && (!key(match) || key(match)[0] === ">" && !wanted.has(key(match))));) match = match.nextSibling;
    }
    if (!match) {
      old.insertBefore(document.importNode(n, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else if (old.moveBefore) old.moveBefore(match, at);
    else old.insertBefore(match, at);
    if (n.nodeType === 1) morph(match, n, sent, good);
    else if (match.nodeValue !== n.nodeValue) match.nodeValue = n.nodeValue;
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// holdFocus returns what gives the focus back to where it was, and says whether it could.
function holdFocus() {
  const e = document.activeElement, start = e?.selectionStart, end = e?.selectionEnd;
  return () => {
    if (!e || e === document.body) return true;
    const to = e.isConnected ? e : e.id && document.getElementById(e.id);
    if (!to) return false;
    if (to !== document.activeElement) to.focus({ preventScroll: true });
    if (start != null) try { to.setSelectionRange(start, end); } catch { /* such as of an email */ }
    return true;
  };
}

// settle sets focus and place after a swap.
function settle(status, moved, away, url, focus, pop) {
  const held = focus();
  if (status === 422) {
    const wrong = document.querySelector("[role=alert][tabindex], [aria-invalid=true]");
    return wrong?.focus();
  }
  const there = url.hash && document.getElementById(decodeURIComponent(url.hash.slice(1)));
  if (moved) {
    if (pop) scrollTo(...pop);
    else if (away && !there) scrollTo(0, 0);
    say(document.title);
  }
  if (there && !pop) there.scrollIntoView();
  if (!held) (document.querySelector("main[tabindex], main [tabindex], main") ?? document.body).focus({ preventScroll: true });
}

function transition(ids, change) {
  const wanted = ids.some((id) => document.getElementById(id)?.closest("[data-transition]"));
  if (wanted && document.startViewTransition && !document.hidden && !matchMedia("(prefers-reduced-motion: reduce)").matches) document.startViewTransition(change);
  else change();
}

// push adds an entry to the history. What others keep in the state of an entry stays.
function push(url, left) {
  const mark = () => `${Date.now()}-${++count}`;
  if (!entry) {
    const state = history.state ?? {};
    entry = mark();
    if (typeof state === "object") history.replaceState({ ...state, vola: entry }, "");
  }
  places[entry] = left;
  entry = mark();
  history.pushState({ vola: entry }, "", url);
}

addEventListener("scroll", () => { if (entry) places[entry] = [scrollX, scrollY]; }, { passive: true });

addEventListener("popstate", (event) => {
  if (event.state && !event.state.vola) return; // another's
  if (event.state) entry = event.state.vola;
  if (page(location) === shown) return;
  if (!used.size) return location.reload();
  visit(location.href, [...used].filter(([id]) => document.getElementById(id)).map((u) => u.join("")).join(" "), { pop: places[entry] ?? [0, 0] });
});

// The line that says what went wrong.
function status() {
  let e = document.getElementById("vola-status");
  if (!e) {
    e = document.createElement("div");
    e.id = "vola-status";
    e.className = "vola-status";
    document.body.append(e);
  }
  e.setAttribute("role", "alert");
  return e;
}

const words = {
  failed: "That did not work.", late: "The site does not answer.", offline: "There is no connection.", again: "Try again",
};
const word = (name) => document.getElementById("vola-status")?.dataset[name] ?? words[name];

function failed(from, reason, code, again, text) {
  if (!emit(from, "error", { reason, status: code }, true)) return;
  const e = status(), button = document.createElement("button");
  button.type = "button";
  button.textContent = word("again");
  button.onclick = () => { clear(); again(); };
  e.replaceChildren(text || word(reason), " ", button);
  e.hidden = false;
}

function clear() {
  const e = document.getElementById("vola-status");
  if (e) e.hidden = true, e.replaceChildren();
}

// say tells screen readers something that is not seen.
function say(text) {
  let e = document.getElementById("vola-said");
  if (!e) {
    e = document.createElement("div");
    e.id = "vola-said";
    e.setAttribute("aria-live", "polite");
    Object.assign(e.style, { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)", whiteSpace: "nowrap" });
    document.body.append(e);
  }
  e.textContent = text;
}

const plain = (e) => !e.defaultPrevented && !e.button && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey;
const own = (name) => !name || name === "_self";
const linkOf = (e) => {
  const a = e.target.closest?.("a[data-swap][href]");
  return a && own(a.target) && !a.hasAttribute("download") && a.origin === location.origin ? a : null;
};

addEventListener("click", (e) => {
  const a = plain(e) && linkOf(e);
  if (!a || a.hash && page(a) === page(location)) return;
  e.preventDefault();
  visit(a.href, a.dataset.swap, { from: a, history: a.dataset.history });
});

addEventListener("submit", (e) => {
  const form = e.target, by = e.submitter, take = (name) => by?.getAttribute("form" + name) ?? form.getAttribute(name) ?? "";
  const parts = by?.dataset.swap ?? form.dataset.swap, method = take("method").toUpperCase() || "GET";
  const url = new URL(take("action") || location.href, document.baseURI);
  if (parts === undefined || e.defaultPrevented || method === "DIALOG" || !own(take("target")) || url.origin !== location.origin) return;
  e.preventDefault();
  const data = new FormData(form, by), fields = new URLSearchParams([...data].map(([k, v]) => [k, v.name ?? v]));
  if (method === "GET") {
    url.search = fields;
    return visit(url, parts, { from: form, history: form.dataset.history });
  }
  if (sending.has(form)) return; // it is on its way
  const sent = new Map([...form.elements].filter((f) => f.name).map((f) => [f, valueOf(f)]));
  visit(url, parts, { from: form, history: "none", method, sent, body: take("enctype") === "multipart/form-data" ? data : fields });
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

// Parts with data-load are taken from that address when they come into view.
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    const url = target.dataset.load;
    delete target.dataset.load;
    if (url) visit(url, target.id, { from: target, history: "none" });
  }
});
function lazy(within) {
  for (const e of within.querySelectorAll("[data-load][id]")) seen.observe(e);
}
lazy(document);
