// Undo that takes back one's own last words and nothing else: each person has a history, cut where a word ends and where the caret goes elsewhere.

import { undoInputRule } from "prosemirror-inputrules";
import { Plugin, PluginKey } from "prosemirror-state";
import { ReplaceStep } from "prosemirror-transform";
import { redo as redoShared, undo as undoShared, yUndoPlugin, yUndoPluginKey } from "y-prosemirror";
import { isOwn } from "./changes.mjs";

const key = new PluginKey("history");
const WORD_END = /[^\p{L}\p{N}'’-]$/u;

/** Whether a new thing begins after this change: a word has ended, or it was more than typing. Deletions that follow each other are one. */
function endsWord(transaction) {
  const step = transaction.steps.at(-1);
  if (!(step instanceof ReplaceStep)) return true;
  const { content, size } = step.slice;
  if (!size) return false;
  const text = content.textBetween(0, content.size, "\n");
  return text.length !== 1 || WORD_END.test(text);
}

/** Cuts the history: what comes next is undone by itself. */
const cut = (view) => yUndoPluginKey.getState(view.state).undoManager.stopCapturing();

/** The plugins of the history; after the one that binds the shared text. */
export function history() {
  return [
    yUndoPlugin(),
    new Plugin({
      key,
      state: {
        init: () => ({ cut: false }),
        apply(transaction, last) {
          if (transaction.getMeta("appendedTransaction") || (transaction.docChanged && !isOwn(transaction))) return last;
          if (transaction.docChanged) return { cut: endsWord(transaction) };
          return transaction.selectionSet ? { cut: true } : last;
        },
      },
      view: () => ({
        update(view, before) {
          const state = key.getState(view.state);
          if (state !== key.getState(before) && state.cut) cut(view);
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
