import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'

import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/**
 * What a browser may do on the page: load our own scripts and styles, talk to signaling (and to any WebSocket, since a page may be told of
 * another replica), and play media that it received. Nothing else, and nobody may put it into a frame.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob: mediastream:",
  "connect-src 'self' ws: wss:",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self)',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** Vite names assets by their content; everything else may change with the next release. */
const cacheOf = (path: string): string =>
  path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache'

/** Adds the security headers to every answer. */
export function secure(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers))
}

/** Serves the built page from `folder`: `/` and every `/m/{meeting}` are its index. Raises where nothing was built. */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) throw new Error(`there is no index.html in ${folder}`)
  await app.register(fastifyStatic, {
    root: folder,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.header('cache-control', cacheOf(path)),
  })
  for (const path of ['/', '/m/:meeting']) app.get(path, (_request, reply) => reply.sendFile('index.html'))
}
