import { batch, signal, type ReadonlySignal } from '@preact/signals'

import {
  CaptureError,
  listDevices,
  noDevices,
  startDevice,
  type CaptureCode,
  type DeviceKind,
  type DeviceLists,
} from './capture.ts'

/** A device as the page has it. */
export type Capture =
  | { readonly at: 'off' }
  | { readonly at: 'starting' }
  | { readonly at: 'on'; readonly track: MediaStreamTrack }
  | { readonly at: 'failed'; readonly code: CaptureCode }

/** Ids of the chosen devices; undefined is the system's own choice. */
export type Chosen = Readonly<Record<DeviceKind | 'speaker', string | undefined>>

const off: Capture = { at: 'off' }

/** The camera and microphone of this person, before the meeting and in it. */
export class LocalMedia {
  readonly #captures = { camera: signal<Capture>(off), microphone: signal<Capture>(off) }
  readonly #devices = signal<DeviceLists>(noDevices)
  readonly #chosen
  /** The start that is under way, or the last one. */
  readonly #starting: Record<DeviceKind, Promise<unknown>> = { camera: Promise.resolve(), microphone: Promise.resolve() }
  /** Counts starts, so that one which is overtaken by another choice is stopped when it arrives. */
  readonly #started = { camera: 0, microphone: 0 }

  constructor(chosen: Chosen) {
    this.#chosen = signal(chosen)
    const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices }
    mediaDevices?.addEventListener('devicechange', () => void this.#list())
  }

  get camera(): ReadonlySignal<Capture> {
    return this.#captures.camera
  }

  get microphone(): ReadonlySignal<Capture> {
    return this.#captures.microphone
  }

  get devices(): ReadonlySignal<DeviceLists> {
    return this.#devices
  }

  get chosen(): ReadonlySignal<Chosen> {
    return this.#chosen
  }

  /** The running track of a device, if it runs. */
  trackOf(kind: DeviceKind): MediaStreamTrack | undefined {
    const capture = this.#captures[kind].value
    return capture.at === 'on' ? capture.track : undefined
  }

  /** Whether a device runs or is about to. */
  isWanted(kind: DeviceKind): boolean {
    const { at } = this.#captures[kind].value
    return at === 'on' || at === 'starting'
  }

  /** Resolves when a device that is being started runs, or has failed. */
  async settled(kind: DeviceKind): Promise<void> {
    await this.#starting[kind]
  }

  /** Starts a device, or starts it again with what is chosen now. Resolves with its track, or undefined where it failed. */
  turnOn(kind: DeviceKind): Promise<MediaStreamTrack | undefined> {
    const starting = this.#start(kind)
    this.#starting[kind] = starting
    return starting
  }

  async #start(kind: DeviceKind): Promise<MediaStreamTrack | undefined> {
    const capture = this.#captures[kind]
    const before = this.trackOf(kind)
    const start = ++this.#started[kind]
    if (!before) capture.value = { at: 'starting' }
    try {
      const track = await startDevice(kind, this.#chosen.value[kind])
      if (start !== this.#started[kind]) {
        track.stop()
        return undefined
      }
      track.addEventListener('ended', () => this.#lost(kind, track))
      capture.value = { at: 'on', track }
      before?.stop()
      void this.#list()
      return track
    } catch (thrown) {
      if (start !== this.#started[kind]) return undefined
      before?.stop()
      capture.value = { at: 'failed', code: thrown instanceof CaptureError ? thrown.code : 'capture_failed' }
      void this.#list()
      return undefined
    }
  }

  turnOff(kind: DeviceKind): void {
    this.#started[kind]++
    this.trackOf(kind)?.stop()
    this.#captures[kind].value = off
  }

  /** Chooses a device; one that runs goes on with the new choice. Resolves with the new track, if there is one. */
  async choose(kind: DeviceKind, deviceId: string): Promise<MediaStreamTrack | undefined> {
    this.#chosen.value = { ...this.#chosen.value, [kind]: deviceId }
    const { at } = this.#captures[kind].value
    return at === 'off' ? undefined : this.turnOn(kind)
  }

  chooseSpeaker(deviceId: string): void {
    this.#chosen.value = { ...this.#chosen.value, speaker: deviceId }
  }

  /** Switches everything off. */
  close(): void {
    batch(() => {
      this.turnOff('camera')
      this.turnOff('microphone')
    })
  }

  #lost(kind: DeviceKind, track: MediaStreamTrack): void {
    if (this.trackOf(kind) === track) this.#captures[kind].value = { at: 'failed', code: 'capture_lost' }
  }

  async #list(): Promise<void> {
    this.#devices.value = await listDevices()
  }
}
