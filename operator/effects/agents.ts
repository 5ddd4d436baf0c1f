import { Agent } from 'undici'

import type { Clock } from '../../kit/clock.ts'
import { signToken, type SigningKey } from '../../kit/keys.ts'
import { createNodeClient, type NodeClient } from '../../sfu/api/nodeClient.ts'
import { bearerLifetimeMs, tokenTypes } from '../../sfu/api/tokens.ts'
import { createLimiter, type Limiter } from './limiter.ts'

/** What the operator asks of an agent. */
export type AgentClient = Pick<
  NodeClient,
  'putSegment' | 'deleteSegment' | 'getSegment' | 'putDrain' | 'postMove' | 'putAddresses' | 'probe' | 'loadStream'
>

/** A media node's agent as the operator reaches it: its API, and the bound on calls at once. */
export interface AgentDoor {
  readonly client: AgentClient
  readonly calls: Limiter
}

/** The doors of all agents, made when first asked for. */
export interface Agents {
  /** The agent of the node `name` at `url`. */
  at(name: string, url: string): AgentDoor
  forget(name: string): void
  close(): Promise<void>
}

/** Orders under way to one node at once; a node that is slow holds up only its own. */
const callsAtOnce = 8
/** A bearer is used for half its life. */
const renewAfterMs = bearerLifetimeMs / 2

/** Makes the doors. Every bearer is an `order` token for exactly that node, signed by the operator's key. */
export function createAgents(options: { key: SigningKey; clock: Clock; ca?: string | undefined }): Agents {
  const { key, clock } = options
  const dispatcher = new Agent({ connect: { timeout: 2_000, ...(options.ca === undefined ? {} : { ca: options.ca }) } })
  const doors = new Map<string, { url: string; door: AgentDoor }>()

  function bearerFor(node: string): () => Promise<string> {
    let current: { token: Promise<string>; sinceMs: number } | undefined
    return () => {
      if (current === undefined || clock.monotonicMs() - current.sinceMs > renewAfterMs) {
        const { type } = tokenTypes.order
        const token = signToken(key, { type, audience: node, claims: {}, nowMs: clock.nowMs(), lifetimeMs: bearerLifetimeMs })
        current = { token, sinceMs: clock.monotonicMs() }
      }
      return current.token
    }
  }

  return {
    at(name, url) {
      const known = doors.get(name)
      if (known?.url === url) return known.door
      const client = createNodeClient({ url, bearer: bearerFor(name), clock, dispatcher })
      const door = { client, calls: createLimiter(callsAtOnce) }
      doors.set(name, { url, door })
      return door
    },
    forget: (name) => void doors.delete(name),
    close: () => dispatcher.destroy(),
  }
}
