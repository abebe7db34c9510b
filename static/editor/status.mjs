// The state of one's words, always in words: seen at any time, and said aloud only when it changes for those who cannot see it. "Saved" comes from the server.

const SIGNS = { saved: "✓", saving: "…", connecting: "…", offline: "!", closed: "!", read: "–" };
const MOMENT = 60_000; // milliseconds that are called a moment
const QUICK = 400; // milliseconds: shorter savings show nothing, so that the line does not flicker under the typing

export class Status {
  /** @param element the visible line; a region of its own is put beside it for what is said aloud; @param when where stands how long ago that was, if anywhere */
  constructor(element, words, when = null) {
    Object.assign(this, { element, words, when, state: null, said: null, trouble: false });
    this.aloud = document.createElement("span");
    this.aloud.className = "hush";
    this.aloud.setAttribute("role", "status");
    element.removeAttribute("role");
    element.after(this.aloud);
  }

  /** Shows a state: connecting, saved, saving, offline, read, closed; `reason` is the server's word, `why` its sentence, `notice` whether a notice says it. */
  show(state, reason = "", why = "", notice = false) {
    const shown = `${state} ${reason} ${why}`;
    if (shown === this.state) return;
    this.wrote ||= state === "saving";
    this.state = shown;
    clearTimeout(this.later);
    if (state === "saving") this.later = setTimeout(() => this.write(state, this.words.saving), QUICK);
    else this.write(state, this.sentence(state, reason, notice ? "" : why));
    if (state === "saved") this.grow();
    this.tell(state, reason, why);
  }

  /** After a minute "a moment ago" is no longer true: then the hour is said. */
  grow() {
    if (!this.wrote) return; // nothing was written on this page yet
    this.wrote = false;
    const at = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.sayWhen(this.words.saved_now);
    this.later = setTimeout(() => this.sayWhen(this.words.saved_at.replace("{time}", at)), MOMENT);
  }

  sentence(state, reason, why) {
    if (state === "read") return why || this.words.read;
    if (state === "closed") return this.words[`closed_${reason}`] ?? this.words.closed;
    if (state === "offline" && reason) return this.words[`offline_${reason}`] ?? this.words.offline;
    return this.words[state];
  }

  write(state, text) {
    const sign = document.createElement("i");
    sign.setAttribute("aria-hidden", "true");
    sign.textContent = SIGNS[state];
    this.element.replaceChildren(sign, text);
    this.element.dataset.state = state;
    this.sayWhen("");
  }

  sayWhen(words) { if (this.when) this.when.textContent = words; }

  /** Aloud: that the line is cut, that it is back, that one may no longer write; never each saving. */
  tell(state, reason, why) {
    if (["offline", "closed", "read"].includes(state)) {
      this.trouble = true;
      this.say(this.sentence(state, reason, why));
    } else if (state === "saved" && this.trouble) {
      this.trouble = false;
      this.say(this.words.back);
    }
  }

  /** Says a sentence to those who listen. */
  say(sentence) {
    this.aloud.textContent = "";
    setTimeout(() => { this.aloud.textContent = sentence; }, 50); // the same words twice are said twice
  }

  /** Ctrl+S: says what is on disk. */
  sayState() { this.say(this.element.textContent.replace(/^[✓…!–]/, "")); }
}
