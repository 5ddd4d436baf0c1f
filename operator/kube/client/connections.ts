import { Agent } from 'undici'

import type { Clock } from '../../../kit/clock.ts'
import { ApiError } from './apiError.ts'
import { sameConnections, type AccessSource, type ApiAccess } from './access.ts'

/** Times of the connections to the API server, in milliseconds. */
export interface ApiTimes {
  /** A call has to be answered within this time, headers and body. */
  readonly callTimeoutMs: number
  /** A page of a list may take longer: 500 objects are some megabytes. */
  readonly listTimeoutMs: number
  /** A watch without a byte for this long is dead; bookmarks come each 60 s. */
  readonly watchSilenceMs: number
}

export const defaultApiTimes: ApiTimes = { callTimeoutMs: 5_000, listTimeoutMs: 30_000, watchSilenceMs: 90_000 }

/** The access of the moment with the pools that belong to it. */
export interface Connections {
  readonly access: ApiAccess
  /** A few connections, kept alive, shared by all calls. */
  readonly calls: Agent
  /** One connection a watch. */
  readonly watches: Agent
}

/** Hands out connections and renews what opens the door. */
export interface ConnectionSource {
  /** With `reload`, the credentials have just been refused. */
  current(options?: { reload: boolean }): Promise<Connections>
  close(): Promise<void>
}

/** Tokens of service accounts rotate; client-go reads them again after a minute too. */
const accessLifetimeMs = 60_000
/** Calls at once; a 20 writes/s operator with a resync at its back needs no more. */
const callConnections = 8
/** kube-apiserver closes idle connections after 90 s; a server that says otherwise in `Keep-Alive` is obeyed. */
const keepAliveMs = 30_000
const largestAnswerBytes = 64 * 1024 * 1024

function open(access: ApiAccess, times: ApiTimes): Connections {
  const tls = Object.fromEntries(Object.entries(access.tls).filter(([, value]) => value !== undefined))
  const shared = {
    connect: { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: times.callTimeoutMs },
    // One stream that stalls would hold up all others of a connection; HTTP/1.1 keeps them apart.
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    headersTimeout: times.callTimeoutMs,
  }
  return {
    access,
    calls: new Agent({
      ...shared,
      connections: callConnections,
      bodyTimeout: times.callTimeoutMs,
      maxResponseSize: largestAnswerBytes,
    }),
    watches: new Agent({ ...shared, bodyTimeout: times.watchSilenceMs }),
  }
}

/** Makes the connections to one API server. */
export function connectionSource(options: { source: AccessSource; times: ApiTimes; clock: Clock }): ConnectionSource {
  let held: Connections | undefined
  let readAtMs = -Infinity
  let renewing: Promise<Connections> | undefined

  async function read(reload: boolean): Promise<ApiAccess> {
    try {
      return await options.source({ reload })
    } catch (cause) {
      throw new ApiError('unauthorized', 'the credentials for the API server cannot be read', { cause })
    }
  }

  async function renew(reload: boolean): Promise<Connections> {
    const access = await read(reload)
    readAtMs = options.clock.monotonicMs()
    if (held && sameConnections(held.access, access)) {
      held = { ...held, access }
      return held
    }
    if (held) void Promise.all([held.calls.close(), held.watches.close()]) // What runs on them may end.
    held = open(access, options.times)
    return held
  }

  return {
    current({ reload } = { reload: false }) {
      if (held && !reload && options.clock.monotonicMs() - readAtMs < accessLifetimeMs) return Promise.resolve(held)
      renewing ??= renew(reload).finally(() => (renewing = undefined))
      return renewing
    },
    async close() {
      await Promise.all([held?.calls.destroy(), held?.watches.destroy()])
    },
  }
}
