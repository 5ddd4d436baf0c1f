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
import { createMeetingEffects } from './effects/applyMeeting.ts'
import { createPlacer } from './effects/placer.ts'
import { createOrderSender } from './effects/sendOrders.ts'
import { createStatusTeller } from './effects/tellStatus.ts'
import { createApiClient } from './kube/apiClient.ts'
import { createEventRecorder } from './kube/events.ts'
import { kinds } from './kube/kinds.ts'
import { kubeConfigAccess } from './kube/kubeConfigAccess.ts'
import type { Term } from './kube/leaderTypes.ts'
import { createManager } from './kube/manager.ts'
import { kubeMetrics } from './kube/metrics.ts'
import { serveProbes } from './kube/probes.ts'
import { createStatusWriter } from './kube/statusWriter.ts'
import { Ledger } from './ledger/ledger.ts'
import { operatorMetrics } from './metrics.ts'
import { createLoadStreams } from './nodes/loadStreams.ts'
import { mediaNodeReconciler } from './reconcile/mediaNode.ts'
import { mediaNodePoolReconciler } from './reconcile/mediaNodePool.ts'
import { meetingReconciler } from './reconcile/meeting.ts'
import { explainMeeting, snapshotMeeting } from './service/explain.ts'
import { createForwarder } from './service/forward.ts'
import { createPlacementServer } from './service/placementServer.ts'
import { createBearers, readPlacementTokens } from './service/tokens.ts'
import { createTopologyFeed } from './service/topologyFeed.ts'
import { createChanges, fromLedger } from './watch/changes.ts'
import { feedLedger } from './watch/feedLedger.ts'
import { sweepRegularly } from './watch/sweep.ts'
import { unionStore } from './watch/unionStore.ts'
import { createWarmth } from './watch/warmth.ts'

const shutdownDeadlineMs = 15_000

const settings = settingsOrExit('operator', operatorSettings)
const log = createLog({ service: 'operator', level: settings.logLevel })
const shutdown = createShutdown({ log, deadlineMs: shutdownDeadlineMs })
endProcessOnSignals(shutdown, log)

try {
  await run()
} catch (err) {
  log.error({ err }, 'operator could not start')
  await shutdown.begin('it could not start')
  process.exit(1)
}

