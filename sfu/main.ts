import { settingsOrExit } from '../kit/config.ts'
import { systemClock } from '../kit/clock.ts'
import { ulidSource } from '../kit/ids.ts'
import { followTrustedKeys } from '../kit/followedKeys.ts'
import { createLog } from '../kit/log.ts'
import { createShutdown, endProcessOnSignals } from '../kit/shutdown.ts'
import { announced, AnnouncedAddresses } from './addresses.ts'
import { startAgent } from './agent.ts'
import { capacityOf, crossFaults, settings as table } from './config.ts'
import { mediasoupLog, MediaWorker } from './media/worker.ts'
import { WorkerPool } from './media/workerPool.ts'
import { version } from './version.ts'

const settings = settingsOrExit('sfu', table)
const faults = crossFaults(settings)
if (faults.length > 0) {
  process.stderr.write(`sfu: ${faults.length} fault(s) in its settings\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
  process.exit(2)
}

const clock = systemClock
const log = createLog({ service: 'sfu', level: settings.logLevel }).child({ node: settings.node })
const shutdown = createShutdown({ log, deadlineMs: settings.stopDeadlineMs })
endProcessOnSignals(shutdown, log)
mediasoupLog(log)

const own = announced({ setting: settings.announcedAddress, bound: settings.mediaHost })
const addresses = new AnnouncedAddresses(own)
const pipes = announced({ setting: settings.pipeAddress, bound: settings.mediaHost })
if (own.guessed)
  log.warn(
    { object: own.address },
    'no announced address is set: until the operator tells one, clients are told that of this host',
  )

const keys = await followTrustedKeys({ path: settings.trustedKeysFile, clock, log })
shutdown.add('trusted keys', () => keys.close())
const pool = await WorkerPool.start({
  count: settings.workers,
  clock,
  random: Math.random,
  log,
  start: (index) =>
    MediaWorker.start({
      index,
      clock,
      workerBin: settings.workerBin,
      listenIp: settings.mediaHost,
      announcedAddress: own.address,
      addresses: () => addresses.all,
      rtcPort: settings.rtcPortMin === 0 ? 0 : settings.rtcPortMin + index,
      pipeListen: {
        ip: settings.mediaHost,
        announcedAddress: pipes.address,
        portRange: { min: settings.pipePortMin, max: settings.pipePortMax },
      },
      maxConsumers: settings.consumersPerWorker,
    }),
})
shutdown.add('workers', () => pool.close())

const agent = await startAgent({
  node: settings.node,
  boot: ulidSource(() => clock.nowMs())(),
  version,
  listenHost: settings.listenHost,
  port: settings.port,
  addresses,
  capacity: capacityOf(settings),
  emptyTimeoutMs: settings.emptyTimeoutMs,
  workers: settings.workers,
  pool,
  keys,
  clock,
  random: Math.random,
  log,
})
shutdown.add('agent', () => agent.close())
if (settings.drainDeadlineMs > 0) shutdown.finishFirst(() => agent.drain(settings.drainDeadlineMs))
log.info({ url: agent.url, object: own.address, count: settings.workers }, 'started')
