// Rooms of four type for a while on one server; prints one line of JSON. What is measured is the time from a key to the other screens.
// PLAN (a JSON file): {protocol: "recits" | "yws" | "hocuspocus", name, rooms: [{address, passage, cookies: [4], voices: [4]}], origin, pids}
// SECONDS, WARM, RATE (keys a second and writer), REAL (rooms that apply and measure all; in the others what arrives is dropped unread).
import fs from 'node:fs'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import WebSocket from 'ws'
import * as Y from 'yjs'

const number = (name, usual) => (process.env[name] === undefined ? usual : Number(process.env[name]))
const plan = JSON.parse(fs.readFileSync(process.env.PLAN, 'utf8'))
const SECONDS = number('SECONDS', 15)
const WARM = number('WARM', 3)
const RATE = number('RATE', 5)
const REAL = number('REAL', 25)
const PARAGRAPHS = 16
const LETTERS = 'lorem ipsum dolor sit amet '.repeat(19).slice(0, 500)
const SYNC = 0
const AWARE = 1
const OPEN = 2
const ACKNOWLEDGED = 100
const now = () => performance.now()
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

const latencies = []
const acknowledgements = []
let recording = false
let stopped = false
let keys = 0
let closed = 0

class Writer {
  constructor (room, place, real) {
    Object.assign(this, { room, place, real, doc: new Y.Doc(), peers: [], seen: new Map(), typedAt: new Map(), waiting: [], sent: 0, clock: 0 })
    this.fragment = this.doc.getXmlFragment('text')
    this.doc.on('update', (update, origin) => origin === this || this.send(update))
  }

  // One message in the server's own wording.
  message (kind, fill) {
    const out = encoding.createEncoder()
    if (plan.protocol === 'hocuspocus') encoding.writeVarString(out, this.room.passage)
    encoding.writeVarUint(out, kind)
    if (plan.protocol === 'recits') encoding.writeVarUint(out, 1)
    fill(out)
    return encoding.toUint8Array(out)
  }

  sync (step, data) {
    return this.message(SYNC, out => { encoding.writeVarUint(out, step); encoding.writeVarUint8Array(out, data) })
  }

  open () {
    return new Promise((resolve, reject) => {
      this.opened = resolve
      const headers = this.room.cookies ? { Cookie: this.room.cookies[this.place], Origin: plan.origin } : {}
      this.socket = new WebSocket(this.room.address, { perMessageDeflate: false, headers })
      this.socket.on('error', reject)
      this.socket.on('close', () => { if (!stopped) closed += 1 })
      this.socket.on('message', data => this.read(data))
      this.socket.on('open', () => {
        if (plan.protocol === 'hocuspocus') {
          this.socket.send(this.message(2, out => { encoding.writeVarUint(out, 0); encoding.writeVarString(out, 'token') }))
        }
        if (plan.protocol === 'recits') {
          this.socket.send(this.message(OPEN, out => { encoding.writeVarString(out, this.room.passage); encoding.writeVarUint(out, this.doc.clientID) }))
        }
        this.socket.send(this.sync(0, Y.encodeStateVector(this.doc)))
      })
    })
  }

  read (data) {
    if (!this.real && !this.opened) return
    const input = decoding.createDecoder(data)
    do {
      if (plan.protocol === 'hocuspocus') decoding.readVarString(input)
      const kind = decoding.readVarUint(input)
      if (plan.protocol === 'recits') decoding.readVarUint(input)
      if (kind === ACKNOWLEDGED) this.acknowledge(decoding.readVarUint(input))
      else if (kind === SYNC || (kind === 4 && plan.protocol === 'hocuspocus')) this.take(decoding.readVarUint(input), decoding.readVarUint8Array(input))
      else if (plan.protocol === 'recits') decoding.readVarUint8Array(input)
      else return
    } while (plan.protocol === 'recits' && decoding.hasContent(input))
  }

  acknowledge (count) {
    while (this.waiting.length && this.waiting[0][0] <= count) {
      const [, at] = this.waiting.shift()
      if (recording) acknowledgements.push(now() - at)
    }
  }

  take (step, body) {
    if (step === 0) {
      this.sent += 1
      this.socket.send(this.sync(1, Y.encodeStateAsUpdate(this.doc, body)))
      return
    }
    Y.applyUpdate(this.doc, body, this)
    if (step === 1 && this.opened) { this.opened(); this.opened = null }
    const at = now()
    for (const peer of this.peers) {
      const reached = Y.getState(this.doc.store, peer.doc.clientID)
      const from = this.seen.get(peer) ?? reached
      for (let clock = from; recording && clock < reached; clock++) {
        const typed = peer.typedAt.get(clock)
        if (typed !== undefined) latencies.push(at - typed)
      }
      this.seen.set(peer, reached)
    }
  }

