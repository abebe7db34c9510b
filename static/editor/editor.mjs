// The editor of one passage: the view, and the plugins in the order in which they must stand. What it may do is asked of the room at each change.

import { EditorState, Plugin, Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { ySyncPlugin } from "y-prosemirror";
import "./selections.mjs";
import { bareAtoms, filledBlocks, offeredLineEnds } from "./atoms.mjs";
import { carets } from "./carets.mjs";
import { isOwn } from "./changes.mjs";
import { commands } from "./commands.mjs";
import { pendingAnchor } from "./comments.mjs";
import { footnoteNumbers } from "./footnotes.mjs";
import { history } from "./history.mjs";
import { keys } from "./keys.mjs";
import { pasteProps } from "./paste.mjs";
import { makeSchema } from "./schema.mjs";
import { isAllBy } from "./proposals.mjs";
import { UNPROPOSED, proposed, touchesOnlyOwn } from "./suggest.mjs";
import { typing } from "./typography.mjs";
import { ownWords, voiceLabels } from "./voices.mjs";

/** What shapes words, and what shapes whole blocks: one proposes the shape of one's own proposals alone. */
const SHAPES_WORDS = new Set(["strong", "emphasis", "link"]);
const SHAPES_BLOCKS = new Set(["heading", "bullet_list", "ordered_list", "quote"]);

/** Whether there is a button for somebody with a right: who only reads comments, with the quotation alone, and sees whose words these are. */
function has(right, name) {
  if (name === "voices") return true;
  return name === "comment" ? right !== "none" : right === "write" || right === "suggest";
}

/** Whether somebody with a right can use a button here. */
function mayUse(right, name, { doc, selection: { from, to } }, account) {
  if (right !== "suggest") return has(right, name);
  if (SHAPES_WORDS.has(name)) return from === to || isAllBy(doc, account, from, to); // without a selection: the words that one is about to type
  return !SHAPES_BLOCKS.has(name) || isAllBy(doc, account, from, to, { blocks: true });
}

/**
 * Opens the editor of a room that is in step with the server.
 *
 * @param element becomes the text
 * @param page what the page knows (see write.mjs) and `onChange()`, called after each change of the editor
 * @returns `{view, act, has, may, could}`: the commands by name, whether there is a button for this person, whether they may use it where the caret is, and
 *   whether they may do what a command does
 */
export function openEditor(element, room, page) {
  const schema = makeSchema(page);
  const act = commands(schema, page);
  const right = () => room.right?.right ?? "none";
  const mayShape = (state, transaction) => right() === "write" || (right() === "suggest" && touchesOnlyOwn(state, transaction, page.account));
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
    offeredLineEnds(),
    filledBlocks(schema),
    footnoteNumbers(page.words),
    pendingAnchor(),
    voiceLabels(page.voices),
    new Plugin({ filterTransaction: (transaction, state) => hasSpace(transaction, state) }),
    new Plugin({ props: pasteProps(schema, page.onPaste) }),
  ];
  /** A transaction as this person may do it: as it is, or as a proposal; null where neither. */
  const allowed = (state, transaction) => (right() === "suggest" ? proposed(state, transaction, page.account) : transaction);
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
      const done = allowed(this.state, transaction);
      if (!done || done.getMeta(UNPROPOSED)) page.onUnproposable();
      if (!done) return;
      this.updateState(this.state.apply(done));
      page.onChange(done.docChanged);
    },
  });
  // The binding leaves the selection at the first position, where a list or a table takes no words.
  view.dispatch(view.state.tr.setSelection(Selection.atStart(view.state.doc)));
  room.busy = () => view.composing;
  /** Whether what a command would do is this person's to do, or to propose. */
  function could(command) {
    let can = false;
    const tried = (transaction) => { const done = allowed(view.state, transaction); can = Boolean(done && !done.getMeta(UNPROPOSED)); };
    command(view.state, tried, view);
    return can;
  }
  return { view, act, could, has: (name) => has(right(), name), may: (name) => mayUse(right(), name, view.state, page.account) };
}
