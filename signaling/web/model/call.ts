import { computed, effect, signal, type ReadonlySignal } from '@preact/signals'

import type { Clock, Timer } from '../../../kit/clock.ts'
import { asCodedError } from '../../../kit/errors.ts'
import type { Source } from '../../../sfu/api/rights.ts'
import type { reactionEmojis } from '../../api/protocol.ts'
import type { MeetingClient } from '../../client/meetingClient.ts'
import type { MeetingState } from '../../client/state.ts'
import { CaptureError, startScreen, type DeviceKind } from '../devices/capture.ts'
import type { LocalMedia } from '../devices/localMedia.ts'
import { bannerOf, type Banner } from './banner.ts'
import { qualityOf, type Quality } from './quality.ts'
import { speakingNow } from './speakers.ts'
import { wordsOf } from './words.ts'

/** What stands beside the pictures. */
export type Panel = 'none' | 'chat' | 'people'

/** An emoji on its way up. */
export interface Reaction {
  readonly id: number
  readonly emoji: string
  readonly name: string
  /** Where it starts, as a share of the width: 0.1 to 0.9. */
  readonly x: number
}

/** A short word at the edge that goes by itself. */
export interface Toast {
  readonly id: number
  readonly text: string
}

/** Options of {@link Call}. */
export interface CallOptions {
  readonly client: MeetingClient
  readonly media: LocalMedia
  readonly clock: Clock
  readonly random: () => number
  readonly onClosed: (code: string, why: string) => void
}

const statsPeriodMs = 2_000
const reactionMs = 4_000
const toastMs = 5_000
const backMs = 3_000

/** One stay in a meeting, as the page shows it and as its buttons change it. */
export class Call {
  readonly client: MeetingClient
  readonly media: LocalMedia
  readonly state: ReadonlySignal<MeetingState>
  readonly participants = computed(() => this.state.value.participants)
  readonly speaking = computed(() => speakingNow(this.state.value.speakers.speakers, this.participants.value))
  readonly banner: ReadonlySignal<Banner | undefined>
  /** By participant; good where nothing is known. */
  readonly quality = signal<ReadonlyMap<string, Quality>>(new Map())
  readonly panel = signal<Panel>('none')
  readonly reactions = signal<readonly Reaction[]>([])
  readonly toasts = signal<readonly Toast[]>([])
  readonly soundBlocked = signal(false)
  /** Counts the wishes to hear what the browser held back: each element tries again. */
  readonly hearTries = signal(0)
  /** What was read of the chat: the id of the last message seen. */
  readonly unread: ReadonlySignal<number>
  readonly #read = signal(0)
  readonly #back = signal(false)
  readonly #online = signal(navigator.onLine)
  readonly #clock: Clock
  readonly #random: () => number
  readonly #timers = new Set<Timer>()
  readonly #stops: (() => void)[] = []
  #lastId = 0