  send (update) {
    this.sent += 1
    this.waiting.push([this.sent, now()])
    const message = this.sync(2, update)
    if (this.held) this.held.push(message)
    else this.socket.send(message)
  }

  marks () {
    return this.room.voices ? { voice: { u: this.room.voices[this.place] } } : {}
  }

  fill () {
    this.doc.transact(() => {
      for (let index = 0; index < PARAGRAPHS; index++) {
        const paragraph = new Y.XmlElement('paragraph')
        const text = new Y.XmlText()
        text.insert(0, LETTERS, this.marks())
        paragraph.insert(0, [text])
        this.fragment.push([paragraph])
      }
    })
  }

  // A key, and where the caret is after it; both in one frame where the server reads several messages in one.
  key () {
    const paragraphs = this.fragment.toArray().filter(block => block.length)
    this.text ??= paragraphs[(this.place * 4 + 1) % paragraphs.length].get(0)
    this.at = Math.min(this.at ?? this.text.length, this.text.length)
    const together = plan.protocol === 'recits'
    this.held = together ? [] : null
    this.typedAt.set(Y.getState(this.doc.store, this.doc.clientID), now())
    this.text.insert(this.at, 'abcdefghij klmnop'[Math.floor(Math.random() * 17)], this.marks())
    this.at += 1
    keys += 1
    const caret = Y.createRelativePositionFromTypeIndex(this.text, this.at, -1)
    const state = JSON.stringify({ cursor: { anchor: caret, head: caret } })
    const moved = this.message(AWARE, out => {
      const inner = encoding.createEncoder()
      encoding.writeVarUint(inner, 1)
      encoding.writeVarUint(inner, this.doc.clientID)
      encoding.writeVarUint(inner, ++this.clock)
      encoding.writeVarString(inner, state)
      encoding.writeVarUint8Array(out, encoding.toUint8Array(inner))
    })
    if (together) this.socket.send(Buffer.concat([...this.held, moved]))
    else this.socket.send(moved)
    this.held = null
  }

  run () {
    const next = () => { if (!stopped) { this.key(); setTimeout(next, (0.5 + Math.random()) * 1000 / RATE) } }
    setTimeout(next, Math.random() * 1000 / RATE)
  }
}

const quantile = (values, part) => values.length ? Number(values[Math.min(values.length - 1, Math.floor(values.length * part))].toFixed(1)) : null
const ofProcesses = read => plan.pids.reduce((sum, pid) => { try { return sum + read(pid) } catch { return sum } }, 0)
const processor = () => ofProcesses(pid => { const facts = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' '); return (Number(facts[11]) + Number(facts[12])) / 100 })
const memory = () => ofProcesses(pid => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024)

const idle = memory()
const writers = []
for (const [index, room] of plan.rooms.entries()) {
  const four = [0, 1, 2, 3].map(place => new Writer(room, place, index < REAL))
  for (const writer of four) writer.peers = index < REAL ? four.filter(other => other !== writer) : []
  await four[0].open()
  four[0].fill()
  await sleep(3)
  await Promise.all(four.slice(1).map(writer => writer.open()))
  writers.push(...four)
}
for (let tries = 0; tries < 100 && writers.some(writer => writer.fragment.toArray().filter(block => block.length).length < PARAGRAPHS); tries++) await sleep(100)
const joined = now()
for (const writer of writers) writer.run()
await sleep(WARM * 1000)
recording = true
const [from, spent, before] = [now(), processor(), keys]
const lags = []
let ticked = now()
const ticking = setInterval(() => { lags.push(now() - ticked - 10); ticked = now() }, 10)
await sleep(SECONDS * 1000)
const [seconds, used, typed] = [(now() - from) / 1000, processor() - spent, keys - before]
clearInterval(ticking)
stopped = true
await sleep(1500)
recording = false
for (const values of [latencies, acknowledgements, lags]) values.sort((one, other) => one - other)
let converged = 0
const measured = Math.min(REAL, plan.rooms.length)
for (let index = 0; index < measured; index++) {
  const four = writers.slice(index * 4, index * 4 + 4).map(writer => writer.fragment.toString())
  if (four.every(text => text === four[0])) converged += 1
}
console.log(JSON.stringify({ name: plan.name, writers: writers.length, keys_s: Math.round(typed / seconds), p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95), p99: quantile(latencies, 0.99), ack95: quantile(acknowledgements, 0.95), cpu_key: Math.round(used / typed * 1e6), cpu: Math.round(used / seconds * 100), rss: Math.round(memory()), rss_over_idle: Math.round(memory() - idle), client_lag99: quantile(lags, 0.99), converged: `${converged}/${measured}`, closed, opened_in: Math.round(joined) }))
process.exit(0)
