/** What a link to a meeting carries. */
export interface MeetingLinkParts {
  /** Origin of the meeting page: `https://meet.example.org`. */
  readonly pageUrl: string
  /** The meeting's name, for people to read; the token says which it really is. */
  readonly meeting: string
  readonly token: string
  readonly region?: string | undefined
}

/** The link that opens the meeting page. What stands behind `#` never reaches a server or its log. */
export function meetingLink({ pageUrl, meeting, token, region }: MeetingLinkParts): string {
  const fragment = new URLSearchParams({ token, ...(region === undefined ? {} : { region }) })
  return `${pageUrl.replace(/\/$/, '')}/m/${encodeURIComponent(meeting)}#${fragment.toString()}`
}
