import { effect, signal, type ReadonlySignal } from '@preact/signals'

import { clientPath } from '../../api/protocol.ts'
import { browserDefaults } from '../../client/browserDefaults.ts'
import { createMeetingClient, type MeetingClient } from '../../client/meetingClient.ts'
import type { DeviceKind } from '../devices/capture.ts'
import { LocalMedia } from '../devices/localMedia.ts'
import { Call } from './call.ts'
import { onDeparture } from './departure.ts'
import { hintsOf, meetingOfPath, readLink, readPasted, type MeetingLink } from './link.ts'
import { recallPreferences, recallTab, rememberPreferences, rememberTab, type TabMemory } from './memory.ts'

/**
 * What the page shows.
 *
 * | screen  | entered by                               | leaves by                                   |
 * | link    | an address without a token               | a pasted link or token: prejoin             |
 * | prejoin | a link, or `again` after the end         | join: call                                  |
 * | call    | join, or a reload while in the meeting   | the client is closed, for whatever reason: ended |
 * | ended   | the client is closed                     | again: prejoin; another link: link          |
 */
export type Screen =
  | { readonly at: 'link' }
  | { readonly at: 'prejoin'; readonly link: MeetingLink; readonly name: string }
  | { readonly at: 'call'; readonly link: MeetingLink; readonly call: Call }
  | { readonly at: 'ended'; readonly link: MeetingLink; readonly code: string; readonly why: string }

/** The page: which screen is shown, and the devices that outlive it. */
export class App {
  readonly media: LocalMedia
  readonly #screen
  readonly #window: Window

  constructor(window: Window) {
    this.#window = window
    const { camera, microphone, speaker } = recallPreferences(window.localStorage)
    this.media = new LocalMedia({ camera, microphone, speaker })
    this.#screen = signal<Screen>({ at: 'link' })
    this.#enter()
    effect(() => {
      const { camera: chosenCamera, microphone: chosenMicrophone, speaker: chosenSpeaker } = this.media.chosen.value
      const before = recallPreferences(window.localStorage)
      const chosen = { camera: chosenCamera, microphone: chosenMicrophone, speaker: chosenSpeaker }
      rememberPreferences(window.localStorage, { ...before, ...chosen })
    })
  }

  get screen(): ReadonlySignal<Screen> {
    return this.#screen
  }

  /** The client of the meeting that is on the screen, for tests and for the curious. */
  get client(): MeetingClient | undefined {
    const screen = this.#screen.value
    return screen.at === 'call' ? screen.call.client : undefined
  }

  /** Goes on with what was pasted; false where it is neither link nor token. */
  paste(text: string): boolean {
    const link = readPasted(text)
    if (!link) return false
    this.#window.history.replaceState(null, '', link.meeting === undefined ? '/' : `/m/${encodeURIComponent(link.meeting)}`)
    this.#prejoin(link)
    return true
  }

  /** Joins from the pre-join screen with whatever device runs. */
  join(name: string): void {
    const screen = this.#screen.value
    if (screen.at !== 'prejoin') return
    const { localStorage } = this.#window
    rememberPreferences(localStorage, { ...recallPreferences(localStorage), name })
    const microphoneOn = this.media.isWanted('microphone')
    const cameraOn = this.media.isWanted('camera')
    this.#call({ link: screen.link, name, resumeToken: undefined, microphoneOn, cameraOn })
  }

  /** From the end back to the pre-join screen of the same meeting. */
  again(): void {
    const screen = this.#screen.value
    if (screen.at === 'ended') this.#prejoin(screen.link)
  }

  otherLink(): void {
    this.#window.history.replaceState(null, '', '/')
    this.#screen.value = { at: 'link' }
  }

  /** The token leaves the address bar as soon as it is read: nobody shares it by mistake, and no history keeps it. */
  #enter(): void {
    const { location, sessionStorage, history } = this.#window
    const link = readLink(location.pathname, location.hash)
    if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
    const memory = recallTab(sessionStorage, meetingOfPath(location.pathname))
    if (memory?.resumeToken !== undefined && (!link || link.token === memory.link.token)) this.#resume(memory)
    else if (link) this.#prejoin(link)
    else if (memory) this.#prejoin(memory.link)
  }

  #prejoin(link: MeetingLink): void {
    const name = link.name ?? hintsOf(link.token).name ?? recallPreferences(this.#window.localStorage).name
    rememberTab(this.#window.sessionStorage, { link, name, resumeToken: undefined, microphoneOn: false, cameraOn: false })
    this.#screen.value = { at: 'prejoin', link, name }
    void this.media.turnOn('camera')
    void this.media.turnOn('microphone')
  }

  /** A reload in the meeting: the same place again, with what was on. */
  #resume(memory: TabMemory): void {
    if (memory.microphoneOn) void this.media.turnOn('microphone')
    if (memory.cameraOn) void this.media.turnOn('camera')
    this.#call(memory)
  }

  /** Publishes a device as soon as it runs; joining does not wait for it. */
  async #publish(kind: DeviceKind, client: MeetingClient): Promise<void> {
    await this.media.settled(kind)
    const track = this.media.trackOf(kind)
    if (track && this.client === client && !client.state.publications.has(kind)) client.publish(kind, track)
  }

  #call(memory: TabMemory): void {
    const { link, name } = memory
    const { location, sessionStorage } = this.#window
    const client = createMeetingClient({
      ...browserDefaults,
      url: new URL(clientPath, location.origin).href,
      token: link.token,
      displayName: name,
      region: link.region,
      replaces: memory.resumeToken,
    })
    const { clock, random } = browserDefaults
    let resumeToken = memory.resumeToken
    const remember = (): void => {
      const on = (kind: 'microphone' | 'camera'): boolean => client.state.publications.get(kind)?.muted === false
      rememberTab(sessionStorage, { link, name, resumeToken, microphoneOn: on('microphone'), cameraOn: on('camera') })
    }
    client.on('live', (live) => {
      resumeToken = live.resumeToken
      remember()
    })
    let { publications } = client.state
    client.subscribe((state) => {
      if (state.publications === publications || state.life.at === 'closed') return
      publications = state.publications
      if (state.life.at === 'live') remember()
    })
    const stopWatching = onDeparture(this.#window, () => void client.leave())
    const call = new Call({
      client,
      media: this.media,
      clock,
      random,
      onClosed: (code, why) => {
        stopWatching()
        call.close()
        rememberTab(sessionStorage, { link, name, resumeToken: undefined, microphoneOn: false, cameraOn: false })
        this.#screen.value = { at: 'ended', link, code, why }
      },
    })
    this.#screen.value = { at: 'call', link, call }
    client.join()
    void this.#publish('microphone', client)
    void this.#publish('camera', client)
  }
}
