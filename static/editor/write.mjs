// Makes the writing page live: finds what the server rendered, opens the story's socket, and puts the editor in the place of the plain form. Where there is no
// socket the plain form stays, and works. What the page must hold is said in README.md of this folder.

import { Comments } from "./comments.mjs";
import { Connection } from "./connection.mjs";
import { redrawOn } from "./carets.mjs";
import { openEditor } from "./editor.mjs";
import { Parts } from "./margin.mjs";
import { Notices } from "./notices.mjs";
import { Presence, showPresence } from "./presence.mjs";
import { Room } from "./room.mjs";
import { Status } from "./status.mjs";
import { toolbar } from "./toolbar.mjs";
import { toggleVoices } from "./voices.mjs";

const PATIENCE = 5000; // milliseconds until the plain form is given instead of a socket that does not answer
const WORD = /[\p{L}\p{N}]+(?:[’'\-·][\p{L}\p{N}]+)*/gu;

const json = (text) => JSON.parse(text || "{}");

class Page {
  constructor(root) {
    const { socket, passage, voice, lang, account, shared, anothers = "", words, images, voices, places } = root.dataset;
    Object.assign(this, { root, passage, account, anothers, lang: lang || "fr", voice: voice || null, shared: Boolean(shared) });
    Object.assign(this, { words: json(words), images: json(images), voices: json(voices), places: json(places) });
    this.presence = new Presence();
    this.rightNotice = document.getElementById("right-now");
    this.shelf = `recits-aside:${account}:${passage}`;
    this.url = new URL(socket, location.href.replace(/^http/, "ws")).href.replace(/^http/, "ws");
    this.isAlone = () => this.connection.state === "open" && this.presence.people.filter((person) => person.passage === passage).length < 2;
    this.sayState = () => this.status.sayState();
    this.comment = (view) => this.comments.begin(view);
    this.toTools = () => this.part("tools").querySelector("[tabindex=\"0\"]:not([hidden])")?.focus();
  }

  part(name) { return document.querySelector(`[data-live=${name}]`); }

  show(isLive) {
    for (const element of document.querySelectorAll("[data-plain]")) element.hidden = isLive;
    for (const element of document.querySelectorAll("[data-live]")) element.hidden = !isLive;
  }

  start() {
    this.status = new Status(this.part("state"), this.words, this.part("when"));
    this.notices = new Notices(this.part("text"), this.words);
    this.parts = new Parts(document, {
      before: (form) => this.comments.beforeSending(form),
      unsent: this.words.unsent,
      around: (name, change) => (name === "reopen" && this.editor ? this.holdStill(change) : change()),
    });
    this.connection = new Connection(this.url, {
      onState: () => this.changed(),
      onPresence: (people) => this.presence.set(people),
      onNotice: (notice) => this.heard(notice),
    });
    this.connection.here(this.passage);
    this.giveUp = setTimeout(() => this.stayPlain(), PATIENCE);
    showPresence(this.part("here"), this.presence, { me: () => this.connection.number, passage: this.passage, places: this.places, words: this.words });
    window.addEventListener("beforeunload", (event) => { if (this.room?.state === "saving" && !this.room.shelf) event.preventDefault(); });
    return this.enter();
  }

  /** Without a socket nothing changes on the page. */
  stayPlain() {
    if (this.editor) return;
    clearTimeout(this.giveUp);
    this.connection.destroy("unreachable");
  }

  async enter() {
    const room = new Room(this.connection, this.passage, this.account, {
      onChange: () => { if (room === this.room) this.changed(); },
      onRight: () => { if (room === this.room) this.rightChanged(); },
      onRefused: (refusal) => { if (room === this.room) this.refused(refusal); },
      onMet: (places) => this.notices.met(places),
    });
    this.room = room;
    await room.start();
  }

  /** After anything that may change what the state line says, or make the editor possible. */
  changed() {
    const { room, connection } = this;
    if (!this.editor && connection.state === "closed") { this.stayPlain(); return; }
    if (!this.editor && room?.synced && room.right && room.right.right !== "none") this.open();
    if (!this.editor) return;
    this.status.show(room.state, connection.reason, room.right?.why, Boolean(this.rightNotice) && room.right?.right !== "none");
    for (const done of room.state === "saved" ? this.waiting?.splice(0) ?? [] : []) done();
    if (connection.state === "closed") this.refreshView();
  }

  /** Whether somebody has begun in the plain form: on a slow line it is there before the editor, and is not taken away from under their words. */
  get hasBegun() { return [...document.querySelectorAll("form[data-plain] textarea")].some(({ value, defaultValue }) => value !== defaultValue); }

  open() {
    if (this.hasBegun) { this.stayPlain(); return; }
    clearTimeout(this.giveUp);
    this.show(true);
    // The view takes over its element; a room that is entered anew needs a fresh one.
    const place = this.part("text");
    const text = place.cloneNode(false);
    place.replaceWith(text);
    this.notices.place = text;
    this.editor = openEditor(text, this.room, { ...this, onChange: (changed) => this.edited(changed), onPaste: (left) => this.pasted(left), onUnproposable: () => this.notices.remark(this.words.words_only), onFull: () => this.status.say(this.words.space_full) });
    const { view, act, has, may, could } = this.editor;
    redrawOn(this.presence, this.room.awareness);
    this.comments = new Comments(this.parts.element("margin"), view, { words: this.words, say: (sentence) => this.status.say(sentence), marks: () => this.room.maySend, saved: () => this.saved() });
    const tools = this.part("tools").cloneNode(false);
    this.part("tools").replaceWith(tools);
    this.refreshTools = toolbar(tools, view, act, {
      words: this.words,
      shared: this.room.right.shared,
      images: this.images,
      comment: this.comment,
      toggleVoices: () => toggleVoices(view),
      has,
      may,
      could,
    });
    this.sayRight();
    this.notices.remember(this.shelf);
    this.edited(true);
    this.root.dispatchEvent(new CustomEvent("live", { detail: { view, room: this.room }, bubbles: true }));
  }

  edited(changed) {
    if (!this.editor) return;
    this.refreshTools?.();
    if (changed) this.count();
  }

  count() {
    const element = this.part("count");
    if (!element) return;
    const { doc } = this.editor.view.state;
    const number = doc.textBetween(0, doc.content.size, " ", " ").match(WORD)?.length ?? 0;
    element.textContent = (number > 1 ? this.words.count_many : this.words.count_one).replace("{number}", number.toLocaleString(document.documentElement.lang));
  }

  refreshView() {
    this.editor.view.setProps({});
    this.refreshTools();
  }

  rightChanged() {
    if (this.room.right.right === "none" && !this.editor) { this.stayPlain(); return; }
    if (!this.editor) return;
    this.holdStill(() => {
      this.refreshView();
      this.sayRight();
    });
  }

  /** Changes what stands above the text, and keeps the text where it was under who reads or writes it. */
  holdStill(change) {
    const [text, page] = [this.part("text"), document.documentElement];
    const before = text.getBoundingClientRect().top;
    page.style.overflowAnchor = "none"; // else the browser moves it as well
    change();
    window.scrollBy({ top: text.getBoundingClientRect().top - before, behavior: "instant" });
    requestAnimationFrame(() => { page.style.overflowAnchor = ""; });
  }

  /** What one may do here and what typing does, as the server last said. */
  sayRight() {
    const { right, why, space } = this.room.right;
    this.sayDoing(this.words[`doing_${right}`]);
    const keys = this.part("keys");
    if (keys) keys.textContent = this.words[right === "read" ? "keys_read" : "keys"];
    const notice = this.rightNotice;
    if (notice) {
      notice.hidden &&= right === "write"; // once it is there it stays, so that nothing jumps up: it says that one may write again
      notice.querySelector("b").textContent = right === "suggest" ? this.anothers : why;
      notice.querySelector("span").textContent = right === "suggest" ? why : "";
    }
    this.notices.space(space ? this.words[`space_${space}`] : "");
  }

  /** Where one is, in the crumbs and in the title of the page: writing, proposing or reading. */
  sayDoing(words) {
    const crumb = document.querySelector("[data-doing]");
    if (!crumb || !words || crumb.textContent === words) return;
    document.title = document.title.replace(crumb.textContent, words);
    crumb.textContent = words;
  }

  pasted({ images, tooLong }) {
    this.notices.remark(tooLong ? this.words.paste_too_long : this.words.paste_images.replace("{number}", images));
  }

  heard(notice) {
    this.parts.heard(notice);
    if (this.room?.right?.right === "none") this.room.reopen(); // what has changed may have given it back
    if (notice.sentence) this.status.say(notice.sentence);
  }

  /** Resolves when the server has all of it on disk, or after a while in which it has not. */
  saved() {
    if (this.room.state === "saved") return Promise.resolve();
    this.waiting ??= [];
    return Promise.race([new Promise((done) => this.waiting.push(done)), new Promise((done) => setTimeout(done, 4000))]);
  }

  /** The server has not taken the last words: they are kept aside for their writer, and the passage is read anew. */
  async refused({ sentence }) {
    const old = this.room;
    const words = this.editor ? this.editor.view.state.doc.textBetween(0, this.editor.view.state.doc.content.size, "\n\n", " ") : "";
    this.notices.aside(sentence, words, this.shelf);
    this.editor?.view.destroy();
    this.editor = null;
    await old.leave({ forget: true });
    await this.enter();
  }
}

const root = document.getElementById("live");
if (root && "WebSocket" in globalThis) new Page(root).start();
