import { decodeJwt, jwtVerify } from 'jose'

import { CodedError } from '../../kit/errors.ts'
import { source, type Rights, type Source } from '../../sfu/api/rights.ts'
import type { ApiKey } from '../api/apiKeys.ts'
import { signalingErrors } from '../api/errors.ts'
import { clientTokenClaims, type ClientTokenClaims } from '../api/token.ts'
import { meetingLabelOf } from './meetingLabel.ts'

/** What a client token lets its bearer do. */
export interface Admission {
  readonly namespace: string
  /** Name of the meeting, a DNS label. */
  readonly room: string
  /** What people call it, where that is something else. */
  readonly title: string | undefined
  /** Absent: an invitation; whoever joins by it is given an identity of their own. */
  readonly participant: string | undefined
  /** Absent: the client says its display name. */
  readonly name: string | undefined
  readonly rights: Rights
}

/** Checks client tokens against the API keys of this installation. */
export interface ClientTokens {
  /** Raises `token_invalid` or `token_expired`, with what is wrong in words. */
  verify(token: string, nowMs: number): Promise<Admission>
}

/** Clock skew that is forgiven between whoever made the token and this machine. */
const clockToleranceSeconds = 5

const sourceOf: Readonly<Record<string, Source>> = {
  camera: 'camera',
  microphone: 'microphone',
  screen_share: 'screen',
  screen_share_audio: 'screenAudio',
}

/** The rights that the claims give: unset means yes, and a list of sources (an empty one too) is all that may be published. */
export function rightsOf({ canPublish, canSubscribe, canPublishSources, hidden }: ClientTokenClaims['video']): Rights {
  const named = canPublishSources?.flatMap((each) => sourceOf[each] ?? [])
  return {
    publish: canPublish === false ? [] : (named ?? [...source.options]),
    subscribe: canSubscribe ?? true,
    hidden: hidden ?? false,
  }
}

const invalid = (why: string, cause?: unknown): CodedError =>
  signalingErrors.raise.token_invalid({ why }, { field: 'data.token', cause })

function faultOf(cause: unknown): CodedError {
  if (cause instanceof CodedError) return cause
  const { code, claim } = cause as { code?: string; claim?: string }
  if (code === 'ERR_JWT_EXPIRED') return signalingErrors.raise.token_expired({}, { field: 'data.token', cause })
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return invalid('its signature does not fit its API key', cause)
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED')
    return invalid(claim === 'nbf' ? 'it is not valid yet' : 'it needs an expiry (exp)', cause)
  if (code === 'ERR_JOSE_ALG_NOT_ALLOWED') return invalid('it must be signed with HS256', cause)
  return invalid('it is not a signed JWT', cause)
}

function claimsOf(payload: unknown): ClientTokenClaims {
  const parsed = clientTokenClaims.safeParse(payload)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`its claim ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'does not fit'}`)
}

function namespaceOf(claims: ClientTokenClaims, key: ApiKey): string {
  const wanted = claims.parley?.namespace ?? key.namespaces[0] ?? ''
  if (!key.namespaces.includes(wanted)) throw invalid('its API key is not for that namespace')
  return wanted
}

/** Makes the check; `keys` are those of the keys file. */
export function createClientTokens(keys: readonly ApiKey[]): ClientTokens {
  const byName = new Map(keys.map((key) => [key.key, { key, secret: new TextEncoder().encode(key.secret) }]))

  async function admit(token: string, nowMs: number): Promise<Admission> {
    const issuer = decodeJwt(token).iss
    const known = byName.get(issuer ?? '')
    if (known === undefined) throw invalid('its API key (iss) is not known here')
    const { payload } = await jwtVerify(token, known.secret, {
      algorithms: ['HS256'],
      currentDate: new Date(nowMs),
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['exp'],
    })
    const claims = claimsOf(payload)
    const { name: room, title } = meetingLabelOf(claims.video.room)
    return {
      namespace: namespaceOf(claims, known.key),
      ...{ room, title },
      participant: claims.sub,
      name: claims.name,
      rights: rightsOf(claims.video),
    }
  }

  return {
    async verify(token, nowMs) {
      try {
        return await admit(token, nowMs)
      } catch (thrown) {
        throw faultOf(thrown)
      }
    },
  }
}
