// What needs more than the state line: words that the server did not take, places that others changed too. Stays until one has read it; loses no word.

function box(sentence, strong) {
  const notice = document.createElement("div");
  notice.className = strong ? "notice strong" : "notice";
  notice.setAttribute("role", strong ? "alert" : "status");
  const line = document.createElement("b");
  line.textContent = sentence;
  notice.append(line);
  return notice;
}

function words(text) {
  const quote = document.createElement("blockquote");
  quote.className = "asis";
  quote.textContent = text;
  return quote;
}

function closing(notice, label, done = () => {}) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "btn ghost", textContent: label });
  button.addEventListener("click", () => { notice.remove(); done(); });
  return button;
}

/** The texts that were put aside on this device. */
function kept(shelf) {
  try { return JSON.parse(localStorage.getItem(shelf)) ?? []; } catch { return []; }
}

function keep(shelf, texts) {
  try {
    if ([...texts].length) localStorage.setItem(shelf, JSON.stringify([...texts]));
    else localStorage.removeItem(shelf);
  } catch { /* a private window has no shelf: the words stay on the page */ }
}

export class Notices {
  /** @param place the element before which notices stand */
  constructor(place, texts) { Object.assign(this, { place, texts, shown: new Set() }); }

  put(notice) { this.place.before(notice); return notice; }

  /** A short remark that goes by itself with the next one. */
  remark(sentence) {
    this.last?.remove();
    this.last = this.put(box(sentence, false));
    this.last.append(" ", closing(this.last, this.texts.understood));
  }

  /** What stands above a text as long as it holds; an empty sentence takes it away. */
  space(sentence) {
    if (sentence === this.spaceSaid) return;
    this.spaceSaid = sentence;
    this.spaceNotice?.remove();
    this.spaceNotice = sentence ? this.put(box(sentence, true)) : null;
  }

  /** Words that the server refused: kept on this device, beside earlier ones, until their writer has taken them elsewhere. */
  aside(sentence, text, shelf) {
    if (text && this.shown.has(text)) return;
    const notice = this.put(box(sentence || this.texts.refused, true));
    if (text) {
      this.shown.add(text);
      keep(shelf, new Set([...kept(shelf), text]));
      notice.append(this.texts.aside, words(text));
    }
    notice.append(closing(notice, this.texts.understood, () => {
      this.shown.delete(text);
      keep(shelf, kept(shelf).filter((one) => one !== text));
    }));
  }

  /** Shows again what was put aside and not yet taken. */
  remember(shelf) { for (const text of kept(shelf)) this.aside(this.texts.refused_before, text, shelf); }

  /** Places that one wrote without a connection and others changed meanwhile. */
  met(places) {
    const notice = this.put(box(this.texts.met, true));
    for (const { mine, now } of places) notice.append(this.texts.met_mine, words(mine), this.texts.met_now, words(now || "–"));
    notice.append(closing(notice, this.texts.understood));
  }
}
