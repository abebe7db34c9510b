// Whose words these are. In a shared passage every text carries its voice: one's own words are marked with one's own voice, others' keep theirs when they are
// split, joined, moved, pasted or brought back by undo. The server believes none of it and sets right what it must (app/kernel/editor/voices.py).

import { Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { bead } from "./beads.mjs";
import { inserted, isMove, removed, texts } from "./changes.mjs";
import { DELETION, INSERTION, PROPOSES } from "./proposals.mjs";

const FEW = 4; // characters: shorter than this, words that come back are simply typed again
const MEMORY = 50_000; // characters of taken-out words that are remembered, so that what is cut can be pasted

const voiceOf = (marks) => marks.find(({ type }) => type.name === "voice")?.attrs.u;

function wordsByVoice(fragment, into = new Map()) {
  fragment.descendants((node) => {
    if (node.isText) into.set(voiceOf(node.marks), (into.get(voiceOf(node.marks)) ?? "") + node.text);
    else if (node.isTextblock) for (const [voice, text] of into) into.set(voice, `${text}\n`);
  });
  return into;
}

/** Objects and blocks that come in say no more that they are proposed. */
function unsay(tr, from, to) {
  tr.doc.nodesBetween(from, to, (node, position) => {
    for (const name of [INSERTION, DELETION]) if (position >= from && position < to && node.attrs[name]) tr.setNodeAttribute(position, name, null);
  });
}

/** @param own tells `voice` (id, or null) and `shared` (bool) as the server last said */
export function ownWords(schema, own) {
  const { voice: VOICE, insertion, deletion } = schema.marks;
  const taken = []; // [voice, words], newest last

  function remember(transactions) {
    for (const slice of removed(transactions)) for (const [voice, words] of wordsByVoice(slice.content)) if (voice) taken.push([voice, words]);
    let length = taken.reduce((sum, [, words]) => sum + words.length, 0);
    while (length > MEMORY) length -= taken.shift()[1].length;
  }

  function areTheirs(voice, text, doc) {
    return taken.some(([whose, words]) => whose === voice && words.includes(text)) || (wordsByVoice(doc.content).get(voice) ?? "").includes(text);
  }

  /** The voice that a text keeps or gets. */
  function rightful({ text, marks }, { transaction, replaced }, before) {
    const claimed = voiceOf(marks);
    const mine = own().voice;
    if (!claimed || claimed === mine) return mine;
    if (isMove(transaction)) return areTheirs(claimed, text, before) ? claimed : mine;
    const stood = wordsByVoice(replaced.content).get(claimed) ?? "";
    return text.length >= FEW && stood.includes(text) ? claimed : mine;
  }

  function markVoices(change, tr, before) {
    for (const piece of texts(tr.doc, change.from, change.to)) {
      const voice = own().shared ? rightful(piece, change, before) : null;
      if (voiceOf(piece.marks) === (voice ?? undefined)) continue;
      if (voice) tr.addMark(piece.from, piece.to, VOICE.create({ u: voice }));
      else tr.removeMark(piece.from, piece.to, VOICE);
    }
  }

  return new Plugin({
    appendTransaction(transactions, before, state) {
      const { tr } = state;
      remember(transactions);
      for (const change of inserted(transactions)) {
        markVoices(change, tr, before.doc);
        // Who may write writes: words typed inside a proposal are not proposed.
        if (change.transaction.getMeta(PROPOSES)) continue;
        tr.removeMark(change.from, change.to, insertion).removeMark(change.from, change.to, deletion);
        unsay(tr, change.from, change.to);
      }
      return tr.docChanged ? tr.setMeta(PROPOSES, true).setStoredMarks(state.storedMarks) : null;
    },
  });
}

const shown = new PluginKey("voices");

function label({ key, name }) {
  const tag = document.createElement("span");
  tag.className = `v who ${key}`;
  tag.contentEditable = "false";
  const sign = bead(key);
  if (sign) tag.append(sign);
  tag.append(name);
  return tag;
}

/** Where each voice begins to speak, block by block. */
function beginnings(doc, voices) {
  const found = [];
  doc.descendants((block, position) => {
    if (!block.isTextblock) return;
    let last = null;
    block.forEach((node, offset) => {
      const voice = node.isText ? voiceOf(node.marks) : last;
      if (voice && voice !== last && voices[voice]) found.push(Decoration.widget(position + 1 + offset, () => label(voices[voice]), { side: -1, key: voice, marks: [], ignoreSelection: true }));
      last = voice ?? last;
    });
  });
  return found;
}

/** Says on demand, before the words of each voice, whose they are: the sign and the name, never the colour alone. */
export function voiceLabels(voices) {
  return new Plugin({
    key: shown,
    state: { init: () => false, apply: (tr, value) => tr.getMeta(shown) ?? value },
    props: {
      attributes: (state) => ({ class: shown.getState(state) ? "voices-shown" : "" }),
      decorations: (state) => (shown.getState(state) ? DecorationSet.create(state.doc, beginnings(state.doc, voices)) : null),
    },
  });
}

/** Shows or hides whose words these are; answers whether they are shown now. */
export function toggleVoices(view) {
  const now = !shown.getState(view.state);
  view.dispatch(view.state.tr.setMeta(shown, now));
  return now;
}
