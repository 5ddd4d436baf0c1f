import { Agent, request } from 'undici'

import { systemClock } from '../../../kit/clock.ts'

/** JSON that a test looks into. */
export type Body = { readonly [field: string]: unknown }

/** An answer, read whole. */
export interface Answer {
  readonly code: number
  readonly contentType: string
  readonly warnings: readonly string[]
  readonly text: string
  /** The body as JSON; throws where it is none. */
  readonly body: Body
}

/** What may be said about a request beside its path. */
export interface Asking {
  readonly query?: Readonly<Record<string, string>>
  readonly accept?: string
  readonly contentType?: string
}

/** One event of a watch. */
export interface ContractEvent {
  readonly type: string
  readonly object: Body
}

/** An open watch. */
export interface ContractWatch {
  /** The next event; rejects when none comes in time. Undefined when the server ended the stream. */
  next(): Promise<ContractEvent | undefined>
  /** The next events, in order. */
  take(count: number): Promise<readonly ContractEvent[]>
  close(): void
}

/** How to reach an API that the contract is held against. */
export interface Reach {
  readonly url: string
  readonly token?: string
  readonly certificateAuthority?: string
}

const callTimeoutMs = 60_000
const eventTimeoutMs = 30_000

/** A client as plain as can be, so that the suite depends on nothing that it tests. */
export interface ContractApi {
  get(path: string, asking?: Asking): Promise<Answer>
  post(path: string, body: unknown, asking?: Asking): Promise<Answer>
  put(path: string, body: unknown, asking?: Asking): Promise<Answer>
  patch(path: string, body: unknown, asking?: Asking): Promise<Answer>
  delete(path: string, body?: unknown, asking?: Asking): Promise<Answer>
  /** Any other method, without a body. */
  send(method: string, path: string): Promise<Answer>
  watch(path: string, query?: Readonly<Record<string, string>>, accept?: string): Promise<ContractWatch>
  /** A new namespace, for one case alone. */
  namespace(): Promise<string>
  close(): Promise<void>
}

/** Opens a client. */
export function contractApi(reach: Reach): ContractApi {
  const agent = new Agent({
    allowH2: false,
    connect: { ...(reach.certificateAuthority && { ca: reach.certificateAuthority }) },
    bodyTimeout: 0,
  })
  const authorization = reach.token === undefined ? {} : { authorization: `Bearer ${reach.token}` }
  let namespaces = 0

  async function call(method: string, path: string, { body, ...asking }: Asking & { body?: unknown } = {}): Promise<Answer> {
    const response = await request(urlOf(reach.url, path, asking.query), {
      method: method as 'GET',
      dispatcher: agent,
      headers: {
        ...authorization,
        accept: asking.accept ?? 'application/json',
        ...(body !== undefined && { 'content-type': asking.contentType ?? 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(callTimeoutMs),
    })
    const text = await response.body.text()
    const { warning = [], 'content-type': contentType } = response.headers
    return {
      code: response.statusCode,
      contentType: String(contentType),
      warnings: Array.isArray(warning) ? warning : [warning],
      text,
      get body() {
        return JSON.parse(text) as Body
      },
    }
  }

  async function watch(
    path: string,
    query: Readonly<Record<string, string>> = {},
    accept = 'application/json',
  ): Promise<ContractWatch> {
    const stop = new AbortController()
    const response = await request(urlOf(reach.url, path, { watch: '1', ...query }), {
      dispatcher: agent,
      headers: { ...authorization, accept },
      signal: stop.signal,
    })
    response.body.on('error', () => undefined)
    if (response.statusCode !== 200) throw new Error(`watch refused with ${response.statusCode}: ${await response.body.text()}`)
    return watchOf(eventsOf(response.body), () => stop.abort())
  }

  return {
    get: (path, asking) => call('GET', path, asking),
    post: (path, body, asking) => call('POST', path, { ...asking, body }),
    put: (path, body, asking) => call('PUT', path, { ...asking, body }),
    patch: (path, body, asking) => call('PATCH', path, { ...asking, body }),
    delete: (path, body, asking) => call('DELETE', path, { ...asking, body }),
    send: (method, path) => call(method, path),
    watch,
    async namespace() {
      const name = `contract-${process.pid}-${++namespaces}`
      await call('POST', '/api/v1/namespaces', { body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } })
      return name
    },
    close: () => agent.destroy(),
  }
}

function urlOf(base: string, path: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString()
  return `${base}${path}${search === '' ? '' : `?${search}`}`
}

async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<ContractEvent, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as ContractEvent
  }
  return undefined
}

function watchOf(events: AsyncGenerator<ContractEvent, undefined>, close: () => void): ContractWatch {
  async function next(): Promise<ContractEvent | undefined> {
    const timeout = new AbortController()
    const late = systemClock.sleep(eventTimeoutMs, timeout.signal).then(() => {
      throw new Error(`no event within ${eventTimeoutMs} ms`)
    })
    try {
      return (await Promise.race([events.next(), late])).value
    } finally {
      timeout.abort()
      late.catch(() => undefined)
    }
  }
  return {
    next,
    close,
    async take(count) {
      const taken: ContractEvent[] = []
      while (taken.length < count) {
        const event = await next()
        if (!event) throw new Error(`the watch ended after ${taken.length} of ${count} events`)
        taken.push(event)
      }
      return taken
    },
  }
}
