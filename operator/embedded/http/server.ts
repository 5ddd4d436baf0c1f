import { timingSafeEqual } from 'node:crypto'
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'

import type { Log } from '../../../kit/log.ts'
import { Failure, failures } from '../failure.ts'
import type { Machine } from '../machine.ts'
import type { Watch } from '../verbs/watch.ts'
import { failureAnswer, type ApiAnswer } from './answer.ts'
import { handle } from './handle.ts'

/** Options of {@link createApiServer}. */
export interface ApiServerOptions {
  readonly machine: Machine
  readonly log: Log
  /** Whoever has no such bearer token is refused; absent: everybody is let in. */
  readonly token?: string
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** Largest body; the real server's limit is higher, our objects are small. */
const bodyLimitBytes = 1024 * 1024
/** How much of a larger one is read before the connection is closed on its sender. */
const bodyDiscardBytes = 8 * bodyLimitBytes
/** A watcher that leaves more than this unread is cut off; it lists and watches anew. */
const watchBacklogBytes = 16 * 1024 * 1024
/** How long a client may take for its headers, and for a whole request. */
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
/** Paths that need no token, as in the real server. */
const openPaths = /^\/(livez|readyz|healthz|version)\/?$/

/** Serves a machine over HTTP. */
export function createApiServer(options: ApiServerOptions): Server {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request, response).catch((error: unknown) => {
      options.log.error({ err: error, method: request.method ?? '' }, 'request failed')
      response.destroy()
    })
  }
  const limits = { headersTimeout: headersTimeoutMs, requestTimeout: requestTimeoutMs }
  const server = options.tls ? createTlsServer({ ...options.tls, ...limits }, onRequest) : createPlainServer(limits, onRequest)
  server.on('clientError', (_error, socket) => socket.destroy())
  return server
}

async function answer(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answered = await answerOf(options, request)
  if ('watch' in answered) stream(options, answered.watch, response)
  else send(request, response, answered)
}

async function answerOf({ machine, log, token }: ApiServerOptions, request: IncomingMessage): Promise<ApiAnswer> {
  const { method = 'GET', headers } = request
  // A raw path, since a URL parser would resolve `..` and accept other hosts.
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s, 2)
  try {
    admit({ path, headers, token })
    const body = await bodyOf(request)
    return handle(
      machine,
      {
        method: method === 'HEAD' ? 'GET' : method,
        path,
        query: new URLSearchParams(search),
        accept: headers.accept,
        contentType: headers['content-type'],
        body,
      },
      (err) => log.error({ err, method }, 'request met a fault'),
    )
  } catch (error) {
    if (error instanceof Failure) return failureAnswer(error)
    throw error
  }
}

function admit({ path, headers, token }: { path: string; headers: IncomingMessage['headers']; token: string | undefined }): void {
  // No client of Kubernetes sends an Origin: a web page that a browser here shows must not reach the API.
  if (headers.origin !== undefined) throw failures.forbidden('requests from web pages are not allowed')
  if (token === undefined || openPaths.test(path)) return
  const shown = Buffer.from(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '')
  const wanted = Buffer.from(token)
  if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) throw failures.unauthorized()
}

/** Reads a body. What is too large is read on for a while, and thrown away, so that its sender hears the answer instead of a reset. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyDiscardBytes) break
    if (bytes <= bodyLimitBytes) chunks.push(chunk)
  }
  if (bytes > bodyLimitBytes) throw failures.tooLarge(bodyLimitBytes)
  return Buffer.concat(chunks).toString('utf8')
}

function send(request: IncomingMessage, response: ServerResponse, answered: Exclude<ApiAnswer, { watch: Watch }>): void {
  const warnings = answered.warnings.map((text) => `299 - ${JSON.stringify(text)}`)
  if (warnings.length > 0) response.setHeader('warning', warnings)
  // What is left of a body that was refused is not read.
  if (answered.code === 413) response.setHeader('connection', 'close')
  response.writeHead(answered.code, {
    'content-type': answered.contentType,
    'content-length': Buffer.byteLength(answered.body),
    'cache-control': 'no-cache, private',
  })
  response.end(request.method === 'HEAD' ? undefined : answered.body)
}

function stream({ log }: ApiServerOptions, watch: Watch, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const watching = watch.start({
    send(line) {
      response.write(line)
      if (response.writableLength < watchBacklogBytes) return
      log.warn({ reason: 'backlog' }, 'slow watch cut off')
      response.destroy()
    },
    end: () => response.end(),
  })
  response.on('close', () => watching.stop())
}
