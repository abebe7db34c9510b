// What the toolbar and the keys do, by name; each is a ProseMirror command. `is` tells whether the caret stands in what a button makes.

import { chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn } from "prosemirror-commands";
import { liftListItem, sinkListItem, wrapInList } from "prosemirror-schema-list";
import { Selection } from "prosemirror-state";
import { ask } from "./ask.mjs";
import { followFootnote, insertFootnote } from "./footnotes.mjs";
import { redo, undo } from "./history.mjs";
import { isSafeTarget } from "./schema.mjs";
import { insertTable, placeInTable } from "./tables.mjs";

/** Where the selection's end stands; where all is selected, its first place. */
const headOf = ({ selection }) => (selection.$head.depth ? selection.$head : Selection.near(selection.$from).$head);

function ancestor(state, names, test = () => true) {
  const $head = headOf(state);
  for (let depth = $head.depth; depth > 0; depth -= 1) {
    const node = $head.node(depth);
    if (names.includes(node.type.name)) return test(node) ? node : null;
  }
  return null;
}

const heading = (schema, level) => (state, dispatch) => {
  const on = ancestor(state, ["heading"], ({ attrs }) => Number(attrs.level) === level);
  if (placeInTable(state)) return false;
  return setBlockType(on ? schema.nodes.paragraph : schema.nodes.heading, on ? null : { level })(state, dispatch);
};

/** Puts into a list; takes out of one of that kind; makes one of the other kind into this. */
const list = (schema, name) => (state, dispatch, view) => {
  const around = ancestor(state, ["bullet_list", "ordered_list"]);
  if (around?.type.name === name) return liftListItem(schema.nodes.list_item)(state, dispatch, view);
  if (!around) return wrapInList(schema.nodes[name])(state, dispatch, view);
  const $head = headOf(state);
  for (let depth = $head.depth; depth > 0; depth -= 1) {
    if ($head.node(depth) !== around) continue;
    dispatch?.(state.tr.setNodeMarkup($head.before(depth), schema.nodes[name]));
    return true;
  }
  return false;
};

/** Puts an item into the one before it; not into a list there that others have emptied, on which the library fails. */
const sink = (item) => (state, dispatch) => {
  const { $from, $to } = state.selection;
  const range = $from.blockRange($to, ({ firstChild }) => firstChild?.type === item);
  const inner = range?.startIndex ? range.parent.child(range.startIndex - 1).lastChild : null;
  if (inner && inner.type === range.parent.type && !inner.childCount) return false;
  return sinkListItem(item)(state, dispatch);
};

const quote = (schema) => (state, dispatch, view) => {
  if (!ancestor(state, ["quote"])) return wrapIn(schema.nodes.quote)(state, dispatch, view);
  return lift(state, dispatch, view);
};

/** Returns the link around the caret as `{from, to, target}`: whole, since one edits an address and not a part of it. */
function linkAround({ doc, selection, schema }) {
  const { $from } = selection;
  const marked = [$from.nodeAfter, $from.nodeBefore].find((node) => node && schema.marks.link.isInSet(node.marks));
  if (!marked) return null;
  const { target } = schema.marks.link.isInSet(marked.marks).attrs;
  let found = null;
  let at = $from.start();
  $from.parent.forEach((node) => {
    const same = schema.marks.link.isInSet(node.marks)?.attrs.target === target;
    if (same && found?.to === at) found.to = at + node.nodeSize;
    else if (same && !(found && found.from <= $from.pos && $from.pos <= found.to)) found = { from: at, to: at + node.nodeSize, target };
    at += node.nodeSize;
  });
  return found && found.from <= $from.pos && $from.pos <= found.to ? found : null;
}

const link = (words) => (state, dispatch, view) => {
  if (!state.selection.$from.parent.inlineContent) return false;
  if (dispatch) askForLink(state, view, words);
  return true;
};

