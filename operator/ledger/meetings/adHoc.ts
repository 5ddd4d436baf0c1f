/** Label of Meeting objects that the operator wrote for meetings that were made by a join. */
export const adHocLabel = 'parley.media/ad-hoc'

/** How long an ad hoc meeting lasts before it gets an object. */
export const adHocWrittenAfterMs = 30_000
