import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'

import { readDefinitions } from '../../crds/schema.ts'
import { systemClock, type Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { builtinResources, lastSeen } from './builtin.ts'
import { createApiServer } from './http/server.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { asJson, type KubeObject } from './kubeObject.ts'
import { keyOf, serve, timestamp, type Machine, type Served } from './machine.ts'
import { resourceOf } from './resource.ts'
import { noJournal, openJournal } from './store/journal.ts'
import { Store } from './store/store.ts'

/** Options of {@link startEmbeddedApi}. */
export interface EmbeddedApiOptions {
  readonly log: Log
  /** 0 (the default) takes a free one. */
  readonly port?: number
  /** Where to listen: loopback, unless told otherwise. */
  readonly host?: string
  /** Where objects outlive the process; absent: memory only. */
  readonly dataFile?: string
  readonly token?: string
  /** Serves HTTPS; the certificate is what clients must trust. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** How many changes of each kind a watch may look back. */
  readonly historyLength?: number
  readonly clock?: Clock
  readonly random?: () => number
  readonly newUid?: () => string
}

/** A running API. */
export interface EmbeddedApi {
  readonly url: string
  readonly port: number
  /** A kubeconfig that reaches it. */
  readonly kubeconfig: string
  /** Ends all connections, watches included. */
  close(): Promise<void>
}

const defaultHistoryLength = 5_000
/** Namespaces that are always there. */
const firstNamespaces = ['default', 'kube-system']
/** How long an Event is kept, as the real server does; and how often old ones are looked for. */
const eventLifetimeMs = 60 * 60_000
const eventSweepPeriodMs = 60_000

/** Starts an in-memory Kubernetes API that serves our custom resources, leases, events and namespaces over HTTP. */
export async function startEmbeddedApi(options: EmbeddedApiOptions): Promise<EmbeddedApi> {
  const machine = createMachine(options)
  const sweeping = machine.clock.every(eventSweepPeriodMs, () => sweepEvents(machine))
  const { log, token, tls, host = '127.0.0.1', port = 0 } = options
  const server = createApiServer({ machine, log, ...(token !== undefined && { token }), ...(tls && { tls }) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as AddressInfo
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${address.port}`
  return {
    url,
    port: address.port,
    kubeconfig: kubeconfigText({ url, ...(token !== undefined && { token }), ...(tls && { certificateAuthority: tls.cert }) }),
    async close() {
      sweeping.cancel()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      machine.store.close()
    },
  }
}

/** Wires the objects and kinds; without a server, requests go to `handle` directly. */
export function createMachine(options: Omit<EmbeddedApiOptions, 'log'>): Machine {
  const { dataFile, historyLength = defaultHistoryLength } = options
  if (dataFile !== undefined) mkdirSync(dirname(dataFile), { recursive: true })
  const { journal, replay } = dataFile === undefined ? { journal: noJournal } : openJournal(dataFile)
  const machine: Machine = {
    store: new Store({ journal, historyLength, ...(replay && { replay }) }),
    served: [...builtinResources, ...readDefinitions().map(resourceOf)].map(serve),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    newUid: options.newUid ?? randomUUID,
  }
  for (const name of firstNamespaces) ensureNamespace(machine, name)
  return machine
}

function servedAs(machine: Machine, plural: string): Served {
  const served = machine.served.find(({ resource }) => resource.plural === plural)
  if (!served) throw new Error(`${plural} are not served`)
  return served
}

function ensureNamespace(machine: Machine, name: string): void {
  const served = servedAs(machine, 'namespaces')
  const key = keyOf(served.resource, { namespace: undefined, name })
  if (machine.store.get(served.id, key)) return
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: machine.newUid(),
      creationTimestamp: timestamp(machine.clock),
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: {},
    status: { phase: 'Active' },
  }
  machine.store.write(served.id, key, object)
}

function sweepEvents(machine: Machine): void {
  const { id } = servedAs(machine, 'events')
  const oldestMs = machine.clock.nowMs() - eventLifetimeMs
  for (const { key, object } of machine.store.list(id)) {
    if (Date.parse(lastSeen(asJson(object)) ?? '') < oldestMs) machine.store.remove(id, key)
  }
}
