import { specDefaults, type MediaNode, type MediaNodePool } from '../crds/index.ts'
import { ulidSource } from '../kit/ids.ts'
import { Ledger, type LedgerEvents } from '../operator/ledger/ledger.ts'
import type { LoadLine, NodeLoad } from '../sfu/api/load.ts'

const apiVersion = 'parley.media/v1alpha1' as const
const regions = 10
const beatPeriodMs = 1_000

/** The wall clock when a {@link Fleet} begins, and the monotonic one. */
export const beginning = { wallMs: Date.UTC(2026, 0, 1), nowMs: 1_000_000 } as const

const metadata = (name: string) => ({
  name,
  namespace: 'parley-system',
  uid: name,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
})

/** A load as it comes out of the load stream: every beat its own objects. */
function loadOf(cpu: number): NodeLoad {
  const worker = () => ({ cpu, routers: 10, transports: 100, producers: 100, consumers: 100 })
  return {
    atMs: beginning.wallMs,
    workers: [worker(), worker()],
    egressBitsPerSecond: 0,
    ingressBitsPerSecond: 0,
    pipes: 0,
    pipePorts: 0,
    participants: 0,
  }
}

function poolOf(region: number): MediaNodePool {
  const spec = { ...specDefaults.MediaNodePool, region: `region-${region}`, adHocMeetings: { enabled: true, max: 1_000_000 } }
  return { apiVersion, kind: 'MediaNodePool', metadata: metadata(`pool-${region}`), spec }
}

const silent = (): void => undefined
const nobodyListens: LedgerEvents = { meeting: silent, node: silent, pool: silent, lost: silent }

type Hear = (name: string, line: LoadLine, nowMs: number) => void

/** Live media nodes in ten regions and the ledger that knows them. Each tells some load once a second. */
export class Fleet {
  readonly ledger: Ledger
  readonly size: number
  readonly #names: readonly string[]
  readonly #random: () => number
  #beats = 0
  readonly #hear: Hear = (name, line, nowMs) => void this.ledger.hear(name, line, nowMs)

  constructor(size: number, random: () => number, events: LedgerEvents = nobodyListens) {
    this.ledger = new Ledger(events)
    this.size = size
    this.#random = random
    this.#names = Array.from({ length: size }, (_, index) => `node-${index}`)
    for (let region = 0; region < regions; region++) this.ledger.putPool(poolOf(region), beginning.nowMs)
    for (const [index, name] of this.#names.entries()) this.#introduce(name, index)
  }

  /** One of the regions. */
  region(): string {
    return `region-${Math.floor(this.#random() * regions)}`
  }

  /** All beats that are due until `nowMs`, each node in its turn, as the ledger hears them, or whoever else is to. */
  beatUntil(nowMs: number, hear: Hear = this.#hear): void {
    const due = ((nowMs - beginning.nowMs) / beatPeriodMs) * this.size
    for (; this.#beats < due; this.#beats++) hear(this.#names[this.#beats % this.size] ?? '', this.#beat(), nowMs)
  }

  #beat(): LoadLine {
    return { type: 'load', load: loadOf(this.#random() * 0.5) }
  }

  #introduce(name: string, index: number): void {
    const { nowMs, wallMs } = beginning
    const spec = { pool: `pool-${index % regions}`, address: `http://${name}:1`, workers: 2, cordoned: false }
    const node: MediaNode = { apiVersion, kind: 'MediaNode', metadata: metadata(name), spec }
    this.ledger.putNode(node, { url: node.spec.address }, nowMs)
    const boot = ulidSource(() => wallMs)()
    const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e10, ingressBitsPerSecond: 1e10, pipePorts: 1_000 }
    const agent = { node: name, boot, version: '1', addresses: [], capacity, highestEpoch: 0, segments: [] }
    this.ledger.hear(name, { type: 'hello', protocol: 1, ...agent }, nowMs)
    this.#hear(name, this.#beat(), nowMs)
  }
}
