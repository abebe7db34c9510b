// Comments: one chooses words, the form in the margin gets their anchor and quotation, and the words are marked when the comment is sent. What comments
// say never passes through the shared text: forms of the server carry it, with JavaScript or without.

import { Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { quote } from "./margin.mjs";
import { DELETION, INSERTION, proposalOn } from "./proposals.mjs";

const key = new PluginKey("comments");
const LONGEST_QUOTATION = 500;

/** Shows what a comment is being written about, before it is marked. */
export function pendingAnchor() {
  return new Plugin({
    key,
    state: {
      init: () => null,
      apply(tr, range) {
        const set = tr.getMeta(key);
        if (set !== undefined) return set;
        return range && { ...range, from: tr.mapping.map(range.from, 1), to: tr.mapping.map(range.to, -1) };
      },
    },
    props: {
      decorations(state) {
        const range = key.getState(state);
        return range && range.from < range.to ? DecorationSet.create(state.doc, [Decoration.inline(range.from, range.to, { class: "pending" })]) : null;
      },
    },
  });
}

/**
 * Joins the text and the form of the margin: `form[data-comment]` with inputs `anchor` and `quotation`.
 *
 * @param margin the element that the server renders anew
 * @param page words; say(sentence); marks() → whether this person may mark words, else the quotation alone is kept; saved() → a promise that the text is on disk
 */
export class Comments {
  constructor(margin, view, page) {
    Object.assign(this, { margin, view, page });
    margin?.addEventListener("click", ({ target }) => { const one = target.closest("[data-anchor]"); if (one && !target.closest("a, button, input, textarea, form")) this.show(one.dataset.anchor); });
    view.dom.addEventListener("click", ({ target }) => { const mark = target.closest("mark[data-comment]"); if (mark) this.find(mark.dataset.comment); });
  }

  get form() { return this.margin?.querySelector("form[data-comment]"); }

  /** Begins a comment on the chosen words; says so where none are chosen. */
  begin(view = this.view) {
    view.domObserver.flush(); // words that were chosen by keyboard a moment ago: the browser tells of them later than of this key
    const { from, to, empty } = view.state.selection;
    if (empty) { this.page.say(this.page.words.comment_choose); return true; }
    if (!this.form) return false;
    const id = crypto.randomUUID();
    const quotation = view.state.doc.textBetween(from, to, " ", "").slice(0, LONGEST_QUOTATION);
    view.dispatch(view.state.tr.setMeta(key, { id, from, to }));
    quote(this.form, this.page.marks() ? id : "", quotation);
    this.form.querySelector("textarea").focus();
    return true;
  }

  /** Before a comment is sent: marks the words, and waits until the mark is on disk. */
  async beforeSending(form) {
    const pending = key.getState(this.view.state);
    if (form.matches("form[data-comment]") && pending && !this.page.marks()) this.view.dispatch(this.view.state.tr.setMeta(key, null));
    if (!form.matches("form[data-comment]") || !pending || form.elements.anchor.value !== pending.id) return;
    const { tr, schema } = this.view.state;
    if (pending.from < pending.to) tr.addMark(pending.from, pending.to, schema.marks.comment.create({ id: pending.id }));
    this.view.dispatch(tr.setMeta(key, null));
    await this.page.saved();
  }

  /** Goes to the words of a comment. */
  show(id) {
    let at = null;
    this.view.state.doc.descendants((node, position) => {
      const said = node.marks.some(({ type, attrs }) => type.name === "comment" && attrs.id === id) || [INSERTION, DELETION].some((name) => proposalOn(node, name)?.id === id);
      if (at === null && said) at = position;
    });
    if (at === null) return;
    const { node, offset } = this.view.domAtPos(at + 1);
    (node.childNodes[offset - 1] ?? node.parentElement)?.scrollIntoView?.({ block: "center" });
  }

  /** Shows the thread of marked words. */
  find(id) { this.margin?.querySelector(`[data-anchor="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" }); }
}
