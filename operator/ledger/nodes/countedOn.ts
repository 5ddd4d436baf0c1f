import { countedOnAtMost } from '../../../sfu/api/limits.ts'

/** An epoch or generation that a media node tells, as far as others are counted on from it: an absurd one counts as none. */
export const countedOn = (told: number | undefined): number => (told === undefined || told > countedOnAtMost ? 0 : told)
