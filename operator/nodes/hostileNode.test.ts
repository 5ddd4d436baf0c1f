import { expect, onTestFinished, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { ndjsonLine } from '../../kit/ndjson.ts'
import { newerMessage } from '../../kit/newerMessage.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { maxLoadLineBytes } from '../../sfu/api/load.ts'
import { createNodeClient } from '../../sfu/api/nodeClient.ts'
import { badServer, sends } from '../kube/client/badServer.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import { operatorMetrics } from '../metrics.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'
import { runLoadStream } from './loadStream.ts'

const boot = '01J00000000000000000000002'
const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts: 100 }
const hello = {
  ...{ type: 'hello', protocol: 1, node: 'liar', boot, version: '1', addresses: [], capacity, highestEpoch: 0 },
  segments: [] as unknown[],
}
const worker = { cpu: 0.1, routers: 0, transports: 0, producers: 0, consumers: 0 }
const idle = {
  atMs: 0,
  workers: [worker],
  egressBitsPerSecond: 0,
  ingressBitsPerSecond: 0,
  pipes: 0,
  pipePorts: 0,
  participants: 0,
}
const load = (over: object): object => ({ type: 'load', load: { ...idle, ...over } })
const segment = (over: object = {}): object => ({
  ...{
    meeting: { namespace: 'demo', name: 'standup', incarnation: boot },
    epoch: 0,
    generation: 0,
    role: 'core',
    fallback: false,
  },
  ...{ worker: 0, participants: [], peers: [], createdAtMs: 0, ...over },
})
const text = (...lines: readonly object[]): string => lines.map(ndjsonLine).join('')

/** A world with an honest node that hosts a meeting, and the load stream of another one, which sends what it likes. */
async function hear(pieces: readonly (string | Buffer)[]) {
  const world = new ALedger().pool('eu', 'eu-west').node('honest', { pool: 'eu' })
  const { committed } = world.join('standup', 'ann')
  world.node('liar', { pool: 'eu', heard: false })
  const server = await badServer(sends(pieces, 'stay'))
  const stop = new AbortController()
  const { ledger } = world
  const streaming = runLoadStream(
    {
      node: 'liar',
      url: server.url,
      client: createNodeClient({ url: server.url, bearer: () => Promise.resolve('token'), clock: systemClock }),
      listener: {
        hear: (node, line) => ledger.hear(node, line, world.nowMs),
        refused: (node) => ledger.refused(node, world.nowMs),
        unanswered: (node, why) => ledger.unanswered(node, why, world.nowMs),
        fault: (node, message) => ledger.fault(node, { message }, world.nowMs),
      },
      // It stands still: who is not believed is not asked again within the test.
      clock: virtualClock(),
      random: () => 0,
      log: silentLog,
      metrics: createMetrics(operatorMetrics),
    },
    stop.signal,
  )
  onTestFinished(async () => {
    stop.abort()
    await server.close()
    await streaming
  })
  const stateOf = () => nodeStateOf(ledger.nodes.get('liar') ?? raise('no such node'), world.nowMs)
  return { world, committed: committed ?? raise('not placed'), url: server.url, asked: () => server.asked.length, stateOf }
}

function raise(why: string): never {
  throw new Error(why)
}

/** The node is not to be believed, in these words; and the one beside it goes on as if nothing had been said. */
async function expectDisbelief(pieces: readonly (string | Buffer)[], words: string | RegExp): Promise<void> {
  const { world, stateOf, asked, url } = await hear(pieces)
  const state = await waitFor(() => (stateOf().state === 'wrong' ? stateOf() : missing('a fault')), { timeoutMs: 20_000 })
  const why = state.why.replace(url, 'URL')
  expect(why).toMatch(words)
  expect(asked()).toBe(1)
  const honest = world.ledger.nodes.get('honest') ?? raise('no such node')
  expect(nodeStateOf(honest, world.nowMs).state).toBe('ready')
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('honest')
  expect(outcomeOf(world.decide('retro', 'bob'))).toBe('honest')
  expect(world.ledger.meetings.get('demo/standup')?.people.seats).toBe(1)
}

