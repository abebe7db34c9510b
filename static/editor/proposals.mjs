// What is proposed in a text, read off its nodes: words bear it as marks, objects and blocks say it in attributes (« id account »), since they bear no marks in
// the shared document. The same rules stand in app/kernel/editor/accepted.py, which has the last word.

import { Fragment } from "prosemirror-model";

export const INSERTION = "insertion";
export const DELETION = "deletion";

/** Set on a transaction that proposes, or leaves proposals what they are: what it says of proposals is meant. */
export const PROPOSES = "proposes";

/** Attributes of what can be proposed whole. */
export const PROPOSED = { [INSERTION]: { default: null }, [DELETION]: { default: null } };

const JOINED = new Set(["bullet_list", "ordered_list", "quote"]); // neighbours of one kind are one in what is published

/** Whether a node of this type can say that it is to be inserted, or to go. */
export const canSay = (name, { spec }) => Boolean(spec.attrs?.[name]);

/** Returns `{id, by}` of what is proposed about a node, or null. */
export function proposalOn(node, name) {
  if (node.isText) return node.marks.find(({ type }) => type.name === name)?.attrs ?? null;
  const said = node.attrs[name];
  if (!said) return null;
  const [id, by = ""] = said.split(" ");
  return { id, by };
}

export const isBy = (node, name, by) => proposalOn(node, name)?.by === by;

/** Whether a word or an object stands in a node, however deep. */
export function says(node) {
  if (node.isInline) return true;
  for (let i = 0; i < node.childCount; i += 1) if (says(node.child(i))) return true;
  return false;
}

/** The id of a proposal of somebody's that touches these places or holds them, so that going on is one proposal; else null. */
export function idAt(doc, by, ...positions) {
  for (const position of positions) {
    const $at = doc.resolve(position);
    for (const node of [$at.nodeBefore, $at.nodeAfter]) {
      if (node?.isInline) for (const name of [INSERTION, DELETION]) if (isBy(node, name, by)) return proposalOn(node, name).id;
    }
    for (let { depth } = $at; depth > 0; depth -= 1) if (isBy($at.node(depth), INSERTION, by)) return proposalOn($at.node(depth), INSERTION).id;
  }
  return null;
}

/** What a node is without what one person strikes out in it. */
function unstruck(node, by) {
  if (!isBy(node, DELETION, by)) return node;
  if (node.isText) return node.mark(node.marks.filter(({ type }) => type.name !== DELETION));
  return node.type.create({ ...node.attrs, [DELETION]: null }, node.content, node.marks);
}

/** Whether a table, or one of its rows, is proposed. */
function isOffered(table) {
  let offered = [INSERTION, DELETION].some((name) => table.attrs[name]);
  table.forEach((row) => { offered ||= isOffered(row); });
  return offered;
}

/** Whether a block, of which `left` is left, is nothing in what is published, and nothing that another proposes. */
function vanishes(node, left, by) {
  if (isBy(node, INSERTION, by)) return !says(left);
  if (JOINED.has(node.type.name)) return !left.childCount;
  if (node.type.name === "table") return !says(left) && !isOffered(left);
  return node.isTextblock && !node.type.spec.isolating && !left.content.size;
}

/**
 * Returns a text without what one person alone proposes in it, and without blocks that say nothing: that person's changes may not touch it.
 *
 * It tells apart more than the server does, never less.
 */
export function without(node, by) {
  const left = [];
  node.forEach((child) => {
    if (child.isInline) { if (!isBy(child, INSERTION, by)) left.push(unstruck(child, by)); return; }
    const inside = without(child, by);
    if (vanishes(child, inside, by)) return;
    const last = left.at(-1);
    if (last?.type === inside.type && JOINED.has(inside.type.name)) left[left.length - 1] = last.copy(last.content.append(inside.content));
    else left.push(unstruck(inside, by));
  });
  return node.copy(Fragment.from(left));
}

/** Whether all that stands between two places, and in the blocks around them, is one person's proposal. */
export function isAllBy(doc, by, from, to, { blocks = false } = {}) {
  const [$from, $to] = [doc.resolve(from), doc.resolve(to)];
  const [start, end] = blocks && $from.parent.isTextblock && $to.parent.isTextblock ? [$from.start(), $to.end()] : [from, to];
  let all = true;
  doc.nodesBetween(start, end, (node) => { all &&= !node.isInline || isBy(node, INSERTION, by); return all; });
  return all;
}
