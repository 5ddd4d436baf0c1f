import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { createFakeAgent } from '../testing/fakeAgent.ts'
import { idleMs, type NodeHolder } from './nodeLink.ts'
import { createNodeLinks } from './nodeLinks.ts'

const address = { node: 'media-a', url: 'http://media-a.test' }

function aSituation(isListed: () => boolean | undefined = () => undefined) {
  const clock = virtualClock()
  const agent = createFakeAgent('media-a', clock)
  let dials = 0
  const dial = (_: unknown, onClose: () => void) => {
    dials++
    return agent.dial(onClose)
  }
  const links = createNodeLinks({ dial, clock, random: () => 0.5, log: silentLog, isListed })
  const told: string[] = []
  const holder: NodeHolder = {
    onLost: () => void told.push('lost'),
    onBack: () => void told.push('back'),
    onGone: () => void told.push('gone'),
  }
  return { clock, agent, links, link: links.of(address), holder, told, dials: () => dials }
}

test('all who ask at once share one connection', async () => {
  const { agent, link, links, dials } = aSituation()
  const [one, other] = await Promise.all([link.connect(), links.of(address).connect()])
  expect(one).toBe(other)
  expect([dials(), agent.connections, links.size]).toEqual([1, 1, 1])
})

test('a node that cannot be dialled is told as such, and the next one who asks tries again', async () => {
  const { agent, link } = aSituation()
  agent.trouble = 'down'
  await expect(link.connect()).rejects.toMatchObject({ code: 'media_node_unreachable', retry: 'elsewhere' })
  agent.trouble = 'none'
  expect((await link.connect()).closed).toBe(false)
})

test('a lost connection is dialled again while somebody holds it, and sooner when somebody asks for it', async () => {
  const { clock, agent, link, holder, told } = aSituation()
  link.hold(holder)
  await link.connect()
  agent.trouble = 'down'
  agent.loseConnections()
  await clock.advance(30_000)
  expect(told).toEqual(['lost'])
  agent.trouble = 'none'
  await link.connect()
  expect(told).toEqual(['lost', 'back'])
  await clock.advance(120_000)
  expect([told, agent.connections]).toEqual([['lost', 'back'], 1])
})

test('unknown is not gone: without a word of the operator a node is tried for a minute', async () => {
  const { clock, agent, link, holder, told } = aSituation()
  link.hold(holder)
  await link.connect()
  agent.trouble = 'down'
  agent.loseConnections()
  await clock.advance(58_000)
  expect(told).toEqual(['lost'])
  await clock.advance(8_000)
  expect(told).toEqual(['lost', 'gone'])
})

test('a connection that nobody holds is closed after a while, and a lost one is not dialled', async () => {
  const { clock, agent, link, links, holder } = aSituation()
  const letGo = link.hold(holder)
  await link.connect()
  letGo()
  await clock.advance(idleMs - 1)
  expect(agent.connections).toBe(1)
  const letGoAgain = link.hold(holder)
  await clock.advance(idleMs * 2)
  expect(agent.connections).toBe(1)
  letGoAgain()
  agent.loseConnections()
  await clock.advance(idleMs)
  expect([agent.connections, links.size, clock.pending()]).toEqual([0, 0, 0])
})

test('a link that ended leaves the next one to its node alone', async () => {
  const { clock, agent, link, links, holder } = aSituation()
  const letGo = link.hold(holder)
  await link.connect()
  letGo()
  agent.loseConnections()
  await clock.advance(0)
  expect(links.size).toBe(0)
  const next = links.of(address)
  next.hold(holder)
  await next.connect()
  await clock.advance(idleMs * 2)
  expect([links.of(address) === next, agent.connections]).toEqual([true, 1])
})

test('closing ends it without a word to anybody', async () => {
  const { clock, agent, link, links, holder, told } = aSituation()
  link.hold(holder)
  await link.connect()
  links.close()
  await clock.advance(60_000)
  expect([agent.connections, told, clock.pending()]).toEqual([0, [], 0])
})
