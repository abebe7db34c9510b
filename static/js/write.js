// The writing page with JavaScript: toolbar, word count, autosave, preview beside the text, keyboard. Without it, the form works alone.

const form = document.getElementById("passage-form");
const text = document.getElementById("body");
const count = document.getElementById("count");
const saved = document.getElementById("saved");
const preview = document.getElementById("preview");
const french = form.dataset.lang !== "en";

const WORDS = french
  ? { one: "mot", many: "mots", kept: "Brouillon gardé", typing: "…", offline: "La connexion est coupée. Continuez d’écrire : votre texte est gardé sur cet appareil.", expired: "Votre session a expiré. Votre texte est gardé sur cet appareil ; enregistrez, et reconnectez-vous sans rien perdre.", back: "Un texte plus récent est gardé sur cet appareil.", take: "Le reprendre", leave: "L’oublier", link: "Adresse du lien :" }
  : { one: "word", many: "words", kept: "Draft kept", typing: "…", offline: "The connection is down. Go on writing: your text is kept on this device.", expired: "Your session has expired. Your text is kept on this device; save, and sign in again without losing anything.", back: "A newer text is kept on this device.", take: "Use it", leave: "Discard it", link: "Link address:" };

// — word count —
function countWords() {
  const words = text.value.match(/[\p{L}\p{N}]+(?:[’'\-·][\p{L}\p{N}]+)*/gu) ?? [];
  count.textContent = `${words.length.toLocaleString(form.dataset.lang)} ${words.length > 1 ? WORDS.many : WORDS.one}`;
}

// — toolbar: puts Markdown around the selection; the browser's own undo goes on working —
function insert(replacement, from, to) {
  text.focus();
  text.setSelectionRange(from, to);
  if (!document.execCommand("insertText", false, replacement)) text.setRangeText(replacement, from, to, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function wrap(mark) {
  const { selectionStart: from, selectionEnd: to } = text;
  const chosen = text.value.slice(from, to);
  insert(`${mark}${chosen}${mark}`, from, to);
  text.setSelectionRange(from + mark.length, from + mark.length + chosen.length);
}

function prefixLines(prefix) {
  const from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  const next = text.value.indexOf("\n", text.selectionEnd);
  const to = next === -1 ? text.value.length : next;
  insert(text.value.slice(from, to).split("\n").map((line) => prefix + line).join("\n"), from, to);
}

const MARKS = {
  strong: () => wrap("**"),
  emphasis: () => wrap("*"),
  heading: () => prefixLines("## "),
  list: () => prefixLines("- "),
  quote: () => prefixLines("> "),
  link() {
    const address = window.prompt(WORDS.link, "https://");
    if (!address) return;
    const { selectionStart: from, selectionEnd: to } = text;
    insert(`[${text.value.slice(from, to) || address}](${address})`, from, to);
  },
  note() {
    const number = 1 + Math.max(0, ...[...text.value.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1])));
    insert(`[^${number}]`, text.selectionEnd, text.selectionEnd);
    const end = text.value.length;
    insert(`${text.value.endsWith("\n") ? "" : "\n"}\n[^${number}]: `, end, end);
  },
  image: (button) => insert(`\n\n![${button.dataset.alt}](media:${button.dataset.image})\n\n`, text.selectionEnd, text.selectionEnd),
};

const toolbar = form.querySelector(".tools");
toolbar.hidden = false;
const buttons = [...toolbar.querySelectorAll("button")];
toolbar.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) MARKS[button.dataset.mark](button);
});
// One stop in the Tab order; arrows move inside (the toolbar pattern of the ARIA practices).
buttons.forEach((button, index) => { button.tabIndex = index ? -1 : 0; });
toolbar.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const index = buttons.indexOf(document.activeElement);
  const next = buttons[(index + step + buttons.length) % buttons.length];
  buttons.forEach((button) => { button.tabIndex = button === next ? 0 : -1; });
  next.focus();
  event.preventDefault();
});

// — keyboard —
text.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const act = { b: MARKS.strong, i: MARKS.emphasis, k: MARKS.link, s: () => form.requestSubmit(form.querySelector("button:not([name])[class]")) }[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});

// — autosave: on the server as a draft, on this device too until the server has answered —
const shelf = `recits-draft:${form.action}`;
let pending = null;
let sending = false;

const base = form.elements.base.value;

function keepHere(sent = false) {
  try { localStorage.setItem(shelf, JSON.stringify({ text: text.value, base, sent })); } catch { /* private windows have no shelf; the server has the draft */ }
}
function forgetHere() {
  try { localStorage.removeItem(shelf); } catch { /* as above */ }
}

async function autosave() {
  if (!form.dataset.autosave) { pending = null; saved.textContent = ""; return; } // no drafts on the server: this device keeps what was typed
  if (sending) { pending = setTimeout(autosave, 2000); return; }
  pending = null;
  sending = true;
  const sent = text.value;
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type === "opaqueredirect") { saved.textContent = WORDS.expired; return; }
    if (!answer.ok) throw new Error(String(answer.status));
    const { at } = await answer.json();
    saved.textContent = `${WORDS.kept}, ${at}`;
    if (text.value === sent) forgetHere();
  } catch {
    saved.textContent = WORDS.offline;
    pending = setTimeout(autosave, 15000);
  } finally {
    sending = false;
  }
}

text.addEventListener("input", () => {
  countWords();
  keepHere();
  saved.textContent = WORDS.typing;
  clearTimeout(pending);
  pending = setTimeout(autosave, 2500);
});
// An extension's fields are kept with the draft on the server.
form.addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("bloc-")) return;
  saved.textContent = WORDS.typing;
  clearTimeout(pending);
  pending = setTimeout(autosave, 2500);
});
window.addEventListener("online", () => { if (pending) autosave(); });
form.addEventListener("submit", () => { clearTimeout(pending); keepHere(true); });

// What this device kept from a lost connection or a closed window.
function offerKept() {
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(shelf) ?? "null"); } catch { return; }
  // Sent, and the passage has another revision since: what was sent has arrived.
  if (!kept || kept.text.trim() === text.value.trim() || (kept.sent && kept.base !== base)) { forgetHere(); return; }
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  const words = document.createElement("b");
  words.textContent = WORDS.back;
  const take = document.createElement("button");
  const leave = document.createElement("button");
  take.type = leave.type = "button";
  take.className = leave.className = "btn ghost";
  take.textContent = WORDS.take;
  leave.textContent = WORDS.leave;
  take.addEventListener("click", () => { insert(kept.text, 0, text.value.length); notice.remove(); });
  leave.addEventListener("click", () => { forgetHere(); notice.remove(); });
  notice.append(words, take, " ", leave);
  form.prepend(notice);
}

// — preview beside the text, without leaving the page —
form.querySelector("button[name=preview]").addEventListener("click", async (event) => {
  if (!form.dataset.preview) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type === "opaqueredirect" || (!answer.ok && answer.status !== 422)) throw new Error(String(answer.status));
    preview.innerHTML = await answer.text(); // written and cleaned by the server, exactly as a publication is
    preview.closest("aside").scrollIntoView({ block: "nearest" });
  } catch {
    form.requestSubmit(event.target);
  }
});

countWords();
offerKept();
