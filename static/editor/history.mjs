// Undo that takes back one's own last words and nothing else: each person has a history, cut where a word ends and where the caret goes elsewhere.

import { undoInputRule } from "prosemirror-inputrules";
import { Plugin, PluginKey } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import { redo as redoShared, undo as undoShared, yUndoPlugin, yUndoPluginKey } from "y-prosemirror";
import { isOwn } from "./changes.mjs";

const key = new PluginKey("history");
const WORD_END = /[^\p{L}\p{N}'’-]$/u;

/** The last step that put words in or took some out; marks that follow it belong to it. */
const lastChange = ({ steps }) => [...steps].reverse().find((step) => step instanceof ReplaceStep);

/** Whether a new thing begins after this change: a word has ended, or it was more than typing. Deletions that follow each other are one. */
function endsWord(transaction) {
  const step = lastChange(transaction);
  if (!step) return true;
  const { content, size } = step.slice;
  if (!size) return false;
  const text = content.textBetween(0, content.size, "\n");
  return text.length !== 1 || WORD_END.test(text);
}

/** Cuts the history: what comes next is undone by itself. */
const cut = (state) => yUndoPluginKey.getState(state).undoManager.stopCapturing();

/** Whether a change goes on where the last one ended. A caret that moved and a key may arrive as one change, when both come fast. */
function goesOn({ steps: [first] }, at) {
  return at === null || !(first instanceof ReplaceStep) || first.from === at || first.to === at;
}

/** Where typing would go on after a change. */
function endOf(transaction, at) {
  const step = lastChange(transaction);
  if (isOwn(transaction) && step) return step.from + step.slice.size;
  return at === null ? null : transaction.mapping.map(at);
}

/** The plugins of the history; after the one that binds the shared text. */
export function history() {
  return [
    yUndoPlugin(),
    new Plugin({
      key,
      state: {
        init: () => ({ cut: false, at: null }),
        apply(transaction, last) {
          const at = transaction.docChanged ? endOf(transaction, last.at) : last.at;
          if (transaction.getMeta("appendedTransaction") || (transaction.docChanged && !isOwn(transaction))) return at === last.at ? last : { cut: false, at };
          if (transaction.docChanged) return { cut: endsWord(transaction), at };
          return transaction.selectionSet ? { cut: true, at } : last;
        },
      },
      // Asked before a change reaches the shared text, where it would join the last one; nothing is ever refused here.
      filterTransaction(transaction, state) {
        if (transaction.docChanged && isOwn(transaction) && !goesOn(transaction, key.getState(state).at)) cut(state);
        return true;
      },
      view: () => ({
        update(view, before) {
          const state = key.getState(view.state);
          if (state !== key.getState(before) && state.cut) cut(view.state);
        },
      }),
    }),
  ];
}

/** Takes back one's last words; what the typography has just put in first. */
export function undo(state, dispatch, view) {
  if (dispatch && undoInputRule(state, dispatch, view)) return true;
  if (!dispatch) return yUndoPluginKey.getState(state).undoManager.canUndo();
  return undoShared(state);
}

export function redo(state, dispatch) {
  return dispatch ? redoShared(state) : yUndoPluginKey.getState(state).undoManager.canRedo();
}
