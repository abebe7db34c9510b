// What comes in from elsewhere (Word, LibreOffice, Google Docs, mails, web pages), made into what the site can publish: words, headings, lists, quotes, links,
// tables. Looks go, images go and are counted, so that the page can say so.

import { DOMParser as FromDom, Fragment, Slice } from "prosemirror-model";
import { isSafeTarget } from "./schema.mjs";

/** One paste may bring so many characters; a passage is not a book, and the server takes no larger update. */
export const LONGEST_PASTE = 200_000;

const OURS = "[data-pm-slice]";
const NOISE = "script, style, meta, link, title, head, noscript, template, svg, math, iframe, object, video, audio, form, button, input, select, textarea, xml";
const BLOCKS = new Set("P DIV H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE TABLE TR TD TH SECTION ARTICLE PRE DL DT DD FIGURE ADDRESS CENTER".split(" "));

const isBlock = (node) => node.nodeType === 1 && BLOCKS.has(node.nodeName);
const styleOf = (element) => element.getAttribute("style") ?? "";

function unwrap(element) { element.replaceWith(...element.childNodes); }

function rename(element, name) {
  const made = element.ownerDocument.createElement(name);
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

/** Takes out what is no text, and Word's own elements (`o:p`, `w:sdt`), whose words stay. */
function dropNoise(body) {
  const walker = body.ownerDocument.createTreeWalker(body, 128);
  const comments = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  comments.forEach((comment) => comment.remove());
  body.querySelectorAll(NOISE).forEach((element) => element.remove());
  body.querySelectorAll("*").forEach((element) => {
    if (/mso-list:\s*ignore|mso-hide:\s*all|display:\s*none/i.test(styleOf(element))) element.remove();
    else if (element.nodeName.includes(":")) unwrap(element);
  });
}

// Word's lists -----------------------------------------------------------------------------------------------------------------------------------------

const MSO_LEVEL = /mso-list:[^;]*level(\d)/i;

/** Reads, before the noise goes, what sign Word put before an item: a number makes an ordered list. */
function markWordItems(body) {
  for (const paragraph of body.querySelectorAll("p, h1, h2, h3")) {
    const level = MSO_LEVEL.exec(styleOf(paragraph))?.[1];
    if (!level) continue;
    const sign = [...paragraph.querySelectorAll("span")].find((span) => /mso-list:\s*ignore/i.test(styleOf(span)))?.textContent.trim() ?? "";
    paragraph.dataset.item = level;
    paragraph.dataset.kind = /^\(?(\d+|[a-z]{1,4})[.)]/i.test(sign) ? "ol" : "ul";
  }
}

function makeWordLists(body) {
  for (const first of body.querySelectorAll("[data-item]")) {
    if (!first.parentNode || first.closest("li")) continue;
    const open = []; // the lists that are open, by level
    let item = first;
    const place = body.ownerDocument.createComment("");
    first.before(place);
    while (item?.dataset?.item) {
      const next = item.nextElementSibling;
      const level = Math.min(Number(item.dataset.item), open.length + 1);
      open.length = Math.min(open.length, level);
      if (open.length < level) {
        const list = body.ownerDocument.createElement(item.dataset.kind);
        if (open.length) open.at(-1).lastElementChild.append(list);
        else place.before(list);
        open.push(list);
      }
      const entry = body.ownerDocument.createElement("li");
      entry.append(...item.childNodes);
      open.at(-1).append(entry);
      item.remove();
      item = next;
    }
    place.remove();
  }
}

// Shapes -----------------------------------------------------------------------------------------------------------------------------------------------

/** Google Docs and old mails put a list beside its item, not into it. */
function mendLists(body) {
  for (const list of body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")) {
    if (list.previousElementSibling?.nodeName === "LI") list.previousElementSibling.append(list);
    else { const item = list.ownerDocument.createElement("li"); list.before(item); item.append(list); }
  }
}

/** The highest heading that comes in becomes a level 2, the others keep their distance; nothing is deeper than 4. */
function shiftHeadings(body) {
  body.querySelectorAll("p.MsoTitle, p.title").forEach((title) => rename(title, "h1"));
  const headings = [...body.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const levels = headings.map(({ nodeName }) => Number(nodeName[1]));
  const shift = 2 - Math.min(...levels);
  headings.forEach((heading, index) => {
    if (!heading.textContent.trim()) heading.remove();
    else rename(heading, `h${Math.min(4, levels[index] + Math.max(shift, levels[index] === 1 ? 1 : shift))}`);
  });
  // A heading is as heavy as it is: bold inside says nothing.
  body.querySelectorAll("h2 b, h2 strong, h3 b, h3 strong, h4 b, h4 strong").forEach(unwrap);
  body.querySelectorAll(":is(h2, h3, h4) [style]").forEach((element) => element.style.removeProperty("font-weight"));
}

function mendLinks(body) {
  for (const link of body.querySelectorAll("a")) {
    let target = link.getAttribute("href") ?? "";
    const wrapped = /^https:\/\/www\.google\.com\/url\?.*?\bq=([^&]+)/.exec(target);
    if (wrapped) target = decodeURIComponent(wrapped[1]);
    if (!isSafeTarget(target) || target.startsWith("#_")) unwrap(link);
    else link.setAttribute("href", target);
  }
}

/** A cell holds one line; the first row of a table that has no heading cells is its heading. */
function mendTables(body) {
  for (const table of body.querySelectorAll("table")) {
    if (table.querySelector("table") || table.rows.length * (table.rows[0]?.cells.length ?? 0) <= 1) { flattenTable(table); continue; }
    for (const block of [...table.querySelectorAll("td *, th *")].filter(isBlock)) { block.after(" "); unwrap(block); }
    table.querySelectorAll("br").forEach((line) => line.replaceWith(" "));
    table.querySelectorAll("caption, colgroup").forEach((element) => element.remove());
    for (const section of table.querySelectorAll("thead, tbody, tfoot")) unwrap(section);
    [...table.rows].forEach((row, index) => [...row.cells].forEach((one) => rename(one, index ? "td" : "th")));
  }
}

/** Mails are laid out in tables: what has one cell, or tables inside, is no table. */
function flattenTable(table) {
  for (const part of [...table.querySelectorAll("tbody, thead, tfoot, tr, td, th")].filter((element) => element.closest("table") === table)) part.dataset.flat = "";
  table.dataset.flat = "";
  for (const part of [...table.querySelectorAll("[data-flat]"), table]) if (part.nodeName === "TD" || part.nodeName === "TH") rename(part, "div"); else unwrap(part);
}

/** Two line ends in a row part paragraphs; one at the end of a block is nothing. */
function mendLineEnds(body) {
  for (const line of body.querySelectorAll("br")) {
    let next = line.nextSibling;
    while (next?.nodeType === 3 && !next.data.trim()) next = next.nextSibling;
    if (!next || isBlock(next)) { line.remove(); continue; }
    if (next.nodeName !== "BR" || !line.parentNode) continue;
    const block = [...ancestors(line)].find(isBlock) ?? body;
    if (block !== line.parentNode || ["TD", "TH", "LI"].includes(block.nodeName)) continue;
    const before = line.ownerDocument.createElement("p");
    let first = line.previousSibling;
    while (first && !isBlock(first)) { before.prepend(first); first = line.previousSibling; }
    line.before(before);
    line.remove();
    next.remove();
  }
  body.querySelectorAll("p, div").forEach((block) => { if (!block.textContent.trim() && !block.querySelector("img, table, li")) block.remove(); });
}

function* ancestors(node) { for (let at = node.parentNode; at; at = at.parentNode) yield at; }

/** Returns clean HTML, and how many images were left out. */
export function cleaned(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  if (body.querySelector(OURS)) return { html, images: 0 };
  markWordItems(body);
  dropNoise(body);
  makeWordLists(body);
  mendLists(body);
  const images = body.querySelectorAll("img, picture");
  images.forEach((image) => image.remove());
  mendLinks(body);
  mendTables(body);
  shiftHeadings(body);
  mendLineEnds(body);
  body.querySelectorAll("pre").forEach((element) => rename(element, "p"));
  return { html: body.innerHTML, images: images.length };
}

/** Returns plain text as paragraphs: at blank lines, else at each line; lines that a mail program broke are joined again. */
export function paragraphsOf(text) {
  const clean = text.replace(/\r\n?/g, "\n").trim();
  const parts = /\n\s*\n/.test(clean) ? clean.split(/\n\s*\n/) : clean.split("\n");
  return parts.map((part) => part.split("\n").map((line) => line.trim()).join(" ")).filter(Boolean);
}

function textSlice(schema, text) {
  const nodes = paragraphsOf(text).map((words) => schema.nodes.paragraph.create(null, schema.text(words)));
  return nodes.length ? new Slice(Fragment.from(nodes), 1, 1) : Slice.empty;
}

/** Takes suggestions out of what is pasted, and the anchors of comments that still stand in the text: an anchor has one place. Objects bear no marks. */
function withoutMarks(slice, { insertion, deletion, comment }, stillThere) {
  const map = (fragment) => Fragment.from(fragment.content.map((node) => {
    const kept = node.marks.filter(({ type, attrs }) => type !== insertion && type !== deletion && !(type === comment && stillThere(attrs.id)));
    return node.isText ? node.mark(kept) : node.copy(map(node.content)).mark([]);
  }));
  return new Slice(map(slice.content), slice.openStart, slice.openEnd);
}

/** @param say called with the words for what was left out: `{images}` or `{tooLong: true}` */
export function pasteProps(schema, say) {
  return {
    transformPastedHTML(html) {
      if (html.length > LONGEST_PASTE * 10) return html;
      const result = cleaned(html);
      if (result.images) say({ images: result.images });
      return result.html;
    },
    clipboardTextParser: (text) => textSlice(schema, text),
    clipboardParser: FromDom.fromSchema(schema),
    transformPasted(slice, view) {
      const anchors = new Set();
      view.state.doc.descendants((node) => node.marks.forEach(({ type, attrs }) => { if (type.name === "comment") anchors.add(attrs.id); }));
      return withoutMarks(slice, schema.marks, (id) => anchors.has(id));
    },
    handlePaste(view, event, slice) {
      if (slice.size <= LONGEST_PASTE) return false;
      say({ tooLong: true });
      return true;
    },
  };
}
