import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { signBearer } from '../../sfu/api/bearer.ts'
import { createNodeClient, type NodeClient } from '../../sfu/api/nodeClient.ts'
import type { Probe, ProbeTarget } from '../../sfu/api/probe.ts'
import { startServerProcess, type ServerProcess } from '../testing/processes/serverProcess.ts'
import { askByStun } from './ask.ts'
import { judge } from './judge.ts'

const node = 'a'
let folder: string
let agent: ServerProcess
let client: NodeClient
const never = new AbortController().signal

/** A real media node with two workers, bound to every address of the machine. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-reach-'))
  const pair = await makeKeyPair('op', 'operator')
  const key = await signingKeyOf(pair.privateJwk)
  const trusted = join(folder, 'keys.json')
  writeFileSync(trusted, JSON.stringify({ keys: [pair.publicJwk] }))
  const flags = {
    ...{ node, port: 0, workers: 2, 'trusted-keys': trusted },
    ...{ 'media-host': '0.0.0.0', 'announced-address': '127.0.0.1', 'pipe-address': '127.0.0.1', 'rtc-port-min': 0 },
    ...{ 'pipe-port-min': 28_000, 'pipe-port-max': 28_050 },
  }
  agent = await startServerProcess({
    entry: 'sfu/main.ts',
    flags: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    says: 'started',
  })
  const bearer = (): Promise<string> => signBearer(key, { kind: 'order', node, nowMs: Date.now() })
  client = createNodeClient({ url: agent.url, bearer, clock: systemClock })
})
afterAll(async () => {
  await agent.stop()
  rmSync(folder, { recursive: true })
})

async function round(probes: readonly Probe[]) {
  const tries = probes.flatMap((probe) => probe.targets.map((target) => ({ probe, target })))
  const asked = tries.map(async ({ probe, target }) => ({
    worker: probe.worker,
    target,
    answered: await askByStun(probe, target, never),
  }))
  return judge(await Promise.all(asked))
}

async function firstTarget(protocol: ProbeTarget['protocol']): Promise<{ probe: Probe; target: ProbeTarget }> {
  const [probe] = await client.probe()
  const target = probe?.targets.find((each) => each.protocol === protocol)
  if (!probe || !target) throw new Error('the node made no probe')
  return { probe, target }
}

test('both workers of a real node answer over udp and tcp, and nothing of it counts as load', async () => {
  const before = await client.dump()
  const probes = await client.probe()
  expect(probes.map(({ worker, targets }) => [worker, targets.length])).toEqual([
    [0, 2],
    [1, 2],
  ])
  expect(await round(probes)).toMatchObject({ status: 'True', reason: 'Answered' })
  expect(await client.dump()).toEqual(before)
})

test('the answer comes by a host name too', async () => {
  const { probe, target } = await firstTarget('udp')
  expect(await askByStun(probe, { ...target, address: 'localhost' }, never)).toBe(true)
})

/** How many of these are answered; they wait for their deadline side by side. */
async function answersOf(asks: readonly (readonly [Probe, ProbeTarget])[]): Promise<number> {
  const answers = await Promise.all(asks.map(([probe, target]) => askByStun(probe, target, never)))
  return answers.filter(Boolean).length
}

test.each(['udp', 'tcp'] as const)('over %s a wrong password and a wrong name get no answer', async (protocol) => {
  const { probe, target } = await firstTarget(protocol)
  const [stranger, nobody] = [
    { ...probe, password: 'x'.repeat(32) },
    { ...probe, usernameFragment: 'nobody' },
  ]
  expect(
    await answersOf([
      [stranger, target],
      [nobody, target],
      [probe, target],
    ]),
  ).toBe(1)
})

test('a probe that was followed by another is over', async () => {
  const [over, current] = [await firstTarget('udp'), await firstTarget('udp')]
  expect(
    await answersOf([
      [over.probe, over.target],
      [current.probe, current.target],
    ]),
  ).toBe(1)
})

test('ports where nothing listens and a name that leads nowhere are no answer', async () => {
  const { probe, target } = await firstTarget('udp')
  const closed = createServer()
  await new Promise<void>((resolve) => void closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => void closed.close(resolve))
  const targets = (['udp', 'tcp'] as const).map((protocol) => ({ ...target, protocol, port }))
  const nowhere = { ...target, address: 'nowhere.invalid' }
  expect(await round([{ ...probe, targets: [...targets, nowhere] }])).toMatchObject({ status: 'False', reason: 'NoAnswer' })
})

test('who answers something else, or without a signature, is not the node', async () => {
  const { probe, target } = await firstTarget('udp')
  const liar = createSocket('udp4', (bytes, from) => {
    const answer = Buffer.from(bytes)
    answer.writeUInt16BE(0x0101, 0)
    liar.send(answer, from.port, from.address)
  })
  await new Promise<void>((resolve) => void liar.bind(0, '127.0.0.1', resolve))
  const babbler = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write(Buffer.alloc(65_537, 0xff))
  })
  await new Promise<void>((resolve) => void babbler.listen(0, '127.0.0.1', resolve))
  const { port } = babbler.address() as AddressInfo
  expect(
    await answersOf([
      [probe, { ...target, port: liar.address().port }],
      [probe, { ...target, protocol: 'tcp', port }],
    ]),
  ).toBe(0)
  liar.close()
  babbler.close()
})

test('who is not asked any more is not waited for', async () => {
  const { probe, target } = await firstTarget('udp')
  const silent = createSocket('udp4')
  await new Promise<void>((resolve) => void silent.bind(0, '127.0.0.1', resolve))
  const stop = new AbortController()
  const asking = askByStun(probe, { ...target, port: silent.address().port }, stop.signal)
  silent.once('message', () => stop.abort())
  expect(await asking).toBe(false)
  silent.close()
})
