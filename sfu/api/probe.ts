import { z } from 'zod'

import { addressesAtMost } from './addresses.ts'

/**
 * `POST /v1/probe` (bearer: an `order` token), without a body: makes in each media process an ICE end that nobody uses, for a STUN check
 * against the ports and addresses that clients are told. It answers authenticated requests only, as those of clients do (RFC 8445, 7.3).
 * All of them are gone after {@link probeLifetimeMs}, or when they are asked for anew.
 */
export const probePath = '/v1/probe'
export const probeLifetimeMs = 15_000

export const probeTarget = z.object({
  protocol: z.enum(['udp', 'tcp']),
  address: z.string().max(253),
  port: z.int().min(1).max(65_535),
})
export type ProbeTarget = z.infer<typeof probeTarget>

/** The ICE end of one media process: its credentials, and where clients would look for it, the best first. */
export const probe = z.object({
  worker: z.int().min(0),
  usernameFragment: z.string().min(1).max(256),
  password: z.string().min(1).max(256),
  targets: z.array(probeTarget).max(2 * addressesAtMost),
})
export type Probe = z.infer<typeof probe>

export const probeAnswer = z.object({ probes: z.array(probe).max(64) })
