// A small form that asks for a few words (a link's address, an image's description) and gives the focus back: the browser's own dialog, no window of a script.

let count = 0;

function fieldOf({ name, label, value = "", type = "text", options = null, required = false, hint = "" }) {
  count += 1;
  const row = document.createElement("p");
  row.className = "field";
  const title = document.createElement("label");
  title.htmlFor = `ask-${count}`;
  title.textContent = label;
  const input = document.createElement(options ? "select" : "input");
  Object.assign(input, { id: `ask-${count}`, name, required });
  if (options) input.append(...options.map(([key, text]) => new Option(text, key, false, key === value)));
  else Object.assign(input, { type, value, autocomplete: "off" });
  row.append(title);
  if (hint) {
    const words = document.createElement("span");
    Object.assign(words, { className: "hint", id: `ask-${count}-h`, textContent: hint });
    input.setAttribute("aria-describedby", words.id);
    row.append(words);
  }
  row.append(input);
  return row;
}

function button(label, value, className) {
  const made = document.createElement("button");
  Object.assign(made, { textContent: label, value, className, type: value === "ok" ? "submit" : "button" });
  return made;
}

/**
 * Asks, and answers with `{action, values}`, or null when the person thought better of it.
 *
 * @param fields `{name, label, value, type, options, required, hint}`
 * @param check returns a sentence for what is wrong with the values, or ""
 * @param others further buttons: [value, label]
 */
export function ask({ title, fields, words, check = () => "", others = [] }) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  const heading = document.createElement("h2");
  const wrong = document.createElement("p");
  count += 1;
  Object.assign(heading, { id: `ask-${count}`, textContent: title });
  Object.assign(wrong, { className: "error", hidden: true });
  wrong.setAttribute("role", "alert");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", heading.id);
  const buttons = document.createElement("p");
  buttons.className = "btns";
  buttons.append(button(words.ok, "ok", "btn"), ...others.map(([value, label]) => button(label, value, "btn ghost")), button(words.cancel, "", "btn plain"));
  form.append(heading, wrong, ...fields.map(fieldOf), buttons);
  form.noValidate = true;
  dialog.append(form);
  document.body.append(dialog);
  const before = document.activeElement;
  return new Promise((answer) => {
    const values = () => Object.fromEntries(new FormData(form));
    const leave = (result) => { dialog.close(); dialog.remove(); before?.focus?.(); answer(result); };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const sentence = check(values());
      if (!sentence) { leave({ action: "ok", values: values() }); return; }
      wrong.textContent = sentence;
      wrong.hidden = false;
      form.querySelector("input, select").focus();
    });
    buttons.addEventListener("click", ({ target }) => { if (target.type === "button") leave(target.value ? { action: target.value, values: values() } : null); });
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); leave(null); });
    dialog.showModal();
  });
}
