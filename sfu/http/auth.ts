import { CodedError, commonErrors } from '../../kit/errors.ts'
import { bearerOf } from '../../kit/http.ts'
import type { TrustedKeys } from '../../kit/keys.ts'
import { verifyBearer, type BearerKind } from '../api/bearer.ts'
import { verifyPeerToken, type PeerClaims } from '../api/grant.ts'

/** A request's headers, as far as a door looks at them. */
export interface Knock {
  readonly headers: { readonly authorization?: string | undefined }
}

/** Options of {@link createDoor}. */
export interface DoorOptions {
  readonly node: string
  readonly keys: TrustedKeys
  readonly nowMs: () => number
}

/** Who may come in: each way names the kinds of token that open it. */
export interface Door {
  /** Raises `unauthorized` unless the request shows a bearer of one of the kinds. */
  bearer(request: Knock, ...kinds: readonly BearerKind[]): Promise<void>
  /** Of a route: {@link Door.bearer} before a body is read. */
  opens(...kinds: readonly BearerKind[]): { readonly onRequest: (request: Knock) => Promise<void> }
  /** What the request's peer token says; raises `unauthorized` or `invalid`. */
  peer(request: Knock): Promise<PeerClaims>
}

/** Makes the door of this node: tokens must be made out to it and signed by a key in the right role. */
export function createDoor({ node, keys, nowMs }: DoorOptions): Door {
  async function bearer({ headers }: Knock, ...kinds: readonly BearerKind[]): Promise<void> {
    const token = bearerOf(headers.authorization)
    let refusal: CodedError = commonErrors.raise.unauthorized({ why: 'no token opens this' })
    for (const kind of kinds) {
      try {
        return await verifyBearer(keys, token, { kind, node, nowMs: nowMs() })
      } catch (error) {
        if (error instanceof CodedError) refusal = error
      }
    }
    throw refusal
  }
  return {
    bearer,
    opens: (...kinds) => ({ onRequest: (request) => bearer(request, ...kinds) }),
    peer: ({ headers }) => verifyPeerToken(keys, bearerOf(headers.authorization), { node, nowMs: nowMs() }),
  }
}
