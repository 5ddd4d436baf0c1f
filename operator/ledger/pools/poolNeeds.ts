import type { Meeting, MediaNodePool } from '../../../crds/index.ts'
import { toldOfPools } from '../../placement/poolMistakes.ts'

/** Meetings of one namespace that ask the same of pools, and so are answered the same. */
export interface Need {
  readonly words: string
  /** One of them. */
  readonly object: Meeting
  /** Their keys. */
  readonly meetings: Set<string>
}

/** A meeting that may have an object. */
interface Asking {
  readonly key: string
  /** What its object asks for; undefined where it has none. */
  need: Need | undefined
}

/** What an object asks of pools, as text: most of a namespace ask for nothing particular. */
function wordsOf({ metadata: { namespace }, spec: { pools, poolSelector, regions } }: Meeting): string {
  return JSON.stringify([namespace, pools, poolSelector, regions])
}

/**
 * What the objects of meetings ask of pools. When a pool becomes another, each need is answered anew, once for all meetings that have it:
 * what that costs are the different needs, and whom it makes looked at are those whose answer is another.
 */
export class PoolNeeds {
  readonly #byWords = new Map<string, Need>()

  /** The meeting has this object. */
  put(meeting: Asking, object: Meeting): void {
    const words = wordsOf(object)
    if (meeting.need?.words === words) return
    this.remove(meeting)
    const need = this.#byWords.get(words) ?? { words, object, meetings: new Set() }
    this.#byWords.set(words, need)
    need.meetings.add(meeting.key)
    meeting.need = need
  }

  /** The meeting has no object. */
  remove(meeting: Asking): void {
    const { need, key } = meeting
    if (need === undefined) return
    meeting.need = undefined
    need.meetings.delete(key)
    if (need.meetings.size === 0) this.#byWords.delete(need.words)
  }

  /** The meetings that are told otherwise of their pools, now that these are others. */
  toldOtherwise(before: readonly MediaNodePool[], after: readonly MediaNodePool[]): readonly string[] {
    return [...this.#byWords.values()]
      .filter(({ object }) => toldOfPools(before, object) !== toldOfPools(after, object))
      .flatMap(({ meetings }) => [...meetings])
  }
}
