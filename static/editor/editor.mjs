// The editor of one passage: the view, and the plugins in the order in which they must stand. What it may do is asked of the room at each change.

import { EditorState, Plugin, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { ySyncPlugin } from "y-prosemirror";
import { bareAtoms, filledBlocks } from "./atoms.mjs";
import { carets } from "./carets.mjs";
import { isOwn } from "./changes.mjs";
import { commands } from "./commands.mjs";
import { pendingAnchor } from "./comments.mjs";
import { footnoteNumbers } from "./footnotes.mjs";
import { history } from "./history.mjs";
import { keys } from "./keys.mjs";
import { pasteProps } from "./paste.mjs";
import { makeSchema } from "./schema.mjs";
import { proposed } from "./suggest.mjs";
import { typing } from "./typography.mjs";
import { ownWords, voiceLabels } from "./voices.mjs";

const PROPOSABLE = new Set(["undo", "redo", "comment", "voices"]);

/** Whether somebody with a right can use a button. */
export function mayUse(right, name) {
  if (right === "write" || name === "voices") return true;
  if (name === "comment") return right === "suggest" || right === "read"; // who only reads comments with the quotation alone
  return right === "suggest" && PROPOSABLE.has(name);
}

/**
 * Opens the editor of a room that is in step with the server.
 *
 * @param element becomes the text
 * @param page what the page knows (see write.mjs) and `onChange()`, called after each change of the editor
 * @returns `{view, act}`, act being the commands by name
 */
export function openEditor(element, room, page) {
  const schema = makeSchema(page);
  const act = commands(schema, page);
  const right = () => room.right?.right ?? "none";
  const mayShape = () => right() === "write";
  const own = () => ({ voice: room.right?.voice ?? page.voice, shared: room.right?.shared ?? page.shared });
  function emptiness({ childCount, firstChild }) {
    if (childCount !== 1 || firstChild.type.name !== "paragraph" || firstChild.content.size) return {};
    const words = page.words[`empty_${right()}`] ?? "";
    return { "data-empty": words, "aria-placeholder": words };
  }
  /** A text that is as long as a revision can be takes no more; it may always become shorter. */
  function hasSpace(transaction, { doc }) {
    const fits = !isOwn(transaction) || !["full", "over"].includes(room.right?.space) || transaction.doc.content.size <= doc.content.size;
    if (!fits) page.onFull();
    return fits;
  }
  const plugins = [
    ySyncPlugin(room.text),
    carets(room.awareness, page.presence),
    ...history(),
    typing(schema, page.lang, mayShape),
    ...keys(schema, act, { saved: page.sayState, comment: page.comment, tools: page.toTools }),
    ownWords(schema, own),
    bareAtoms(),
    filledBlocks(schema),
    footnoteNumbers(page.words),
    pendingAnchor(),
    voiceLabels(page.voices),
    new Plugin({ filterTransaction: (transaction, state) => hasSpace(transaction, state) }),
    new Plugin({ props: pasteProps(schema, page.onPaste) }),
  ];
  const view = new EditorView({ mount: element }, {
    state: EditorState.create({ schema, plugins }),
    editable: () => room.maySend && room.state !== "closed",
    attributes: (state) => ({
      ...emptiness(state.doc),
      role: "textbox",
      "aria-multiline": "true",
      "aria-readonly": String(!room.maySend),
      "aria-describedby": "right-now",
      tabindex: "0", // also where one only reads: words are chosen by keyboard, too
      lang: page.lang,
      spellcheck: "true",
      "data-right": right(),
    }),
    dispatchTransaction(transaction) {
      if (this.isDestroyed) return; // the binding shows others' carets a moment later, when a room that was entered anew may have a view of its own
      const allowed = right() === "suggest" ? proposed(this.state, transaction, page.account) : transaction;
      if (!allowed) { page.onUnproposable(); return; }
      this.updateState(this.state.apply(allowed));
      page.onChange(allowed.docChanged);
    },
  });
  // The binding leaves the selection at the first position, where a list or a table takes no words.
  view.dispatch(view.state.tr.setSelection(Selection.atStart(view.state.doc)));
  room.busy = () => view.composing;
  return { view, act };
}
