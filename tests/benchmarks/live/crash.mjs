// Kills a server with -9 while eight people type, starts it again, and counts the keys that a fresh page does not see. PLAN: as for load.mjs, with the command.
// A key is acknowledged when its writer was told so, shown when another page had it. Where a server acknowledges nothing, only what was shown says something.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { Page, now, sleep } from './page.mjs'

const plan = JSON.parse(fs.readFileSync(process.env.PLAN, 'utf8'))
const SECONDS = Number(process.env.SECONDS ?? 5)
const RATE = 20
const keysIn = page => [...page.fragment.toString().matchAll(/\[(\d+\.\d+)\]/g)].map(found => found[1])

class Typist extends Page {
  constructor (room, place, name) {
    super(plan, room, place)
    Object.assign(this, { name, waiting: [], kept: new Set(), typed: [] })
  }

  acknowledged (count) { while (this.waiting.length && this.waiting[0][0] <= count) this.kept.add(this.waiting.shift()[1]) }

  type () {
    const key = `${this.name}.${this.typed.length}`
    const before = this.sent
    this.text.insert(this.text.length, `[${key}]`, this.marks())
    this.typed.push(key)
    if (this.sent > before) this.waiting.push([this.sent, key])
  }

  async run () { while (!this.stopped) { this.type(); await sleep((0.5 + Math.random()) * 1000 / RATE) } }
}

function answers () {
  return new Promise(resolve => {
    const probe = net.connect(plan.port, '127.0.0.1', () => { probe.end(); resolve(true) })
    probe.on('error', () => resolve(false))
  })
}

async function start () {
  const server = spawn(plan.command[0], plan.command.slice(1), { detached: true, stdio: 'ignore' })
  while (!await answers()) await sleep(20)
  return server
}

// A page that is let in, as soon as the server lets anybody in.
async function fresh (room) {
  for (;;) {
    const page = new Page(plan, room, 0)
    const held = await Promise.race([page.open().then(() => true, () => false), sleep(1000).then(() => false)])
    if (held) return page
    page.socket.terminate()
    await sleep(20)
  }
}

let server = await start()
const typists = []
for (const room of plan.rooms) {
  await fresh(room)
  for (let place = 0; place < 4; place++) {
    const typist = new Typist(room, place, typists.length)
    await typist.open()
    typist.text = typist.paragraph('-')
    typists.push(typist)
  }
}
await sleep(300)
const runs = typists.map(typist => typist.run())
await sleep(SECONDS * 1000)
process.kill(-server.pid, 'SIGKILL')
await new Promise(resolve => server.on('exit', resolve))
for (const typist of typists) typist.stopped = true
await Promise.all(runs)
await sleep(300)
const kept = typists.flatMap(typist => [...typist.kept])
const shown = new Set(typists.flatMap(typist => keysIn(typist).filter(key => key.split('.')[0] !== String(typist.name))))
const down = now()
server = await start()
const seen = new Set()
let back = 0
for (const room of plan.rooms) {
  const page = await fresh(room)
  back ||= now() - down
  await sleep(500)
  for (const key of keysIn(page)) seen.add(key)
  page.socket.terminate()
}
for (const typist of typists) await typist.open()
await sleep(1500)
const missing = typists.reduce((sum, typist) => {
  const there = new Set(keysIn(typist))
  return sum + typists.filter(other => other.room === typist.room).flatMap(other => other.typed).filter(key => !there.has(key)).length
}, 0)
console.log(JSON.stringify({
  name: plan.name,
  acknowledged: kept.length,
  acknowledged_lost: kept.filter(key => !seen.has(key)).length,
  shown: shown.size,
  shown_lost: [...shown].filter(key => !seen.has(key)).length,
  missing_after_return: missing,
  back_ms: Math.round(back)
}))
process.kill(-server.pid, 'SIGKILL')
process.exit(0)
