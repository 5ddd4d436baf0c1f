/**
 * Makes ULIDs: 26 characters, sortable by time, strictly rising within one source. `above`: one of another source, whose clock may be ahead; the
 * new one is larger than that too, unless it is of a time further ahead than {@link aheadAtMostMs}.
 */
export type MintUlid = (above?: string) => string

/** How far ahead the clock of another source may be to be heeded: clocks that are kept at all differ by seconds. */
export const aheadAtMostMs = 600_000

/** ULIDs as Crockford base32, upper case (https://github.com/ulid/spec). */
export const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

const digits = new TextEncoder().encode('0123456789ABCDEFGHJKMNPQRSTVWXYZ')
/** Ten digits of time, sixteen of chance, five bits each. */
const timeDigits = 10
const allDigits = 26

/** Random bytes, fetched many at a time: asking the system for each digit would cost more than all else. */
function cryptoBytes(): () => number {
  const bytes = new Uint8Array(4_096)
  let used = bytes.length
  return () => {
    if (used === bytes.length) {
      globalThis.crypto.getRandomValues(bytes)
      used = 0
    }
    return bytes[used++] ?? 0
  }
}

/** The digits of one source's latest ULID. */
class Digits {
  readonly #values = new Uint8Array(allDigits)
  readonly #text = Buffer.alloc(allDigits)

  set(at: number, value: number): void {
    this.#values[at] = value
    this.#text[at] = digits[value] ?? 0
  }

  setTime(ms: number): void {
    let left = ms
    for (let at = timeDigits - 1; at >= 0; at--) {
      this.set(at, left % 32)
      left = Math.floor(left / 32)
    }
  }

  setChance(random: () => number): void {
    for (let at = timeDigits; at < allDigits; at++) this.set(at, random() & 31)
  }

  /** The next higher one of the same time; false where there is none. */
  increment(): boolean {
    for (let at = allDigits - 1; at >= timeDigits; at--) {
      const value = this.#values[at] ?? 0
      this.set(at, (value + 1) & 31)
      if (value < 31) return true
    }
    return false
  }

  toString(): string {
    return this.#text.toString('latin1')
  }
}

/** The time in a ULID. */
function timeOf(ulid: string): number {
  let ms = 0
  for (let at = 0; at < timeDigits; at++) ms = ms * 32 + digits.indexOf(ulid.charCodeAt(at))
  return ms
}

/**
 * A source of ULIDs for one process. `nowMs` is the wall clock; while it stands or goes back, the latest ULID is counted up, as the
 * specification has it. `random` makes bytes. (The package `ulid` takes a microsecond for each, a quarter of a placement.)
 */
export function ulidSource(nowMs: () => number, random: () => number = cryptoBytes()): MintUlid {
  const latest = new Digits()
  let latestMs = -1
  const begin = (ms: number): void => {
    latestMs = ms
    latest.setTime(ms)
    latest.setChance(random)
  }
  const next = (ms: number): string => {
    if (ms > latestMs) begin(ms)
    else if (!latest.increment()) begin(latestMs + 1)
    return latest.toString()
  }
  /** Of the next millisecond, and beside what else is made: one clock that is ahead makes not all others so. */
  const after = (aboveMs: number): string => {
    const one = new Digits()
    one.setTime(aboveMs + 1)
    one.setChance(random)
    return one.toString()
  }
  return (above) => {
    const ms = Math.floor(nowMs())
    const made = next(ms)
    if (above === undefined || above < made) return made
    const aboveMs = timeOf(above)
    return aboveMs > ms + aheadAtMostMs ? made : after(aboveMs)
  }
}
