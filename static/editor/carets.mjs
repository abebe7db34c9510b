// Who is here and where: the others' carets in the text, and the list of those who have the story open. Names and voices come from the server alone.

import { yCursorPlugin } from "y-prosemirror";
import { bead } from "./beads.mjs";

/** Whom the server has announced. */
export class Presence {
  constructor() { this.people = []; this.listeners = []; }

  set(people) {
    this.people = people;
    for (const listener of this.listeners) listener();
  }

  /** Returns who declared a Y client id, or undefined. */
  of(client) { return this.people.find(({ clients }) => clients?.includes(client)); }
}

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

/**
 * Keeps the list of those present.
 *
 * @param list the element
 * @param place says where somebody is, from a passage's id: "" for here, null for unknown
 */
export function showPresence(list, presence, { me, passage, places, words }) {
  const where = (person) => {
    if (person.passage === passage) return words.in_this_passage;
    return places[person.passage] ?? words.elsewhere;
  };
  function show() {
    list.replaceChildren(...presence.people.map((person) => {
      const item = document.createElement("li");
      const mine = person.clients?.includes(me());
      item.className = `v ${person.key}`;
      const sign = bead(person.key);
      if (sign) item.append(sign);
      item.append(` ${mine ? words.you : `${person.name}, ${where(person)}`}`);
      return item;
    }));
  }
  presence.listeners.push(show);
  show();
}
