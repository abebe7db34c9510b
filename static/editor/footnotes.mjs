// Footnotes: the call stands in the text, the words at the end; both show one number, in the order of the first calls. By keyboard one goes there and back.

import { Plugin, PluginKey, Selection } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { DELETION, INSERTION } from "./proposals.mjs";

const key = new PluginKey("footnotes");

function found(doc) {
  const calls = [];
  const notes = new Map();
  doc.descendants((node, at) => {
    if (node.type.name === "footnote_call") calls.push({ label: node.attrs.label, at, node });
    else if (node.type.name === "footnote" && !notes.has(node.attrs.label)) notes.set(node.attrs.label, { at, node });
  });
  return { calls, notes };
}

function numbered(doc, words) {
  const { calls, notes } = found(doc);
  const numbers = new Map();
  for (const { label } of calls) if (notes.has(label) && !numbers.has(label)) numbers.set(label, numbers.size + 1);
  for (const label of notes.keys()) if (!numbers.has(label)) numbers.set(label, numbers.size + 1);
  const named = (label, { attrs }) => {
    const number = numbers.get(label) ?? "?";
    const said = attrs[DELETION] ? words.note_to_go : attrs[INSERTION] ? words.note_to_come : words.note_number;
    return { "data-number": String(number), "aria-label": said.replace("{number}", number) };
  };
  return DecorationSet.create(doc, [
    ...calls.map(({ label, at, node }) => Decoration.node(at, at + node.nodeSize, { ...named(label, node), role: "doc-noteref" })),
    ...[...notes].map(([label, { at, node }]) => Decoration.node(at, at + node.nodeSize, named(label, node))),
  ]);
}

/** Numbers calls and notes as they are shown; nothing of it is in the text. */
export function footnoteNumbers(words) {
  return new Plugin({
    key,
    state: {
      init: (_, { doc }) => numbered(doc, words),
      apply: (tr, set, before, { doc }) => (tr.docChanged ? numbered(doc, words) : set),
    },
    props: { decorations: (state) => key.getState(state) },
  });
}

/** A number that is free; with a few letters where somebody else, unseen as yet, might take the same one. */
function newLabel(notes, alone) {
  let number = notes.size + 1;
  while (notes.has(String(number))) number += 1;
  return alone ? String(number) : `${number}-${Math.random().toString(36).slice(2, 5)}`;
}

/** Returns a command that calls a new note at the caret and goes into it. `isAlone()` tells whether nobody else can be writing here. */
export const insertFootnote = (isAlone) => (state, dispatch) => {
  const { $from, to } = state.selection;
  const { footnote, footnote_call: call, paragraph } = state.schema.nodes;
  if (!$from.parent.inlineContent || around(state, "footnote")) return false;
  if (!dispatch) return true;
  const label = newLabel(found(state.doc).notes, isAlone());
  const tr = state.tr.insert(to, call.create({ label }));
  const end = tr.doc.content.size;
  tr.insert(end, footnote.create({ label }, paragraph.create()));
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(end + 2))).scrollIntoView());
  return true;
};

function around({ selection: { $head } }, name) {
  for (let depth = $head.depth; depth > 0; depth -= 1) if ($head.node(depth).type.name === name) return $head.node(depth);
  return null;
}

/** From a chosen call to its note, from a note back behind its call. */
export function followFootnote(state, dispatch) {
  const { calls, notes } = found(state.doc);
  const inside = around(state, "footnote");
  const { $from } = state.selection;
  const call = state.selection.node ?? $from.nodeBefore;
  let at = null;
  if (inside) { const back = calls.find(({ label }) => label === inside.attrs.label); at = back ? back.at + 1 : null; }
  else if (call?.type.name === "footnote_call" && notes.has(call.attrs.label)) at = notes.get(call.attrs.label).at + 2;
  if (at === null) return false;
  dispatch?.(state.tr.setSelection(Selection.near(state.doc.resolve(at), inside ? 1 : -1)).scrollIntoView());
  return true;
}
