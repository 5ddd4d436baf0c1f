import { applyChange, rosterOf, type Roster, type RosterChange, type RosterEntry } from '../../sfu/api/roster.ts'
import { rosterDiff } from '../../sfu/api/rosterDiff.ts'
import { shownStay } from '../api/shownStay.ts'

const noStays: Roster = new Map()

const participantOf = (change: RosterChange): string => (change.type === 'joined' ? change.entry.participant : change.participant)
const attachmentOf = (change: RosterChange): string => (change.type === 'joined' ? change.entry.attachment : change.attachment)

/**
 * The people of a meeting as clients are shown them, each once, from what their media node tells of every stay. Who has left by one stay is not
 * there by an earlier one either: that is of a media node that is lost, unless it is heard of again.
 */
export class ShownPeople {
  readonly #stays = new Map<string, Roster>()
  /** The latest stay by which somebody left of whom an earlier one is still told. */
  readonly #leftBy = new Map<string, string>()

  entries(): readonly RosterEntry[] {
    return [...this.#stays].flatMap(([participant, stays]) => this.#shownOf(participant, stays) ?? [])
  }

  /** Steps of the media node's roster; returns those that clients are told. */
  step(changes: readonly RosterChange[]): readonly RosterChange[] {
    return [...Map.groupBy(changes, participantOf)].flatMap(([participant, theirs]) =>
      this.#become(participant, () => theirs.reduce((stays, change) => this.#apply(stays, change), this.#staysOf(participant))),
    )
  }

  /** All that the media node tells of; returns the steps from what clients were shown. */
  replace(entries: readonly RosterEntry[]): readonly RosterChange[] {
    const told = Map.groupBy(entries, ({ participant }) => participant)
    const everybody = new Set([...this.#stays.keys(), ...told.keys()])
    return [...everybody].flatMap((participant) => this.#become(participant, () => rosterOf(told.get(participant) ?? [])))
  }

  #staysOf(participant: string): Roster {
    return this.#stays.get(participant) ?? noStays
  }

  #apply(stays: Roster, change: RosterChange): Roster {
    const participant = participantOf(change)
    const attachment = attachmentOf(change)
    const leftBy = this.#leftBy.get(participant)
    if (change.type !== 'left') {
      if (leftBy !== undefined && attachment <= leftBy) this.#leftBy.delete(participant)
    } else if (leftBy === undefined || attachment > leftBy) this.#leftBy.set(participant, attachment)
    return applyChange(stays, change)
  }

  #become(participant: string, next: () => Roster): readonly RosterChange[] {
    const before = this.#shown(participant)
    const stays = next()
    if (stays.size > 0) this.#stays.set(participant, stays)
    else {
      this.#stays.delete(participant)
      this.#leftBy.delete(participant)
    }
    return rosterDiff(before, this.#shown(participant))
  }

  #shown(participant: string): Roster {
    const stay = this.#shownOf(participant, this.#staysOf(participant))
    return stay === undefined ? noStays : rosterOf([stay])
  }

  #shownOf(participant: string, stays: Roster): RosterEntry | undefined {
    const leftBy = this.#leftBy.get(participant)
    const stay = shownStay(stays.values())
    return stay === undefined || (leftBy !== undefined && stay.attachment < leftBy) ? undefined : stay
  }
}
