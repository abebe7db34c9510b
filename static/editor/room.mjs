// One passage as this page has it: the shared document, what this device keeps of it, and the talk with the server about it. Knows no editor.

import { IndexeddbPersistence } from "y-indexeddb";
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import { Away } from "./away.mjs";
import { STEP1, STEP2, UPDATE } from "./wire.mjs";

/** A remote change under a composition (dead keys, IME) tears it down: such changes wait, at most so many milliseconds. */
const LONGEST_HOLD = 3000;

/** Tells whether this browser lets the page keep something; a private window may not. */
function canKeep() {
  return new Promise((answer) => {
    try {
      const request = indexedDB.open("recits");
      request.onsuccess = () => { request.result.close(); answer(true); };
      request.onerror = request.onblocked = () => answer(false);
    } catch {
      answer(false);
    }
  });
}

export class Room {
  /**
   * @param connection of the story
   * @param passage its id
   * @param account of who writes: what a device keeps is kept per account
   * @param on what the page wants to know: onChange(), onRight(right), onRefused(refusal, words), onMet(places)
   */
  constructor(connection, passage, account, on) {
    Object.assign(this, { connection, passage, on, right: null, synced: false, answered: false, held: [], busy: () => false, channel: null, asked: null });
    this.name = `recits:${account}:${passage}`;
    this.doc = new Y.Doc();
    this.text = this.doc.getXmlFragment("text");
    this.awareness = new Awareness(this.doc);
    this.away = new Away(this.text, this);
    this.doc.on("update", (update, origin) => this.changed(update, origin));
    this.awareness.on("update", ({ added, updated, removed }, origin) => {
      if (origin !== this) this.channel?.aware(encodeAwarenessUpdate(this.awareness, [...added, ...updated, ...removed]));
    });
  }

  /** Takes what this device has kept, then opens the passage on the server. */
  async start() {
    if (await canKeep()) {
      this.shelf = new IndexeddbPersistence(this.name, this.doc);
      await this.shelf.whenSynced;
    }
    this.connection.open(this.passage, this.doc.clientID, this);
  }

  /** Whether one's own changes go to the server. */
  get maySend() { return this.right?.right === "write" || this.right?.right === "suggest"; }

  /** The state in one word: connecting, saved, saving, offline, read, closed. */
  get state() {
    if (["closed", "offline"].includes(this.connection.state)) return this.connection.state;
    if (!this.synced || !this.right) return "connecting";
    if (!this.maySend) return "read";
    return this.channel.waits || !this.answered ? "saving" : "saved";
  }

  changed(update, origin) {
    if (origin === this || origin === this.shelf) return;
    // Before the server's question is answered, the answer will hold this change too.
    if (this.answered && this.maySend) this.channel.sync(UPDATE, update);
    this.on.onChange();
  }

  // What the connection tells

  onOpen() {
    this.answered = this.synced = false;
    this.asked = null;
    this.channel.sync(STEP1, Y.encodeStateVector(this.doc));
    if (this.awareness.getLocalState()) this.channel.aware(encodeAwarenessUpdate(this.awareness, [this.doc.clientID]));
  }

  onLost() {
    this.answered = this.synced = false;
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID);
    removeAwarenessStates(this.awareness, others, this);
    this.on.onChange();
  }

  onRight(right) {
    this.right = right;
    this.on.onRight(right);
    if (this.asked && this.maySend && !this.answered) this.answer(this.asked);
    this.on.onChange();
  }

  onSync(step, bytes) {
    if (step === STEP1) this.answer(bytes);
    else this.afterComposition(() => this.apply(step, bytes));
  }

  /** Sends what the server lacks. What one has written and may no longer write is kept aside as words. */
  answer(stateVector) {
    this.asked = stateVector;
    const missing = Y.encodeStateAsUpdate(this.doc, stateVector);
    if (this.maySend) {
      this.channel.sync(STEP2, missing);
      this.answered = true;
    } else if (Y.decodeUpdate(missing).structs.length) {
      this.onRefused({ reason: "not_allowed", sentence: this.right?.why ?? "" });
    }
    this.on.onChange();
  }

  apply(step, bytes) {
    this.away.meet(() => Y.applyUpdate(this.doc, bytes, this));
    if (step === STEP2) this.synced = true;
    this.settle();
  }

  onAware(bytes) { this.afterComposition(() => applyAwarenessUpdate(this.awareness, bytes, this)); }

  onRefused(refusal) { this.on.onRefused(refusal); }

  onAck() { this.settle(); }

  settle() {
    const places = this.state === "saved" ? this.away.over() : [];
    if (places.length) this.on.onMet(places);
    this.on.onChange();
  }

  /** Asks anew for a passage that the server had taken away. */
  reopen() {
    this.channel.close();
    this.connection.open(this.passage, this.doc.clientID, this);
  }

  afterComposition(action) {
    if (!this.held.length && !this.busy()) { action(); return; }
    this.held.push(action);
    if (this.held.length === 1) this.release(Date.now() + LONGEST_HOLD);
  }

  release(latest) {
    if (this.busy() && Date.now() < latest) setTimeout(() => this.release(latest), 30);
    else for (const action of this.held.splice(0)) action();
  }

  /** Leaves the passage. `forget`: this device keeps nothing of it. */
  async leave({ forget = false } = {}) {
    this.channel?.close();
    this.awareness.destroy();
    if (forget) await this.shelf?.clearData();
    else await this.shelf?.destroy();
    this.doc.destroy();
  }
}
