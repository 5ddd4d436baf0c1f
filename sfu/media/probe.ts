import type { types } from 'mediasoup'

import type { Probe } from '../api/probe.ts'
import { candidatesAt } from './candidates.ts'
import { guarded, internalFault } from './faults.ts'
import type { MediaProbe } from './types.ts'

/** Handlers that a probe registers in its worker: its router's and its transport's. */
export const handlersPerProbe = 2

/** Whether a router serves a probe and no meeting. */
export const isProbe = (router: types.Router): boolean => router.appData['probe'] === true

/** An ICE end on a worker's port that nobody uses: a router of its own with one transport. */
export class WorkerProbe implements MediaProbe {
  readonly probe: Probe
  readonly #router: types.Router

  private constructor(router: types.Router, probe: Probe) {
    this.#router = router
    this.probe = probe
  }

  /** Makes one; nothing is left behind where that fails. */
  static async create(of: {
    index: number
    worker: types.Worker
    webRtcServer: types.WebRtcServer
    addresses: readonly string[] | undefined
  }): Promise<WorkerProbe> {
    const { index, worker, webRtcServer, addresses } = of
    const router = await guarded(() => worker.createRouter({ appData: { probe: true } }), internalFault)
    try {
      const { iceParameters, iceCandidates } = await guarded(
        () => router.createWebRtcTransport({ webRtcServer, enableUdp: true, enableTcp: true }),
        internalFault,
      )
      const { usernameFragment, password } = iceParameters
      const candidates = addresses ? candidatesAt(iceCandidates, addresses) : iceCandidates
      const targets = candidates.map(({ protocol, address, port }) => ({ protocol, address, port }))
      return new WorkerProbe(router, { worker: index, usernameFragment, password, targets })
    } catch (error) {
      router.close()
      throw error
    }
  }

  get closed(): boolean {
    return this.#router.closed
  }

  close(): void {
    this.#router.close()
  }
}