test.each([
  ['a negative load', load({ egressBitsPerSecond: -1 }), 'load.egressBitsPerSecond'],
  ['a negative CPU', load({ workers: [{ ...worker, cpu: -0.1 }] }), 'load.workers.0.cpu'],
  ['no worker at all', load({ workers: [] }), 'load.workers'],
  ['a thousand workers', load({ workers: Array.from({ length: 1_000 }, () => worker) }), 'load.workers'],
  ['a time that no calendar has', load({ atMs: 8e15 }), 'load.atMs'],
  ['an epoch that nobody reaches', { type: 'segment', segment: segment({ epoch: 2 ** 52 }) }, 'segment.epoch'],
  ['a generation that nobody reaches', { type: 'segment', segment: segment({ generation: 2 ** 52 }) }, 'segment.generation'],
  ['a segment of the far future', { type: 'segment', segment: segment({ createdAtMs: 9e15 }) }, 'segment.createdAtMs'],
  [
    'an end of the far future',
    { type: 'drain', drain: { stopsAtMs: 9e15, drained: false, left: 0, moved: 0 } },
    'drain.stopsAtMs',
  ],
])('%s breaks the contract, and the field is named', async (_what, line, field) => {
  await expectDisbelief([text(hello, load({}), line)], new RegExp(`breaks the contract: ${field.replaceAll('.', '\\.')} `))
})

test.each([
  ['Infinity', '1e999'],
  ['NaN', 'NaN'],
])('%s is no number', async (_what, number) => {
  const line = text(load({})).replace('"cpu":0.1', `"cpu":${number}`)
  await expectDisbelief([text(hello), line], /breaks the contract: load\.workers\.0\.cpu |not JSON/)
})

test('the name of another node', async () => {
  await expectDisbelief([text({ ...hello, node: 'honest' }, load({}))], 'calls itself honest, not liar')
})

test('a second hello, or none', async () => {
  await expectDisbelief([text(hello, hello)], 'does not begin its load stream with one hello')
  await expectDisbelief([text(load({}))], 'does not begin its load stream with one hello')
})

test('a line without end', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x')
  await expectDisbelief(
    Array.from({ length: 17 }, () => piece),
    `sent a line of more than ${maxLoadLineBytes} bytes`,
  )
})

test('a flood of lines', async () => {
  const many = text(load({})).repeat(1_000)
  await expectDisbelief([text(hello), ...Array.from({ length: 25 }, () => many)], 'sends more than 2000 lines a second')
})

test('a flood of lines of a kind that is not known', async () => {
  const many = text({ type: 'weather' }).repeat(1_000)
  await expectDisbelief([text(hello), ...Array.from({ length: 25 }, () => many)], 'sends more than 2000 lines a second')
})

test('what a newer node tells beside what is known is no fault', async () => {
  const newer = newerMessage(load({ workers: [{ ...worker, cpu: 0.25 }] }))
  const { world, stateOf } = await hear([text({ ...hello, colour: 'red' }, { type: 'weather', rain: true }, newer as object)])
  const { nodes } = world.ledger
  await waitFor(() => nodes.get('liar')?.load?.workers[0]?.cpu === 0.25 || missing('the newer load'), { timeoutMs: 20_000 })
  expect(stateOf().state).toBe('ready')
})

test('a flood of bytes, in lines that are each well formed', async () => {
  const people = Array.from({ length: 10_000 }, (_, index) => {
    return { participant: `p${index}`, attachment: boot, publishing: false, hidden: false }
  })
  const line = text({
    type: 'segment',
    segment: segment({ participants: people, meeting: { namespace: 'demo', name: 'own', incarnation: boot } }),
  })
  const count = Math.ceil((2 * maxLoadLineBytes) / line.length) + 1
  await expectDisbelief([text(hello), ...Array.from({ length: count }, () => line)], 'sends more than 1048576 bytes a second')
})

test('somebody who was placed on another node', async () => {
  const { world, committed, stateOf } = await hear([])
  const lines = [hello, load({})].map((line) => JSON.parse(JSON.stringify(line)) as never)
  for (const line of lines) world.ledger.hear('liar', line, world.nowMs)
  const { meeting, attachment } = committed
  const ann = { participant: 'ann', attachment, publishing: true, hidden: false }
  const doubt = world.ledger.hear(
    'liar',
    { type: 'segment', segment: segment({ meeting, participants: [ann] }) } as never,
    world.nowMs,
  )
  expect(doubt).toBe('says that somebody is attached to liar by a grant for honest')
  expect(stateOf().state).toBe('ready')
  expect(world.ledger.meetings.get('demo/standup')?.people.countOn('honest')).toBe(1)
  expect(world.ledger.meetings.get('demo/standup')?.segments.has('liar')).toBe(false)
})

test('ten thousand segments in a hello are taken in, and nobody else is touched', async () => {
  const segments = Array.from({ length: 10_000 }, (_, index) =>
    segment({ meeting: { namespace: 'demo', name: `m${index}`, incarnation: boot }, emptySinceMs: 0 }),
  )
  const { world, stateOf } = await hear([text({ ...hello, segments }, load({}))])
  await waitFor(() => (stateOf().state === 'ready' ? true : missing('the load of the node')), { timeoutMs: 20_000 })
  expect(world.ledger.meetings.hostedOn('liar')).toBe(10_000)
  expect(world.ledger.meetings.get('demo/standup')?.people.countOn('honest')).toBe(1)
})