async function askForLink(state, view, words) {
  const old = linkAround(state);
  const { from, to } = old ?? state.selection;
  const chosen = state.doc.textBetween(from, to, " ");
  const answer = await ask({
    title: words.link,
    words,
    fields: [
      { name: "target", label: words.link_address, hint: words.link_hint, value: old?.target ?? "", required: true },
      ...(chosen ? [] : [{ name: "text", label: words.link_text }]),
    ],
    others: old ? [["remove", words.link_remove]] : [],
    check: ({ target }) => (isSafeTarget(addressOf(target)) ? "" : words.link_wrong),
  });
  if (!answer) { view.focus(); return; }
  const { tr, schema } = view.state;
  const target = addressOf(answer.values.target);
  if (answer.action === "remove") tr.removeMark(from, to, schema.marks.link);
  else if (chosen) tr.removeMark(from, to, schema.marks.link).addMark(from, to, schema.marks.link.create({ target }));
  else tr.insert(from, schema.text(answer.values.text || target, [schema.marks.link.create({ target })]));
  view.dispatch(tr.scrollIntoView());
  view.focus();
}

/** What people type as an address: "mairie.fr" and "nom@mairie.fr" are meant as such. */
export function addressOf(typed) {
  const text = typed.trim();
  if (/^[^\s/@:]+@[^\s/@:]+\.[^\s/@:]+$/.test(text)) return `mailto:${text}`;
  if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]\S*)?$/u.test(text)) return `https://${text}`;
  return text;
}

const image = (images, words) => (state, dispatch, view) => {
  const chosen = state.selection.node?.type.name === "image" ? state.selection.node : null;
  if (!Object.keys(images).length || (!chosen && !state.selection.$from.parent.inlineContent)) return false;
  if (dispatch) askForImage(chosen, view, images, words);
  return true;
};

async function askForImage(chosen, view, images, words) {
  const answer = await ask({
    title: words.image,
    words,
    fields: [
      { name: "media", label: words.image_which, options: Object.entries(images).map(([id, { alt }]) => [id, alt || id]), value: chosen?.attrs.media },
      { name: "alt", label: words.image_alt, hint: words.image_alt_hint, value: chosen?.attrs.alt ?? "" },
    ],
  });
  if (answer) {
    const { media, alt } = answer.values;
    const made = view.state.schema.nodes.image.create({ media, alt: alt || images[media].alt });
    view.dispatch(view.state.tr.replaceSelectionWith(made, false).scrollIntoView());
  }
  view.focus();
}

const marked = (type) => ({ selection, storedMarks, doc }) => {
  const { from, to, empty, $from } = selection;
  return empty ? Boolean(type.isInSet(storedMarks ?? $from.marks())) : doc.rangeHasMark(from, to, type);
};

/**
 * Returns the commands by name: `{run, is}`.
 *
 * @param page what the page knows: images by media id, words, isAlone()
 */
export function commands(schema, page) {
  const { strong, emphasis, link: LINK } = schema.marks;
  const { hard_break: lineEnd, list_item: item } = schema.nodes;
  const within = (names, test) => (state) => Boolean(ancestor(state, names, test));
  const level = (wanted) => within(["heading"], ({ attrs }) => Number(attrs.level) === wanted);
  const lineBreak = chainCommands(exitCode, (state, dispatch) => {
    if (!state.selection.$from.parent.inlineContent || placeInTable(state)) return false;
    dispatch?.(state.tr.replaceSelectionWith(lineEnd.create(), false).scrollIntoView());
    return true;
  });
  return {
    strong: { run: toggleMark(strong), is: marked(strong) },
    emphasis: { run: toggleMark(emphasis), is: marked(emphasis) },
    heading: { run: heading(schema, 2), is: within(["heading"]) },
    heading2: { run: heading(schema, 2), is: level(2) },
    heading3: { run: heading(schema, 3), is: level(3) },
    heading4: { run: heading(schema, 4), is: level(4) },
    paragraph: { run: setBlockType(schema.nodes.paragraph) },
    bullet_list: { run: list(schema, "bullet_list"), is: (state) => ancestor(state, ["bullet_list", "ordered_list"])?.type.name === "bullet_list" },
    ordered_list: { run: list(schema, "ordered_list"), is: (state) => ancestor(state, ["bullet_list", "ordered_list"])?.type.name === "ordered_list" },
    quote: { run: quote(schema), is: within(["quote"]) },
    link: { run: link(page.words), is: marked(LINK) },
    image: { run: image(page.images, page.words) },
    footnote: { run: chainCommands(followFootnote, insertFootnote(page.isAlone)), is: within(["footnote"]) },
    table: { run: insertTable(), is: (state) => Boolean(placeInTable(state)) },
    undo: { run: undo },
    redo: { run: redo },
    line_break: { run: lineBreak },
    sink: { run: sink(item) },
    lift: { run: liftListItem(item) },
  };
}
