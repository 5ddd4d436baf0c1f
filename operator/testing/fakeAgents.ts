import { aborted } from '../../kit/abort.ts'
import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import type { LoadLine } from '../../sfu/api/load.ts'
import type { AgentClient, Agents } from '../effects/agents.ts'
import { createLimiter } from '../effects/limiter.ts'
import { eventQueue } from '../kube/eventQueue.ts'
import type { FakeMediaNode } from './fakeMediaNode.ts'

/** What may happen to one call of a node's agent. */
export type CallFault = 'refused' | 'lostAnswer' | 'lostRequest' | undefined

/** How the fake network treats the operator that these agents belong to. */
export interface FakeNetwork {
  readonly clock: Clock
  /** The node that answers at a URL; undefined: nothing listens there. */
  readonly nodeAt: (url: string) => FakeMediaNode | undefined
  /** What happens to the next call. */
  readonly fault: (node: string) => CallFault
  /** Whether the way to this node is cut: calls and streams hang. */
  readonly isCut: (node: string) => boolean
}

const refused = (): Error =>
  commonErrors.raise.unavailable(
    { what: 'The media node' },
    { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) },
  )
const lost = (): Error => commonErrors.raise.timeout({ what: 'the media node', timeoutMs: 5_000 })
/** How long a stream may be silent: what the real client's watchdog allows. */
const silenceMs = 3_000

/** The agents of fake media nodes as one operator reaches them, with faults between any two steps. */
export function fakeAgents(network: FakeNetwork): Agents {
  const { clock, nodeAt, fault, isCut } = network

  /** One call: it may never arrive, or its answer may get lost. */
  async function call<T>(url: string, act: (node: FakeMediaNode) => T): Promise<T> {
    const node = nodeAt(url)
    await Promise.resolve()
    if (node === undefined) throw refused()
    const happens = isCut(node.name) ? 'lostRequest' : fault(node.name)
    if (happens === 'refused') throw refused()
    if (happens === 'lostRequest') throw lost()
    const result = act(node)
    await Promise.resolve()
    if (happens === 'lostAnswer') throw lost()
    return result
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
    const stop = node.listen((line) => {
      if (line === undefined) queue.end(lost())
      else if (!isCut(node.name)) {
        heardAtMs = clock.monotonicMs()
        queue.push(line)
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
    putSegment: (meeting, order) => call(url, (node) => node.put(meeting, structuredClone(order))),
    deleteSegment: (meeting, deletion) => call(url, (node) => node.delete(meeting, deletion)),
    getSegment: (meeting) => call(url, (node) => node.get(meeting)),
    putAddresses: (order) => call(url, (node) => node.announce(order)),
    probe: () => call(url, (node) => node.probe()),
    putDrain: (order) => call(url, (node) => node.drain(structuredClone(order))),
    async *loadStream(signal) {
      try {
        yield* stream(url, signal)
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
