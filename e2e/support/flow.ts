import { missing, waitFor } from '../../kit/wait.ts'
import type { SyntheticParticipant } from '../../signaling/client/synthetic/syntheticParticipant.ts'
import type { BrowserPerson } from './browserPerson.ts'
import { nameOf } from './people.ts'

/** Somebody in a meeting, however they are in it: who they are and what they have received so far. */
export interface Viewer {
  readonly name: string
  readonly participant: string
  /** Pictures decoded and energy of sound, of one other person, so far. */
  receivedFrom(participant: string): Promise<{ readonly frames: number; readonly energy: number }>
}

/** A synthetic participant as a viewer. */
export function asViewer(person: SyntheticParticipant): Viewer {
  return {
    name: nameOf(person),
    participant: person.participant,
    receivedFrom: (participant) =>
      Promise.resolve({ frames: person.framesReceivedFrom(participant), energy: person.audioEnergyFrom(participant) }),
  }
}

/** Somebody with a browser as a viewer. */
export async function asBrowserViewer(person: BrowserPerson): Promise<Viewer> {
  const view = await person.view()
  if (!view) throw new Error(`${person.name} is in no meeting`)
  return {
    name: person.name,
    participant: view.participant,
    async receivedFrom(participant) {
      const { incoming } = await person.stats()
      return {
        frames: incoming[`${participant}/camera`]?.frames ?? 0,
        energy: incoming[`${participant}/microphone`]?.audioEnergy ?? 0,
      }
    },
  }
}

/** New frames that count as a picture that moves: more than a key frame that was under way. */
const newFrames = 5

/** Waits until each of them has decoded new pictures and heard new sound of each other one, counted from now. */
export async function allReceiveAll(viewers: readonly Viewer[], timeoutMs: number = 60_000): Promise<void> {
  const pairs = viewers.flatMap((to) => viewers.filter((from) => from !== to).map((from) => ({ to, from })))
  const starts = await Promise.all(
    pairs.map(async ({ to, from }) => ({ to, from, before: await to.receivedFrom(from.participant) })),
  )
  await waitFor(
    async () => {
      const lacking = await Promise.all(
        starts.map(async ({ to, from, before }) => {
          const now = await to.receivedFrom(from.participant)
          return [
            ...(now.frames >= before.frames + newFrames ? [] : [`${to.name} sees no new frames of ${from.name} (${now.frames})`]),
            ...(now.energy > before.energy ? [] : [`${to.name} hears nothing of ${from.name}`]),
          ]
        }),
      )
      const all = lacking.flat()
      return all.length === 0 || missing(all.join('; '))
    },
    { timeoutMs, pollMs: 250 },
  )
}
