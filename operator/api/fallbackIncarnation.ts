import { createHash } from 'node:crypto'

import type { MeetingName } from './client.ts'

/** Within this time, all who place a meeting by fallback mint the same incarnation for it. */
const windowMs = 60 * 60_000
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function encode(value: bigint, length: number): string {
  let rest = value
  let text = ''
  for (let index = 0; index < length; index++) {
    text = `${crockford[Number(rest & 31n)] ?? ''}${text}`
    rest >>= 5n
  }
  return text
}

/**
 * The incarnation of a meeting that is placed for the first time while no operator answers: a ULID that depends on the meeting, the
 * operator's last epoch and the hour only, so that several signaling services agree without talking. Its time is the hour's end: an
 * incarnation that an operator minted meanwhile is smaller, and the smaller one wins.
 */
export function fallbackIncarnation(meeting: MeetingName, at: { epoch: number; nowMs: number }): string {
  const window = Math.floor(at.nowMs / windowMs)
  const digest = createHash('sha256').update(`${meeting.namespace}/${meeting.name}\n${at.epoch}\n${window}`).digest()
  const randomness = BigInt(`0x${digest.subarray(0, 10).toString('hex')}`)
  return encode(BigInt((window + 1) * windowMs - 1), 10) + encode(randomness, 16)
}
