import { monotonicFactory } from 'ulid'

/** Makes ULIDs: 26 characters, sortable by time, strictly rising within one source. */
export type MintUlid = () => string

/** A source of ULIDs for one process. `nowMs` is the wall clock. */
export function ulidSource(nowMs: () => number): MintUlid {
  const next = monotonicFactory()
  return () => next(Math.floor(nowMs()))
}

/** ULIDs as Crockford base32, upper case (https://github.com/ulid/spec). */
export const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
