// One WebSocket for a story, and the channels of its passages. Comes back by itself after a cut; says what is on the server's disk, never guesses it.

import * as wire from "./wire.mjs";

const SHORTEST_WAIT = 250;
const LONGEST_WAIT = 2000;
const SILENCE = 15_000; // nothing came although something waits for its acknowledgement: the line is dead, whatever the browser believes
const FOR_GOOD = new Set([1002, 1008, 1009]);
const PASSING = new Set(["too_fast", "restart", "disk_full"]);

/** A passage that this page has open. `listener` has onRight, onSync, onAware, onRefused, onOpen, onLost, onAck. */
class Channel {
  constructor(connection, number, passage, client, listener) {
    Object.assign(this, { connection, number, passage, client, listener, sent: 0, acked: 0 });
  }

  /** Sends a part of the text; it counts as saved only when its acknowledgement is there. */
  sync(step, bytes) {
    if (!this.connection.send(wire.sync(this.number, step, bytes))) return;
    if (step !== wire.STEP1) { this.sent += 1; this.connection.watch(); }
  }

  aware(bytes) { this.connection.send(wire.aware(this.number, bytes)); }

  get waits() { return this.sent > this.acked; }

  close() {
    this.connection.channels.delete(this.number);
    this.connection.send(wire.close(this.number));
  }
}

/** `state` is one of connecting, open, offline, closed; `reason` is the server's short word after closed; `number` is how the server names this socket. */
export class Connection {
  /**
   * @param url of the story's socket
   * @param on called with what is for the whole page: onState(), onPresence(list), onNotice(notice)
   */
  constructor(url, on, { Socket = globalThis.WebSocket } = {}) {
    Object.assign(this, { url, on, Socket, channels: new Map(), last: 0, state: "connecting", reason: "", number: null, wait: SHORTEST_WAIT, passage: null, outgoing: null });
    this.atOnce = () => { if (this.state === "offline") this.connect(); };
    this.cut = () => this.abandon();
    globalThis.addEventListener?.("online", this.atOnce);
    globalThis.addEventListener?.("offline", this.cut);
    this.connect();
  }

  connect() {
    clearTimeout(this.again);
    if (this.state === "closed" || (this.socket && this.socket.readyState < 2)) return;
    const socket = new this.Socket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.take(data); };
    socket.onclose = ({ code, reason }) => { if (socket === this.socket) this.lost(code, reason); };
    // A network that swallows packets answers neither yes nor no.
    this.patience = setTimeout(() => { if (socket.readyState === 0) socket.close(); }, 10_000);
  }

  opened() {
    clearTimeout(this.patience);
    this.wait = SHORTEST_WAIT;
    this.become("open");
    for (const channel of this.channels.values()) this.begin(channel);
    this.send(wire.here(this.passage));
  }

  begin(channel) {
    channel.sent = channel.acked = 0;
    if (this.send(wire.open(channel.number, channel.passage, channel.client))) channel.listener.onOpen();
  }

  lost(code, reason) {
    clearTimeout(this.patience);
    clearTimeout(this.silence);
    this.outgoing = null;
    for (const channel of this.channels.values()) channel.listener.onLost();
    if (this.state === "closed") return;
    if (FOR_GOOD.has(code) && !PASSING.has(reason)) { this.become("closed", reason || "not_allowed"); return; }
    const because = this.state === "offline" ? this.reason : "";
    this.become("offline", PASSING.has(reason) ? reason : because);
    this.again = setTimeout(() => this.connect(), this.wait * (0.5 + Math.random() / 2));
    this.wait = reason === "too_fast" ? LONGEST_WAIT : Math.min(LONGEST_WAIT, this.wait * 1.7);
  }

  /** Gives up a line without waiting for its farewell: on a dead one the browser would wait a minute, and the page would say nothing of it. */
  abandon() {
    const { socket } = this;
    if (!socket || socket.readyState > 2) return;
    this.socket = null;
    socket.close();
    this.lost(1006, "");
  }

  become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.on.onState();
  }

  /** Sends a message, in one frame with all others of this moment; answers false where there is no line. */
  send(message) {
    const { socket } = this;
    if (socket?.readyState !== 1) return false;
    if (!this.outgoing) {
      this.outgoing = [];
      queueMicrotask(() => {
        const messages = this.outgoing;
        this.outgoing = null;
        if (messages && socket === this.socket && socket.readyState === 1) socket.send(wire.frame(messages));
      });
    }
    this.outgoing.push(message);
    return true;
  }

  /** Waits for an acknowledgement, and cuts a line on which none comes. */
  watch() {
    this.silence ??= setTimeout(() => {
      this.silence = null;
      if ([...this.channels.values()].some((channel) => channel.waits)) this.abandon();
    }, SILENCE);
  }

  take(data) {
    clearTimeout(this.silence);
    this.silence = null;
    for (const message of wire.read(data)) this.one(message);
    if ([...this.channels.values()].some((channel) => channel.waits)) this.watch();
  }

  one(message) {
    if (message.channel === wire.STORY) {
      if (message.type === wire.PRESENCE) this.on.onPresence(message.value);
      if (message.type === wire.NOTICE && message.value.kind === "you") this.number = message.value.n;
      else if (message.type === wire.NOTICE) this.on.onNotice(message.value);
      return;
    }
    const channel = this.channels.get(message.channel);
    if (!channel) return; // closed here, and not yet there
    const { listener } = channel;
    if (message.type === wire.SYNC) listener.onSync(message.step, message.bytes);
    else if (message.type === wire.AWARE) listener.onAware(message.bytes);
    else if (message.type === wire.RIGHT) listener.onRight(message.value);
    else if (message.type === wire.REFUSED) listener.onRefused(message.value);
    else if (message.type === wire.ACK) { channel.acked = message.count; listener.onAck(); }
  }

  /** Opens a passage; its listener gets the channel as `channel`, and hears of each new connection. */
  open(passage, client, listener) {
    this.last += 1; // never a number twice: what is still on its way belongs to the old one
    const channel = new Channel(this, this.last, passage, client, listener);
    this.channels.set(channel.number, channel);
    listener.channel = channel;
    if (this.state === "open") this.begin(channel);
  }

  /** Tells the others in which passage one is. */
  here(passage) {
    this.passage = passage;
    this.send(wire.here(passage));
  }

  destroy(reason = "left") {
    clearTimeout(this.again);
    globalThis.removeEventListener?.("online", this.atOnce);
    globalThis.removeEventListener?.("offline", this.cut);
    this.state = "closed";
    this.reason = reason;
    this.socket?.close(1000);
  }
}
