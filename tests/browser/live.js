// What tests do in a page that a person would do with the mouse, and what they read off it.

addEventListener("live", ({ detail }) => { window.T = detail; });
window.H = {
  at(words, offset = 0) {
    let found = -1;
    T.view.state.doc.descendants((node, position) => {
      if (!node.isTextblock || found >= 0) return;
      const index = node.textBetween(0, node.content.size, "", "\ufffc").indexOf(words);
      if (index >= 0) found = position + 1 + index;
    });
    if (found < 0) throw new Error(`no such words: ${words}`);
    return found + offset;
  },
  choose(from, to) {
    T.view.focus();
    const { tr, doc, selection } = T.view.state;
    const near = Object.getPrototypeOf(selection.constructor).near(doc.resolve(from));
    T.view.dispatch(tr.setSelection(near.constructor.between?.(doc.resolve(from), doc.resolve(to)) ?? near));
  },
  caret: (words, offset = 0) => H.choose(H.at(words, offset), H.at(words, offset)),
  select: (words) => H.choose(H.at(words), H.at(words, words.length)),
  text: () => T.view.state.doc.textBetween(0, T.view.state.doc.content.size, "|", "*"),
  json: () => T.view.state.doc.toJSON(),
  html() {
    const copy = T.view.dom.cloneNode(true);
    const helps = ".ProseMirror-widget, .ProseMirror-separator, .ProseMirror-trailingBreak";
    copy.querySelectorAll(helps).forEach((one) => one.remove());
    return copy.innerHTML;
  },
  voices() {
    const runs = [];
    T.view.state.doc.descendants((node) => {
      if (!node.isText) return;
      const voice = node.marks.find((mark) => mark.type.name === "voice")?.attrs.u ?? "?";
      if (runs.at(-1)?.[0] === voice) runs.at(-1)[1] += node.text; else runs.push([voice, node.text]);
    });
    return runs;
  },
  accepted() {
    const blocks = [];
    T.view.state.doc.descendants((node) => {
      if (!node.isTextblock) return;
      let words = "";
      node.forEach((one) => { if (!one.marks.some((mark) => mark.type.name === "insertion")) words += one.isText ? one.text : "*"; });
      if (words) blocks.push(`${node.type.name}:${words}`);
    });
    return blocks;
  },
  paste(html, text = "") {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    data.setData("text/plain", text);
    T.view.dom.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  },
};
