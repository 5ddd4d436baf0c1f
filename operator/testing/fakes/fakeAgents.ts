import { aborted } from '../../../kit/abort.ts'
import type { Clock } from '../../../kit/clock.ts'
import { commonErrors } from '../../../kit/errors.ts'
import type { DrainOrder } from '../../../sfu/api/drain.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { LoadLine } from '../../../sfu/api/load.ts'
import type { AgentClient, Agents } from '../../effects/agents.ts'
import { createLimiter } from '../../effects/limiter.ts'
import { eventQueue } from '../../kube/eventQueue.ts'
import type { FakeMediaNode } from './fakeMediaNode.ts'
import type { Gate } from '../faults/gate.ts'

/** An order or a deletion that a node has taken. */
export interface TakenOrder {
  readonly node: string
  readonly boot: string
  readonly verb: 'put' | 'delete' | 'drain' | 'announce' | 'move'
  /** Of a segment; absent for orders about the node as a whole. */
  readonly meeting: MeetingRef | undefined
  readonly epoch: number
  readonly generation: number
  /** How long ago it was sent; absent where nobody asks. */
  readonly onTheWayMs?: number
  /** The incarnation that goes on as the meeting's. */
  readonly adopts?: string | undefined
  /** The order to drain, where it is one. */
  readonly drain?: DrainOrder
}

/** How the fake network treats the operator that these agents belong to. */
export interface FakeNetwork {
  /** The operator's own. */
  readonly clock: Clock
  /** The node that answers at a URL; undefined: nothing listens there. */
  readonly nodeAt: (url: string) => FakeMediaNode | undefined
  readonly gate: Gate
  /** Whether the way to this node is cut: calls and streams hang. */
  readonly isCut: (node: string) => boolean
  /** A node is about to follow an order for a segment. */
  readonly onTaking?: (node: string, about: Pick<TakenOrder, 'meeting'>) => void
  readonly onTaken?: (taken: TakenOrder) => void
  /** A line of a load stream reaches the operator. */
  readonly onHeard?: (node: string, line: LoadLine) => void
}

const refused = (): Error =>
  commonErrors.raise.unavailable(
    { what: 'The media node' },
    { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) },
  )
/** What the real client waits for an answer. */
const timeoutMs = 5_000
const lost = (): Error => commonErrors.raise.timeout({ what: 'the media node', timeoutMs })
/** How long a stream may be silent: what the real client's watchdog allows. */
const silenceMs = 3_000

/** The agents of fake media nodes as one operator reaches them, with faults between any two steps. */
export function fakeAgents(network: FakeNetwork): Agents {
  const { clock, nodeAt, gate, isCut, onTaking = () => undefined, onTaken = () => undefined, onHeard = () => undefined } = network

  const nameAt = (url: string): string => nodeAt(url)?.name ?? new URL(url).hostname

  /** One call: it may never arrive, or its answer may get lost. */
  async function call<T>(
    { url, verb, signal }: { url: string; verb: string; signal?: AbortSignal | undefined },
    act: (node: FakeMediaNode) => T,
  ): Promise<T> {
    await Promise.resolve()
    const about = nameAt(url)
    return gate.pass({ to: 'agent', verb, about }, { timeoutMs, late: lost, lost, refused, signal }, async () => {
      const node = nodeAt(url)
      if (node === undefined) throw refused()
      return act(node)
    })
  }

  function taken(node: FakeMediaNode, order: Omit<TakenOrder, 'node' | 'boot'>): void {
    onTaken({ node: node.name, boot: node.boot, ...order })
  }

  async function* stream(url: string, signal: AbortSignal): AsyncGenerator<LoadLine, void> {
    const node = nodeAt(url)
    if (node === undefined) throw refused()
    if (isCut(node.name)) {
      await clock.sleep(silenceMs, signal).catch(() => undefined)
      throw lost()
    }
    const queue = eventQueue<LoadLine>()
    let heardAtMs = clock.monotonicMs()
    let held: LoadLine[] = []
    const stop = node.listen((line) => {
      if (line === undefined) queue.end(lost())
      else if (isCut(node.name))
        held.push(line) // A cut that is over before anybody gave up has lost nothing.
      else {
        heardAtMs = clock.monotonicMs()
        for (const each of [...held, line]) queue.push(each)
        held = []
      }
    })
    const watchdog = clock.every(silenceMs, () => {
      if (clock.monotonicMs() - heardAtMs >= silenceMs) queue.end(lost())
    })
    try {
      yield node.hello()
      yield { type: 'load', load: node.load() }
      yield* queue.read(signal)
    } finally {
      watchdog.cancel()
      stop()
    }
  }

  const clientAt = (url: string): AgentClient => ({
    putSegment: (meeting, order, signal) => {
      const sentAtMs = clock.monotonicMs()
      return call({ url, verb: 'putSegment', signal }, (node) => {
        onTaking(node.name, { meeting })
        const report = node.put(meeting, structuredClone(order))
        const { epoch, generation, adopts } = order
        taken(node, { verb: 'put', meeting, epoch, generation, adopts, onTheWayMs: clock.monotonicMs() - sentAtMs })
        return report
      })
    },
    deleteSegment: (meeting, deletion, signal) =>
      call({ url, verb: 'deleteSegment', signal }, (node) => {
        const isThere = node.get(meeting) !== undefined
        node.delete(meeting, deletion)
        if (isThere) taken(node, { verb: 'delete', meeting, epoch: deletion.epoch, generation: deletion.generation })
      }),
    getSegment: (meeting, signal) => call({ url, verb: 'getSegment', signal }, (node) => node.get(meeting)),
    putAddresses: (order, signal) =>
      call({ url, verb: 'putAddresses', signal }, (node) => {
        const told = node.announce(order)
        taken(node, { verb: 'announce', meeting: undefined, epoch: order.epoch, generation: 0 })
        return told
      }),
    probe: () => call({ url, verb: 'probe' }, (node) => node.probe()),
    putDrain: (order, signal) =>
      call({ url, verb: 'putDrain', signal }, (node) => {
        const report = node.drain(structuredClone(order))
        taken(node, { verb: 'drain', meeting: undefined, epoch: order.epoch, generation: 0, drain: order })
        return report
      }),
    postMove: (order, signal) =>
      call({ url, verb: 'postMove', signal }, (node) => {
        const report = node.move(order)
        taken(node, { verb: 'move', meeting: undefined, epoch: order.epoch, generation: 0 })
        return report
      }),
    async *loadStream(signal) {
      const name = nameAt(url)
      try {
        for await (const line of stream(url, signal)) {
          await gate.arrive({ to: 'agent', verb: 'loadStream', about: name }, signal)
          onHeard(name, line)
          yield line
        }
      } catch (thrown) {
        if (!signal.aborted) throw thrown
      }
    },
  })

  return {
    at: (_name, url) => ({ client: clientAt(url), calls: createLimiter(8) }),
    forget: () => undefined,
    close: async () => aborted(AbortSignal.abort()),
  }
}
