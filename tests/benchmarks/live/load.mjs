// Rooms of four type for a while on one server; prints one line of JSON. What is measured is the time from a key to the other screens.
// PLAN (a JSON file): {protocol, name, rooms: [{address, passage, cookies: [4], voices: [4]}], origin, pids}
// SECONDS, WARM, RATE (keys a second and writer), REAL (rooms that apply and measure all; in the others what arrives is dropped unread).
import fs from 'node:fs'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { AWARE, Page, now, quantile, sleep } from './page.mjs'

const number = (name, usual) => (process.env[name] === undefined ? usual : Number(process.env[name]))
const plan = JSON.parse(fs.readFileSync(process.env.PLAN, 'utf8'))
const SECONDS = number('SECONDS', 15)
const WARM = number('WARM', 3)
const RATE = number('RATE', 5)
const REAL = number('REAL', 25)
const PARAGRAPHS = 16
const LETTERS = 'lorem ipsum dolor sit amet '.repeat(19).slice(0, 500)

const latencies = []
const acknowledgements = []
let recording = false
let stopped = false
let keys = 0
let closed = 0

class Writer extends Page {
  constructor (room, place, real) {
    super(plan, room, place, !real)
    Object.assign(this, { peers: [], seen: new Map(), typedAt: new Map(), waiting: [], clock: 0 })
  }

  ended () { if (!stopped) closed += 1 }

  acknowledged (count) {
    while (this.waiting.length && this.waiting[0][0] <= count) {
      const [, at] = this.waiting.shift()
      if (recording) acknowledgements.push(now() - at)
    }
  }

  changed () {
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
    super.send(update)
    if (!this.deaf) this.waiting.push([this.sent, now()])
  }

  fill () {
    this.doc.transact(() => { for (let index = 0; index < PARAGRAPHS; index++) this.paragraph(LETTERS) })
  }

  filled () { return this.fragment.toArray().filter(block => block.length) }

  // A key, and where the caret is after it; both in one frame where the server reads several messages in one.
  key () {
    const paragraphs = this.filled()
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
// A page that is deaf opened before the text was there, perhaps: it types into a paragraph of its own then.
for (let tries = 0; tries < 100 && writers.some(writer => !writer.deaf && writer.filled().length < PARAGRAPHS); tries++) await sleep(100)
for (const writer of writers) if (!writer.filled().length) writer.paragraph('lorem')
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
let converged = 0
const measured = Math.min(REAL, plan.rooms.length)
for (let index = 0; index < measured; index++) {
  const four = writers.slice(index * 4, index * 4 + 4).map(writer => writer.fragment.toString())
  if (four.every(text => text === four[0])) converged += 1
}
console.log(JSON.stringify({
  name: plan.name,
  writers: writers.length,
  keys_s: Math.round(typed / seconds),
  p50: quantile(latencies, 0.5),
  p95: quantile(latencies, 0.95),
  p99: quantile(latencies, 0.99),
  ack95: quantile(acknowledgements, 0.95),
  cpu: Math.round(used / seconds * 100),
  cpu_key: Math.round(used / typed * 1e6),
  rss: Math.round(memory()),
  over_idle: Math.round(memory() - idle),
  lag99: quantile(lags, 0.99),
  apart: measured - converged,
  closed
}))
process.exit(0)
