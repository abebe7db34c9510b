// A page that has one passage open, in the wording of the server it talks to: plan.protocol is "recits", "yws" or "hocuspocus".
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import * as Y from 'yjs'

export const SYNC = 0
export const AWARE = 1
const OPEN = 2
const REPLY = 4 // how Hocuspocus calls its answer to a SYNC
const SAVED = 8 // what Hocuspocus acknowledges one update with
const ACKNOWLEDGED = 100
export const now = () => performance.now()
export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
export const quantile = (values, part) => {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted.length ? Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1)) : null
}

export class Page {
  // deaf: what arrives after the opening is dropped unread
  constructor (plan, room, place, deaf = false) {
    Object.assign(this, { plan, room, place, deaf, doc: new Y.Doc(), sent: 0, saved: 0 })
    this.fragment = this.doc.getXmlFragment('text')
    this.doc.on('update', (update, origin) => origin === this || this.send(update))
  }

  // What a benchmark wants to know of: updates acknowledged so far, changes taken, the end of the socket.
  acknowledged (_count) {}
  changed () {}
  ended () {}

  message (kind, fill) {
    const out = encoding.createEncoder()
    if (this.plan.protocol === 'hocuspocus') encoding.writeVarString(out, this.room.passage)
    encoding.writeVarUint(out, kind)
    if (this.plan.protocol === 'recits') encoding.writeVarUint(out, 1)
    fill(out)
    return encoding.toUint8Array(out)
  }

  sync (step, data) {
    return this.message(SYNC, out => { encoding.writeVarUint(out, step); encoding.writeVarUint8Array(out, data) })
  }

  // Resolves when the page holds what the server holds.
  open () {
    return new Promise((resolve, reject) => {
      this.opened = resolve
      this.sent = this.saved = 0
      const headers = this.room.cookies ? { Cookie: this.room.cookies[this.place], Origin: this.plan.origin } : {}
      this.socket = new WebSocket(this.room.address, { perMessageDeflate: false, headers })
      this.socket.on('error', reject)
      this.socket.on('close', () => this.ended())
      this.socket.on('message', data => this.read(data))
      this.socket.on('open', () => {
        if (this.plan.protocol === 'hocuspocus') {
          this.socket.send(this.message(2, out => { encoding.writeVarUint(out, 0); encoding.writeVarString(out, 'token') }))
        }
        if (this.plan.protocol === 'recits') {
          this.socket.send(this.message(OPEN, out => { encoding.writeVarString(out, this.room.passage); encoding.writeVarUint(out, this.doc.clientID) }))
        }
        this.socket.send(this.sync(0, Y.encodeStateVector(this.doc)))
      })
    })
  }

  read (data) {
    if (this.deaf && !this.opened) return
    const input = decoding.createDecoder(data)
    const { protocol } = this.plan
    do {
      if (protocol === 'hocuspocus') decoding.readVarString(input)
      const kind = decoding.readVarUint(input)
      if (protocol === 'recits') decoding.readVarUint(input)
      if (kind === ACKNOWLEDGED) this.acknowledged(decoding.readVarUint(input))
      else if (kind === SAVED && protocol === 'hocuspocus') this.acknowledged(++this.saved)
      else if (kind === SYNC || (kind === REPLY && protocol === 'hocuspocus')) this.take(decoding.readVarUint(input), decoding.readVarUint8Array(input))
      else if (protocol === 'recits') decoding.readVarUint8Array(input)
      else return
    } while (protocol === 'recits' && decoding.hasContent(input))
  }

  take (step, body) {
    if (step === 0) {
      this.sent += 1
      this.socket.send(this.sync(1, Y.encodeStateAsUpdate(this.doc, body)))
      return
    }
    Y.applyUpdate(this.doc, body, this)
    if (step === 1 && this.opened) { this.opened(); this.opened = null }
    this.changed()
  }

  send (update) {
    if (this.socket?.readyState !== WebSocket.OPEN) return
    this.sent += 1
    const message = this.sync(2, update)
    if (this.held) this.held.push(message)
    else this.socket.send(message)
  }

  marks () {
    return this.room.voices ? { voice: { u: this.room.voices[this.place] } } : {}
  }

  // Adds a paragraph and returns its text.
  paragraph (words) {
    const text = new Y.XmlText()
    this.doc.transact(() => {
      const paragraph = new Y.XmlElement('paragraph')
      text.insert(0, words, this.marks())
      paragraph.insert(0, [text])
      this.fragment.push([paragraph])
    })
    return text
  }
}
