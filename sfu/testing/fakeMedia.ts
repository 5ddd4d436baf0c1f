import type { MediaKind } from '../api/rights.ts'
import type { RtpParameters } from '../api/rtp.ts'
import type { ClientTransport, MediaConsumer, MediaProducer, MediaRouter, PipeConsumer, PipeEnd } from '../media/types.ts'

/** All that fake media has open, so that a test sees what leaked. */
export interface FakeMedia {
  readonly open: Set<string>
  router(): MediaRouter
  pipe(): Promise<PipeEnd>
  producer(kind: MediaKind, id?: string): MediaProducer
  /** Whether anything comes out of a producer: all the way from its author nothing is closed or paused. */
  flows(producerId: string): boolean
}

let ids = 0
/** Whether the sending half with this SSRC sends: halves on different nodes know each other by it. */
const sends = new Map<number, () => boolean>()
const nextId = (what: string): string => `${what}-${++ids}`

function opus(ssrc: number): RtpParameters {
  return { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }], encodings: [{ ssrc }] }
}

/** Makes media that carries nothing, but opens, closes, pauses and refuses as the real one does. */
export function fakeMedia(): FakeMedia {
  const open = new Set<string>()
  const producers = new Map<string, { producer: MediaProducer; consumers: Set<{ close(): void }> }>()

  function flows(producerId: string): boolean {
    const { producer: from } = producers.get(producerId) ?? {}
    if (from === undefined || from.closed || from.paused) return false
    return from.ssrc === undefined || (sends.get(from.ssrc)?.() ?? false)
  }

  /** As in the worker, an id is in use once at a time; whoever closed already closes nobody else. */
  function opened(id: string): { readonly closed: boolean; end: (part: { onClosed: () => void }) => void } {
    if (open.has(id)) throw new Error(`${id} exists already`)
    open.add(id)
    let closed = false
    return {
      get closed() {
        return closed
      },
      end(part) {
        if (closed) return
        closed = true
        open.delete(id)
        part.onClosed()
      },
    }
  }

  function producer(kind: MediaKind, id = nextId('producer'), options: { paused?: boolean; ssrc?: number } = {}): MediaProducer {
    const life = opened(id)
    const consumers = new Set<{ close(): void }>()
    let paused = options.paused ?? false
    const made: MediaProducer = {
      id,
      kind,
      get paused() {
        return paused
      },
      get closed() {
        return life.closed
      },
      ssrc: options.ssrc,
      pause: async () => void (paused = true),
      resume: async () => void (paused = false),
      close() {
        if (life.closed) return
        for (const each of consumers) each.close()
        producers.delete(id)
        life.end(made)
      },
      onClosed: () => undefined,
    }
    producers.set(id, { producer: made, consumers })
    return made
  }

  function pipeConsumer(producerId: string): PipeConsumer {
    const source = producers.get(producerId)
    if (!source) throw new Error('no such producer')
    const life = opened(nextId('pipeConsumer'))
    let paused = false
    const ssrc = ++ids
    sends.set(ssrc, () => !paused && !life.closed && flows(producerId))
    const made: PipeConsumer = {
      producerId,
      rtpParameters: opus(ssrc),
      get paused() {
        return paused
      },
      get producerPaused() {
        return source.producer.paused
      },
      get closed() {
        return life.closed
      },
      pause: async () => void (paused = true),
      resume: async () => void (paused = false),
      close() {
        source.consumers.delete(made)
        sends.delete(ssrc)
        life.end(made)
      },
      onClosed: () => undefined,
    }
    source.consumers.add(made)
    return made
  }

  async function pipe(): Promise<PipeEnd> {
    const transportId = nextId('pipe')
    const life = opened(transportId)
    const children = new Set<{ close(): void }>()
    let remoteTransportId: string | undefined
    const keep = <T extends { close(): void }>(child: T): T => {
      children.add(child)
      return child
    }
    const made: PipeEnd = {
      address: {
        transportId,
        ip: '127.0.0.1',
        port: 40_000 + (ids % 1_000),
        srtpParameters: { cryptoSuite: 'x', keyBase64: 'x' },
      },
      get closed() {
        return life.closed
      },
      async connect(remote) {
        if (remoteTransportId !== undefined) throw new Error('connected already')
        remoteTransportId = remote.transportId
      },
      get remoteTransportId() {
        return remoteTransportId
      },
      consume: async (producerId) => keep(pipeConsumer(producerId)),
      async produce({ kind, paused, rtpParameters }) {
        const ssrc = rtpParameters.encodings?.[0]?.ssrc
        return keep(producer(kind, undefined, { paused, ...(ssrc === undefined ? {} : { ssrc }) }))
      },
      bytesReceived: async () => 0,
      close() {
        for (const child of children) child.close()
        life.end(made)
      },
      onClosed: () => undefined,
    }
    return made
  }

  function consumer(producerId: string): MediaConsumer {
    const source = producers.get(producerId)
    if (!source) throw new Error('no such producer')
    const life = opened(nextId('consumer'))
    let paused = true
    const id = nextId('c')
    const made: MediaConsumer = {
      id,
      producerId,
      kind: source.producer.kind,
      rtpParameters: opus(1),
      type: 'simple',
      get paused() {
        return paused
      },
      get producerPaused() {
        return source.producer.paused
      },
      get closed() {
        return life.closed
      },
      pause: async () => void (paused = true),
      resume: async () => void (paused = false),
      setPreferredLayers: async () => undefined,
      requestKeyFrame: async () => undefined,
      close() {
        source.consumers.delete(made)
        life.end(made)
      },
      onClosed: () => undefined,
      onLayers: () => undefined,
    }
    source.consumers.add(made)
    return made
  }

  function transport(direction: 'send' | 'recv'): ClientTransport {
    const id = nextId('transport')
    const life = opened(id)
    const children = new Set<{ close(): void }>()
    const keep = <T extends { close(): void }>(child: T): T => {
      children.add(child)
      return child
    }
    const iceParameters = { usernameFragment: 'u', password: 'p' }
    const made: ClientTransport = {
      id,
      direction,
      parameters: { id, iceParameters, iceCandidates: [], dtlsParameters: { fingerprints: [] } },
      get closed() {
        return life.closed
      },
      connect: async () => undefined,
      restartIce: async () => iceParameters,
      produce: async ({ kind, paused }) => keep(producer(kind, undefined, { paused })),
      consume: async ({ producerId }) => keep(consumer(producerId)),
      close() {
        for (const child of children) child.close()
        life.end(made)
      },
      onClosed: () => undefined,
      onState: () => undefined,
    }
    return made
  }

  function router(): MediaRouter {
    const life = opened(nextId('router'))
    const children = new Set<{ close(): void }>()
    const made: MediaRouter = {
      worker: 0,
      rtpCapabilities: {},
      get closed() {
        return life.closed
      },
      full: false,
      async createTransport(direction) {
        const child = transport(direction)
        children.add(child)
        return child
      },
      async createPipe() {
        const child = await pipe()
        children.add(child)
        return child
      },
      hear: async () => undefined,
      close() {
        for (const child of children) child.close()
        life.end({ onClosed: () => undefined })
      },
      onDied: () => undefined,
      onLevels: () => undefined,
    }
    return made
  }

  return { open, router, pipe, producer, flows }
}
