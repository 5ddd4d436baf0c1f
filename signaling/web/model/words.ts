import type { commonErrors } from '../../../kit/errors.ts'
import type { sfuErrors } from '../../../sfu/api/errors.ts'
import type { signalingErrors } from '../../api/errors.ts'
import type { ClosedCode } from '../../api/protocol.ts'

/** What a person can do about something: what the button under the sentence offers. */
export type Remedy = 'again' | 'link' | 'reload' | 'wait'

/** What a page says about one code. */
export interface Words {
  readonly title: string
  /** What happened and what to do, in whole sentences. `undefined`: the server's own sentence is the better one. */
  readonly text: string | undefined
  readonly remedy: Remedy
}

type TableCode<Table extends { readonly entries: object }> = keyof Table['entries'] & string

/** What the client library and the page themselves find out. */
type OwnCode =
  | 'unreachable'
  | 'protocol_error'
  | 'waiting_in_line'
  | 'webrtc_unsupported'
  | 'capture_denied'
  | 'capture_missing'
  | 'capture_busy'
  | 'capture_insecure'
  | 'capture_failed'
  | 'capture_lost'

/** Every code that a page may have to explain. */
export type KnownCode =
  TableCode<typeof signalingErrors> | TableCode<typeof sfuErrors> | TableCode<typeof commonErrors> | ClosedCode | OwnCode

const again = (title: string, text?: string): Words => ({ title, text, remedy: 'again' })
const wait = (title: string, text?: string): Words => ({ title, text, remedy: 'wait' })
const link = (title: string, text?: string): Words => ({ title, text, remedy: 'link' })
const reload = (title: string, text?: string): Words => ({ title, text, remedy: 'reload' })

const pageFault = reload('This page and the server disagree', 'The page may be older than the server. Reload it.')
const nodeFault = again('The media node could not do that', 'Join again to be given another place.')
const deviceHelp = 'You can also join without it.'

