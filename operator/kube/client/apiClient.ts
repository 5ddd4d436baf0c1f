import type { Clock } from '../../../kit/clock.ts'
import type { AccessSource } from './access.ts'
import { writes } from './apiAnswer.ts'
import { ApiError } from './apiError.ts'
import type { ApiPort, Preconditions } from './apiPort.ts'
import { connectionSource, defaultApiTimes, type ApiTimes } from './connections.ts'
import { ingest } from './ingest.ts'
import { pathOf, type KindRef, type KubeObject } from '../objects.ts'
import { listPages } from './pages.ts'
import { createTransport, type ApiRequest } from './transport.ts'
import { watchStream } from './watchStream.ts'

/** An {@link ApiPort} with connections to let go of. */
export interface ApiClient extends ApiPort {
  close(): Promise<void>
}

/** A patch with its preconditions, which travel in the metadata. */
function withPreconditions(patch: object, { resourceVersion, uid }: Preconditions): object {
  if (resourceVersion === undefined && uid === undefined) return patch
  const { metadata } = patch as { metadata?: object }
  return { ...patch, metadata: { ...metadata, resourceVersion, uid } }
}

const mergePatchType = 'application/merge-patch+json'

/**
 * The {@link ApiPort} over HTTP: a few pooled connections for calls, one a watch, time limits, Retry-After, bounded retries of what is
 * safe to repeat. `random` yields [0, 1).
 */
export function createApiClient(options: {
  access: AccessSource
  clock: Clock
  random: () => number
  times?: Partial<ApiTimes>
}): ApiClient {
  const { clock, random } = options
  const times = { ...defaultApiTimes, ...options.times }
  const connections = connectionSource({ source: options.access, times, clock })
  const transport = createTransport({ connections, times, clock, random })

  async function one<T extends KubeObject>(kind: KindRef<T>, request: ApiRequest): Promise<T> {
    const object = ingest(kind, await transport.call(request))
    // A write whose answer cannot be read has happened all the same.
    if (!object) throw new ApiError('badResponse', `an answer that is no ${kind.kind}`, { ambiguous: writes(request.method) })
    return object
  }

  return {
    list: (kind, query, signal) => listPages(transport, kind, { ...query, timeoutMs: times.listTimeoutMs, signal }),

    get: (kind, ref, signal) => one(kind, { method: 'GET', path: pathOf(kind, ref), signal }),

    create(kind, draft, signal) {
      const path = pathOf(kind, { namespace: draft.metadata.namespace })
      const body = { ...draft, apiVersion: kind.apiVersion, kind: kind.kind }
      return one(kind, { method: 'POST', path, body, signal, ...(kind.strict && { query: { fieldValidation: 'Strict' } }) })
    },

    mergePatch(kind, ref, { patch, signal, ...preconditions }) {
      const body = withPreconditions(patch, preconditions)
      return one(kind, { method: 'PATCH', path: pathOf(kind, ref), body, contentType: mergePatchType, signal })
    },

    patchStatus(kind, ref, { patch, signal, ...preconditions }) {
      const path = pathOf(kind, { ...ref, subresource: 'status' })
      const body = withPreconditions({ status: patch }, preconditions)
      return one(kind, { method: 'PATCH', path, body, contentType: mergePatchType, signal })
    },

    async delete(kind, ref, { gracePeriodSeconds, signal, ...preconditions } = {}) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds, preconditions, propagationPolicy: 'Background' }
      await transport.call({ method: 'DELETE', path: pathOf(kind, ref), body, signal })
    },

    watch: (kind, query, signal) => watchStream(transport, kind, { ...query, signal, random }),

    close: () => connections.close(),
  }
}
