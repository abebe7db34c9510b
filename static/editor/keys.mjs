// The keyboard. Tab indents an item and goes through a table, but after Escape it leaves the text, as everybody who has no mouse must be able to.

import { baseKeymap, chainCommands } from "prosemirror-commands";
import { undoInputRule } from "prosemirror-inputrules";
import { keydownHandler, keymap } from "prosemirror-keymap";
import { liftListItem, splitListItem } from "prosemirror-schema-list";
import { Plugin } from "prosemirror-state";
import { followFootnote } from "./footnotes.mjs";
import { cellBelow, nextCell } from "./tables.mjs";

/**
 * The keys of the text.
 *
 * @param act commands by name
 * @param page `saved()` says in words what is on disk; `comment(view)` begins a comment; `mayShape()` as in typography
 */
export function keys(schema, act, page) {
  const { list_item: item } = schema.nodes;
  let out = false;
  const unlessLeaving = (command) => (state, dispatch, view) => !out && command(state, dispatch, view);
  // Escape, then Tab: out. Any other key, and Tab works in the text again.
  const escape = new Plugin({
    props: {
      handleKeyDown(view, { key }) {
        if (key === "Escape") out = true;
        else if (!["Tab", "Shift"].includes(key)) out = false;
        return false;
      },
      handleDOMEvents: {
        focus: () => { out = false; return false; },
        // Where one only reads, the editor leaves keys to the browser; one still comments, and goes to the buttons.
        keydown: (view, event) => !view.editable && reading(view, event),
      },
    },
  });
  const bindings = {
    "Mod-b": act.strong.run,
    "Mod-i": act.emphasis.run,
    "Mod-k": act.link.run,
    "Mod-z": act.undo.run,
    "Mod-y": act.redo.run,
    "Mod-Shift-z": act.redo.run,
    "Mod-Alt-0": act.paragraph.run,
    "Mod-Alt-2": act.heading2.run,
    "Mod-Alt-3": act.heading3.run,
    "Mod-Alt-4": act.heading4.run,
    "Mod-Alt-f": act.footnote.run,
    "Mod-Alt-m": (state, dispatch, view) => page.comment(view),
    "Mod-s": () => { page.saved(); return true; },
    "Alt-F10": () => { page.tools(); return true; },
    "Shift-Enter": act.line_break.run,
    Enter: chainCommands(cellBelow, followChosen, splitListItem(item)),
    Tab: unlessLeaving(chainCommands(nextCell(1), act.sink.run)),
    "Shift-Tab": unlessLeaving(chainCommands(nextCell(-1), act.lift.run)),
    Backspace: chainCommands(undoInputRule, outOfList(item)),
  };
  const reading = keydownHandler({ "Mod-Alt-m": bindings["Mod-Alt-m"], "Alt-F10": bindings["Alt-F10"] });
  return [escape, keymap(bindings), keymap(baseKeymap)];
}

function followChosen(state, dispatch) {
  return state.selection.node?.type.name === "footnote_call" ? followFootnote(state, dispatch) : false;
}

/** Backspace before the first word of an item takes it out of its list. */
function outOfList(item) {
  return (state, dispatch) => {
    const { $from, empty } = state.selection;
    if (!empty || $from.parentOffset || $from.depth < 2 || $from.node(-1).type !== item || $from.index(-1)) return false;
    return liftListItem(item)(state, dispatch);
  };
}