/** Makes every part and hands it to the next. */
async function run(): Promise<void> {
  const random = Math.random
  const mintUlid = ulidSource(() => clock.nowMs())
  const metrics = createMetrics({ ...kubeMetrics, ...operatorMetrics })
  const key = await readSigningKey(settings.signingKeyFile)
  const bearers = createBearers(readPlacementTokens(settings.placementTokensFile))
  const ca = settings.caFile === '' ? undefined : readFileSync(settings.caFile, 'utf8')
  const tls =
    settings.tlsCertFile === ''
      ? undefined
      : { cert: readFileSync(settings.tlsCertFile, 'utf8'), key: readFileSync(settings.tlsKeyFile, 'utf8') }

  // What is known: objects and the words of media nodes, in one ledger.
  const access = kubeConfigAccess(settings.kubeconfig === '' ? 'default' : { file: settings.kubeconfig })
  const namespace = settings.namespace === '' ? ((await access({ reload: false })).namespace ?? 'default') : settings.namespace
  const api = createApiClient({ access, clock, random })
  const changes = createChanges()
  const ledger = new Ledger(changes.events)
  const agents = createAgents({ key, clock, ca })
  const streams = createLoadStreams({
    clientFor: (node, url) => agents.at(node, url).client,
    listener: {
      hear: (node, line) => ledger.hear(node, line, clock.monotonicMs()),
      refused: (node) => ledger.refused(node, clock.monotonicMs()),
      fault: (node, message) => ledger.fault(node, { message }, clock.monotonicMs()),
    },
    clock,
    random,
    log,
    metrics,
  })

  // The placement API: it listens first, since the Lease tells others where.
  let term: Term | undefined
  const identity = `${hostname()}_${mintUlid()}`
  const epoch = (): number => term?.epoch() ?? manager.holder()?.epoch ?? 0
  const at = () => ({ nowMs: clock.monotonicMs(), wallMs: clock.nowMs(), epoch: epoch() })
  const feed = createTopologyFeed({ ledger, clock, turnUrls: settings.turnUrls, epoch })
  const placer = createPlacer({ ledger, key, clock, random, mintUlid, turnUrls: settings.turnUrls, log, metrics })
  const forwarder = createForwarder({
    leaderUrl: () => {
      const holder = manager.holder()
      return holder?.fresh === true && holder.identity !== identity ? holder.address : undefined
    },
    metrics,
    ca,
  })
  const server = createPlacementServer({
    bearers,
    placer,
    explain: (meeting) => explainMeeting(ledger, meeting, at()),
    snapshot: (meeting) => snapshotMeeting(ledger, meeting, at()),
    feed,
    forwarder,
    leads: () => manager.isLeader() && warmth.isReady(),
    isWarm: () => warmth.isReady(),
    clock,
    log,
    metrics,
    tls,
  })
  serveProbes(server, { missing: () => warmth.missing(), registry: metrics.registry })

  // The Kubernetes runtime: caches here, controllers while this replica leads.
  const listening = await server.listen({ host: settings.listenHost, port: settings.port })
  const { leaseMs } = settings
  const manager = createManager({
    api,
    lease: { namespace, name: settings.leaseName },
    identity,
    address: settings.advertiseUrl === '' ? listening : settings.advertiseUrl,
    highestReportedEpoch: () => ledger.nodes.highestEpoch(),
    times: { leaseMs, renewDeadlineMs: Math.round((leaseMs * 2) / 3), periodMs: Math.round((leaseMs * 2) / 15) },
    clock,
    random,
    log,
    metrics,
  })
  const stores = {
    pools: manager.watch(kinds.MediaNodePool, { selection: { namespace } }),
    nodes: manager.watch(kinds.MediaNode, { selection: { namespace } }),
    meetings: unionStore(
      (settings.watchNamespaces.length === 0 ? [undefined] : settings.watchNamespaces).map((each) =>
        manager.watch(kinds.Meeting, { selection: { namespace: each } }),
      ),
    ),
  }
  feedLedger(stores, { ledger, streams, clock })
  changes.meetings.on((changed) => feed.meetingChanged(changed))
  changes.nodes.on((changed) => feed.nodeChanged(changed))
  changes.pools.on((changed) => feed.poolChanged(changed))
  const warmth = createWarmth({ ledger, clock, unsynced: () => manager.unsynced(), nodes: changes.nodes })
  const sweeping = sweepRegularly({ ledger, clock, metrics, pools: changes.pools })

  // Plans made true: orders to media nodes, statuses and Events through one bucket.
  const writer = createStatusWriter({
    api,
    bucket: manager.bucket,
    stores: { Meeting: stores.meetings, MediaNode: stores.nodes, MediaNodePool: stores.pools },
    counts: { Meeting: ['participants'], MediaNode: ['load', 'participants', 'meetings'], MediaNodePool: ['load'] },
    clock,
    random,
    log,
  })
  const recorder = createEventRecorder({
    api,
    bucket: manager.bucket,
    component: 'parley-operator',
    instance: identity,
    clock,
    random,
    log,
  })
  const teller = createStatusTeller({ writer, recorder, clock })
  const refusedCreates = new Map<string, string>()
  const sender = createOrderSender({
    agents,
    ledger,
    key,
    clock,
    log,
    metrics,
    async fencedOut(atLeast) {
      await term?.raiseEpoch(atLeast)
      for (const { key: meeting } of ledger.meetings.all()) changes.meetings.emit(meeting)
    },
  })
  const effects = createMeetingEffects({
    api,
    ledger,
    sender,
    teller,
    clock,
    log,
    createRefused(pool, why) {
      if (why === undefined) refusedCreates.delete(pool)
      else refusedCreates.set(pool, why)
      changes.pools.emit(pool)
    },
  })
  const { ready } = warmth
  manager.onTerm((begun) => (term = begun))
  manager.control({
    name: 'meeting',
    reconcile: meetingReconciler({ ledger, effects, clock, epoch }),
    triggers: [fromLedger(changes.meetings, { ready, all: () => [...ledger.meetings.all()].map((each) => each.key) })],
    concurrency: 64,
  })
  manager.control({
    name: 'medianode',
    reconcile: mediaNodeReconciler({ ledger, teller, clock }),
    triggers: [fromLedger(changes.nodes, { ready, all: () => [...ledger.nodes.all()].map(({ name }) => name) })],
  })
  manager.control({
    name: 'medianodepool',
    reconcile: mediaNodePoolReconciler({ ledger, teller, clock, createRefused: (pool) => refusedCreates.get(pool) }),
    triggers: [fromLedger(changes.pools, { ready, all: () => ledger.nodes.pools().map(({ metadata }) => metadata.name) })],
  })

  shutdown.add('api client', () => api.close())
  shutdown.add('agents', () => agents.close())
  shutdown.add('load streams', () => streams.close())
  shutdown.add('forwarder', () => forwarder.close())
  shutdown.add('topology', () => feed.close())
  shutdown.add('sweeps', () => sweeping.cancel())
  shutdown.add('placement API', () => server.close())
  const running = manager.run(shutdown.signal)
  shutdown.add('manager', async () => void (await running))
  log.info({ url: listening, object: namespace }, 'operator started')
  const end = await running
  if (end === 'lost') {
    await shutdown.begin('the lease is lost')
    process.exit(1)
  }
}
