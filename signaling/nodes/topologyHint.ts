import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { PlacementClient } from '../../operator/api/client.ts'
import { topology as topologySchema, type Topology } from '../../operator/api/topology.ts'
import type { Bus } from '../bus/bus.ts'

/** Name of the hint. The number rises with a change of the topology that an older replica could not read. */
const hint = 'topology/1'
/** A snapshot of thousands of nodes is megabytes: it is written this often at most, and only after a change. */
const writeEveryMs = 10_000
/** An older one names media nodes that are gone; who uses it is refused there and asks for the next. */
const lifeMs = 24 * 60 * 60_000

/**
 * The topology that a replica left for those that start while no operator answers; undefined where there is none or it does not fit.
 * What is placed by it is checked by the media node itself, as with every fallback.
 */
export async function recallTopology(bus: Pick<Bus, 'recall'>, log: Log): Promise<Topology | undefined> {
  const text = await bus.recall(hint)
  if (text === undefined) return undefined
  try {
    return topologySchema.parse(JSON.parse(text))
  } catch (err) {
    log.warn({ err }, 'the topology that another replica left cannot be read')
    return undefined
  }
}

/** Leaves each newer topology for replicas that start later; returns what ends it. */
export function rememberTopology(options: {
  bus: Pick<Bus, 'remember'>
  placement: Pick<PlacementClient, 'onTopology'>
  clock: Clock
}): () => void {
  const { bus, placement, clock } = options
  let newest: Topology | undefined
  const stop = placement.onTopology((topology) => (newest = topology))
  const writing = clock.every(writeEveryMs, () => {
    if (newest === undefined) return
    void bus.remember(hint, JSON.stringify(newest), lifeMs)
    newest = undefined
  })
  return () => {
    stop()
    writing.cancel()
  }
}
