import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

import { systemClock as clock } from '../kit/clock.ts'
import { settingsOrExit } from '../kit/config.ts'
import { ulidSource } from '../kit/ids.ts'
import { readSigningKey } from '../kit/keys.ts'
import { createLog } from '../kit/log.ts'
import { createMetrics } from '../kit/metrics.ts'
import { createShutdown, endProcessOnSignals } from '../kit/shutdown.ts'
import { operatorSettings } from './config.ts'
import { createAgents } from './effects/agents.ts'
import { createMover } from './effects/mover.ts'
import { createPlacer } from './effects/placer.ts'
import { createSigner } from './effects/signer.ts'
import { createApiClient } from './kube/client/apiClient.ts'
import { kubeConfigAccess } from './kube/client/kubeConfigAccess.ts'
import { kubeMetrics } from './kube/metrics.ts'
import { serveProbes } from './kube/run/probes.ts'
import { operatorMetrics } from './metrics.ts'
import { readGivenPools } from './pods/givenPools.ts'
import { askByStun } from './reach/ask.ts'
import { explainMeeting, snapshotMeeting } from './service/explain.ts'
import { createForwarder } from './service/forward.ts'
import { createPlacementServer } from './service/placementServer.ts'
import { createBearers, readPlacementTokens } from './service/tokens.ts'
import { createTopologyFeed } from './service/topologyFeed.ts'
import { createControl } from './wiring/control.ts'
import { createWorld } from './wiring/world.ts'

const shutdownDeadlineMs = 15_000

const settings = settingsOrExit('operator', operatorSettings)
const log = createLog({ service: 'operator', level: settings.logLevel })
const shutdown = createShutdown({ log, deadlineMs: shutdownDeadlineMs })
endProcessOnSignals(shutdown, log)

try {
  await run()
} catch (err) {
  log.error({ err }, 'operator could not go on')
  await shutdown.begin('it could not go on')
  process.exit(1)
}

/** The text of a file that a setting may name. */
function fileOf(path: string): string | undefined {
  return path === '' ? undefined : readFileSync(path, 'utf8')
}

/** Makes every part and hands it to the next. */
async function run(): Promise<void> {
  const random = Math.random
  const mintUlid = ulidSource(() => clock.nowMs())
  const metrics = createMetrics({ ...kubeMetrics, ...operatorMetrics })
  const key = await readSigningKey(settings.signingKeyFile)
  const bearers = createBearers(readPlacementTokens(settings.placementTokensFile))
  const ca = fileOf(settings.caFile)
  const cert = fileOf(settings.tlsCertFile)
  const access = kubeConfigAccess(settings.kubeconfig === '' ? 'default' : { file: settings.kubeconfig })
  const givenPools = settings.poolsFile === '' ? [] : readGivenPools(settings.poolsFile)
  const namespace = settings.namespace === '' ? ((await access({ reload: false })).namespace ?? 'default') : settings.namespace
  const identity = `${hostname()}_${mintUlid()}`

  const signer = createSigner(key, clock)
  const agents = createAgents({ key, clock, ca })
  const world = createWorld({ agents, clock, random, log, metrics })
  const { ledger, changes } = world

  // The placement API listens first, since the Lease tells the others where.
  const epoch = (): number => control.epoch()
  const at = () => ({ nowMs: clock.monotonicMs(), wallMs: clock.nowMs(), epoch: epoch() })
  const feed = createTopologyFeed({ ledger, changes, clock, turnUrls: settings.turnUrls, epoch })
  const forwarder = createForwarder({ holder: () => control.holder(), identity, clock, metrics, ca })
  const server = createPlacementServer({
    bearers,
    placer: createPlacer({ ledger, epoch, signer, clock, random, mintUlid, turnUrls: settings.turnUrls, log, metrics }),
    mover: createMover({ ledger, orders: () => control.orders, clock, random, log, metrics }),
    explain: (meeting) => explainMeeting(ledger, meeting, at()),
    snapshot: (meeting) => snapshotMeeting(ledger, meeting, at()),
    feed,
    forwarder,
    leads: () => control.leads(),
    isWarm: () => control.warmth.isReady(),
    clock,
    log,
    metrics,
    tls: cert === undefined ? undefined : { cert, key: fileOf(settings.tlsKeyFile) ?? '' },
  })
  serveProbes(server, { missing: () => control.warmth.missing(), registry: metrics.registry })
  const listening = await server.listen({ host: settings.listenHost, port: settings.port })

  const api = createApiClient({ access, clock, random })
  const control = createControl({
    world,
    api,
    agents,
    signer,
    namespace,
    watchNamespaces: settings.watchNamespaces,
    lease: { name: settings.leaseName, durationMs: settings.leaseMs },
    pods: { ...settings, givenPools },
    identity,
    address: settings.advertiseUrl === '' ? listening : settings.advertiseUrl,
    ask: askByStun,
    clock,
    random,
    mintUlid,
    log,
    metrics,
  })

  shutdown.add('api client', () => api.close())
  shutdown.add('agents', () => agents.close())
  shutdown.add('load streams', () => world.streams.close())
  shutdown.add('forwarder', () => forwarder.close())
  shutdown.add('placement API', () => server.close())
  shutdown.add('topology', () => feed.close())
  const running = control.run(shutdown.signal)
  shutdown.add('control', async () => void (await running))
  log.info({ url: listening, object: namespace }, 'operator started')
  if ((await running) === 'lost') {
    await shutdown.begin('the lease is lost')
    process.exit(1)
  }
}
