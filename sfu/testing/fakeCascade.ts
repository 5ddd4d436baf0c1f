import { ulidSource } from '../../kit/ids.ts'
import { silentLog } from '../../kit/log.ts'
import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import type { GrantClaims } from '../api/grant.ts'
import type { MeetingRef } from '../api/identity.ts'
import type { SegmentRole } from '../api/order.ts'
import type { Source } from '../api/rights.ts'
import { Segment } from '../segment/segment.ts'
import type { Session } from '../session/session.ts'
import type { SessionSink } from '../session/sink.ts'
import { fakeMedia, type FakeMedia } from './fakeMedia.ts'
import { fakeNetwork, type FakeNetwork } from './fakeNetwork.ts'

/** A node of a cascade in memory: one segment on fake media. */
export interface FakeNode {
  readonly name: string
  readonly segment: Segment
  readonly media: FakeMedia
  /** How many pipe ends it has. */
  pipes(): number
  /** Who it believes to be in the meeting. */
  people(): readonly string[]
  /** Somebody joins; `told` collects what their client hears. */
  enter(participant: string, over?: Partial<GrantClaims>): FakePerson
}

/** Somebody in a meeting in memory. */
export interface FakePerson {
  readonly session: Session
  readonly told: unknown[]
  publish(source: Source): Promise<{ producerId: string; trackId: string }>
  watch(trackId: string): Promise<{ consumerId: string }>
}

/** Two nodes with an edge. */
export type Pair = readonly [FakeNode, FakeNode]

/** Segments of one meeting on fake media, a network in memory, and a clock that stands still. */
export interface FakeCascade {
  readonly clock: VirtualClock
  readonly network: FakeNetwork
  readonly meeting: MeetingRef
  node(name: string, edgeVersion?: number): FakeNode
  /** Orders edges: each node hears of its peers. Those of `leaving` are to be taken away by the next order. */
  order(links: readonly Pair[], leaves?: readonly string[], leaving?: readonly Pair[]): void
  /** Lets everything that is under way happen. */
  settle(durationMs?: number): Promise<void>
}

const rights = { publish: ['microphone', 'camera', 'screen', 'screenAudio'], subscribe: true, hidden: false } as const
const rtpParameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] }

/** Makes a {@link FakeCascade}. */
export function fakeCascade(): FakeCascade {
  const clock = virtualClock()
  const mint = ulidSource(() => clock.nowMs())
  const network = fakeNetwork(clock)
  const meeting: MeetingRef = { namespace: 'default', name: 'standup', incarnation: mint() }
  let generation = 0

  function person(segment: Segment, participant: string, over: Partial<GrantClaims>): FakePerson {
    const told: unknown[] = []
    const sink: SessionSink = { tellSession: (_to, each) => void told.push(each), tellMeeting: () => undefined }
    const claims = {
      sub: participant,
      name: participant,
      meeting,
      attachment: mint(),
      rights: { ...rights, publish: [...rights.publish] },
      ...over,
    }
    const session = segment.attachments.attach(claims, sink, 1)
    let sending: Promise<{ id: string }> | undefined
    let receiving: Promise<{ id: string }> | undefined
    return {
      session,
      told,
      async publish(source) {
        const kind = source === 'camera' || source === 'screen' ? ('video' as const) : ('audio' as const)
        sending ??= session.transports.create({ direction: 'send' })
        const { id: transportId } = await sending
        return session.producers.produce({ transportId, kind, source, rtpParameters, paused: false })
      },
      async watch(trackId) {
        receiving ??= session.transports.create({ direction: 'recv', rtpCapabilities: {} })
        const { id: transportId } = await receiving
        return session.consumers.consume({ transportId, trackId })
      },
    }
  }

  return {
    clock,
    network,
    meeting,
    node(name, edgeVersion = 1) {
      const media = fakeMedia()
      const segment: Segment = new Segment({
        meeting,
        node: name,
        boot: mint(),
        edgeVersion,
        router: media.router(),
        clock,
        random: () => 0,
        log: silentLog,
        dial: () => (peer) => network.dial(name, peer.node),
        full: () => undefined,
        onChange: () => undefined,
        onClosed: () => undefined,
      })
      network.nodes.set(name, (from, socket) => segment.edges.accept(from, socket))
      return {
        name,
        segment,
        media,
        pipes: () => [...media.open].filter((id) => id.startsWith('pipe-')).length,
        people: () => segment.roster.entries.map(({ participant }) => participant).toSorted(),
        enter: (participant, over = {}) => person(segment, participant, over),
      }
    },
    order(links, leaves = [], leaving = []) {
      generation++
      const role = (of: FakeNode): SegmentRole => (leaves.includes(of.name) ? 'leaf' : 'core')
      const peersOf = (of: FakeNode, pairs: readonly Pair[]): FakeNode[] =>
        pairs.flatMap(([a, b]) => (a === of ? [b] : b === of ? [a] : []))
      for (const each of new Set([...links, ...leaving].flat())) {
        const told = (peer: FakeNode) => ({ node: peer.name, url: `http://${peer.name}`, token: 't', role: role(peer) })
        const peers = [
          ...peersOf(each, links).map(told),
          ...peersOf(each, leaving).map((peer) => ({ ...told(peer), leaving: true })),
        ]
        each.segment.take({
          epoch: 1,
          generation,
          role: role(each),
          region: 'eu',
          peers,
          limits: { maxParticipants: 100 },
        })
      }
    },
    async settle(durationMs = 500) {
      for (let part = 0; part < 10; part++) await clock.advance(durationMs / 10)
    },
  }
}
