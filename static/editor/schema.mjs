// The editor's document: exactly what the site can publish, and no other thing. The same names stand in app/kernel/editor/nodes.py.
//
// It is forgiving: any element may be empty, rows may be uneven, a footnote may stand anywhere. What two people do at once can produce all of that, and
// y-prosemirror deletes what does not fit its schema. The server's normal form makes the tree right when the text becomes a revision.

import { Schema } from "prosemirror-model";
import { DELETION, INSERTION, PROPOSED, proposalOn } from "./proposals.mjs";

const ALIGNED = { left: "a-gauche", center: "au-centre", right: "a-droite" };
const LEVELS = [2, 3, 4];
// An object among words has the marks that the words on both sides share; these say so where it must have others (atoms.mjs).
const STATED = { marks: { default: null }, link: { default: null }, ...PROPOSED };

/** Draws an object that is proposed as what it is: put in, or struck out. */
function offered(node, drawn) {
  const names = { [INSERTION]: "ins", [DELETION]: "del" };
  return Object.entries(names).reduce((inner, [name, tag]) => {
    const proposal = proposalOn(node, name);
    return proposal ? [tag, { class: "object", "data-suggestion": proposal.id, "data-by": proposal.by }, inner] : inner;
  }, drawn);
}

/** The class of a block that is proposed whole. */
function offer({ attrs }) {
  return attrs[DELETION] ? { class: "to-go" } : attrs[INSERTION] ? { class: "to-come" } : {};
}

