import { testFakeParameters } from 'mediasoup-client'

import type { CodedError } from '../../../kit/errors.ts'
import { sfuErrors } from '../../../sfu/api/errors.ts'
import { trackIdOf, type RosterEntry, type Track } from '../../../sfu/api/roster.ts'
import { kindOfSource, type Source } from '../../../sfu/api/rights.ts'
import type { ConsumerInfo } from '../../../sfu/api/session.ts'
import type { ClientRequest, ClientResponses, MediaMethod } from '../../api/protocol.ts'

/** What a fake session knows of the meeting around it. */
export interface FakeMeeting {
  readonly node: string
  /** The track that is published now under an id. */
  track(trackId: string): Track | undefined
  /** Something about this session's entry changed. */
  changed(session: FakeSession): void
}

interface FakeProducer {
  readonly id: string
  readonly source: Source
  paused: boolean
}

let lastId = 0
const mint = (what: string): string => `${what}-${++lastId}`

function found<T>(map: ReadonlyMap<string, T>, id: string, error: CodedError): T {
  const value = map.get(id)
  if (value === undefined) throw error
  return value
}

/** The server's side of one attachment, without media: transports, producers and consumers as tests look at them. */
export class FakeSession {
  readonly participant: string
  readonly attachment: string
  readonly name: string
  readonly resumeToken = mint('resume')
  readonly transports = new Map<string, { direction: 'send' | 'recv'; connected: boolean; iceRestarts: number }>()
  readonly producers = new Map<string, FakeProducer>()
  readonly consumers = new Map<string, { producerId: string; trackId: string; paused: boolean }>()
  epoch = 1
  connected = true
  readonly #meeting: FakeMeeting

  constructor(meeting: FakeMeeting, who: { participant: string; attachment: string; name: string }) {
    this.#meeting = meeting
    this.participant = who.participant
    this.attachment = who.attachment
    this.name = who.name
  }

  get entry(): RosterEntry {
    const { participant, attachment, name, connected } = this
    const tracks = [...this.producers.values()].map(({ id, source, paused }) => ({
      trackId: trackIdOf(participant, source),
      source,
      producerId: id,
      muted: paused,
    }))
    return { participant, attachment, name, connected, node: this.#meeting.node, joinedAtMs: 0, tracks }
  }

  /** Answers a request of the media kind, as a media node would. */
  readonly media: { readonly [Method in MediaMethod]: (data: ClientRequest<Method>) => ClientResponses[Method] } = {
    createTransport: ({ direction }) => {
      const id = mint(direction)
      this.transports.set(id, { direction, connected: false, iceRestarts: 0 })
      const parameters = testFakeParameters.generateTransportRemoteParameters()
      return { ...parameters, id, iceServers: [] } as unknown as ClientResponses['createTransport']
    },
    connectTransport: ({ transportId }) => {
      this.#transport(transportId).connected = true
      return {}
    },
    restartIce: ({ transportId }) => {
      this.#transport(transportId).iceRestarts++
      return { iceParameters: { usernameFragment: mint('ufrag'), password: mint('password') }, iceServers: [] }
    },
    closeTransport: ({ transportId }) => {
      this.#transport(transportId)
      this.transports.delete(transportId)
      return {}
    },
    produce: ({ transportId, source, paused = false }) => {
      this.#transport(transportId)
      if ([...this.producers.values()].some((producer) => producer.source === source))
        throw sfuErrors.raise.source_in_use({ source })
      const id = mint('producer')
      this.producers.set(id, { id, source, paused })
      this.#meeting.changed(this)
      return { producerId: id, trackId: trackIdOf(this.participant, source) }
    },
    pauseProducer: ({ producerId }) => this.#pause(producerId, true),
    resumeProducer: ({ producerId }) => this.#pause(producerId, false),
    closeProducer: ({ producerId }) => {
      this.#producer(producerId)
      this.producers.delete(producerId)
      this.#meeting.changed(this)
      return {}
    },
    consume: ({ transportId, trackId }) => this.#consume(transportId, trackId),
    pauseConsumer: ({ consumerId }) => this.#pauseConsumer(consumerId, true),
    resumeConsumer: ({ consumerId }) => this.#pauseConsumer(consumerId, false),
    closeConsumer: ({ consumerId }) => {
      this.#consumer(consumerId)
      this.consumers.delete(consumerId)
      return {}
    },
    setPreferredLayers: ({ consumerId }) => (this.#consumer(consumerId), {}),
    requestKeyFrame: ({ consumerId }) => (this.#consumer(consumerId), {}),
  }

  #transport(id: string): { direction: 'send' | 'recv'; connected: boolean; iceRestarts: number } {
    return found(this.transports, id, sfuErrors.raise.unknown_transport({}))
  }

  #producer(id: string): FakeProducer {
    return found(this.producers, id, sfuErrors.raise.unknown_producer({}))
  }

  #consumer(id: string): { producerId: string; trackId: string; paused: boolean } {
    return found(this.consumers, id, sfuErrors.raise.unknown_consumer({}))
  }

  #pause(producerId: string, paused: boolean): Record<string, never> {
    this.#producer(producerId).paused = paused
    this.#meeting.changed(this)
    return {}
  }

  #pauseConsumer(consumerId: string, paused: boolean): Record<string, never> {
    this.#consumer(consumerId).paused = paused
    return {}
  }

  #consume(transportId: string, trackId: string): ConsumerInfo {
    this.#transport(transportId)
    const track = this.#meeting.track(trackId)
    if (!track) throw sfuErrors.raise.unknown_track({})
    const consumerId = mint('consumer')
    const { producerId, source } = track
    this.consumers.set(consumerId, { producerId, trackId, paused: true })
    const kind = kindOfSource[source]
    const codecMimeType = kind === 'audio' ? 'audio/opus' : 'video/VP8'
    const { rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType })
    const type = kind === 'audio' ? 'simple' : 'simulcast'
    return {
      consumerId,
      producerId,
      trackId,
      kind,
      type,
      paused: true,
      producerPaused: track.muted,
      rtpParameters,
    } as ConsumerInfo
  }
}
