import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ApiKey } from '../../signaling/api/apiKeys.ts'
import { clientPath } from '../../signaling/api/protocol.ts'
import type { SyntheticParticipant } from '../../signaling/client/synthetic/syntheticParticipant.ts'
import { meetingName, namespace } from '../demo/layout.ts'
import type { RunningDemo } from './demoProcess.ts'
import { joinAt, tokenAt, type Entrance } from './entrance.ts'

/** Who joins what, where a test does not leave it to the defaults (the demo's meeting, an invitation, no region). */
export interface PersonOptions {
  readonly name: string
  readonly region?: string
  readonly meeting?: string
  readonly namespace?: string
  readonly identity?: string
  readonly toneHz?: number
}

/** URL of signaling's WebSocket for clients. */
export function clientUrlOf(demo: RunningDemo): string {
  return `${new URL(demo.host).origin.replace(/^http/, 'ws')}${clientPath}`
}

/** The demo's entrance, with its own API key. */
function entranceOf(demo: RunningDemo): Entrance {
  const [apiKey] = JSON.parse(readFileSync(join(demo.state, 'api-keys.json'), 'utf8')) as readonly ApiKey[]
  if (!apiKey) throw new Error('the demo has no API key')
  return { pageUrl: new URL(demo.host).origin, apiKey, namespace }
}

/** A client token by the demo's own API key; with a negative lifetime one that has expired. */
export function tokenFor(demo: RunningDemo, options: Partial<PersonOptions> = {}, lifetimeMs?: number): Promise<string> {
  return tokenAt(entranceOf(demo), { meeting: meetingName, ...options }, lifetimeMs)
}

/** Joins as somebody without a browser who sends sound and a picture. */
export function joinAs(demo: RunningDemo, options: PersonOptions): Promise<SyntheticParticipant> {
  return joinAt(entranceOf(demo), { meeting: meetingName, ...options })
}

/** The name that somebody joined by. */
export function nameOf(person: SyntheticParticipant): string {
  return person.client.state.self?.name ?? '(nobody)'
}
