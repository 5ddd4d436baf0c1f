import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

import { systemClock as clock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import { ulidSource } from '../../kit/ids.ts'
import { ndjsonLine } from '../../kit/ndjson.ts'
import { FakeMediaNode } from '../../operator/testing/fakes/fakeMediaNode.ts'
import { addressesPath, type AddressOrder } from '../../sfu/api/addresses.ts'
import { loadPath, loadPeriodMs, type NodeCapacity } from '../../sfu/api/load.ts'
import { meetingRef } from '../../sfu/api/identity.ts'
import type { SegmentOrder } from '../../sfu/api/order.ts'

/** Media nodes without media, as many as are wanted, in this process. */
export interface BenchNodes {
  readonly nodes: readonly { readonly name: string; readonly url: string }[]
  close(): Promise<void>
}

/** Room for whatever a run places, so that no answer is that all are full. */
const capacity: NodeCapacity = {
  consumersPerWorker: 20_000,
  egressBitsPerSecond: 1e12,
  ingressBitsPerSecond: 1e12,
  pipePorts: 10_000,
}
/** Nobody ever attaches, so that each placement is an estimate for its whole 20 s: this many carry those of 5,000 a second. */
export const workers = 32

function stream(node: FakeMediaNode, response: ServerResponse): void {
  response.write(ndjsonLine(node.hello()))
  response.write(ndjsonLine({ type: 'load', load: node.load() }))
  const stop = node.listen((line) => void (line === undefined ? response.destroy() : response.write(ndjsonLine(line))))
  response.once('close', stop)
}

/** What an operator asks of an agent. Tokens are not verified here: a media node's processor is not what is measured. */
async function answer(node: FakeMediaNode, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '', 'http://node')
  if (pathname === loadPath) return stream(node, response)
  if (pathname === addressesPath) {
    const told = node.announce((await json(request)) as AddressOrder)
    return void response.end(JSON.stringify({ addresses: told }))
  }
  const [, , , namespace, name, incarnation] = pathname.split('/')
  const meeting = meetingRef.parse({ namespace, name, incarnation })
  if (request.method === 'PUT') return void response.end(JSON.stringify(node.put(meeting, (await json(request)) as SegmentOrder)))
  if (request.method === 'GET') return void response.end(JSON.stringify(node.get(meeting)))
  response.writeHead(204).end()
}

async function serve(node: FakeMediaNode): Promise<Server> {
  const server = createServer((request, response) => {
    answer(node, request, response).catch((thrown: unknown) => {
      const { status, code } = thrown instanceof CodedError ? thrown : { status: 500, code: 'internal' }
      response.writeHead(status).end(JSON.stringify({ code, title: String(thrown) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** Starts `count` media nodes, each at a port of the loopback. */
export async function startBenchNodes(count: number): Promise<BenchNodes> {
  const mintUlid = ulidSource(() => clock.nowMs())
  const fakes = Array.from(
    { length: count },
    (_, index) => new FakeMediaNode({ name: `node-${index}`, clock, mintUlid, workers, capacity }),
  )
  const servers = await Promise.all(fakes.map(serve))
  // Each beats by its own clock, as machines do that did not start in one moment.
  const beats = fakes.map((node, index) =>
    clock.after((loadPeriodMs * index) / count, () => beats.push(clock.every(loadPeriodMs, () => node.beat()))),
  )
  return {
    nodes: servers.map((server, index) => {
      return { name: `node-${index}`, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    }),
    async close() {
      for (const beat of beats) beat.cancel()
      for (const node of fakes) node.hangUp()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections())))
    },
  }
}
