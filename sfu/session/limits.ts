/** What one session may have at most; more is refused with `too_many_media`. A client needs one transport a direction, two while it moves. */
export const sessionLimits = { transportsPerDirection: 2, producers: 8, consumers: 512 } as const

/** How long a consumer waits for a track to come through its pipe. */
export const pipeWaitMs = 5_000
