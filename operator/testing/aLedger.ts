import { specDefaults, type MediaNode, type MediaNodePool, type Meeting, type MeetingSpec } from '../../crds/index.ts'
import { ulidSource, type MintUlid } from '../../kit/ids.ts'
import { commit, type Committed } from '../ledger/commit.ts'
import { placementView } from '../ledger/ledgerView.ts'
import { Ledger } from '../ledger/ledger.ts'
import { place } from '../placement/place.ts'
import type { Decision, PlacementView, Wish } from '../placement/view.ts'
import type { NodeLoad } from '../../sfu/api/load.ts'

const apiVersion = 'parley.media/v1alpha1' as const
const wallMs = Date.UTC(2026, 0, 1)
const boot = '01KDVSZ0000000000000000000'
const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts: 100 }
export const rights = { publish: ['microphone' as const, 'camera' as const], subscribe: true, hidden: false }

const metadata = (namespace: string, name: string) => ({
  name,
  namespace,
  uid: `${namespace}/${name}`,
  resourceVersion: '1',
  generation: 1,
  creationTimestamp: '2026-01-01T00:00:00Z',
})

/** How a node of {@link ALedger} is. */
export interface ANode {
  readonly pool: string
  readonly cpu?: number
  readonly zone?: string
  readonly cordoned?: boolean
  /** Somebody drains it, for this reason. */
  readonly drained?: string | undefined
  /** Of the contract between media nodes. */
  readonly edgeVersion?: number | undefined
  /** False: it has an object and was never heard. */
  readonly heard?: boolean
  /** How long ago it was heard last. */
  readonly silentMs?: number
}

interface ALabelled {
  readonly labels?: Record<string, string>
}

/** A load of {@link ALedger}'s nodes. */
export interface AMeasurement extends Partial<Omit<NodeLoad, 'atMs' | 'workers'>> {
  readonly cpus?: readonly number[]
  readonly consumers?: readonly number[]
}

/** A ledger whose world a test describes in a few words. Time stands at `nowMs` until the test moves it. */
export class ALedger {
  readonly ledger = new Ledger({ meeting: () => undefined, node: () => undefined, pool: () => undefined, lost: () => undefined })
  readonly mintUlid: MintUlid = ulidSource(() => wallMs + this.nowMs)
  nowMs = 1_000_000

  pool(name: string, region: string, { labels, ...spec }: Partial<MediaNodePool['spec']> & ALabelled = {}): this {
    const whole = { ...specDefaults.MediaNodePool, region, ...spec }
    const meta = { ...metadata('parley', name), ...(labels === undefined ? {} : { labels }) }
    this.ledger.putPool({ apiVersion, kind: 'MediaNodePool', metadata: meta, spec: whole }, this.nowMs)
    return this
  }

  node(name: string, { pool, cpu = 0, zone, cordoned = false, drained, edgeVersion, heard = true, silentMs = 0 }: ANode): this {
    const drain = drained === undefined ? {} : { drain: { deadlineSeconds: 600, reason: drained } }
    const spec = { pool, address: `http://${name}:1`, workers: 1, cordoned, ...drain }
    const object: MediaNode = { apiVersion, kind: 'MediaNode', metadata: metadata('parley', name), spec }
    this.ledger.putNode(object, { url: spec.address, zone }, this.nowMs)
    if (!heard) return this
    const agent = { node: name, boot, version: '1', addresses: [], capacity, edgeVersion, highestEpoch: 0, segments: [] }
    this.ledger.hear(name, { type: 'hello', protocol: 1, ...agent }, this.nowMs - silentMs)
    return this.load(name, cpu, silentMs)
  }

  load(name: string, cpu: number, silentMs = 0): this {
    return this.measure(name, { cpus: [cpu] }, silentMs)
  }

  /** The node tells a load: CPU and consumers by worker, and what else is not 0. */
  measure(name: string, { cpus = [0], consumers = [], ...more }: AMeasurement, silentMs = 0): this {
    const workers = cpus.map((cpu, worker) => {
      return { cpu, routers: 0, transports: 0, producers: 0, consumers: consumers[worker] ?? 0 }
    })
    const rest = { egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipes: 0, pipePorts: 0, participants: 0, ...more }
    this.ledger.hear(name, { type: 'load', load: { atMs: wallMs, workers, ...rest } }, this.nowMs - silentMs)
    return this
  }

  meeting(name: string, spec: Partial<MeetingSpec> = {}): this {
    const whole = { ...specDefaults.Meeting, ...spec }
    const object: Meeting = { apiVersion, kind: 'Meeting', metadata: metadata('demo', name), spec: whole }
    this.ledger.putMeeting(object, this.nowMs)
    return this
  }

  /** What a placement would look at. */
  look(meeting: string, participant: string, more: Partial<Wish> = {}): { view: PlacementView; wish: Wish } {
    const wish: Wish = { namespace: 'demo', name: meeting, participant, rights, ...more }
    return { view: placementView(this.ledger, wish, { nowMs: this.nowMs, wallMs }), wish }
  }

  decide(meeting: string, participant: string, more: Partial<Wish> = {}): Decision {
    const { view, wish } = this.look(meeting, participant, more)
    return place(view, wish)
  }

  /** Decides and enters the placement into the ledger, as the operator does for each join. */
  join(meeting: string, participant: string, more: Partial<Wish> = {}): { decision: Decision; committed?: Committed } {
    const { view, wish } = this.look(meeting, participant, more)
    const decision = place(view, wish)
    if (decision.result !== 'placed') return { decision }
    return { decision, committed: commit(this.ledger, { decision, wish, view }, this.mintUlid) }
  }
}

/** The node of a decision, or the code of its refusal. */
export const outcomeOf = (decision: Decision): string => (decision.result === 'placed' ? decision.node.name : decision.code)
