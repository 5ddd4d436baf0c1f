import type { MediaKind } from '../../sfu/api/rights.ts'

/** One flow as its statistics tell. Rates are over the time since the previous look, undefined at the first. */
export interface FlowStats {
  readonly kind: MediaKind
  readonly bytes: number
  readonly bitsPerSecond: number | undefined
  readonly packets: number
  readonly packetsLost: number
  /** Of the packets that were due since the previous look, how many were lost: 0 to 1. */
  readonly lossRatio: number | undefined
  readonly jitterMs: number | undefined
  readonly roundTripMs: number | undefined
  /** Pictures decoded (in) or encoded (out) so far. */
  readonly frames: number | undefined
  readonly framesPerSecond: number | undefined
  readonly widthPixels: number | undefined
  readonly heightPixels: number | undefined
  /** Energy of the sound so far, as the W3C's `totalAudioEnergy`. */
  readonly audioEnergy: number | undefined
}

const emptyFlow: FlowStats = {
  kind: 'audio',
  bytes: 0,
  bitsPerSecond: undefined,
  packets: 0,
  packetsLost: 0,
  lossRatio: undefined,
  jitterMs: undefined,
  roundTripMs: undefined,
  frames: undefined,
  framesPerSecond: undefined,
  widthPixels: undefined,
  heightPixels: undefined,
  audioEnergy: undefined,
}

/** What flows, by track of others and by own source. */
export interface MediaStats {
  readonly atMs: number
  readonly incoming: Readonly<Record<string, FlowStats>>
  readonly outgoing: Readonly<Record<string, FlowStats>>
}

type Report = Readonly<Record<string, unknown>>

const numberOf = (report: Report, key: string): number | undefined => {
  const value = report[key]
  return typeof value === 'number' ? value : undefined
}

const sumOf = (reports: readonly Report[], key: string): number =>
  reports.reduce((sum, report) => sum + (numberOf(report, key) ?? 0), 0)

/** The largest of a number over several layers; undefined where none has it. */
function largestOf(reports: readonly Report[], key: string): number | undefined {
  const values = reports.map((report) => numberOf(report, key)).filter((value) => value !== undefined)
  return values.length === 0 ? undefined : Math.max(...values)
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000)
}

/** What was lost of what was due between two looks. */
function lossBetween(lost: number, packets: number, before: FlowStats | undefined): number | undefined {
  if (!before) return undefined
  const lostSince = Math.max(0, lost - before.packetsLost)
  const due = lostSince + Math.max(0, packets - before.packets)
  return due === 0 ? 0 : lostSince / due
}

/** What tells a flow apart within a transport's report: its media section, or its SSRCs where a browser leaves the section out. */
export interface FlowKey {
  readonly kind: MediaKind
  readonly mid: string
  readonly ssrcs: readonly number[]
}

/** The flow at the last look, and how long ago that was. */
export interface LastLook {
  readonly before: FlowStats | undefined
  readonly elapsedMs: number
}

const isMine =
  ({ mid, ssrcs }: FlowKey) =>
  (report: Report): boolean =>
    report['mid'] === undefined ? ssrcs.includes(Number(report['ssrc'])) : report['mid'] === mid

function incomingFlow(flows: readonly Report[]): Partial<FlowStats> {
  return {
    bytes: sumOf(flows, 'bytesReceived'),
    packets: sumOf(flows, 'packetsReceived'),
    packetsLost: sumOf(flows, 'packetsLost'),
    jitterMs: inMs(largestOf(flows, 'jitter')),
    frames: largestOf(flows, 'framesDecoded'),
    audioEnergy: largestOf(flows, 'totalAudioEnergy'),
  }
}

/** The other side tells what it lost of ours (RFC 3550, receiver reports). */
function outgoingFlow(flows: readonly Report[], all: readonly Report[]): Partial<FlowStats> {
  const ids = new Set(flows.map(({ id }) => id))
  const receiver = all.filter(({ type, localId }) => type === 'remote-inbound-rtp' && ids.has(localId))
  const sources = new Set(flows.map(({ mediaSourceId }) => mediaSourceId))
  return {
    bytes: sumOf(flows, 'bytesSent'),
    packets: sumOf(flows, 'packetsSent'),
    packetsLost: sumOf(receiver, 'packetsLost'),
    jitterMs: inMs(largestOf(receiver, 'jitter')),
    frames: largestOf(flows, 'framesEncoded'),
    audioEnergy: largestOf(
      all.filter(({ id }) => sources.has(id)),
      'totalAudioEnergy',
    ),
  }
}

/**
 * One flow out of a transport's statistics (W3C webrtc-stats); undefined before its first packet. Reads the transport's report and not
 * the sender's or receiver's own, which Node's WebRTC does not have.
 */
export function flowOf(report: RTCStatsReport, key: FlowKey, { before, elapsedMs }: LastLook): FlowStats | undefined {
  const all = [...(report as unknown as ReadonlyMap<string, Report>).values()]
  const mine = all.filter(isMine(key))
  const incoming = mine.filter(({ type }) => type === 'inbound-rtp')
  const outgoing = mine.filter(({ type }) => type === 'outbound-rtp')
  const flows = [...incoming, ...outgoing]
  if (flows.length === 0) return undefined
  const flow: FlowStats = {
    ...emptyFlow,
    kind: key.kind,
    ...(incoming.length > 0 ? incomingFlow(incoming) : outgoingFlow(outgoing, all)),
    roundTripMs: inMs(
      largestOf(
        all.filter(({ type, nominated }) => type === 'candidate-pair' && nominated === true),
        'currentRoundTripTime',
      ),
    ),
    framesPerSecond: largestOf(flows, 'framesPerSecond'),
    widthPixels: largestOf(flows, 'frameWidth'),
    heightPixels: largestOf(flows, 'frameHeight'),
  }
  if (!before || elapsedMs <= 0) return flow
  return {
    ...flow,
    bitsPerSecond: Math.round((Math.max(0, flow.bytes - before.bytes) * 8 * 1000) / elapsedMs),
    lossRatio: lossBetween(flow.packetsLost, flow.packets, before),
  }
}

/**
 * A number that grows with whatever comes over a transport: packets, and answers to ICE's consent checks (RFC 7675), which come even
 * where no media flows.
 */
export function arrivalsOf(report: RTCStatsReport): number {
  const pairs = [...(report as unknown as ReadonlyMap<string, Report>).values()].filter(({ type }) => type === 'candidate-pair')
  return sumOf(pairs, 'bytesReceived') + sumOf(pairs, 'responsesReceived')
}
