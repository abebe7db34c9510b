// Objects among words (images, calls of notes, line ends) bear no marks in the shared document: they have those that the words on both sides share. So what a
// command marks in passing is taken off again, and a statement of older marks goes where the words around have been marked anew.

import { Plugin } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { isOwn } from "./changes.mjs";
import { DELETION, INSERTION, PROPOSES } from "./proposals.mjs";

export function bareAtoms() {
  return new Plugin({
    appendTransaction(transactions, before, { doc, tr }) {
      if (!transactions.some(isOwn)) return null;
      doc.descendants((node, position) => {
        if (!node.isInline || node.isText || !node.marks.length) return;
        const looks = node.marks.some(({ type }) => ["strong", "emphasis", "link"].includes(type.name));
        tr.setNodeMarkup(position, null, looks ? { ...node.attrs, marks: null, link: null } : node.attrs, []);
      });
      return tr.docChanged ? tr.setMeta(PROPOSES, true) : null; // the same object is put down again, with what it says of itself
    },
  });
}

function lineEnd(tag) {
  const sign = document.createElement(tag);
  Object.assign(sign, { className: "object", textContent: "↵" });
  return sign;
}

/** Shows line ends that are proposed or struck out: a line end by itself is not seen. */
export function offeredLineEnds() {
  const shown = (doc) => {
    const signs = [];
    doc.descendants(({ type, attrs }, position) => {
      const tag = type.name === "hard_break" && ((attrs[DELETION] && "del") || (attrs[INSERTION] && "ins"));
      if (tag) signs.push(Decoration.widget(position, () => lineEnd(tag), { side: -1, key: tag, marks: [], ignoreSelection: true }));
    });
    return DecorationSet.create(doc, signs);
  };
  return new Plugin({
    state: { init: (_, { doc }) => shown(doc), apply: (tr, set, before, { doc }) => (tr.docChanged ? shown(doc) : set) },
    props: { decorations(state) { return this.getState(state); } },
  });
}

/** Gives a caret to elements that simultaneous edits or a command left empty, once this person writes: an item without a paragraph takes no words. */
export function filledBlocks({ nodes: { paragraph } }) {
  return new Plugin({
    props: {
      handleDOMEvents: {
        focus(view) {
          let hasPlace = false;
          view.state.doc.descendants((node) => { hasPlace ||= node.inlineContent; return !hasPlace; });
          if (!hasPlace && view.editable) view.dispatch(view.state.tr.insert(view.state.doc.content.size, paragraph.create()));
          return false;
        },
      },
    },
    appendTransaction(transactions, before, { doc, tr, selection }) {
      if (!transactions.some(isOwn)) return null;
      const empty = [];
      doc.descendants((node, position) => {
        if (["list_item", "quote", "footnote"].includes(node.type.name) && !node.childCount) empty.push(position + 1);
      });
      for (const position of empty.reverse()) tr.insert(position, paragraph.create());
      if (empty.length && !selection.$from.parent.inlineContent) tr.setSelection(selection.constructor.near(tr.doc.resolve(tr.mapping.map(selection.from)), 1));
      return tr.docChanged ? tr : null;
    },
  });
}
