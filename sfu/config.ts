import { settingTable, settingTypes, type Settings } from '../kit/config.ts'
import type { NodeCapacity } from './api/load.ts'

/** Settings of a media node's agent. */
export const settings = settingTable({
  node: {
    flag: '--node',
    env: 'PARLEY_SFU_NODE',
    type: settingTypes.text,
    doc: "Name of this media node: its MediaNode object's. Tokens are made out to it.",
  },
  listenHost: {
    flag: '--listen-host',
    env: 'PARLEY_SFU_LISTEN_HOST',
    type: settingTypes.text,
    default: '127.0.0.1',
    doc: 'Address that the agent listens on for the operator, signaling and other media nodes.',
  },
  port: {
    flag: '--port',
    env: 'PARLEY_SFU_PORT',
    type: settingTypes.port,
    default: 7710,
    doc: 'Port of the agent; 0 takes any free one.',
  },
  mediaHost: {
    flag: '--media-host',
    env: 'PARLEY_SFU_MEDIA_HOST',
    type: settingTypes.text,
    default: '0.0.0.0',
    doc: 'Address that the ports of clients and pipes are bound to.',
  },
  announcedAddress: {
    flag: '--announced-address',
    env: 'PARLEY_SFU_ANNOUNCED_ADDRESS',
    type: settingTypes.optionalText,
    default: '',
    doc: 'Address that clients send media to, unless the operator tells others. Empty: the media host; where that is a wildcard the node is not ready before it is told one.',
  },
  pipeAddress: {
    flag: '--pipe-address',
    env: 'PARLEY_SFU_PIPE_ADDRESS',
    type: settingTypes.optionalText,
    default: '',
    doc: "Address that other media nodes send pipes to. Empty: the media host, or this host's own address where that is a wildcard.",
  },
  rtcPortMin: {
    flag: '--rtc-port-min',
    env: 'PARLEY_SFU_RTC_PORT_MIN',
    type: settingTypes.port,
    default: 40_000,
    doc: 'First UDP and TCP port for clients, one a worker; 0 takes any free ones.',
  },
  pipePortMin: {
    flag: '--pipe-port-min',
    env: 'PARLEY_SFU_PIPE_PORT_MIN',
    type: settingTypes.port,
    default: 41_000,
    doc: 'First UDP port for pipes.',
  },
  pipePortMax: {
    flag: '--pipe-port-max',
    env: 'PARLEY_SFU_PIPE_PORT_MAX',
    type: settingTypes.port,
    default: 41_999,
    doc: 'Last UDP port for pipes.',
  },
  workers: {
    flag: '--workers',
    env: 'PARLEY_SFU_WORKERS',
    type: settingTypes.count,
    default: 2,
    doc: 'How many media processes to run; each uses one core.',
  },
  workerBin: {
    flag: '--worker-bin',
    env: 'PARLEY_SFU_WORKER_BIN',
    type: settingTypes.optionalText,
    default: '',
    doc: "mediasoup's worker program. Empty: what MEDIASOUP_WORKER_BIN names, else the one of the mediasoup package.",
  },
  trustedKeysFile: {
    flag: '--trusted-keys',
    env: 'PARLEY_SFU_TRUSTED_KEYS',
    type: settingTypes.file,
    doc: 'JWKS file of the public keys that may sign orders, grants and peer tokens, each with its role.',
  },
  consumersPerWorker: {
    flag: '--consumers-per-worker',
    env: 'PARLEY_SFU_CONSUMERS_PER_WORKER',
    type: settingTypes.count,
    default: 500,
    doc: 'How many consumers one media process may carry (mediasoup names 500 as what one core forwards).',
  },
  egressBitsPerSecond: {
    flag: '--egress-bits-per-second',
    env: 'PARLEY_SFU_EGRESS_BITS_PER_SECOND',
    type: settingTypes.count,
    default: 1_000_000_000,
    doc: 'How much this node may send; load is measured against it.',
  },
  ingressBitsPerSecond: {
    flag: '--ingress-bits-per-second',
    env: 'PARLEY_SFU_INGRESS_BITS_PER_SECOND',
    type: settingTypes.count,
    default: 1_000_000_000,
    doc: 'How much this node may receive; load is measured against it.',
  },
  emptyTimeoutMs: {
    flag: '--empty-timeout-ms',
    env: 'PARLEY_SFU_EMPTY_TIMEOUT_MS',
    type: settingTypes.milliseconds,
    default: 300_000,
    doc: 'How long an empty meeting that no order keeps stays.',
  },
  drainDeadlineMs: {
    flag: '--drain-deadline-ms',
    env: 'PARLEY_SFU_DRAIN_DEADLINE_MS',
    type: settingTypes.milliseconds,
    default: 600_000,
    doc: 'How long people may take to go to other media nodes after SIGTERM; it ends as soon as nobody is left. 0 ends at once.',
  },
  stopDeadlineMs: {
    flag: '--stop-deadline-ms',
    env: 'PARLEY_SFU_STOP_DEADLINE_MS',
    type: settingTypes.milliseconds,
    default: 5_000,
    doc: 'How long an orderly end may take.',
  },
  logLevel: {
    flag: '--log-level',
    env: 'PARLEY_SFU_LOG_LEVEL',
    type: settingTypes.oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
    doc: 'What to log.',
  },
})

export type SfuSettings = Settings<typeof settings>

/** What the node can carry, as the operator is told. */
export function capacityOf(of: SfuSettings): NodeCapacity {
  return {
    consumersPerWorker: of.consumersPerWorker,
    egressBitsPerSecond: of.egressBitsPerSecond,
    ingressBitsPerSecond: of.ingressBitsPerSecond,
    pipePorts: of.pipePortMax - of.pipePortMin + 1,
  }
}

/** What settings that are each right say wrongly together. Ports of clients and pipes that overlap crash a worker (mediasoup#1466). */
export function crossFaults(of: SfuSettings): readonly string[] {
  const faults: string[] = []
  const lastRtcPort = of.rtcPortMin + of.workers - 1
  if (of.workers < 1 || of.workers > 64) faults.push('--workers: must be from 1 to 64')
  if (of.pipePortMin < 1024) faults.push('--pipe-port-min: must be at least 1024')
  if (of.pipePortMax < of.pipePortMin) faults.push('--pipe-port-max: must not be below --pipe-port-min')
  if (of.rtcPortMin !== 0 && of.rtcPortMin <= of.pipePortMax && lastRtcPort >= of.pipePortMin) {
    faults.push('--rtc-port-min: the ports of clients, one a worker, overlap those of pipes')
  }
  for (const key of ['consumersPerWorker', 'egressBitsPerSecond', 'ingressBitsPerSecond'] as const) {
    if (of[key] < 1) faults.push(`${settings[key].flag}: must be at least 1`)
  }
  return faults
}
