// What somebody does who does whatever comes to mind: all of it through the keys, the toolbar and the clipboard that people use.

window.F = {
  seed(number) { let at = number >>> 0; F.random = () => { at = (at * 1664525 + 1013904223) >>> 0; return at / 4294967296; }; },
  below: (number) => Math.floor(F.random() * number),
  any: (list) => list[F.below(list.length)],
  key(key, options = {}) {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
    T.view.someProp("handleKeyDown", (handle) => handle(T.view, event));
  },
  place() { const at = F.below(T.view.state.doc.content.size + 1); return at; },
  caret() { const at = F.place(); H.choose(at, at); },
  range() { const at = F.place(); H.choose(at, Math.min(T.view.state.doc.content.size, at + F.below(30))); },
  insert(words) { T.view.dispatch(T.view.state.tr.insertText(words)); },
  press(name) { document.querySelector(`.tools [data-mark=${name}]`).click(); },
  pieces: [
    "<p>un</p><p>deux</p>",
    "<ul><li>a<ul><li>b</li></ul></li></ul>",
    "<table><tr><th>1</th><th>2</th></tr><tr><td>3</td></tr></table>",
    "<h2>t</h2>",
    "<blockquote><p>q</p></blockquote>",
  ],
  deeds: {
    type() { F.caret(); F.insert(F.any(["mot ", "é", "lune", "…", " "])); },
    over() { F.range(); F.insert(F.any(["autre", ""])); },
    enter() { F.caret(); F.key("Enter"); },
    join() {
      F.caret();
      const { $from } = T.view.state.selection;
      if ($from.depth) H.choose($from.start(), $from.start());
      F.key("Backspace");
    },
    remove() { F.range(); F.key("Backspace"); },
    forward() { F.caret(); F.key("Delete"); },
    look() { F.range(); F.press(F.any(["strong", "emphasis"])); },
    shape() { F.range(); F.press(F.any(["heading", "bullet_list", "ordered_list", "quote"])); },
    indent() { F.caret(); F.key("Tab", { shiftKey: F.random() < .5 }); },
    line() { F.caret(); F.key("Enter", { shiftKey: true }); },
    note() { F.caret(); F.key("f", { ctrlKey: true, altKey: true, keyCode: 70 }); },
    table() { F.caret(); F.press("table"); },
    cells() { F.caret(); F.press(F.any(["row_add", "row_remove", "column_add", "column_remove", "align_center"])); },
    undo() { F.press("undo"); },
    redo() { F.press("redo"); },
    paste() { F.range(); H.paste(F.any(F.pieces)); },
    move() {
      F.range();
      const slice = T.view.state.selection.content();
      T.view.dispatch(T.view.state.tr.deleteSelection());
      F.caret();
      T.view.dispatch(T.view.state.tr.replaceSelection(slice).setMeta("uiEvent", "drop"));
    },
  },
  some(number) {
    const names = Object.keys(F.deeds);
    const done = [];
    for (let i = 0; i < number; i += 1) {
      const name = F.any([...names, "type", "type", "type", "enter"]);
      done.push(name);
      try { F.deeds[name](); } catch (error) { throw new Error(`${done.join(" ")}: ${error.stack}`); }
    }
    return done;
  },
};
