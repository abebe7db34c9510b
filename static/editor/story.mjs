// The page of a whole story, live: who has it open and where, and its passages as others add, move, sign and save them. Opens no passage and knows no editor.

import { Connection } from "./connection.mjs";
import { Parts } from "./margin.mjs";
import { Presence, showPresence } from "./presence.mjs";

const list = document.querySelector("[data-here]");

if (list && "WebSocket" in globalThis) {
  const presence = new Presence();
  const parts = new Parts(document);
  const url = new URL(list.dataset.here, location.href).href.replace(/^http/, "ws");
  const connection = new Connection(url, {
    onState: () => { list.hidden = connection?.state !== "open"; },
    onPresence: (people) => presence.set(people),
    onNotice: (notice) => parts.heard(notice),
  });
  showPresence(list, presence, { me: () => connection.number, passage: null, places: JSON.parse(list.dataset.places), words: JSON.parse(list.dataset.words) });
}
