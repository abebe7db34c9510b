// Who has the story open, and where: the list of those present. Names and voices come from the server alone.

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

/**
 * Keeps the list of those present.
 *
 * @param list the element
 * @param me returns the number of this page's own socket
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
      const mine = person.n === me();
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
