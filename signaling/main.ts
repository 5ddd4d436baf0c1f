import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'

import { systemClock } from '../kit/clock.ts'
import { settingsOrExit } from '../kit/config.ts'
import { createHttpServer } from '../kit/http.ts'
import { ulidSource } from '../kit/ids.ts'
import { signingKeyOf, signToken } from '../kit/keys.ts'
import { createLog } from '../kit/log.ts'
import { createMetrics } from '../kit/metrics.ts'
import { createShutdown, endProcessOnSignals } from '../kit/shutdown.ts'
import { serveWebSockets } from '../kit/wsServer.ts'
import { createPlacementClient } from '../operator/api/placementClient.ts'
import { openSessionConnection } from '../sfu/api/sessionClient.ts'
import { bearerLifetimeMs, tokenTypes } from '../sfu/api/tokens.ts'
import { createMemoryBus } from './bus/memoryBus.ts'
import { createRedisBus } from './bus/redisBus.ts'
import { faultsTogether, settings as table } from './config.ts'
import { followCertificate } from './http/certificate.ts'
import { serveOperations } from './http/operations.ts'
import { secure, servePage } from './http/page.ts'
import { metrics as metricEntries } from './metrics.ts'
import { createNodeLinks } from './nodes/nodeLinks.ts'
import type { DialNode } from './nodes/nodeLink.ts'
import { recallTopology, rememberTopology } from './nodes/topologyHint.ts'
import { createRooms } from './rooms/rooms.ts'
import { createClients } from './session/clients.ts'
import { createClientSession } from './session/clientSession.ts'
import { createClientTokens } from './tokens/clientTokens.ts'
import { createResumeTokens } from './tokens/resumeTokens.ts'
import { createClientEndpoint, maxClientBufferedBytes, maxClientFrameBytes } from './ws/clientEndpoint.ts'

const stopDeadlineMs = 5_000
const pingPeriodMs = 10_000
const bodyLimitBytes = 64 * 1024

const settings = settingsOrExit('signaling', table, faultsTogether)
const log = createLog({ service: 'signaling', level: settings.logLevel })
const shutdown = createShutdown({ log, deadlineMs: stopDeadlineMs })
endProcessOnSignals(shutdown, log)

const clock = systemClock
const random = Math.random
const mintUlid = ulidSource(() => clock.nowMs())
const metrics = createMetrics(metricEntries)
const signingKey = await signingKeyOf(settings.signingKey)

const bus =
  settings.redisUrl === ''
    ? createMemoryBus({ clock, lingerMs: settings.roomLingerMs })
    : createRedisBus({ url: settings.redisUrl, lingerMs: settings.roomLingerMs, ...{ clock, random, log } })
shutdown.add('bus', () => bus.close())
const placement = createPlacementClient({
  urls: settings.operatorUrls,
  bearer: () => settings.placementToken,
  ca: settings.operatorCa === '' ? undefined : settings.operatorCa,
  signingKey,
  initialTopology: await recallTopology(bus, log),
  ...{ clock, random, mintUlid, log },
})
shutdown.add('placement client', () => placement.close())
shutdown.add('topology for others', rememberTopology({ bus, placement, clock }))

const rooms = createRooms(bus)

const dial: DialNode = async ({ node, url }, onClose) => {
  const { type } = tokenTypes.session
  const claims = { sub: 'signaling' }
  const bearer = await signToken(signingKey, {
    ...{ type, claims },
    audience: node,
    nowMs: clock.nowMs(),
    lifetimeMs: bearerLifetimeMs,
  })
  const onFault = (err: unknown): void => log.error({ node, err }, 'what a media node told could not be taken in')
  return openSessionConnection({ url, bearer, clock, onClose, onFault })
}
const links = createNodeLinks({
  ...{ dial, clock, random, log },
  isListed: (node) => placement.topology()?.nodes.some(({ name }) => name === node),
})
shutdown.add('connections to media nodes', () => links.close())

const clients = createClients()
const sessionDeps = {
  ...{ clients, links, rooms, placement, clock, mintUlid, log },
  clientTokens: createClientTokens(settings.apiKeys),
  resumeTokens: createResumeTokens(settings.resumeSecrets),
  turn: { urls: settings.turnUrls, secrets: settings.turnSecrets },
  onEntrance(by: 'join' | 'resume', result: string, durationMs: number) {
    metrics.entrances.inc({ by, result })
    if (result === 'ok') metrics.entranceSeconds.observe({ by }, durationMs / 1_000)
  },
}

const { tlsKey, tlsCert } = settings
const tls = tlsKey.path === '' ? {} : { tls: { key: tlsKey.text, cert: tlsCert.text } }
const app = createHttpServer({ log, bodyLimitBytes, ...tls })
if (app.server instanceof TlsServer) {
  const renewed = followCertificate(app.server, { key: tlsKey, cert: tlsCert, clock, log })
  shutdown.add('certificate', () => renewed.cancel())
}
secure(app)
serveOperations(app, {
  ready: () => !shutdown.signal.aborted,
  clients: () => clients.size,
  metricsToken: settings.metricsToken,
  async scrape() {
    metrics.clients.set(clients.size)
    metrics.meetings.set(rooms.size)
    metrics.mediaNodes.set(links.size)
    metrics.busUp.set(bus.up ? 1 : 0)
    return { contentType: metrics.registry.contentType, text: await metrics.registry.metrics() }
  },
})
if (settings.webDir !== '') await servePage(app, settings.webDir)
await app.listen({ host: settings.host, port: settings.port })
shutdown.add('HTTP server', () => app.close())

const sockets = serveWebSockets({
  server: app.server,
  endpoints: [
    createClientEndpoint({
      ...{ clock, log },
      allowedOrigins: settings.allowedOrigins,
      maxConnections: settings.maxConnections,
      connections: () => clients.size,
      openSession: (socket) => createClientSession(sessionDeps, socket),
      onAnswered: (method, result) => metrics.requests.inc({ method, result }),
    }),
  ],
  maxFrameBytes: maxClientFrameBytes,
  maxBufferedBytes: maxClientBufferedBytes,
  pingPeriodMs,
  clock,
})
shutdown.add('sockets of clients', () => sockets.close())
shutdown.add('clients', () => clients.stopAll())

log.info({ port: (app.server.address() as AddressInfo).port }, 'listening')
