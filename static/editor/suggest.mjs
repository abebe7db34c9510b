// Proposing instead of writing: what would insert or delete becomes a proposal with an id and a name. Accepted text is never changed here; the server refuses
// what would change it. What one alone proposes, words, objects, paragraphs, lists, tables, notes, one shapes as one likes; the shape of what counts stays.

import { Selection, TextSelection } from "prosemirror-state";
import { AddMarkStep, Mapping, RemoveMarkStep, ReplaceAroundStep, ReplaceStep, Transform } from "prosemirror-transform";
import { isOwn } from "./changes.mjs";
import { DELETION, INSERTION, PROPOSES, canSay, idAt, isBy, proposalOn, says, without } from "./proposals.mjs";

/** Set on a transaction by which only the caret moves, since nothing of what was tried can be proposed. */
export const UNPROPOSED = "unproposed";

const CELLS = ["table_cell", "table_header"];
const LOOKS = ["strong", "emphasis", "link", "voice"];
const isComment = (step) => (step instanceof AddMarkStep || step instanceof RemoveMarkStep) && step.mark.type.name === "comment";

// As it is ---------------------------------------------------------------------------------------------------------------------------------------------

/** Says of all that a range brings that it is proposed: words, objects, and blocks that are more than their words. */
function propose(transform, from, to, { id, by }) {
  const { marks } = transform.doc.type.schema;
  const found = [];
  transform.doc.nodesBetween(from, to, (node, position) => { found.push([node, position]); });
  for (const [node, position] of found) {
    if (node.isText) {
      const [start, end] = [Math.max(from, position), Math.min(to, position + node.nodeSize)];
      if (start >= end) continue;
      if (!isBy(node, INSERTION, by)) transform.addMark(start, end, marks.insertion.create({ id, by }));
      transform.removeMark(start, end, marks.deletion);
    } else if (position >= from && position < to && canSay(INSERTION, node.type)) {
      if (!isBy(node, INSERTION, by)) transform.setNodeAttribute(position, INSERTION, `${id} ${by}`);
      if (node.attrs[DELETION]) transform.setNodeAttribute(position, DELETION, null);
    }
  }
}

/** Returns the steps that make a transaction a proposal; null where it would touch more than what this person proposes. */
function stepsAfter(state, transaction, by) {
  const whole = new Transform(state.doc);
  transaction.steps.forEach((step) => whole.step(step));
  const fresh = [];
  whole.steps.forEach((step, index) => step.getMap().forEach((oldStart, oldEnd, from, to) => {
    const after = whole.mapping.slice(index + 1);
    if (from < to) fresh.push([after.map(from, -1), after.map(to, 1)]);
  }));
  const { from = transaction.steps[0].pos, to = from } = transaction.steps[0];
  const id = idAt(state.doc, by, from, to) ?? crypto.randomUUID();
  for (const [start, end] of fresh) propose(whole, start, end, { id, by });
  return without(state.doc, by).eq(without(whole.doc, by)) ? whole.steps.slice(transaction.steps.length) : null;
}

/** Whether a transaction touches nothing but what this person proposes, or brings something new. */
export const touchesOnlyOwn = (state, transaction, by) => !isOwn(transaction) || stepsAfter(state, transaction, by) !== null;

// Rewritten --------------------------------------------------------------------------------------------------------------------------------------------

/** Splits a fragment that is open at its start: the words that go on where the caret stands, and what comes after them. */
function cutFirstLine(fragment) {
  const { firstChild: first } = fragment;
  if (!first) return [[], fragment];
  if (first.isTextblock) return [first.content.content, fragment.cutByIndex(1)];
  const [line, left] = cutFirstLine(first.content);
  return [line, left.size ? fragment.replaceChild(0, first.copy(left)) : fragment.cutByIndex(1)];
}

function wordsOf(node) {
  const found = [];
  node.descendants((inner) => {
    if (inner.isTextblock && found.length) found.push(inner.type.schema.text(" "));
    if (inner.isInline) found.push(inner);
  });
  return found;
}

/** What can stand after a paragraph: an item without its list is what it holds, a row is a line of words. */
function blocksOf(fragment) {
  return fragment.content.flatMap((node) => {
    if (node.type.spec.group === "block") return [node];
    return node.type.name === "list_item" ? blocksOf(node.content) : [node.type.schema.nodes.paragraph.create(null, wordsOf(node))];
  });
}

function partsOf({ content, openStart }) {
  if (content.firstChild.isInline) return [content.content, []];
  const [line, left] = openStart ? cutFirstLine(content) : [[], content];
  return [line, blocksOf(left)];
}

class Proposal {
  constructor(state, by) {
    const { schema, tr } = state;
    Object.assign(this, { schema, tr, by, caret: null, id: null, selection: state.selection });
  }

  get said() { return `${this.id} ${this.by}`; }

  replace(from, to, slice) {
    this.id ??= idAt(this.tr.doc, this.by, from, to) ?? crypto.randomUUID();
    const end = from < to ? this.strike(from, to) : to;
    if (slice.size) this.insert(end, slice);
    else this.caret = this.selection.empty && this.selection.head === from ? end : from;
  }

