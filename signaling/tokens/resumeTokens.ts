import { createHash } from 'node:crypto'

import { EncryptJWT, jwtDecrypt } from 'jose'
import { z } from 'zod'

import { displayName, meetingRef, nodeName, participantId, regionName, ulid } from '../../sfu/api/identity.ts'
import { signalingErrors } from '../api/errors.ts'

const resumeClaims = z.object({
  meeting: meetingRef,
  /** What people call the meeting. */
  title: z.string().max(200),
  participant: participantId,
  attachment: ulid,
  name: displayName,
  node: nodeName,
  /** Base URL of the media node's agent. */
  url: z.url(),
  region: regionName,
})
/** Who was where: enough for any replica to go on with a session that it has never seen. */
export type ResumeClaims = z.infer<typeof resumeClaims>

/** Makes and opens resume tokens. */
export interface ResumeTokens {
  seal(claims: ResumeClaims, nowMs: number): Promise<string>
  /** Raises `resume_invalid` for a token that is not ours, and for one that has expired. `field` says where it stood. */
  open(token: string, of: { field: string; nowMs: number }): Promise<ResumeClaims>
}

/**
 * How long a token may be shown. The session itself ends a minute after its last connection; the token outlives it so that a page that
 * comes back from sleep, or is loaded anew, is known as the same person (`replaces`).
 */
export const resumeLifetimeMs = 24 * 60 * 60_000

const keyOf = (secret: string): Uint8Array => createHash('sha256').update(`parley resume ${secret}`).digest()

/**
 * Resume tokens are encrypted and authenticated (JWE, `dir` with AES-256-GCM, RFC 7518) by a secret that all replicas share: clients
 * keep them, but learn nothing of the agents' addresses by them. The first of `secrets` seals, all of them open (rotation).
 */
export function createResumeTokens(secrets: readonly [string, ...string[]]): ResumeTokens {
  const keys = secrets.map(keyOf)
  const sealing = keyOf(secrets[0])

  async function decrypted(token: string, key: Uint8Array, nowMs: number): Promise<ResumeClaims | undefined> {
    try {
      const { payload } = await jwtDecrypt(token, key, {
        currentDate: new Date(nowMs),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['exp'],
      })
      return resumeClaims.parse(payload)
    } catch {
      return undefined
    }
  }

  return {
    seal: (claims, nowMs) =>
      new EncryptJWT(claims)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(Math.ceil((nowMs + resumeLifetimeMs) / 1000))
        .encrypt(sealing),
    async open(token, { field, nowMs }) {
      for (const key of keys) {
        const claims = await decrypted(token, key, nowMs)
        if (claims !== undefined) return claims
      }
      throw signalingErrors.raise.resume_invalid({}, { field })
    },
  }
}
