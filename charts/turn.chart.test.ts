import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { choosePorts, probePort } from '../e2e/demo/ports.ts'
import { runProgram } from '../e2e/support/program.ts'
import { missing, waitFor } from '../kit/wait.ts'
import { iceServersFor } from '../signaling/tokens/iceServers.ts'
import { podsOf } from './testing/pods.ts'
import { render } from './testing/render.ts'

/** Where a media node stands, and where something else does that nobody should reach through the relay. */
const [mediaNode, somethingElse] = ['127.0.0.2', '127.0.0.3']
const secret = 'shared'

let folder: string
let server: ChildProcess
let port: number
let log = ''
const echoes: Socket[] = []

/** Sends back what comes, as a peer that is reached would. */
async function echoAt(address: string): Promise<number> {
  const socket = createSocket('udp4')
  echoes.push(socket)
  socket.on('message', (message, from) => socket.send(message, from.port, from.address))
  socket.bind(0, address)
  await once(socket, 'listening')
  return socket.address().port
}

/** The chart's coturn, as its container would start it, on a port of the test's own. */
async function startTurn(): Promise<void> {
  const values = { 'turn.enabled': true, 'turn.host': 'turn.example.org', 'turn.peers': [mediaNode] }
  const coturn = podsOf(await render({ values }))
    .flatMap(({ spec }) => spec.containers)
    .find(({ name }) => name === 'coturn')
  const args = (coturn?.args ?? []).map((arg) =>
    arg
      .replace('$(POD_IP)', '127.0.0.1')
      .replace('$(TURN_SECRET)', secret)
      .replace('=3478', `=${port}`)
      .replace('=/tmp/', `=${folder}/`),
  )
  // Loopback is what a test has; everywhere else coturn refuses it by itself.
  server = spawn(process.env['PARLEY_TURN_SERVER'] ?? 'turnserver', [...args, '--allow-loopback-peers'])
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (data: Buffer) => (log += data.toString()))
  await waitFor(() => log.includes('Total General servers') || missing(`coturn, which said: ${log}`), { timeoutMs: 60_000 })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-turn-'))
  const wish = { name: 'turn', usual: 0, count: 1, protocols: ['tcp', 'udp'], host: '127.0.0.1' } as const
  port = (await choosePorts([wish], { preferUsual: false, probe: probePort, random: Math.random })).get('turn') ?? 0
  await startTurn()
})

afterAll(async () => {
  for (const socket of echoes) socket.close()
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
  rmSync(folder, { recursive: true })
})

/** What coturn's own client says of five packets to an echo at this address, with a credential of signaling's. */
async function relayTo(address: string, by: { secret: string; nowMs?: number } = { secret }): Promise<string> {
  const echoPort = await echoAt(address)
  const urls = ['turn:turn.example.org:3478']
  const [turn] = iceServersFor('ada', { urls, secrets: [by.secret] }, by.nowMs ?? Date.now())
  const credentials = ['-u', turn?.username ?? '', '-w', turn?.credential ?? '']
  const args = [
    ...credentials,
    '-p',
    String(port),
    '-e',
    address,
    '-r',
    String(echoPort),
    '-c',
    '-n',
    '5',
    '-m',
    '1',
    '127.0.0.1',
  ]
  const { out, err } = await runProgram('turnutils_uclient', args, { timeoutMs: 60_000 })
  return out + err
}

test('the chart relays to media nodes, for people with a credential of signaling', async () => {
  expect(await relayTo(mediaNode)).toMatch(/tot_send_msgs=5, tot_recv_msgs=5/)
})

test('it relays to nobody else', async () => {
  expect(await relayTo(somethingElse)).toContain('error 403 (Forbidden IP)')
  const denied = `A peer IP ${somethingElse} denied`
  await waitFor(() => log.includes(denied) || missing(`"${denied}", not: ${log}`), { timeoutMs: 60_000 })
})

test.each([
  ['another secret', { secret: 'other' }],
  ['a credential of yesterday', { secret, nowMs: Date.now() - 24 * 60 * 60_000 }],
])('it relays nothing by %s', async (_, by) => {
  expect(await relayTo(mediaNode, by)).toContain('Cannot complete Allocation')
})
