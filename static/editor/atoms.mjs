// Objects among words (images, calls of notes, line ends) bear no marks in the shared document: they have those that the words on both sides share. So what a
// command marks in passing is taken off again, and a statement of older marks goes where the words around have been marked anew.

import { Plugin } from "prosemirror-state";
import { isOwn } from "./changes.mjs";

export function bareAtoms() {
  return new Plugin({
    appendTransaction(transactions, before, { doc, tr }) {
      if (!transactions.some(isOwn)) return null;
      doc.descendants((node, position) => {
        if (!node.isInline || node.isText || !node.marks.length) return;
        const looks = node.marks.some(({ type }) => ["strong", "emphasis", "link"].includes(type.name));
        tr.setNodeMarkup(position, null, looks ? { ...node.attrs, marks: null, link: null } : node.attrs, []);
      });
      return tr.docChanged ? tr : null;
    },
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
