// Adds passkeys and logs in with them. What it needs is in the page: the addresses and the
// texts. Without it, or in a browser without passkeys, the page does not show that there are any.

const supported = window.PublicKeyCredential?.parseCreationOptionsFromJSON && window.PublicKeyCredential.parseRequestOptionsFromJSON &&
  window.PublicKeyCredential.prototype.toJSON && navigator.credentials;

if (supported) for (const root of document.querySelectorAll("[data-passkeys]")) begin(root);

function begin(root) {
  const adds = root.dataset.passkeys === "add";
  root.hidden = false;
  for (const other of document.querySelectorAll("[data-passkeys-without]")) other.hidden = true;
  let busy = false;
  root.addEventListener(adds ? "submit" : "click", async (event) => {
    if (!adds && !event.target.closest("button")) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    say(root, "");
    try {
      await (adds ? add(root) : logIn(root));
    } catch (error) {
      if (adds && (error.status === 401 || error.status === 403)) return location.reload(); // which asks who it is
      say(root, words(root, error));
    } finally {
      busy = false;
    }
  });
  if (root.dataset.passkeys === "login") offer(root);
}

async function add(root) {
  const { ceremony, options } = await post(root.dataset.begin, new URLSearchParams(new FormData(root)));
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await navigator.credentials.create({ publicKey });
  const { to } = await post(root.dataset.finish, { ceremony, response: credential.toJSON() });
  location.assign(to);
}

let waiting; // ends the wait for a passkey: a browser asks for one at a time

async function logIn(root, mediation) {
  waiting?.abort();
  const { signal } = (waiting = new AbortController());
  const { ceremony, options } = await post(root.dataset.begin, {}, signal);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await navigator.credentials.get({ publicKey, mediation, signal });
  const next = document.querySelector("input[name=next]")?.value ?? "";
  const remember = document.querySelector("input[name=remember]")?.checked ?? false;
  const { to } = await post(root.dataset.finish, { ceremony, response: credential.toJSON(), next, remember });
  location.assign(to);
}

// offer lets the browser fill in a passkey where it fills in a user name. The site is asked what to
// sign when somebody turns to that field, not for a page that is merely open. That is good for two
// minutes, and what comes after them asks again when somebody turns to the field again.
async function offer(root) {
  const input = document.querySelector("input[autocomplete~=username]");
  if (!input || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  input.autocomplete = "username webauthn";
  let turned = document.activeElement === input || turnedTo(input);
  for (;;) {
    await turned;
    const timer = setTimeout(() => waiting.abort("over"), 100_000);
    try {
      return await logIn(root, "conditional");
    } catch (error) {
      if (error !== "over" && error.name !== "AbortError") { // which the button ends it with
        if (error.status && error.status !== 429) say(root, words(root, error));
        return;
      }
      turned = turnedTo(input);
    } finally {
      clearTimeout(timer);
    }
  }
}

function turnedTo(input) {
  return new Promise((resolve) => {
    for (const kind of ["focus", "pointerdown", "keydown"]) input.addEventListener(kind, resolve, { once: true });
  });
}

async function post(url, body, signal) {
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url, {
    method: "POST", signal, body: isForm ? body : JSON.stringify(body),
    headers: { ...(!isForm && { "Content-Type": "application/json" }), Accept: "application/json" },
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.message), { status: response.status });
  return answer;
}

function words(root, error) {
  if (error.status) return error.message || root.dataset.failed;
  const texts = { NotAllowedError: root.dataset.stopped, AbortError: root.dataset.stopped, InvalidStateError: root.dataset.there, SecurityError: root.dataset.address };
  return texts[error.name] ?? root.dataset.failed;
}

function say(root, text) {
  const place = root.querySelector("[role=alert]");
  place.replaceChildren();
  if (!text) return;
  const p = document.createElement("p");
  p.className = "message error";
  p.textContent = text;
  place.append(p);
}
