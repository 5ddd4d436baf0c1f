import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ApiKey } from '../../signaling/api/apiKeys.ts'
import { mintClientToken } from '../../signaling/api/mintClientToken.ts'
import { clientPath } from '../../signaling/api/protocol.ts'
import { createSyntheticParticipant, type SyntheticParticipant } from '../../signaling/client/synthetic/syntheticParticipant.ts'
import { meetingName, namespace } from '../demo/layout.ts'
import type { RunningDemo } from './demoProcess.ts'

/** Who joins what, where a test does not leave it to the defaults (the demo's meeting, an invitation, no region). */
export interface PersonOptions {
  readonly name: string
  readonly region?: string
  readonly meeting?: string
  readonly namespace?: string
  readonly identity?: string
  readonly toneHz?: number
}

const tokenLifetimeMs = 10 * 60_000

/** URL of signaling's WebSocket for clients. */
export function clientUrlOf(demo: RunningDemo): string {
  return `${new URL(demo.host).origin.replace(/^http/, 'ws')}${clientPath}`
}

/** A client token by the demo's own API key; with a negative lifetime one that has expired. */
export function tokenFor(
  demo: RunningDemo,
  options: Partial<PersonOptions> = {},
  lifetimeMs: number = tokenLifetimeMs,
): Promise<string> {
  const [key] = JSON.parse(readFileSync(join(demo.state, 'api-keys.json'), 'utf8')) as readonly ApiKey[]
  if (!key) throw new Error('the demo has no API key')
  const wish = {
    ...(options.identity === undefined ? {} : { sub: options.identity }),
    video: { room: options.meeting ?? meetingName, roomJoin: true as const },
    parley: { namespace: options.namespace ?? namespace },
  }
  return mintClientToken(key, wish, { nowMs: Date.now(), lifetimeMs })
}

/** Joins as somebody without a browser who sends sound and a picture. */
export async function joinAs(demo: RunningDemo, options: PersonOptions): Promise<SyntheticParticipant> {
  const person = createSyntheticParticipant({
    url: clientUrlOf(demo),
    token: await tokenFor(demo, options),
    displayName: options.name,
    region: options.region,
    ...(options.toneHz === undefined ? {} : { toneHz: options.toneHz }),
  })
  await person.join()
  person.publish('microphone')
  person.publish('camera')
  return person
}

/** The name that somebody joined by. */
export function nameOf(person: SyntheticParticipant): string {
  return person.client.state.self?.name ?? '(nobody)'
}
