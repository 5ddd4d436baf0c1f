import { ApiError } from './apiError.ts'
import type { ListOptions, ObjectList } from './apiPort.ts'
import { ingest } from './ingest.ts'
import { pathOf, type KindRef, type KubeObject } from '../objects.ts'
import type { ApiRequest, Transport } from './transport.ts'

/** Parsing 500 objects stalls the event loop for 45 ms, a whole list of 10,000 for 250 ms and more. */
const defaultPageSize = 500

interface Page<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  readonly next: string | undefined
}

function pageOf<T extends KubeObject>(kind: KindRef<T>, raw: unknown): Page<T> {
  const { items, metadata } = (raw ?? {}) as { items?: unknown; metadata?: { resourceVersion?: unknown; continue?: unknown } }
  const taken = Array.isArray(items) ? items.map((item) => ingest(kind, item)) : [undefined]
  const resourceVersion = metadata?.resourceVersion
  if (typeof resourceVersion !== 'string' || !taken.every((item) => item !== undefined))
    throw new ApiError('badResponse', `an answer that is no list of ${kind.plural}`)
  const next = typeof metadata?.continue === 'string' && metadata.continue !== '' ? metadata.continue : undefined
  return { items: taken, resourceVersion, next }
}

/** Reads a whole list page by page. All pages show the version of the first; `gone` when that grew too old meanwhile. */
export async function listPages<T extends KubeObject>(
  transport: Transport,
  kind: KindRef<T>,
  options: ListOptions & Pick<ApiRequest, 'timeoutMs' | 'signal'>,
): Promise<ObjectList<T>> {
  const { labelSelector, fieldSelector, resourceVersion } = options
  const limit = String(options.pageSize ?? defaultPageSize)
  const ask = async (position: ApiRequest['query']): Promise<Page<T>> => {
    const query = { labelSelector, fieldSelector, limit, ...position }
    const { timeoutMs, signal } = options
    return pageOf(
      kind,
      await transport.call({ method: 'GET', path: pathOf(kind, { namespace: options.namespace }), query, timeoutMs, signal }),
    )
  }
  const first = await ask({ resourceVersion })
  const items = [...first.items]
  for (let page = first; page.next !== undefined;) {
    page = await ask({ continue: page.next })
    items.push(...page.items)
  }
  return { items, resourceVersion: first.resourceVersion }
}
