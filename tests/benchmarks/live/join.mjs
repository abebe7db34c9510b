// Opens each room of a plan once, one after the other; prints how long each took until its page held all of it. PLAN: as for load.mjs,
// with a room to open before.
import fs from 'node:fs'
import { Page, now, quantile } from './page.mjs'

const plan = JSON.parse(fs.readFileSync(process.env.PLAN, 'utf8'))
const taken = []
await new Page(plan, plan.first, 0).open()
let least = Infinity
for (const room of plan.rooms) {
  const page = new Page(plan, room, 0)
  const from = now()
  await page.open()
  taken.push(now() - from)
  least = Math.min(least, page.fragment.toString().length)
}
console.log(JSON.stringify({ joined: taken.length, characters: least, join50: quantile(taken, 0.5), join_most: quantile(taken, 1) }))
process.exit(0)
