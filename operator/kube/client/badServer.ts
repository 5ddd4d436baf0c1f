import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What the server does with one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage & { readonly body: string }) => void

/** A local HTTP server for tests that answers as its script says, one entry a request; the last one answers all that follow. */
export interface BadServer {
  readonly url: string
  /** What arrived, in order: `GET /api/v1/...`. */
  readonly asked: string[]
  readonly bodies: string[]
  readonly tokens: (string | undefined)[]
  connections(): number
  close(): Promise<void>
}

/** Answers with JSON. */
export function says(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
/** Takes the request and cuts the connection. */
export const resets: Answer = (response) => (response.socket as Socket).resetAndDestroy()
/** Takes the request and never answers. */
export const hangs: Answer = () => undefined
/** Sends these pieces as they are, then ends the answer, or leaves it open. */
export function sends(pieces: readonly (string | Buffer)[], then: 'end' | 'stay' | 'reset' = 'end'): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    for (const piece of pieces) response.write(piece)
    if (then === 'end') response.end()
    if (then === 'reset') setImmediate(() => (response.socket as Socket).resetAndDestroy())
  }
}

/** Starts the server on a free port of the loopback. */
export async function badServer(...script: readonly Answer[]): Promise<BadServer> {
  const asked: string[] = []
  const bodies: string[] = []
  const tokens: (string | undefined)[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const answer = script[Math.min(asked.length, script.length - 1)]
    asked.push(`${request.method} ${request.url}`)
    tokens.push(request.headers.authorization)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      bodies.push(body)
      answer?.(response, Object.assign(request, { body }))
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    bodies,
    tokens,
    connections: () => connections,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