  constructor({ client, media, clock, random, onClosed }: CallOptions) {
    this.client = client
    this.media = media
    this.#clock = clock
    this.#random = random
    const state = signal(client.state)
    this.state = state
    this.unread = computed(() => Math.max(0, this.#heard(state.value) - this.#read.value))
    this.banner = computed(() =>
      bannerOf({
        state: state.value,
        soundBlocked: this.soundBlocked.value,
        back: this.#back.value,
        online: this.#online.value,
      }),
    )
    this.#stops.push(
      client.subscribe((next) => {
        this.#announce(state.value, next)
        state.value = next
        if (next.life.at === 'closed') onClosed(next.life.code, next.life.why)
      }),
      client.on('live', ({ arrival }) => arrival !== 'joined' && this.#flash()),
      client.on('reaction', ({ name, emoji }) => this.#float(name, emoji)),
      client.on('trackEnded', ({ source }) => this.#trackEnded(source)),
      effect(() => this.#giveUpForbidden(state.value.self?.rights.publish)),
      effect(() => {
        if (this.panel.value === 'chat') this.#read.value = this.#heard(state.value)
      }),
    )
    this.#listen()
    const looking = clock.every(statsPeriodMs, () => void this.#lookAtQuality())
    this.#stops.push(() => looking.cancel())
  }

  /** Whether a source is sent now and not muted. */
  sends(source: Source): boolean {
    const publication = this.state.value.publications.get(source)
    return publication !== undefined && !publication.muted
  }

  may(source: Source): boolean {
    return this.state.value.self?.rights.publish.includes(source) ?? true
  }

  async toggleMicrophone(): Promise<void> {
    if (!this.may('microphone')) return
    if (this.sends('microphone')) this.client.setMuted('microphone', true)
    else if (this.media.trackOf('microphone')) this.client.setMuted('microphone', false)
    else await this.#start('microphone')
  }

  /** A camera that is off is really off: its light goes out. */
  async toggleCamera(): Promise<void> {
    if (!this.may('camera')) return
    if (!this.sends('camera')) return this.#start('camera')
    this.client.setMuted('camera', true)
    this.media.turnOff('camera')
  }

  async toggleScreen(): Promise<void> {
    if (this.state.value.publications.has('screen')) return this.stopScreen()
    if (!this.may('screen')) return
    try {
      const screen = await startScreen()
      if (!screen) return
      this.client.publish('screen', screen.video)
      if (screen.audio && this.may('screenAudio')) this.client.publish('screenAudio', screen.audio)
    } catch (thrown) {
      this.say(wordsOf(thrown instanceof CaptureError ? thrown.code : 'capture_failed', '').title)
    }
  }

  stopScreen(): void {
    for (const source of ['screen', 'screenAudio'] as const) {
      this.state.value.publications.get(source)?.track.stop()
      this.client.unpublish(source)
    }
  }

  /** Goes on with another device. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    const track = await this.media.choose(kind, deviceId)
    if (track) this.client.publish(kind, track, { muted: !this.sends(kind) })
  }

  togglePanel(panel: Exclude<Panel, 'none'>): void {
    this.panel.value = this.panel.value === panel ? 'none' : panel
  }

  async react(emoji: (typeof reactionEmojis)[number]): Promise<void> {
    try {
      await this.client.react(emoji)
    } catch (thrown) {
      const { code, message } = asCodedError(thrown)
      this.say(wordsOf(code, message).title)
    }
  }

  /** Shows a short word at the edge. */
  say(text: string): void {
    const toast = { id: ++this.#lastId, text }
    this.toasts.value = [...this.toasts.value.slice(-2), toast]
    this.#after(toastMs, () => (this.toasts.value = this.toasts.value.filter(({ id }) => id !== toast.id)))
  }

  hear(): void {
    this.soundBlocked.value = false
    this.hearTries.value++
  }

  /** Stops everything that this page started for the meeting, but does not leave it. */
  close(): void {
    this.stopScreen()
    for (const stop of this.#stops) stop()
    for (const timer of this.#timers) timer.cancel()
    this.media.close()
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer)
      run()
    })
    this.#timers.add(timer)
  }

  async #start(kind: DeviceKind): Promise<void> {
    const track = await this.media.turnOn(kind)
    if (track) return this.client.publish(kind, track)
    const capture = this.media[kind].value
    if (capture.at === 'failed') this.say(`${kind === 'camera' ? 'Camera' : 'Microphone'}: ${wordsOf(capture.code, '').text}`)
  }

  /** A camera that may not be sent has no reason to be on. */
  #giveUpForbidden(allowed: readonly Source[] | undefined): void {
    for (const kind of ['microphone', 'camera'] as const) {
      if (!allowed || allowed.includes(kind)) continue
      this.client.unpublish(kind)
      this.media.turnOff(kind)
    }
  }

  #heard({ chat, self }: MeetingState): number {
    return chat.filter(({ participant }) => participant !== self?.participant).length
  }

  #flash(): void {
    this.#back.value = true
    this.#after(backMs, () => (this.#back.value = false))
  }

  #float(name: string, emoji: string): void {
    const reaction = { id: ++this.#lastId, emoji, name, x: 0.1 + 0.8 * this.#random() }
    this.reactions.value = [...this.reactions.value.slice(-19), reaction]
    this.#after(reactionMs, () => (this.reactions.value = this.reactions.value.filter(({ id }) => id !== reaction.id)))
  }

  #trackEnded(source: Source): void {
    if (source === 'camera' || source === 'microphone')
      this.say(`Your ${source} was disconnected. Plug it in again or choose another one in the settings.`)
  }

  /** Who came and who went, once the client is live and not while it catches up. */
  #announce(before: MeetingState, after: MeetingState): void {
    if (before.participants === after.participants || before.life.at !== 'live' || after.life.at !== 'live') return
    const here = new Set(before.participants.map(({ participant }) => participant))
    const stay = new Set(after.participants.map(({ participant }) => participant))
    for (const { participant, name, self } of after.participants) if (!self && !here.has(participant)) this.say(`${name} joined`)
    for (const { participant, name, self } of before.participants) if (!self && !stay.has(participant)) this.say(`${name} left`)
  }

  #listen(): void {
    const onChange = (): void => {
      this.#online.value = navigator.onLine
    }
    globalThis.addEventListener('online', onChange)
    globalThis.addEventListener('offline', onChange)
    this.#stops.push(() => {
      globalThis.removeEventListener('online', onChange)
      globalThis.removeEventListener('offline', onChange)
    })
  }

  async #lookAtQuality(): Promise<void> {
    if (this.state.value.life.at !== 'live') return
    const { incoming, outgoing } = await this.client.stats()
    const flowsOf = (participant: string) =>
      Object.entries(incoming)
        .filter(([trackId]) => trackId.startsWith(`${participant}/`))
        .map(([, flow]) => flow)
    this.quality.value = new Map(
      this.participants.value.map(({ participant, self }) => [
        participant,
        qualityOf(self ? Object.values(outgoing) : flowsOf(participant)),
      ]),
    )
  }
}
