import { monotonicFactory } from 'ulid'

/** Makes ULIDs: 26 characters, sortable by time, strictly rising within one source. */
export type MintUlid = () => string

/** Random numbers in [0, 1), fetched many at a time: asking the system for each character would cost more than all else. */
function cryptoRandom(): () => number {
  const numbers = new Uint32Array(1_024)
  let used = numbers.length
  return () => {
    if (used === numbers.length) {
      globalThis.crypto.getRandomValues(numbers)
      used = 0
    }
    return (numbers[used++] ?? 0) / 2 ** 32
  }
}

/** A source of ULIDs for one process. `nowMs` is the wall clock. */
export function ulidSource(nowMs: () => number): MintUlid {
  const next = monotonicFactory(cryptoRandom())
  return () => next(Math.floor(nowMs()))
}

/** ULIDs as Crockford base32, upper case (https://github.com/ulid/spec). */
export const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
