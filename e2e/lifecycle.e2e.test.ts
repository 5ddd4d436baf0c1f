import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import type { MediaNode } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import { kubeRest } from './demo/kubeRest.ts'
import { namespace } from './demo/layout.ts'
import { probePort } from './demo/ports.ts'
import { whyNotReady } from './demo/readiness.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { familyOf, gone, isRunning } from './support/processes.ts'

let demo: RunningDemo | undefined
let blocker: Server | undefined
/** Where the demo puts its files: a folder that is the test's alone, so that all in it is the demo's. */
let temporary: string

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'parley-lifecycle-'))
})

afterEach(async () => {
  await demo?.stop()
  demo = undefined
  blocker?.close()
  rmSync(temporary, { recursive: true })
})

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunningDemo> {
  return startDemo({ args, env: { TMPDIR: temporary, ...env } })
}

/** TCP ports that the demo's processes answer on. */
const portsOf = (running: RunningDemo): readonly number[] => [
  ...new Set(
    [running.host, running.api, running.placement, ...running.processes().map(({ readyUrl }) => readyUrl)].map((url) =>
      Number(new URL(url).port),
    ),
  ),
]

test('Ctrl-C stops all of it and leaves no process, file or port behind', async () => {
  keepEvidence(() => demo)
  demo = await start()
  const [family, ports] = [familyOf(demo.pid), portsOf(demo)]
  // The launcher, five services, a worker for each of three media nodes.
  expect(family.length).toBeGreaterThanOrEqual(1 + 6 + 3)
  expect(
    demo
      .processes()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['api', 'eu-west-1', 'eu-west-2', 'operator', 'signaling', 'us-east-1'])
  expect(await demo.stop()).toBe(0)
  await gone(family)
  expect(readdirSync(temporary)).toEqual([])
  for (const port of [...demo.mediaPorts, ...demo.pipePorts]) expect(await probePort(port, 'udp', '127.0.0.1')).toBe(true)
  const busy = await Promise.all(ports.map(async (port) => ((await probePort(port, 'tcp', '127.0.0.1')) ? [] : [port])))
  expect(busy.flat()).toEqual([])
})

test('a second Ctrl-C does not wait for a process that hangs, and leaves nothing either', async () => {
  keepEvidence(() => demo)
  demo = await start(['--nodes', '1'])
  const family = familyOf(demo.pid)
  process.kill(demo.process('operator').pid ?? 0, 'SIGSTOP')
  // One Ctrl-C that arrives twice, as through npm, is one.
  demo.signal('SIGINT')
  demo.signal('SIGINT')
  const hanging = [demo.process('operator').pid ?? 0, demo.process('api').pid ?? 0]
  const running = demo
  await waitFor(() => running.said().includes('Stopping') || missing('the beginning of the end'), { timeoutMs: 60_000 })
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(hanging.filter(isRunning)).toEqual(hanging)
  demo.signal('SIGINT')
  expect(await demo.ended).toBe(1)
  await gone(family)
  expect(readdirSync(temporary)).toEqual([])
})

test('on an address of this machine the page comes over TLS and media nodes announce that address', async () => {
  keepEvidence(() => demo)
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const address = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
  demo = await start(['--nodes', '1', '--address', address])
  const page = new URL(demo.host)
  expect({ protocol: page.protocol, hostname: page.hostname }).toEqual({ protocol: 'https:', hostname: address })
  expect(await whyNotReady(`${page.origin}/m/standup`)).toBeUndefined()
  const [node] = await kubeRest(demo.api).list<MediaNode>('medianodes', namespace)
  expect(node?.status?.addresses).toEqual([address])
  expect(demo.said()).toContain('browsers warn about the certificate')
})

test('five media nodes, and a usual port that is taken is told and avoided', async () => {
  keepEvidence(() => demo)
  const server = createServer()
  blocker = server
  const taken = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  demo = await start(['--ports', 'usual', '--port', String(taken)], { NODES: '5' })
  expect(new URL(demo.host).port).not.toBe(String(taken))
  expect(demo.said()).toContain(`port ${taken} for page is taken`)
  const nodes = demo.processes().filter(({ name }) => /^(eu-west|us-east)-\d$/.test(name))
  expect(nodes).toHaveLength(5)
})

test('a launcher that is killed takes everything along, and the next one sweeps its files', async () => {
  keepEvidence(() => demo)
  demo = await start(['--nodes', '1'])
  const family = familyOf(demo.pid)
  demo.signal('SIGKILL')
  await demo.ended
  await gone(family)
  const left = demo.state
  expect(existsSync(left)).toBe(true)
  demo = await start(['--nodes', '1'])
  expect(existsSync(left)).toBe(false)
})

test('a demo that cannot get up says why and leaves nothing', async () => {
  const failing = start(['--nodes', '1'], { MEDIASOUP_WORKER_BIN: '/nonexistent/worker' })
  await expect(failing).rejects.toThrow(/eu-west-1: error: .*worker[\s\S]*did not get up/)
  expect(readdirSync(temporary)).toEqual([])
})