/** Tells whether a link may lead there; the rule is that of app/kernel/document/targets.py, which has the last word. */
export function isSafeTarget(target) {
  if (!target || target.length > 2000 || /[\\\s\p{Cc}\p{Cf}]/u.test(target)) return false;
  return /^https?:\/\/[^\s@/?#[\]:%|^{}"'`<>]+(:[0-9]{1,5})?([/?#].*)?$/i.test(target) || /^mailto:[^\s@?]+@[^\s@?]+(\?.*)?$/i.test(target)
    || /^tel:\+?[0-9][0-9().;=/a-z-]*$/i.test(target) || /^\/(?!\/)/.test(target) || /^#./.test(target);
}

function alignmentOf(cell) {
  const found = Object.entries(ALIGNED).find(([, name]) => cell.classList.contains(name));
  const said = cell.style.textAlign || cell.getAttribute("align") || "";
  return found?.[0] ?? (said in ALIGNED ? said : "");
}

function cell(tag) {
  return {
    content: "inline*",
    attrs: { align: { default: "" } },
    isolating: true,
    defining: true,
    parseDOM: [{ tag, getAttrs: (dom) => ({ align: alignmentOf(dom) }) }],
    toDOM: ({ attrs }) => [tag, { ...(tag === "th" && { scope: "col" }), ...(ALIGNED[attrs.align] && { class: ALIGNED[attrs.align] }) }, 0],
  };
}

/** @param page what the page knows: `images` by media id ({src, alt}), `voices` by id ({key, name}), `words` */
function nodes({ images = {}, words = {} }) {
  return {
    doc: { content: "block+" },
    paragraph: { content: "inline*", group: "block", parseDOM: [{ tag: "p" }], toDOM: () => ["p", 0] },
    heading: {
      content: "inline*",
      group: "block",
      defining: true,
      attrs: { level: { default: 2 } },
      parseDOM: LEVELS.map((level) => ({ tag: `h${level}`, attrs: { level } })),
      toDOM: ({ attrs }) => [`h${LEVELS.includes(Number(attrs.level)) ? attrs.level : 4}`, 0],
    },
    bullet_list: { content: "list_item*", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
    ordered_list: {
      content: "list_item*",
      group: "block",
      attrs: { start: { default: 1 } },
      parseDOM: [{ tag: "ol", getAttrs: (dom) => ({ start: Math.max(0, dom.start) }) }],
      toDOM: ({ attrs }) => ["ol", Number(attrs.start) === 1 ? {} : { start: attrs.start }, 0],
    },
    list_item: { content: "block*", defining: true, attrs: { [INSERTION]: { default: null } }, parseDOM: [{ tag: "li" }], toDOM: (node) => ["li", offer(node), 0] },
    quote: { content: "block*", group: "block", defining: true, parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0] },
    table: {
      content: "table_row*",
      group: "block",
      isolating: true,
      attrs: PROPOSED,
      parseDOM: [{ tag: "table" }],
      toDOM: (node) => ["div", { class: "scroll" }, ["table", offer(node), ["tbody", 0]]],
    },
    table_row: { content: "(table_header | table_cell)*", attrs: PROPOSED, parseDOM: [{ tag: "tr" }], toDOM: (node) => ["tr", offer(node), 0] },
    table_header: cell("th"),
    table_cell: cell("td"),
    footnote: {
      content: "block*",
      group: "block",
      isolating: true,
      defining: true,
      attrs: { label: { default: "1" }, ...PROPOSED },
      parseDOM: [{ tag: "div[data-note]", getAttrs: (dom) => ({ label: dom.dataset.note }) }],
      toDOM: (node) => ["div", { class: `note ${offer(node).class ?? ""}`.trim(), role: "doc-footnote", "data-note": node.attrs.label }, 0],
    },
    text: { group: "inline" },
    image: {
      inline: true,
      group: "inline",
      draggable: true,
      attrs: { media: { default: "" }, alt: { default: "" }, ...STATED },
      parseDOM: [{ tag: "img[data-media]", getAttrs: (dom) => ({ media: dom.dataset.media, alt: dom.alt }) }],
      toDOM: (node) => {
        const { attrs } = node;
        const known = images[attrs.media];
        const alt = attrs.alt || known?.alt || "";
        return offered(node, known?.src ? ["img", { src: known.src, alt, "data-media": attrs.media }] : ["span", { class: "image-absente", "data-media": attrs.media }, `${words.image ?? "Image"} : ${alt || attrs.media}`]);
      },
    },
    footnote_call: {
      inline: true,
      group: "inline",
      attrs: { label: { default: "1" }, ...STATED },
      parseDOM: [{ tag: "sup[data-call]", getAttrs: (dom) => ({ label: dom.dataset.call }) }],
      toDOM: (node) => ["sup", { class: `call ${offer(node).class ?? ""}`.trim(), "data-call": node.attrs.label }],
    },
    hard_break: { inline: true, group: "inline", selectable: false, attrs: STATED, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  };
}

const isNormalWeight = (value) => value === "normal" || value === "400";

function marks({ voices = {} }) {
  return {
    link: {
      attrs: { target: { default: "" } },
      inclusive: false,
      parseDOM: [{ tag: "a[href]", getAttrs: (dom) => (isSafeTarget(dom.getAttribute("href")) ? { target: dom.getAttribute("href") } : false) }],
      toDOM: ({ attrs }) => ["a", { href: isSafeTarget(attrs.target) ? attrs.target : "#", rel: "noopener nofollow" }, 0],
    },
    strong: {
      parseDOM: [
        { tag: "strong" },
        { tag: "b", getAttrs: (dom) => (isNormalWeight(dom.style.fontWeight) ? false : null) },
        { style: "font-weight", getAttrs: (value) => (/^(bold(er)?|[6-9]\d{2})$/.test(value) ? null : false) },
        { style: "font-weight=400", clearMark: (mark) => mark.type.name === "strong" },
      ],
      toDOM: () => ["strong", 0],
    },
    emphasis: {
      parseDOM: [{ tag: "em" }, { tag: "i", getAttrs: (dom) => (dom.style.fontStyle === "normal" ? false : null) }, { style: "font-style=italic" }],
      toDOM: () => ["em", 0],
    },
    insertion: {
      attrs: { id: { default: "" }, by: { default: "" } },
      inclusive: false,
      parseDOM: [{ tag: "ins[data-suggestion]", getAttrs: (dom) => ({ id: dom.dataset.suggestion, by: dom.dataset.by }) }],
      toDOM: ({ attrs }) => ["ins", { "data-suggestion": attrs.id, "data-by": attrs.by }, 0],
    },
    deletion: {
      attrs: { id: { default: "" }, by: { default: "" } },
      inclusive: false,
      parseDOM: [{ tag: "del[data-suggestion]", getAttrs: (dom) => ({ id: dom.dataset.suggestion, by: dom.dataset.by }) }],
      toDOM: ({ attrs }) => ["del", { "data-suggestion": attrs.id, "data-by": attrs.by }, 0],
    },
    // Comments overlap: y-prosemirror then writes each as `comment--hash`.
    comment: {
      attrs: { id: { default: "" } },
      inclusive: false,
      excludes: "",
      parseDOM: [{ tag: "mark[data-comment]", getAttrs: (dom) => ({ id: dom.dataset.comment }) }],
      toDOM: ({ attrs }) => ["mark", { "data-comment": attrs.id }, 0],
    },
    voice: {
      attrs: { u: { default: "" } },
      parseDOM: [{ tag: "span[data-voice]", getAttrs: (dom) => ({ u: dom.dataset.voice }) }],
      toDOM: ({ attrs }) => ["span", { class: `by ${voices[attrs.u]?.key ?? "guest"}`, "data-voice": attrs.u }, 0],
    },
  };
}

/** Returns the schema for one page; what `page` lacks is shown plainly. */
export function makeSchema(page = {}) {
  return new Schema({ nodes: nodes(page), marks: marks(page) });
}
