// Proposing instead of writing: what would insert or delete becomes marks that carry an id and who proposes. Accepted text is never changed here; the server
// refuses what would change it. Only words are proposed: no images, tables, lists, links or headings.

import { Selection, TextSelection } from "prosemirror-state";
import { AddMarkStep, Mapping, RemoveMarkStep, ReplaceStep } from "prosemirror-transform";
import { isOwn, texts } from "./changes.mjs";
import { PROPOSES } from "./voices.mjs";

const isComment = (step) => (step instanceof AddMarkStep || step instanceof RemoveMarkStep) && step.mark.type.name === "comment";

/** Returns the words of a slice, one string for each paragraph that it would make. */
function linesOf(slice) {
  const lines = [[]];
  let blocks = 0;
  slice.content.descendants((node) => {
    if (node.isTextblock) { if (blocks) lines.push([]); blocks += 1; }
    else if (node.isText) lines.at(-1).push(node);
    else if (node.type.name === "hard_break") lines.at(-1).push(node.type.schema.text(" "));
  });
  return lines;
}

class Proposal {
  constructor(state, by) {
    const { schema, tr } = state;
    Object.assign(this, { schema, tr, by, caret: null, id: null, selection: state.selection });
  }

  isMine(marks, name) { return marks.some(({ type, attrs }) => type.name === name && attrs.by === this.by); }

  /** The id of a proposal of one's own that touches this place, so that typing on or deleting on is one proposal. */
  idAt(...positions) {
    for (const position of positions) {
      const $at = this.tr.doc.resolve(position);
      for (const node of [$at.nodeBefore, $at.nodeAfter]) {
        const mark = node?.marks.find(({ type, attrs }) => ["insertion", "deletion"].includes(type.name) && attrs.by === this.by);
        if (mark) return mark.attrs.id;
      }
    }
    return null;
  }

  mark(name) { return this.schema.marks[name].create({ id: this.id, by: this.by }); }

  replace(from, to, slice) {
    this.id ??= this.idAt(from, to) ?? crypto.randomUUID();
    const end = from < to ? this.strike(from, to) : to;
    if (slice.size) this.insert(end, slice);
    else this.caret = this.selection.empty && this.selection.head === from ? end : from;
  }

  /** Marks the words of a range as to be deleted, takes away for good what one had only proposed; returns where the range ends now. */
  strike(from, to) {
    const before = this.tr.steps.length;
    const pieces = [...texts(this.tr.doc, from, to)];
    if (!pieces.length) return this.dropEmptyBlock(from, to);
    for (const { marks, from: start, to: end } of pieces.reverse()) {
      if (this.isMine(marks, "insertion")) this.tr.delete(start, end);
      else if (!marks.some(({ type }) => type.name === "deletion")) this.tr.addMark(start, end, this.mark("deletion"));
    }
    return this.tr.mapping.slice(before).map(to);
  }

  /** A paragraph without words is nobody's text: it may go. */
  dropEmptyBlock(from, to) {
    const [$from, $to] = [this.tr.doc.resolve(from), this.tr.doc.resolve(to)];
    if ($from.sameParent($to)) return to;
    const $gone = [$to, $from].find(({ parent }) => parent.type.name === "paragraph" && !parent.content.size);
    if (!$gone) return to;
    this.tr.delete($gone.before(), $gone.after());
    return Math.min(from, this.tr.doc.content.size);
  }

  insert(place, slice) {
    const [first, ...others] = linesOf(slice);
    const $at = this.textblockAt(place);
    if (!$at) return;
    const at = $at.pos;
    const inCell = $at.parent.type.spec.isolating;
    let end = this.write(at, inCell ? [first, ...others].flat() : first);
    if (!inCell) for (const line of others) end = this.paragraph(end, line);
    this.caret = end;
  }

  /** What comes between blocks is said at the end of the one before. */
  textblockAt(place) {
    const $place = this.tr.doc.resolve(Math.min(place, this.tr.doc.content.size));
    if ($place.parent.inlineContent) return $place;
    const { $head } = Selection.near($place, -1);
    return $head.parent.inlineContent ? $head : null;
  }

  write(at, nodes) {
    const words = nodes.map((node) => {
      const look = node.marks.filter(({ type }) => ["strong", "emphasis", "voice"].includes(type.name));
      return this.schema.text(node.text, this.mark("insertion").addToSet(look));
    });
    this.tr.insert(at, words);
    return at + words.reduce((size, node) => size + node.nodeSize, 0);
  }

  paragraph(at, line) {
    const after = this.tr.doc.resolve(at).after();
    this.tr.insert(after, this.schema.nodes.paragraph.create());
    return this.write(after + 1, line);
  }

  done() {
    if (this.caret !== null) this.tr.setSelection(TextSelection.near(this.tr.doc.resolve(Math.min(this.caret, this.tr.doc.content.size)), -1));
    return this.tr.setMeta(PROPOSES, true).scrollIntoView();
  }
}

/**
 * Returns the transaction that proposes what `transaction` would have done; null where that cannot be proposed.
 *
 * @param by who proposes: the account's id
 */
export function proposed(state, transaction, by) {
  if (!isOwn(transaction) || transaction.steps.every(isComment)) return transaction;
  if (!transaction.steps.every((step) => step instanceof ReplaceStep)) return null;
  const proposal = new Proposal(state, by);
  transaction.steps.forEach((step, index) => {
    const back = new Mapping(transaction.mapping.maps.slice(0, index)).invert();
    const place = (position, side) => proposal.tr.mapping.map(back.map(position, side), side);
    proposal.replace(place(step.from, -1), place(step.to, 1), step.slice);
  });
  for (const key of ["uiEvent", "paste", "composition"]) if (transaction.getMeta(key) !== undefined) proposal.tr.setMeta(key, transaction.getMeta(key));
  return proposal.done();
}
