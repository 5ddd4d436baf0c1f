/** What a meeting link says. The token stands in the fragment, which browsers never send to a server. */
export interface MeetingLink {
  /** The meeting's name as the path has it; the token says which it really is. */
  readonly meeting: string | undefined
  readonly token: string
  readonly region: string | undefined
  readonly name: string | undefined
}

/** What a token says about itself, unchecked: good for showing, the server decides. */
export interface TokenHints {
  readonly name: string | undefined
  readonly room: string | undefined
}

const tokenPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/
const meetingPath = /^\/m\/([^/]+)\/?$/

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The meeting that a path names. */
export function meetingOfPath(path: string): string | undefined {
  const [, meeting] = meetingPath.exec(path) ?? []
  return meeting === undefined ? undefined : decoded(meeting)
}

/** The link of `/m/<meeting>#token=...&region=...&name=...`; undefined where it carries no token. */
export function readLink(path: string, fragment: string): MeetingLink | undefined {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const token = fields.get('token') ?? ''
  if (!tokenPattern.test(token)) return undefined
  return { meeting: meetingOfPath(path), token, region: fields.get('region') ?? undefined, name: fields.get('name') ?? undefined }
}

/** What somebody pasted: a whole link, or the token alone; undefined where it is neither. */
export function readPasted(text: string): MeetingLink | undefined {
  const trimmed = text.trim()
  if (tokenPattern.test(trimmed)) return { meeting: hintsOf(trimmed).room, token: trimmed, region: undefined, name: undefined }
  const url = URL.parse(trimmed)
  return url ? readLink(url.pathname, url.hash) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Reads a token's claims without checking them; empty where it is not a JSON web token. */
export function hintsOf(token: string): TokenHints {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (character) => character.codePointAt(0) ?? 0)
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; video?: { room?: unknown } }
    return { name: textOf(claims.name), room: textOf(claims.video?.room) }
  } catch {
    return { name: undefined, room: undefined }
  }
}
