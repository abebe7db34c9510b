// What transactions of this editor inserted, and where it stands after them all; others' changes and undo are none of these.

import { ReplaceStep } from "prosemirror-transform";
import { ySyncPluginKey } from "y-prosemirror";

/** Tells whether a transaction changes the text by this person's doing; undo restores what was and is not counted. */
export const isOwn = (transaction) => transaction.docChanged && !transaction.getMeta(ySyncPluginKey);

/** Tells whether a transaction brings words that were elsewhere. */
export const isMove = (transaction) => ["paste", "drop"].includes(transaction.getMeta("uiEvent"));

/** Yields `{from, to, transaction, replaced}`: the range in the last document, and the slice that stood there before. */
export function* inserted(transactions) {
  for (const [index, transaction] of transactions.entries()) {
    if (!isOwn(transaction)) continue;
    for (const [number, step] of transaction.steps.entries()) {
      if (!(step instanceof ReplaceStep) || !step.slice.size) continue;
      const mappings = [transaction.mapping.slice(number + 1), ...transactions.slice(index + 1).map((later) => later.mapping)];
      const map = (position, side) => mappings.reduce((at, mapping) => mapping.map(at, side), position);
      const from = map(step.from, -1);
      const to = map(step.from + step.slice.size, 1);
      if (from < to) yield { from, to, transaction, replaced: transaction.docs[number].slice(step.from, step.to) };
    }
  }
}

/** Yields the slices that this person took out. */
export function* removed(transactions) {
  for (const transaction of transactions) {
    if (!isOwn(transaction)) continue;
    for (const [number, step] of transaction.steps.entries()) {
      if (step instanceof ReplaceStep && step.from < step.to) yield transaction.docs[number].slice(step.from, step.to);
    }
  }
}

/** Yields the texts between two positions: `{text, marks, from, to}`, cut to the range. */
export function* texts(doc, from, to) {
  const found = [];
  doc.nodesBetween(from, Math.min(to, doc.content.size), (node, position) => {
    if (!node.isText) return;
    const start = Math.max(from, position);
    const end = Math.min(to, position + node.nodeSize);
    if (start < end) found.push({ text: node.text.slice(start - position, end - position), marks: node.marks, from: start, to: end });
  });
  yield* found;
}
