import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { FakeMediaNode } from './fakeMediaNode.ts'

/**
 * Who is in a meeting as its segment on `node` knows it, and their latest attachment: its own people, and those of all segments that it reaches by pipes that are up at
 * both ends.
 */
export function rosterOf(
  nodes: ReadonlyMap<string, FakeMediaNode>,
  meeting: MeetingRef,
  node: string,
): ReadonlyMap<string, string> {
  const seen = new Set<string>()
  const people = new Map<string, string>()
  const next = [node]
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    const report = nodes.get(name)?.get(meeting)
    if (report === undefined || seen.has(name)) continue
    seen.add(name)
    for (const { participant, attachment, hidden } of report.participants)
      if (!hidden && attachment > (people.get(participant) ?? '')) people.set(participant, attachment)
    next.push(...report.peers.filter((peer) => peer.up).map((peer) => peer.node))
  }
  return people
}
