import { randomUUID } from 'node:crypto'

import { systemClock, type Clock } from '../../../kit/clock.ts'
import { CodedError } from '../../../kit/errors.ts'
import { kindOfSource, type Source } from '../../../sfu/api/rights.ts'
import { createMeetingClient, type MeetingClient, type MeetingClientOptions } from '../meetingClient.ts'
import { dialNodeSocket } from '../nodeSocket.ts'
import type { MeetingState } from '../state.ts'
import { createPicture, type PictureShape } from './picture.ts'
import { Receiver, type Received } from './receiver.ts'
import { createTone, type GeneratedTrack } from './tone.ts'
import { createNodeDevice } from './wrtc.ts'

/** Options of {@link createSyntheticParticipant}; what a client takes beside these has a default that fits Node. */
export interface SyntheticOptions extends Pick<
  MeetingClientOptions,
  'url' | 'token' | 'displayName' | 'region' | 'rttsMs' | 'avoidNodes' | 'iceTransportPolicy' | 'onNetworkChange'
> {
  readonly clock?: Clock
  /** Of the tone that it sends; default 440. Different ones tell participants apart by ear. */
  readonly toneHz?: number
  readonly picture?: PictureShape
}

/**
 * A participant without a browser: it joins through the same client library, sends a tone and a moving picture (Opus, VP8) over real
 * ICE, DTLS and SRTP, and counts what it receives. For tests, load and `helm test`.
 */
export interface SyntheticParticipant {
  readonly client: MeetingClient
  /** Its name in the roster; empty before it joined. */
  readonly participant: string
  /** Resolves when it is live; rejects with the code of what closed it. */
  join(): Promise<void>
  /** Sends generated media as `source`; once joined or before. */
  publish(source: Source): void
  unpublish(source: Source): void
  /** Pictures decoded of a participant's camera, or screen, so far. */
  framesReceivedFrom(participant: string, source?: 'camera' | 'screen'): number
  /** Energy of the sound of a participant so far, as the W3C's `totalAudioEnergy`. */
  audioEnergyFrom(participant: string, source?: 'microphone' | 'screenAudio'): number
  /** Everything that was received of one source. */
  receivedFrom(participant: string, source: Source): Received
  /** Leaves, and ends all that was made. Idempotent. */
  leave(): Promise<void>
}

const defaultToneHz = 440

/** Resolves when the client is live; rejects when it is closed. */
function live(client: MeetingClient): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = ({ life }: MeetingState): void => {
      if (life.at === 'closed') reject(new CodedError({ code: life.code, message: life.why, status: 409, retry: 'never' }))
      else if (life.at === 'live') resolve()
      else return
      stop()
    }
    const stop = client.subscribe(look)
    look(client.state)
  })
}

/** Makes a participant; `join` starts it. */
export function createSyntheticParticipant(options: SyntheticOptions): SyntheticParticipant {
  const { clock = systemClock, toneHz = defaultToneHz, picture, ...rest } = options
  const client = createMeetingClient({
    ...rest,
    clock,
    dial: dialNodeSocket,
    random: Math.random,
    mintId: randomUUID,
    createDevice: createNodeDevice,
  })
  const generated = new Map<Source, GeneratedTrack>()
  const receiver = new Receiver()
  const stopFollowing = client.subscribe((state) => receiver.follow(state))

  function make(source: Source): GeneratedTrack {
    if (kindOfSource[source] === 'audio') return createTone({ clock, frequencyHz: toneHz })
    return createPicture({ clock, ...(picture ? { shape: picture } : {}) })
  }

  return {
    client,
    get participant() {
      return client.state.self?.participant ?? ''
    },
    join() {
      client.join()
      return live(client)
    },
    publish(source) {
      const made = generated.get(source) ?? make(source)
      generated.set(source, made)
      client.publish(source, made.track)
    },
    unpublish(source) {
      client.unpublish(source)
      generated.get(source)?.stop()
      generated.delete(source)
    },
    framesReceivedFrom: (participant, source = 'camera') => receiver.from(participant, source).frames,
    audioEnergyFrom: (participant, source = 'microphone') => receiver.from(participant, source).audioEnergy,
    receivedFrom: (participant, source) => receiver.from(participant, source),
    async leave() {
      stopFollowing()
      // A sink keeps the process alive for as long as it listens.
      receiver.close()
      await client.leave()
      for (const made of generated.values()) made.stop()
      generated.clear()
    },
  }
}