  /** Strikes out what stands in a range, takes away for good what one had only proposed; returns where the range ends now. */
  strike(from, to) {
    const before = this.tr.steps.length;
    const inlines = [];
    const blocks = []; // [where, whether it goes with another that holds it]
    let held = 0;
    this.tr.doc.nodesBetween(from, to, (node, position) => {
      const whole = from <= position && position + node.nodeSize <= to;
      if (node.isText) inlines.push([node, Math.max(from, position), Math.min(to, position + node.nodeSize)]);
      else if (node.isInline && whole) inlines.push([node, position, position + node.nodeSize]);
      else if (whole && canSay(INSERTION, node.type)) { blocks.push([position, position < held]); held = Math.max(held, position + node.nodeSize); }
    });
    for (const [node, start, end] of inlines.reverse()) if (start < end) this.strikeInline(node, start, end);
    const inside = this.tr.mapping.slice(before);
    for (const [position, isHeld] of blocks.reverse()) this.strikeBlock(inside.map(position, 1), isHeld);
    return this.tr.mapping.slice(before).map(to);
  }

  strikeInline(node, start, end) {
    if (isBy(node, INSERTION, this.by)) this.tr.delete(start, end);
    else if (proposalOn(node, DELETION)) return;
    else if (node.isText) this.tr.addMark(start, end, this.schema.marks.deletion.create({ id: this.id, by: this.by }));
    else this.tr.setNodeAttribute(start, DELETION, this.said);
  }

  strikeBlock(position, isHeld) {
    const node = this.tr.doc.nodeAt(position);
    if (isBy(node, INSERTION, this.by)) { if (!says(node)) this.tr.delete(position, position + node.nodeSize); }
    else if (!isHeld && canSay(DELETION, node.type) && !node.attrs[DELETION]) this.tr.setNodeAttribute(position, DELETION, this.said);
  }

  insert(place, slice) {
    const $at = this.textblockAt(place);
    if (!$at) return;
    const [line, blocks] = partsOf(slice);
    const inCell = $at.parent.type.spec.isolating;
    const words = inCell ? [...line, ...blocks.flatMap((block) => [this.schema.text(" "), ...wordsOf(block)])] : line;
    this.caret = this.write($at.pos, words.map((node) => this.proposed(node)));
    if (inCell || !blocks.length) return;
    const after = this.tr.doc.resolve(this.caret).after();
    const made = blocks.map((node) => this.proposed(node));
    this.tr.insert(after, made);
    this.caret = made.reduce((end, node) => end + node.nodeSize, after);
  }

  /** What comes between blocks is said at the end of the one before. */
  textblockAt(place) {
    const $place = this.tr.doc.resolve(Math.min(place, this.tr.doc.content.size));
    if ($place.parent.inlineContent) return $place;
    const { $head } = Selection.near($place, -1);
    return $head.parent.inlineContent ? $head : null;
  }

  write(at, nodes) {
    if (nodes.length) this.tr.insert(at, nodes);
    return nodes.reduce((end, node) => end + node.nodeSize, at);
  }

  /** A node, and all that it holds, as a proposal. */
  proposed(node) {
    if (node.isText) {
      const look = node.marks.filter(({ type }) => LOOKS.includes(type.name));
      return node.mark(this.schema.marks.insertion.create({ id: this.id, by: this.by }).addToSet(look));
    }
    const inside = node.content.content.map((child) => this.proposed(child));
    const says = canSay(INSERTION, node.type) ? { [INSERTION]: this.said } : {};
    return node.type.create({ ...node.attrs, ...(canSay(DELETION, node.type) && { [DELETION]: null }), ...says }, inside);
  }

  done() {
    if (this.caret !== null) this.tr.setSelection(TextSelection.near(this.tr.doc.resolve(Math.min(this.caret, this.tr.doc.content.size)), -1));
    if (!this.tr.steps.length) this.tr.setMeta(UNPROPOSED, true);
    return this.tr.setMeta(PROPOSES, true).scrollIntoView();
  }
}

/** Whether cells come or go one by one: a column is the shape of a table that counts. */
const holdsCells = ({ content, openStart }) => !openStart && CELLS.includes(content.firstChild?.type.name);

/** Returns what a step takes out and puts in, `{from, to, slice}`; null where it changes a shape. What comes in may have to push words on: they stay. */
function exchange(step, doc) {
  const moves = step instanceof ReplaceAroundStep && !step.structure;
  if (!moves && !(step instanceof ReplaceStep)) return null;
  const { from, slice } = step;
  const to = moves ? step.gapFrom : step.to;
  return holdsCells(doc.slice(from, to)) || holdsCells(slice) ? null : { from, to, slice };
}

/** The transaction as a proposal in the text that counts: what it takes away is struck out, what it brings stands beside it; null where that is impossible. */
function rewritten(state, transaction, by) {
  const exchanges = transaction.steps.map((step, index) => exchange(step, transaction.docs[index]));
  if (exchanges.includes(null)) return null;
  const proposal = new Proposal(state, by);
  exchanges.forEach(({ from, to, slice }, index) => {
    const back = new Mapping(transaction.mapping.maps.slice(0, index)).invert();
    const place = (position, side) => proposal.tr.mapping.map(back.map(position, side), side);
    proposal.replace(place(from, -1), place(to, 1), slice);
  });
  for (const key of ["uiEvent", "paste", "composition"]) if (transaction.getMeta(key) !== undefined) proposal.tr.setMeta(key, transaction.getMeta(key));
  return proposal.done();
}

/**
 * Returns the transaction that proposes what `transaction` would have done; null where that cannot be proposed.
 *
 * @param by who proposes: the account's id
 */
export function proposed(state, transaction, by) {
  if (!isOwn(transaction) || transaction.steps.every(isComment)) return transaction;
  const steps = stepsAfter(state, transaction, by);
  if (!steps) return rewritten(state, transaction, by);
  const { storedMarks } = transaction;
  steps.forEach((step) => transaction.step(step));
  return transaction.setStoredMarks(storedMarks).setMeta(PROPOSES, true);
}
