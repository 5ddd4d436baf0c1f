import wrtc from '@roamhq/wrtc'
import { Device, type types } from 'mediasoup-client'

import { systemClock } from '../../kit/clock.ts'
import type { GrantClaims } from '../api/grant.ts'
import { applyChange, rosterOf, type Roster } from '../api/roster.ts'
import { kindOfSource, type Source } from '../api/rights.ts'
import type { RtpCapabilities, RtpParameters } from '../api/rtp.ts'
import {
  openSessionConnection,
  type OpenSession,
  type SessionConnection,
  type SessionNotification,
} from '../api/sessionClient.ts'
import type { Speakers } from '../api/session.ts'
import { grantFor, sessionBearer, type Placed, type Trust } from './trust.ts'

for (const name of ['RTCPeerConnection', 'MediaStream', 'MediaStreamTrack', 'RTCRtpSender', 'RTCRtpReceiver'] as const) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: wrtc[name], configurable: true })
}

/** A track that arrives. */
export interface Received {
  readonly consumerId: string
  readonly count: () => number
}

/** A participant with real ICE, DTLS and SRTP, and the signaling connection that speaks for them. */
export interface TestParticipant {
  readonly connection: SessionConnection
  readonly session: OpenSession
  readonly claims: GrantClaims
  readonly told: readonly SessionNotification[]
  /** The roster as its notifications make it. */
  roster(): Roster
  speakers(): Speakers
  /** Sends a tone or a moving picture; resolves with the producer's id. */
  publish(source: Source): Promise<{ producerId: string; trackId: string }>
  /** Receives a track; `count` tells what was heard (audible blocks) or seen (pictures) so far. */
  receive(trackId: string): Promise<Received>
  leave(): Promise<void>
}

/** Opens a signaling replica's connection to a node. */
export async function connect(trust: Trust, node: Placed, onClose = (): void => undefined): Promise<SessionConnection> {
  const bearer = await sessionBearer(trust, node.node)
  return openSessionConnection({ url: node.url, bearer, clock: systemClock, onClose })
}

const tonePeriodMs = 10
const sampleRate = 48_000

/** A tone of 440 Hz until it is stopped. */
function aTone(): { track: MediaStreamTrack; stop: () => void } {
  const source = new wrtc.nonstandard.RTCAudioSource()
  const frames = (sampleRate * tonePeriodMs) / 1_000
  let at = 0
  const timer = setInterval(() => {
    const samples = new Int16Array(frames)
    for (let index = 0; index < frames; index++) samples[index] = 16_000 * Math.sin((2 * Math.PI * 440 * at++) / sampleRate)
    source.onData({ samples, sampleRate, bitsPerSample: 16, channelCount: 1, numberOfFrames: frames })
  }, tonePeriodMs)
  return { track: source.createTrack(), stop: () => clearInterval(timer) }
}

const [width, height, framePeriodMs] = [320, 180, 66]

/** A grey that changes, until it is stopped. */
function aPicture(): { track: MediaStreamTrack; stop: () => void } {
  const source = new wrtc.nonstandard.RTCVideoSource()
  let shade = 0
  const timer = setInterval(() => {
    const data = new Uint8Array(width * height * 1.5).fill(++shade % 255)
    source.onFrame({ width, height, data })
  }, framePeriodMs)
  return { track: source.createTrack(), stop: () => clearInterval(timer) }
}

/** Quieter than this is silence: the tone's samples reach half of full scale. */
const audible = 2_000

/** Counts what a received track really carries: audible blocks of 10 ms, or decoded pictures. */
function countOn(track: MediaStreamTrack): { count: () => number; stop: () => void } {
  let count = 0
  if (track.kind === 'audio') {
    const sink = new wrtc.nonstandard.RTCAudioSink(track)
    sink.ondata = ({ samples }: { samples: Int16Array }) => {
      if (samples.some((sample) => Math.abs(sample) > audible)) count++
    }
    return { count: () => count, stop: () => sink.stop() }
  }
  const sink = new wrtc.nonstandard.RTCVideoSink(track)
  sink.onframe = () => count++
  return { count: () => count, stop: () => sink.stop() }
}

/** Joins with claims that were made before; `connection` may carry other participants already. */
export async function join(
  trust: Trust,
  of: { node: Placed; claims: GrantClaims; connection?: SessionConnection; grant?: string },
): Promise<TestParticipant> {
  const { node, claims } = of
  const connection = of.connection ?? (await connect(trust, node))
  const told: SessionNotification[] = []
  const stops: (() => void)[] = []
  let roster: Roster = new Map()
  let speakers: Speakers = { seq: 0, speakers: [] }
  let revision = -1
  const missed: { revision: number; changes: readonly Parameters<typeof applyChange>[1][] }[] = []
  const stopListening = connection.onMeeting(claims.meeting, ({ method, data }) => {
    if (method === 'speakers') speakers = data
    else if (revision < 0) missed.push(data)
    else follow(data)
  })
  const follow = (step: (typeof missed)[number]): void => {
    if (step.revision <= revision) return
    revision = step.revision
    roster = step.changes.reduce(applyChange, roster)
  }
  const session = await connection.attach({
    grant: of.grant ?? (await grantFor(trust, { node: node.node, claims })),
    sessionEpoch: 1,
    attachment: claims.attachment,
    onNotification: (each) => void told.push(each),
  })
  roster = rosterOf(session.snapshot.roster)
  ;({ revision, speakers } = session.snapshot)
  for (const step of missed) follow(step)

  const device = await Device.factory({ handlerName: 'Chrome111' })
  await device.load({ routerRtpCapabilities: session.snapshot.routerRtpCapabilities as types.RtpCapabilities })

  async function transport(direction: 'send' | 'recv'): Promise<types.Transport> {
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilities
    const parameters = (await session.request('createTransport', { direction, rtpCapabilities })) as types.TransportOptions
    const made = direction === 'send' ? device.createSendTransport(parameters) : device.createRecvTransport(parameters)
    made.on('connect', ({ dtlsParameters }, done, failed) => {
      session.request('connectTransport', { transportId: made.id, dtlsParameters }).then(done, failed)
    })
    made.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData['source'] as Source
      session
        .request('produce', { transportId: made.id, kind, source, rtpParameters: rtpParameters as RtpParameters })
        .then(({ producerId }) => done({ id: producerId }), failed)
    })
    stops.push(() => made.close())
    return made
  }
  let sending: Promise<types.Transport> | undefined
  let receiving: Promise<types.Transport> | undefined

  return {
    connection,
    session,
    claims,
    told,
    roster: () => roster,
    speakers: () => speakers,
    async publish(source) {
      sending ??= transport('send')
      const { track, stop } = kindOfSource[source] === 'audio' ? aTone() : aPicture()
      stops.push(stop)
      const producer = await (await sending).produce({ track, appData: { source }, stopTracks: false })
      return { producerId: producer.id, trackId: `${claims.sub}/${source}` }
    },
    async receive(trackId) {
      receiving ??= transport('recv')
      const recv = await receiving
      const info = await session.request('consume', { transportId: recv.id, trackId })
      const { consumerId: id, producerId, kind, rtpParameters } = info
      const consumer = await recv.consume({ id, producerId, kind, rtpParameters: rtpParameters as types.RtpParameters })
      await session.request('resumeConsumer', { consumerId: id })
      const { count, stop } = countOn(consumer.track)
      stops.push(stop)
      return { consumerId: id, count }
    },
    async leave() {
      for (const stop of stops.toReversed()) stop()
      stopListening()
      await session.detach()
      if (!of.connection) connection.close()
    },
  }
}
