import type { types } from 'mediasoup'

import { isProbe } from './probe.ts'

/** How much a worker carries now. */
export interface WorkerCounts {
  routers: number
  transports: number
  pipes: number
  producers: number
  consumers: number
}

interface Closable {
  readonly observer: { once(event: 'close', listener: () => void): unknown }
}

/**
 * Counts what a worker carries by mediasoup's observers, so that nothing has to remember to count; probes are no load. `onTransport` is told of each new
 * transport: whoever samples their bits lists them by it.
 */
export function countWorker(worker: types.Worker, onTransport: (transport: types.Transport) => void): Readonly<WorkerCounts> {
  const counts: WorkerCounts = { routers: 0, transports: 0, pipes: 0, producers: 0, consumers: 0 }
  const count = (key: keyof WorkerCounts, what: Closable): void => {
    counts[key]++
    what.observer.once('close', () => counts[key]--)
  }
  const countTransport = (transport: types.Transport): void => {
    count('transports', transport)
    if (transport.type === 'pipe') count('pipes', transport)
    transport.observer.on('newproducer', (producer) => count('producers', producer))
    transport.observer.on('newconsumer', (consumer) => count('consumers', consumer))
    onTransport(transport)
  }
  worker.observer.on('newrouter', (router) => {
    if (isProbe(router)) return
    count('routers', router)
    router.observer.on('newtransport', countTransport)
  })
  return counts
}
