import { missing, waitFor } from '../../kit/wait.ts'
import type { MeetingRef } from '../api/identity.ts'
import type { TestNode } from './node.ts'
import type { Received, TestParticipant } from './participant.ts'

/** A bound for what takes a moment: a busy machine may take many. */
const timeoutMs = 30_000

/** Resolves when more of a received track is heard or seen than before. */
export async function flows({ count }: Received): Promise<void> {
  const before = count()
  await waitFor(() => (count() > before + 5 ? true : missing(`more than ${count()} sounds or pictures`)), { timeoutMs })
}

/** Resolves when the participant's roster says what is expected. */
export async function rosterOf(
  of: TestParticipant,
  expected: (people: readonly { participant: string; tracks: number; connected: boolean }[]) => boolean,
): Promise<void> {
  await waitFor(
    () => {
      const people = [...of.roster().values()].map(({ participant, tracks, connected }) => ({
        participant,
        tracks: tracks.length,
        connected,
      }))
      return expected(people) ? true : missing(`another roster than ${JSON.stringify(people)}`)
    },
    { timeoutMs },
  )
}

/** Resolves when all edges of the node's segment are up. */
export async function edgesUp(node: TestNode, meeting: MeetingRef, count: number): Promise<void> {
  await waitFor(
    async () => {
      const peers = (await node.client.getSegment(meeting))?.peers ?? []
      return peers.filter(({ up }) => up).length === count ? true : missing(`${count} edges up: ${JSON.stringify(peers)}`)
    },
    { timeoutMs },
  )
}

/** Resolves when the node's workers hold nothing but their ports, by their own word. */
export async function holdsNothing(node: TestNode): Promise<void> {
  await waitFor(
    async () => {
      const { workers } = await node.client.dump()
      const busy = workers.filter(({ routers, handlers }) => routers > 0 || handlers > 1)
      return busy.length === 0 ? true : missing(`empty workers, but ${JSON.stringify(busy)}`)
    },
    { timeoutMs },
  )
}
