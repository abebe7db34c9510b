// The toolbar: one stop for the Tab key, arrows inside (the toolbar pattern of the ARIA practices); buttons say whether they are pressed and whether they can be.

import { addColumn, addRow, alignColumn, placeInTable, removeColumn, removeRow, removeTable } from "./tables.mjs";

const MAIN = ["strong", "emphasis", "heading", "bullet_list", "ordered_list", "quote", "link", "image", "footnote", "table", "comment", "voices", "undo", "redo"];
const LOOKS = { strong: "b", emphasis: "em" };
const TABLE = {
  row_add: addRow,
  row_remove: removeRow,
  column_add: addColumn,
  column_remove: removeColumn,
  align_left: alignColumn("left"),
  align_center: alignColumn("center"),
  align_right: alignColumn("right"),
  table_remove: removeTable,
};

function buttonFor(name, words) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", tabIndex: -1 });
  button.dataset.mark = name;
  const label = document.createElement(LOOKS[name] ?? "span");
  label.textContent = words[name];
  button.append(label);
  return button;
}

/** Heading: a press goes from text to level 2, 3, 4 and back, so that one button is enough; the keys go straight. */
function nextHeading(act) {
  return (state, dispatch, view) => {
    if (act.heading2.is(state)) return act.heading3.run(state, dispatch, view);
    if (act.heading3.is(state)) return act.heading4.run(state, dispatch, view);
    if (act.heading4.is(state)) return act.paragraph.run(state, dispatch, view);
    return act.heading2.run(state, dispatch, view);
  };
}

/**
 * Fills the toolbar and keeps it true; returns a function to call after each change of the editor.
 *
 * @param element with role=toolbar, empty
 * @param page words, shared, images; comment(view), toggleVoices() → whether shown; has(name) → whether there is that button for this right; may(name) → whether one may use that button here; could(command) → whether
 *   what a command would do is one's to do, or to propose
 */
export function toolbar(element, view, act, page) {
  const { words } = page;
  const main = MAIN.filter((name) => (name !== "voices" || page.shared) && (name !== "image" || Object.keys(page.images).length));
  const run = { ...Object.fromEntries(Object.entries(act).map(([name, { run: command }]) => [name, command])), ...TABLE, heading: nextHeading(act) };
  const own = { comment: () => page.comment(view), voices: (button) => button.setAttribute("aria-pressed", String(page.toggleVoices())) };
  const rule = document.createElement("hr");
  const inTable = Object.keys(TABLE).map((name) => buttonFor(name, words));
  element.replaceChildren(...main.map((name) => buttonFor(name, words)), rule, ...inTable);
  element.querySelector("[data-mark=voices]")?.setAttribute("aria-pressed", "false");
  const buttons = [...element.querySelectorAll("button")];
  const shown = () => buttons.filter((button) => !button.hidden);

  function stopAt(button) { buttons.forEach((one) => { one.tabIndex = one === button ? 0 : -1; }); }
  stopAt(buttons[0]);

  element.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays in the text
  element.addEventListener("click", ({ target, detail }) => {
    const button = target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    const name = button.dataset.mark;
    stopAt(button);
    if (own[name]) { own[name](button); return; }
    run[name](view.state, view.dispatch, view);
    if (detail || name in TABLE) view.focus(); // by the keyboard one stays in the toolbar
  });
  element.addEventListener("keydown", (event) => {
    const all = shown();
    const index = all.indexOf(document.activeElement);
    const next = { ArrowRight: index + 1, ArrowLeft: index - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") { view.focus(); return; }
    if (next === undefined || index < 0) return;
    event.preventDefault();
    stopAt(all[next % all.length]);
    all[next % all.length].focus();
  });

  return () => {
    const { state } = view;
    const tabling = Boolean(placeInTable(state)) && page.may("table");
    rule.hidden = !tabling;
    const stood = document.activeElement;
    for (const button of buttons) {
      const name = button.dataset.mark;
      button.hidden = !page.has(name);
      if (name in TABLE) {
        button.hidden = !tabling;
        if (tabling) button.setAttribute("aria-disabled", String(!page.could(TABLE[name])));
        continue;
      }
      if (act[name]?.is) button.setAttribute("aria-pressed", String(act[name].is(state)));
      const can = page.may(name) && (own[name] || run[name](state, undefined, view));
      button.setAttribute("aria-disabled", String(!can)); // not `disabled`: a button that one stands on must not vanish from under the focus
    }
    const left = shown();
    element.hidden = !left.length;
    if (!left.length) return;
    if (buttons.find((button) => button.tabIndex === 0)?.hidden) stopAt(left[0]);
    if (buttons.includes(stood) && stood.hidden) left[0].focus(); // the right has ended under one's finger
  };
}
