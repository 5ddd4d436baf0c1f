/** Meetings that somebody has written an object for. */
export const meetingObjects = ['standup', 'retro', 'townhall'] as const

/** With the meetings that have no object until somebody comes. */
export const meetingNames = [...meetingObjects, 'chat', 'lunch'] as const

/** Fewer than there are people. */
export const placesOf: Readonly<Record<(typeof meetingObjects)[number], number | undefined>> = {
  standup: 2,
  retro: 3,
  townhall: undefined,
}
