import { sfuErrors } from '../api/errors.ts'
import { kindOfSource, type Rights, type Source } from '../api/rights.ts'
import { trackIdOf, type RosterChange, type Track } from '../api/roster.ts'
import type { ProducerInfo, SessionRequest, SessionResponses } from '../api/session.ts'
import type { MediaProducer } from '../media/types.ts'
import type { SessionHost } from './host.ts'
import { sessionLimits } from './limits.ts'
import type { SessionTransports } from './transports.ts'

/** Options of {@link SessionProducers}. */
export interface SessionProducersOptions {
  readonly host: SessionHost
  readonly transports: SessionTransports
  readonly participant: string
  readonly attachment: string
  readonly rights: Rights
  /** The tracks of the attachment that this one took the place of: what is produced anew names what it replaces. */
  readonly replaced: readonly Track[]
}

interface Published {
  readonly producer: MediaProducer
  readonly source: Source
  readonly track: Track
}

/** What one session publishes. Everything that changes here changes the roster. */
export class SessionProducers {
  readonly #options: SessionProducersOptions
  readonly #published = new Map<string, Published>()
  readonly #starting = new Set<Source>()
  #closed = false

  constructor(options: SessionProducersOptions) {
    this.#options = options
  }

  get infos(): readonly ProducerInfo[] {
    return [...this.#published.values()].map(({ producer, source, track }) => ({
      producerId: producer.id,
      trackId: track.trackId,
      source,
      paused: producer.paused,
    }))
  }

  async produce(request: SessionRequest<'produce'>): Promise<SessionResponses['produce']> {
    const { transportId, kind, source, rtpParameters, paused } = request
    this.#check(request)
    const transport = this.#options.transports.get(transportId, 'send')
    this.#starting.add(source)
    try {
      const producer = await transport.produce({ kind, rtpParameters, paused })
      if (source === 'microphone') await this.#hear(producer)
      return this.#publish(producer, source)
    } finally {
      this.#starting.delete(source)
    }
  }

  async pause(producerId: string): Promise<void> {
    const published = this.#get(producerId)
    await published.producer.pause()
    this.#mutedChanged(published)
  }

  async resume(producerId: string): Promise<void> {
    const published = this.#get(producerId)
    await published.producer.resume()
    this.#mutedChanged(published)
  }

  closeOne(producerId: string): void {
    this.#get(producerId).producer.close()
  }

  /** Ends all; the roster is told of the whole leave by the session, not of each track. */
  close(): void {
    this.#closed = true
    for (const { producer } of this.#published.values()) producer.close()
  }

  #check({ kind, source }: SessionRequest<'produce'>): void {
    if (!this.#options.rights.publish.includes(source))
      throw sfuErrors.raise.may_not_publish({ source }, { field: 'data.source' })
    if (kindOfSource[source] !== kind) {
      throw sfuErrors.raise.kind_mismatch({ source, kind: kindOfSource[source] }, { field: 'data.kind' })
    }
    const inUse = this.#starting.has(source) || [...this.#published.values()].some((each) => each.source === source)
    if (inUse) throw sfuErrors.raise.source_in_use({ source }, { field: 'data.source' })
    const limit = sessionLimits.producers
    if (this.#published.size + this.#starting.size >= limit) throw sfuErrors.raise.too_many_media({ what: 'producers', limit })
  }

  async #hear(producer: MediaProducer): Promise<void> {
    try {
      await this.#options.host.router.hear(producer.id)
    } catch (error) {
      producer.close()
      throw error
    }
  }

  #publish(producer: MediaProducer, source: Source): SessionResponses['produce'] {
    if (this.#closed || producer.closed) {
      producer.close()
      throw sfuErrors.raise.attachment_gone({})
    }
    const { host, participant } = this.#options
    const track = this.#trackOf(producer, source)
    this.#published.set(producer.id, { producer, source, track })
    producer.onClosed = () => this.#unpublish(producer.id)
    host.tracks.add({ trackId: track.trackId, source, producerId: producer.id, producer, from: undefined })
    this.#tell({ type: 'track', ...this.#named, track })
    return { producerId: producer.id, trackId: trackIdOf(participant, source) }
  }

  #trackOf(producer: MediaProducer, source: Source): Track {
    const trackId = trackIdOf(this.#options.participant, source)
    const replaces = this.#options.replaced.find((track) => track.trackId === trackId)?.producerId
    return {
      trackId,
      source,
      producerId: producer.id,
      ...(replaces === undefined ? {} : { replaces }),
      muted: producer.paused,
    }
  }

  get #named(): { participant: string; attachment: string } {
    const { participant, attachment } = this.#options
    return { participant, attachment }
  }

  #get(producerId: string): Published {
    const published = this.#published.get(producerId)
    if (!published) throw sfuErrors.raise.unknown_producer({}, { field: 'data.producerId' })
    return published
  }

  #mutedChanged({ producer, source, track }: Published): void {
    if (!this.#published.has(producer.id) || producer.paused === track.muted) return
    const { tracks } = this.#options.host
    const changed = { ...track, muted: producer.paused }
    this.#published.set(producer.id, { producer, source, track: changed })
    const routed = tracks.get(producer.id)
    if (routed) tracks.pausedChanged(routed)
    this.#tell({ type: 'track', ...this.#named, track: changed })
  }

  #unpublish(producerId: string): void {
    const published = this.#published.get(producerId)
    this.#published.delete(producerId)
    if (published && !this.#closed) this.#tell({ type: 'untrack', ...this.#named, trackId: published.track.trackId })
  }

  /** A hidden participant stands in nobody's roster, and neither do their tracks. */
  #tell(change: RosterChange): void {
    if (!this.#options.rights.hidden) this.#options.host.roster.changeOwn([change])
  }
}
