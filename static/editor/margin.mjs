// The parts of the page that the server renders and others change: margin and list of passages. Fetched again when the server says so; what one is doing in
// them goes on.

import { refreshed } from "./morph.mjs";

/** Notices by kind, and the parts that each makes old. */
const PARTS = { comments: ["margin"], suggestions: ["margin"], passages: ["passages"], state: ["passages", "margin", "below", "reopen"], saved: ["passages", "below"] };

/** What a comment is about: in hidden fields, which a form without JavaScript leaves empty. */
const ABOUT = ["anchor", "quotation"];

/** Puts into a form what its comment will be about, and shows it. */
export function quote(form, anchor, quotation) {
  if (!form) return;
  form.elements.anchor.value = anchor;
  form.elements.quotation.value = quotation;
  const shown = form.querySelector("[data-quotation]");
  if (shown) { shown.textContent = quotation; shown.hidden = !quotation; }
}

export class Parts {
  /**
   * @param root holds the parts, `[data-part=NAME][data-from=URL]`
   * @param before is called and waited for before a form (`form[data-inplace]`) is sent
   * @param unsent the sentence for a form that could not be sent
   * @param around is called with the name of a part and what brings it up to date
   */
  constructor(root, { before = () => Promise.resolve(), unsent = "", around = (name, change) => change() } = {}) {
    Object.assign(this, { root, before, unsent, around, waiting: new Set(), sending: null });
    for (const part of root.querySelectorAll("[data-part]")) {
      part.addEventListener("submit", (event) => {
        if (!event.target.matches("form[data-inplace]")) return;
        event.preventDefault();
        this.send(event.target, event.submitter);
      });
    }
  }

  element(name) { return this.root.querySelector(`[data-part="${name}"]`); }

  heard({ kind }) { for (const name of PARTS[kind] ?? []) this.refresh(name); }

  /** Fetches a part once, however many notices ask for it in the same moment. */
  refresh(name) {
    if (this.waiting.has(name) || !this.element(name)?.dataset.from) return;
    this.waiting.add(name);
    setTimeout(() => this.fetch(name), 150 + Math.random() * 250); // everybody hears of it at once, and need not ask at once
  }

  async fetch(name) {
    this.waiting.delete(name);
    const element = this.element(name);
    if (this.sending?.closest("[data-part]") === element) return; // what it brings is fetched when it is sent
    try {
      const answer = await fetch(element.dataset.from, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) return;
      const html = await answer.text();
      this.around(name, () => this.replace(element, html));
    } catch { /* without a line the old one stays; the next notice asks again */ }
  }

  /** Brings the part up to date; what was typed and not sent, what was open, the caret and the focus stay. */
  replace(element, html) {
    const about = ABOUT.map((name) => element.querySelector(`form[data-comment] input[name=${name}]`)?.value ?? "");
    refreshed(element, html);
    if (about[0] || about[1]) quote(element.querySelector("form[data-comment]"), ...about);
  }

  /** Returns the answer to a form, or null where none came: without a line. */
  post(form, submitter) {
    const address = submitter?.hasAttribute("formaction") ? submitter.formAction : form.action;
    return fetch(address, { method: "POST", body: new FormData(form, submitter), headers: { Accept: "text/html" } }).catch(() => null);
  }

  /** Says under a form that it is still here. */
  sayUnsent(form) {
    const said = Object.assign(document.createElement("p"), { className: "notice strong", textContent: this.unsent });
    said.dataset.unsent = "";
    said.setAttribute("role", "alert");
    form.append(said);
  }

  /** Sends a form of a part without leaving the page; where it is refused, as a form is sent, so that the page says why; without a line, it stays as it is. */
  async send(form, submitter) {
    try {
      this.sending = form;
      await this.before(form);
      const answer = await this.post(form, submitter);
      form.querySelector("[data-unsent]")?.remove();
      if (!answer) { this.sending = null; this.sayUnsent(form); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      form.reset();
      if (form.matches("[data-comment]")) quote(form, "", "");
      this.sending = null;
      for (const part of this.root.querySelectorAll("[data-part]")) if (part.contains(form)) this.refresh(part.dataset.part);
    } catch {
      this.sending = null;
      form.removeAttribute("data-inplace");
      form.requestSubmit(submitter); // with the button: it says where to, and what
    }
  }
}
