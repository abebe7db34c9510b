// The others' carets in the text. Whose they are comes from the server alone.

import { yCursorPlugin } from "y-prosemirror";
import { bead } from "./beads.mjs";

function caret(person) {
  const element = document.createElement("span");
  element.className = `caret ${person.key}`;
  element.setAttribute("aria-hidden", "true"); // the list of those present says it; inside the text it would be read as words of the text
  const name = document.createElement("span");
  name.textContent = person.name;
  const sign = bead(person.key);
  if (sign) element.append(sign);
  element.append(name);
  return element;
}

/** The carets of those whom the server knows; an unknown client gets none. */
export function carets(awareness, presence) {
  return yCursorPlugin(awareness, {
    awarenessStateFilter: (own, client) => own !== client && Boolean(presence.of(client)),
    cursorBuilder: (_, client) => caret(presence.of(client) ?? { key: "guest", name: "" }),
    selectionBuilder: (_, client) => ({ class: `theirs ${presence.of(client)?.key ?? "guest"}` }),
  });
}

/** Redraws carets when the server has announced somebody: the caret may have come before the name. */
export function redrawOn(presence, awareness) {
  presence.listeners.push(() => awareness.emit("change", [{ added: [], updated: [], removed: [] }, "presence"]));
}
