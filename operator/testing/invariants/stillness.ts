import type { Simulation } from '../world/simulation.ts'

/**
 * The world as far as it must stand still once settled, a line a fact: what nodes host under which fence, and each write but for the Lease's
 * and for what is said of the nodes in `moving` and of their pools.
 */
export function stillness(simulation: Simulation, moving: readonly string[] = []): readonly string[] {
  const hosted = [...simulation.nodes.values()].flatMap((node) =>
    node.segments().map(({ meeting, epoch, generation }) => `${node.name} hosts ${meeting.name} by ${epoch}/${generation}`),
  )
  const mayMove = (write: string): boolean =>
    write.includes('Lease') ||
    (moving.length > 0 && write.includes('MediaNodePool')) ||
    moving.some((node) => write.includes(`/${node}`))
  const writes = simulation.cluster.written.map((write, at) => `write ${at}: ${write}`).filter((write) => !mayMove(write))
  return [...hosted, ...writes]
}
