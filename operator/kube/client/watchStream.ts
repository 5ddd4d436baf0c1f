import { readNdjson } from '../../../kit/ndjson.ts'
import { errorOfAnswer, errorOfTransport } from './apiAnswer.ts'
import { ApiError } from './apiError.ts'
import type { WatchEvent, WatchOptions } from './apiPort.ts'
import { ingest } from './ingest.ts'
import { pathOf, type KindRef, type KubeObject } from '../objects.ts'
import type { Transport } from './transport.ts'

/** etcd takes 1.5 MB an object; what is longer is not a change of one. */
const longestLineBytes = 4 * 1024 * 1024
/** The server ends a watch after 5 to 10 minutes, as client-go asks it to, so that watches spread over API servers again. */
const lifetimeSeconds = { least: 300, spread: 300 }

interface Line {
  readonly type?: unknown
  readonly object?: {
    readonly code?: unknown
    readonly metadata?: { readonly resourceVersion?: unknown }
  }
}

const changes: Readonly<Record<string, 'added' | 'modified' | 'deleted'>> = {
  ADDED: 'added',
  MODIFIED: 'modified',
  DELETED: 'deleted',
}

function bookmarkOf(line: Line): { type: 'bookmark'; resourceVersion: string } {
  const resourceVersion = line.object?.metadata?.resourceVersion
  if (typeof resourceVersion !== 'string') throw new ApiError('badResponse', 'a bookmark without a version')
  return { type: 'bookmark', resourceVersion }
}

function errorOf(line: Line, path: string): ApiError {
  const code = line.object?.code
  return errorOfAnswer({ method: 'GET', path }, typeof code === 'number' ? code : 500, { text: JSON.stringify(line.object) })
}

/** One line of a watch; throws where it tells an error or nothing that we understand. */
function eventOf<T extends KubeObject>(kind: KindRef<T>, line: Line): WatchEvent<T> {
  if (line.type === 'BOOKMARK') return bookmarkOf(line)
  if (line.type === 'ERROR') throw errorOf(line, pathOf(kind))
  const type = typeof line.type === 'string' ? changes[line.type] : undefined
  const object = ingest(kind, line.object)
  if (!type || !object) throw new ApiError('badResponse', `a line that is no change of ${kind.plural}`)
  return { type, object }
}

/** Streams the changes of a selection. The connection is closed whichever way the reader leaves. `random` yields [0, 1). */
export async function* watchStream<T extends KubeObject>(
  transport: Transport,
  kind: KindRef<T>,
  options: WatchOptions & { readonly signal: AbortSignal; readonly random: () => number },
): AsyncGenerator<WatchEvent<T>, void> {
  const { namespace, labelSelector, fieldSelector, resourceVersion, signal } = options
  const path = pathOf(kind, { namespace })
  const timeoutSeconds = String(Math.round(lifetimeSeconds.least + options.random() * lifetimeSeconds.spread))
  const query = { labelSelector, fieldSelector, resourceVersion, watch: '1', allowWatchBookmarks: 'true', timeoutSeconds }
  const leaving = new AbortController()
  try {
    const body = await transport.stream({ method: 'GET', path, query, signal: AbortSignal.any([signal, leaving.signal]) })
    for await (const line of readNdjson(body, { maxLineBytes: longestLineBytes })) yield eventOf(kind, (line ?? {}) as Line)
  } catch (thrown) {
    signal.throwIfAborted()
    throw errorOfTransport({ method: 'GET', path }, thrown)
  } finally {
    leaving.abort()
  }
}
