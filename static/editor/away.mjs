// Notices what one wrote without a connection and others changed meanwhile in the same paragraphs, so that one can be told; changes nothing.

import * as Y from "yjs";

/** Returns the words of a shared element. */
export function wordsOf(element) {
  if (element instanceof Y.XmlText) return element.toDelta().map(({ insert }) => (typeof insert === "string" ? insert : "")).join("");
  return element.toArray().map(wordsOf).join(element.nodeName === "paragraph" ? "" : " ");
}

export class Away {
  /** @param text the passage's fragment; @param room tells by `synced` whether the server knows all, and is the origin of remote changes */
  constructor(text, room) {
    this.text = text;
    this.touched = new Set(); // top elements that were changed here and are not on the server
    this.theirs = null; // while a remote change is applied: what it changes
    this.both = new Map(); // what both sides changed, and the words that stood there before
    text.observeDeep((events, { origin }) => {
      const tops = events.flatMap((event) => this.topsOf(event));
      if (origin === room) tops.forEach((top) => this.theirs?.add(top));
      else if (origin !== room.shelf && !room.synced) tops.forEach((top) => this.touched.add(top));
    });
  }

  topsOf(event) {
    if (event.target === this.text) {
      const gone = [...event.changes.deleted].map((item) => item.content.type);
      const come = [...event.changes.added].map((item) => item.content.type);
      return [...gone, ...come].filter(Boolean);
    }
    let top = event.target;
    while (top.parent !== this.text) { top = top.parent; if (!top) return []; }
    return [top];
  }

  /** Applies a remote change, and notes the places that both sides changed. */
  meet(apply) {
    if (!this.touched.size) { apply(); return; }
    const mine = new Map([...this.touched].map((top) => [top, top._item?.deleted ? "" : wordsOf(top)]));
    this.theirs = new Set();
    apply();
    for (const top of this.theirs) if (mine.has(top) && !this.both.has(top)) this.both.set(top, mine.get(top));
    this.theirs = null;
  }

  /** All is on the server again: returns the places where others changed what one wrote, `{mine, now}` in words. */
  over() {
    const places = [...this.both].map(([top, mine]) => ({ mine, now: top._item?.deleted ? "" : wordsOf(top) })).filter(({ mine, now }) => mine !== now);
    this.touched.clear();
    this.both.clear();
    return places;
  }
}
