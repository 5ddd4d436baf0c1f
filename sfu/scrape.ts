import { isDraining, type DrainReport } from './api/drain.ts'
import type { NodeLoad } from './api/load.ts'
import type { LoadFeed } from './load/feed.ts'
import type { WorkerPool } from './media/workerPool.ts'
import type { SfuMetrics } from './metrics.ts'
import type { Segments } from './segment/segments.ts'

/** Where the figures come from. */
export interface ScrapeSources {
  readonly metrics: SfuMetrics
  readonly pool: WorkerPool
  readonly segments: Segments
  readonly feed: LoadFeed
  readonly load: () => NodeLoad
  readonly drain: () => DrainReport
}

function tellDrain(metrics: SfuMetrics, report: DrainReport): void {
  const draining = isDraining(report)
  metrics.draining.set(Number(draining))
  metrics.drainLeft.set(draining ? report.left : 0)
  metrics.drainTold.set(draining ? report.moved : 0)
}

/** Sets all gauges to what is true now and renders them. */
export async function scrape({
  metrics,
  pool,
  segments,
  feed,
  load,
  drain,
}: ScrapeSources): Promise<{ text: string; contentType: string }> {
  const { egressBitsPerSecond, ingressBitsPerSecond, pipes, participants } = load()
  metrics.workers.set(pool.workers.length)
  for (const { index, cpu, counts } of pool.workers) {
    const worker = String(index)
    metrics.routers.set({ worker }, counts.routers)
    metrics.transports.set({ worker }, counts.transports)
    metrics.producers.set({ worker }, counts.producers)
    metrics.consumers.set({ worker }, counts.consumers)
    metrics.workerCpu.set({ worker }, cpu)
  }
  metrics.workerCrashes.reset()
  metrics.workerCrashes.inc(pool.deaths)
  metrics.egress.set(egressBitsPerSecond)
  metrics.ingress.set(ingressBitsPerSecond)
  metrics.pipes.set(pipes)
  metrics.segments.set(segments.all.length)
  metrics.participants.set(participants)
  metrics.loadReaders.set(feed.readers)
  tellDrain(metrics, drain())
  return { text: await metrics.registry.metrics(), contentType: metrics.registry.contentType }
}