/** The one table from codes to what people read; a test holds it against every table of errors that can reach this page. */
export const words: Readonly<Record<KnownCode, Words>> = {
  // How a meeting ends.
  left: again('You left the meeting', 'You can join again as long as the meeting goes on.'),
  meeting_ended: link('The meeting has ended', 'Ask whoever invited you if there is another one.'),
  replaced: again('You joined from somewhere else', 'This tab was left because you joined in another tab or on another device.'),
  removed: link('You were removed from the meeting', 'Ask whoever invited you if you think that was a mistake.'),

  // Getting in.
  token_invalid: link('This link cannot be used', 'It may be incomplete or made for another server. Ask for a new one.'),
  token_expired: link('This link has expired', 'Ask whoever invited you for a new one.'),
  name_needed: again('A name is needed', 'Go back and enter the name that others see.'),
  identity_in_use: again(
    'You are in this meeting already',
    'Leave it in the other tab or on the other device first, then join again.',
  ),
  meeting_full: again('The meeting is full', 'All places are taken. Try again when somebody has left.'),
  meeting_locked: again('The meeting is locked', 'Nobody new is let in. Ask somebody who is in it.'),
  meeting_not_started: again('The meeting has not started yet'),
  placement_refused: again('The meeting cannot take you in'),
  placement_later: wait('No place at the moment'),
  waiting_in_line: wait('All media servers are full', 'You are in line, and get in by yourself as soon as there is room.'),
  no_place_here: wait('No place at the moment', 'It is tried again by itself.'),
  grant_superseded: wait('No place at the moment', 'It is tried again by itself.'),
  wrong_meeting: again('The meeting has moved', 'Join again to find where it is now.'),
  unauthorized: link('This link cannot be used', 'Ask whoever invited you for a new one.'),
  forbidden: link('That is not allowed', 'Your link does not allow it. Ask whoever invited you.'),

  // Staying in.
  unreachable: again(
    'The meeting server cannot be reached',
    'Check whether this device is online, and whether a firewall or VPN keeps it from the server.',
  ),
  unavailable: wait('Not available at the moment', 'This usually passes within a minute. It is tried again by itself.'),
  timeout: wait('No answer in time', 'The network may be slow. It is tried again by itself.'),
  internal: wait('Something went wrong at the server', 'It is tried again by itself. If it stays, tell whoever runs the server.'),
  media_node_unreachable: again('The media node does not answer', 'Join again to be given another one.'),
  node_full: again('The media node is full', 'Join again to be given another one.'),
  node_draining: again('The media node is being emptied', 'Join again to be given another one.'),
  resume_invalid: again('The session was lost', 'You were away for too long. Join again.'),
  attachment_gone: again('The session was lost', 'You were away for too long. Join again.'),
  session_superseded: again('You joined from somewhere else', 'Another tab or device has taken your place.'),
  attachment_used: again('The session is in use', 'Another tab or device has taken your place.'),
  unknown_session: again('The session was lost', 'Join again.'),

  // Sending and receiving.
  may_not_publish: wait('You may not send this', 'Your link does not allow it. Ask whoever invited you.'),
  may_not_subscribe: wait('You may not receive others', 'Your link does not allow it. Ask whoever invited you.'),
  cannot_consume: wait(
    'A picture or sound cannot be played here',
    'This browser does not know how it is encoded. A current one does.',
  ),
  pipe_unavailable: wait(
    'Someone cannot be reached for the moment',
    'The way to their media node is interrupted. It is tried again by itself.',
  ),
  unknown_track: wait('A picture or sound has just ended'),
  too_many_media: wait('Too much at once', 'Close something before you send more.'),
  too_many: wait('Too fast', 'Wait a moment before you go on.'),
  slow_down: wait('Too fast', 'Wait a moment before you go on.'),
  source_in_use: wait('That is being sent already', 'Switch it off and on again.'),
  chat_unavailable: wait('Chat is not available at the moment', 'Your message was not sent. Try again in a moment.'),
  webrtc_unsupported: reload(
    'No sound and picture in this browser',
    'This browser has no WebRTC, or it is switched off. Use a current Chrome, Edge, Firefox or Safari.',
  ),

  // What only a fault of this page or of the server can cause.
  not_joined: pageFault,
  already_joined: pageFault,
  unknown_method: pageFault,
  protocol_error: pageFault,
  invalid: again('The server refused what was sent'),
  too_large: wait('That is too long', 'Shorten it and try again.'),
  too_slow: again('What was sent did not arrive in time'),
  not_found: link('There is nothing here', 'Ask whoever invited you for a new link.'),
  stale_order: nodeFault,
  epoch_shared: nodeFault,
  order_conflict: nodeFault,
  pipe_unknown: nodeFault,
  edge_version: nodeFault,
  unknown_transport: nodeFault,
  unknown_producer: nodeFault,
  unknown_consumer: nodeFault,
  wrong_direction: nodeFault,
  kind_mismatch: nodeFault,
  already_connected: nodeFault,
  invalid_rtp: nodeFault,

  // Camera, microphone and screen.
  capture_denied: wait(
    'Permission was refused',
    `Allow it in the browser's address bar (the icon beside the address), then try again. ${deviceHelp}`,
  ),
  capture_missing: wait('No device was found', `Plug one in, or check the system's settings. ${deviceHelp}`),
  capture_busy: wait('The device is in use', `Another program seems to use it. Close that program and try again. ${deviceHelp}`),
  capture_insecure: wait(
    'This page is not on a secure address',
    'Browsers give camera and microphone only to https pages and to localhost. You can join without them.',
  ),
  capture_failed: wait('The device could not be started', `Unplug it and plug it in again, or choose another one. ${deviceHelp}`),
  capture_lost: wait('The device was disconnected', 'Plug it in again or choose another one.'),
}

/** A moment as servers tell it (RFC 3339, UTC). */
const moment = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

/** The server's words, with moments as the reader's clock and language have them. */
function inLocalTime(why: string): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  return why.replace(moment, (told) => (Number.isNaN(Date.parse(told)) ? told : format.format(new Date(told))))
}

/** What to say about a code; one that is not in the table is said in the server's words. */
export function wordsOf(code: string, why: string): Words & { readonly text: string } {
  const known: Words = Object.hasOwn(words, code) ? words[code as KnownCode] : again('Something went wrong')
  return { ...known, text: known.text ?? inLocalTime(why) }
}
