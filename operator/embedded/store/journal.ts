import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

import type { KubeObject } from '../kubeObject.ts'

/** One state of one object, or its end where `object` is missing. */
export interface JournalEntry {
  readonly revision: number
  /** Which kind: `parley.media/meetings`. */
  readonly resource: string
  /** `namespace/name`, or the name of an object without a namespace. */
  readonly key: string
  readonly object?: KubeObject
}

/** All objects at one revision. */
export interface Snapshot {
  readonly revision: number
  readonly entries: Iterable<JournalEntry>
}

/** Where changes are written before anybody hears of them. */
export interface Journal {
  /** Writes a change; throws, and leaves the file as it was, when that fails. The data is with the kernel when it returns. */
  append(entry: JournalEntry): void
  /** Whether the file has grown so much that {@link compact} is worth its time. */
  isLong(): boolean
  /** Replaces the file by one that holds `snapshot` only. */
  compact(snapshot: Snapshot): void
  close(): void
}

/** A journal that forgets, for a store in memory only. */
export const noJournal: Journal = {
  append: () => undefined,
  isLong: () => false,
  compact: () => undefined,
  close: () => undefined,
}

/** First line of a file: what it is, and the revision that its snapshot was taken at. */
interface Header {
  readonly journal: 1
  readonly revision: number
}

/** What a file held: the entries of its snapshot, then those since, in order. */
export interface Replay {
  /** Revision of the snapshot; entries up to it are states, later ones are changes. */
  readonly baseRevision: number
  readonly entries: readonly JournalEntry[]
}

/** Below this length a file is never compacted: reading it back takes a fraction of a second. */
const minimumBytes = 8 * 1024 * 1024
/** A file is long when it is this many times what the last snapshot took. */
const growth = 4

/**
 * Opens a journal file, and reads what it holds. A last line that was torn by a kill was never acknowledged and is cut off; a fault
 * anywhere else is an error, since silently losing what was acknowledged would be worse than not starting.
 */
export function openJournal(path: string): { journal: Journal; replay: Replay } {
  const { replay, goodBytes } = existsSync(path) ? readJournal(path) : { replay: { baseRevision: 0, entries: [] }, goodBytes: 0 }
  let descriptor = openSync(path, 'a')
  ftruncateSync(descriptor, goodBytes)
  let bytes = goodBytes
  let snapshotBytes = goodBytes

  const write = (text: string): void => {
    const buffer = Buffer.from(text)
    try {
      for (let done = 0; done < buffer.length;) done += writeSync(descriptor, buffer, done)
    } catch (error) {
      ftruncateSync(descriptor, bytes)
      throw error
    }
    bytes += buffer.length
  }
  if (bytes === 0) write(headerLine(0))

  const journal: Journal = {
    append: (entry) => write(`${JSON.stringify(entry)}\n`),
    isLong: () => bytes > Math.max(minimumBytes, growth * snapshotBytes),
    compact(snapshot) {
      const next = `${path}.next`
      const written = writeSnapshot(next, snapshot)
      renameSync(next, path)
      closeSync(descriptor)
      descriptor = openSync(path, 'a')
      bytes = written
      snapshotBytes = written
    },
    close: () => closeSync(descriptor),
  }
  return { journal, replay }
}

function headerLine(revision: number): string {
  return `${JSON.stringify({ journal: 1, revision } satisfies Header)}\n`
}

function writeSnapshot(path: string, { revision, entries }: Snapshot): number {
  const descriptor = openSync(path, 'w')
  try {
    let bytes = writeSync(descriptor, headerLine(revision))
    for (const entry of entries) bytes += writeSync(descriptor, `${JSON.stringify(entry)}\n`)
    return bytes
  } finally {
    closeSync(descriptor)
  }
}

function readJournal(path: string): { replay: Replay; goodBytes: number } {
  const data = readFileSync(path)
  const goodBytes = data.lastIndexOf(0x0a) + 1
  const lines = data.toString('utf8', 0, goodBytes).split('\n').slice(0, -1)
  const [first, ...rest] = lines.map((line, index) => parseLine(line, `${path}:${index + 1}`))
  if (first === undefined) return { replay: { baseRevision: 0, entries: [] }, goodBytes: 0 }
  const header = first as Partial<Header>
  if (header.journal !== 1 || typeof header.revision !== 'number') throw new Error(`${path} is not a data file of this program`)
  return { replay: { baseRevision: header.revision, entries: rest as JournalEntry[] }, goodBytes }
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line) as unknown
  } catch (cause) {
    throw new Error(`${where} cannot be read; restore the file, or remove it to start with nothing`, { cause })
  }
}
