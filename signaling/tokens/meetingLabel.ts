import { createHash } from 'node:crypto'

import { meetingName } from '../../sfu/api/identity.ts'

/** A meeting by the name that Kubernetes takes, and what people call it where that is something else. */
export interface MeetingLabel {
  readonly name: string
  readonly title?: string
}

const labelAtMost = 63
const hashLength = 8

/** What of a text a DNS label takes: letters without their accents, and digits; all else is a dash. */
function slugOf(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
}

/**
 * The DNS label (RFC 1123) of a meeting that people name as they like. One that is a label already is its own; of any other what a label takes,
 * and a part of its hash, so that two names never meet in one meeting. The same text, however its accents are encoded, has the same label.
 */
export function meetingLabelOf(text: string): MeetingLabel {
  if (meetingName.safeParse(text).success) return { name: text }
  const hash = createHash('sha256').update(text.normalize('NFC')).digest('hex').slice(0, hashLength)
  const slug = slugOf(text)
    .slice(0, labelAtMost - hashLength - 1)
    .replace(/-+$/, '')
  return { name: slug === '' ? `meeting-${hash}` : `${slug}-${hash}`, title: text }
}
