import { missing, waitFor } from '../../kit/wait.ts'
import type { SyntheticParticipant } from '../../signaling/client/synthetic/syntheticParticipant.ts'
import { joinAt, type Entrance } from '../support/entrance.ts'
import { allReceiveAll, asViewer } from '../support/flow.ts'
import { nameOf } from '../support/people.ts'

/** People without browsers in the meetings of one installation, so that a test can end all that it brought in. */
export interface Crowd {
  /** Lets people into a meeting, one after the other. */
  join(meeting: string, ...names: readonly string[]): Promise<readonly SyntheticParticipant[]>
  /** Waits until each hears and sees each other anew. */
  flows(people: readonly SyntheticParticipant[], timeoutMs?: number): Promise<void>
  /** Waits until all of them are live, away from the media nodes named. */
  areLive(people: readonly SyntheticParticipant[], away?: readonly string[]): Promise<void>
  /** Lets some of them leave, or all. */
  leave(people?: readonly SyntheticParticipant[]): Promise<void>
}

/** Media nodes that serve these people now. */
export const nodesOf = (people: readonly SyntheticParticipant[]): readonly string[] =>
  people.map(({ client }) => client.state.node?.name ?? '(none)')

/** How somebody gets on, with what keeps them from being live. */
function lifeOf({ client: { state } }: SyntheticParticipant): string {
  const { life } = state
  if (life.at === 'closed') return `closed (${life.code}: ${life.why})`
  return 'trouble' in life && life.trouble !== undefined ? `${life.at} (${life.trouble.code}: ${life.trouble.why})` : life.at
}

/** How long a killed process, its Pod or its node may keep people out: images are on the nodes, so that a start takes seconds; a busy machine takes some times as long. */
const recoveryMs = 180_000

/** Nobody yet. */
export function createCrowd(entrance: () => Entrance): Crowd {
  const inside = new Set<SyntheticParticipant>()
  return {
    async join(meeting, ...names) {
      const people: SyntheticParticipant[] = []
      for (const name of names) {
        const person = await joinAt(entrance(), { meeting, name })
        inside.add(person)
        people.push(person)
      }
      return people
    },
    flows: (people, timeoutMs = recoveryMs) => allReceiveAll(people.map(asViewer), timeoutMs),
    async areLive(people, away = []) {
      await waitFor(
        () => {
          const late = people.filter(({ client: { state } }) => state.life.at !== 'live' || away.includes(state.node?.name ?? ''))
          const how = late.map((person) => `${nameOf(person)} is ${lifeOf(person)} on ${nodesOf([person]).join()}`)
          return late.length === 0 || missing(how.join(', '))
        },
        { timeoutMs: recoveryMs, pollMs: 200 },
      )
    },
    async leave(people = [...inside]) {
      for (const person of people) {
        await person.leave()
        inside.delete(person)
      }
    },
  }
}
