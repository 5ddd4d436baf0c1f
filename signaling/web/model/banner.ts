import type { CloseReason } from '../../../sfu/api/session.ts'
import type { MeetingState, Publication } from '../../client/state.ts'
import { wordsOf } from './words.ts'

/** The one line over the meeting that says what is not as it should be. */
export interface Banner {
  /** Names the banner to tests. */
  readonly id: string
  readonly tone: 'info' | 'warning' | 'good'
  readonly text: string
  readonly action?: 'hear' | 'stopSharing' | undefined
}

/** What a banner knows beside the client's state. */
export interface BannerView {
  readonly state: MeetingState
  /** The browser wants a click before it plays sound. */
  readonly soundBlocked: boolean
  /** The client has just come back. */
  readonly back: boolean
  readonly online: boolean
}

type Rule = (view: BannerView) => Banner | undefined

const names: Readonly<Record<Publication['source'], string>> = {
  camera: 'camera',
  microphone: 'microphone',
  screen: 'screen',
  screenAudio: 'shared sound',
}

const warning = (id: string, text: string): Banner => ({ id, tone: 'warning', text })

/** Close reasons of a media node that works: the client is only to go to another. */
const moved: ReadonlySet<string> = new Set<CloseReason>(['node_draining', 'node_stopping', 'moved'])

/** In order of weight; the first that has something to say is shown. */
const rules: readonly Rule[] = [
  ({ state: { life }, online }) =>
    (life.at === 'reconnecting' || life.at === 'rejoining') && !online
      ? warning('offline', 'This device is offline. You will be back as soon as it is online again.')
      : undefined,
  ({ state: { life } }) =>
    life.at === 'reconnecting'
      ? warning('reconnecting', 'Connection lost, reconnecting. What you hear and see may go on.')
      : undefined,
  ({ state: { life } }) =>
    life.at === 'rejoining' && moved.has(life.reason ?? '')
      ? {
          id: 'moving',
          tone: 'info',
          text: 'You are being moved to another media server. Sound and picture are back in a moment.',
        }
      : undefined,
  ({ state: { life } }) =>
    life.at === 'rejoining' ? warning('rejoining', 'Your place was lost. Joining again in another one.') : undefined,
  ({ state: { mediaTrouble } }) =>
    mediaTrouble ? warning('no-media', wordsOf(mediaTrouble.code, mediaTrouble.why).text) : undefined,
  ({ state: { session } }) =>
    session.state === 'degraded'
      ? warning('degraded', 'The media node does not answer at the moment. Sound and picture may go on; changes have to wait.')
      : undefined,
  ({ state: { sendPath, recvPath } }) =>
    sendPath === 'failed' || recvPath === 'failed'
      ? warning('media-blocked', 'Sound and picture do not get through. A firewall or VPN may block them; trying again.')
      : undefined,
  ({ state: { sendPath, recvPath } }) =>
    sendPath === 'interrupted' || recvPath === 'interrupted'
      ? warning('media-interrupted', 'Your network interrupts sound and picture. Trying to get them through again.')
      : undefined,
  ({ soundBlocked }) =>
    soundBlocked ? { id: 'sound-blocked', tone: 'info', text: 'Your browser holds back the sound.', action: 'hear' } : undefined,
  ({ state: { publications } }) => {
    const failed = [...publications.values()].find(({ state }) => state === 'failed')
    const { code, why } = failed?.trouble ?? { code: 'internal', why: '' }
    return failed && warning('not-sent', `Your ${names[failed.source]} is not sent. ${wordsOf(code, why).text}`)
  },
  ({ back }) => (back ? { id: 'resumed', tone: 'good', text: 'You are back.' } : undefined),
  ({ state: { publications } }) =>
    publications.has('screen')
      ? { id: 'sharing', tone: 'info', text: 'Everyone sees your screen.', action: 'stopSharing' }
      : undefined,
]

/** What to say over the meeting now; undefined where all is well. */
export function bannerOf(view: BannerView): Banner | undefined {
  for (const rule of rules) {
    const banner = rule(view)
    if (banner) return banner
  }
  return undefined
}
