import { z } from 'zod'

import { term } from './term.ts'

/** `PUT /v1/addresses` (bearer: an `order` token) takes an {@link AddressOrder} and answers the same addresses. */
export const addressesPath = '/v1/addresses'

/** As many as a status shows. */
export const addressesAtMost = 8

/** A DNS name of a host (RFC 1123), at most 253 characters. */
const hostName = /^(?=.{1,253}$)[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*$/
/** Four numbers with dots are an IPv4 address or a mistake, never a name. */
const looksNumeric = /^[0-9.]+$/
const unspecified = new Set(['0.0.0.0', '::'])

/** Why clients cannot send media to an address, as the rest of a sentence; undefined where they can. */
export function whyNotAnnounced(address: string): string | undefined {
  if (unspecified.has(address)) return 'must be one address, not all of them'
  if (z.ipv4().safeParse(address).success || z.ipv6().safeParse(address).success) return undefined
  if (looksNumeric.test(address) || !hostName.test(address)) return 'must be an IPv4 or IPv6 address or a host name'
  // What multicast DNS names is known on one link only, and to nobody else (RFC 6762).
  return address.toLowerCase().endsWith('.local') ? 'must not be a name of multicast DNS' : undefined
}

/** An address that clients send media to. */
export const announcedAddress = z
  .string()
  .max(253)
  .superRefine((address, context) => {
    const message = whyNotAnnounced(address)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

/**
 * What clients are told from now on, the best first; transports that stand keep what they were told. Idempotent, fenced by the term
 * alone. It is in memory only: a node that starts again is told again.
 */
export const addressOrder = z.object({
  ...term.shape,
  addresses: z
    .array(announcedAddress)
    .min(1)
    .max(addressesAtMost)
    .refine((addresses) => new Set(addresses).size === addresses.length, 'must name each address once only'),
})
export type AddressOrder = z.infer<typeof addressOrder>

/** Answer of `PUT /v1/addresses`, and what the load stream tells when it changed. */
export const announcedAddresses = z.object({ addresses: z.array(z.string().max(253)).max(addressesAtMost) })
