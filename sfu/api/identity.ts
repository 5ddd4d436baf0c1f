import { z } from 'zod'

import { ulidPattern } from '../../kit/ids.ts'

/** A DNS label (RFC 1123): what namespaces, meetings and media nodes are called in Kubernetes. */
const dnsLabel = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a DNS label: at most 63 of a-z, 0-9 and -')

export const namespaceName = dnsLabel
export const meetingName = dnsLabel
/** A media node's name is its MediaNode object's: a DNS subdomain of at most 253 characters. */
export const nodeName = z
  .string()
  .regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/, 'must be a DNS subdomain name of at most 253 characters')
export const ulid = z.string().regex(ulidPattern, 'must be a ULID')
/** Who joins, as the client token's `sub` says it. Never shown to people: the display name is. */
export const participantId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:@|+-]{0,127}$/, 'must be 1 to 128 of A-Z, a-z, 0-9 and _.:@|+-')
/** One line that people read: nothing in it moves a cursor, ends a line or is half a character. */
export const plainText = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be text without control characters')
export const displayName = plainText.min(1, 'must not be empty').max(100, 'must be at most 100 characters long')
/** What people call a meeting, where that is not its name. */
export const meetingTitle = plainText.min(1, 'must not be empty').max(200, 'must be at most 200 characters long')
export const regionName = dnsLabel
/** Most regions that a client may have measured. */
export const maxRegions = 64

/** One meeting, as every process knows it. A meeting that is made again under its old name has a new incarnation. */
export const meetingRef = z.object({ namespace: namespaceName, name: meetingName, incarnation: ulid })
export type MeetingRef = z.infer<typeof meetingRef>

/** The meeting as one string, for maps and channels: `namespace/name/incarnation`. */
export function meetingKey(meeting: MeetingRef): string {
  return `${meeting.namespace}/${meeting.name}/${meeting.incarnation}`
}

/** The reverse of {@link meetingKey}; undefined where the text is none. */
export function parseMeetingKey(key: string): MeetingRef | undefined {
  const [namespace, name, incarnation, ...rest] = key.split('/')
  const parsed = meetingRef.safeParse({ namespace, name, incarnation })
  return rest.length === 0 && parsed.success ? parsed.data : undefined
}
