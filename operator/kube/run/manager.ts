import { aborted } from '../../../kit/abort.ts'
import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import type { ApiPort, Selection } from '../client/apiPort.ts'
import { startController, type Controller } from './controller.ts'
import { createLeader } from '../lead/leader.ts'
import type { Holder, LeaderOptions, Term, TermEnd } from '../lead/leaderTypes.ts'
import type { KubeMetrics } from '../metrics.ts'
import type { KindRef, KubeObject } from '../objects.ts'
import { createOutage } from '../client/outage.ts'
import { createReflector, type Reflector } from '../watch/reflector.ts'
import { createStore, type Indexes, type Store } from '../watch/store.ts'
import { createWriteBucket, type WriteBucket } from '../write/writeBucket.ts'

/** What a manager is made of. */
export interface ManagerOptions extends Pick<LeaderOptions, 'lease' | 'identity' | 'address' | 'highestReportedEpoch' | 'times'> {
  readonly api: ApiPort
  /** How long the controllers and the bucket may take to drain; 10 s unless told otherwise. */
  readonly drainMs?: number
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly metrics: KubeMetrics
}

/** The runtime of one operator replica: caches on every replica, controllers on the one that leads. */
export interface Manager {
  /** Declares a cache, before `run`. Nothing waits for an optional one: rights for it may be missing. */
  watch<T extends KubeObject, Index extends string = never>(
    kind: KindRef<T>,
    options?: { readonly selection?: Selection; readonly indexes?: Indexes<T, Index>; readonly isOptional?: true },
  ): Store<T, Index>
  /** Declares a controller, before `run`. */
  control(controller: Controller): void
  /** Calls `begin` when a term begins, before its controllers start. */
  onTerm(begin: (term: Term) => void): void
  /** The one door for status and Events; it closes when the term ends. */
  readonly bucket: WriteBucket
  isLeader(): boolean
  holder(): Holder | undefined
  /** The kinds whose caches have not been filled yet, but for optional ones. */
  unsynced(): readonly string[]
  /** Fills the caches, stands for election, leads, and stops in good order. `lost` means that the process should exit. */
  run(signal: AbortSignal): Promise<TermEnd>
}

const defaultDrainMs = 10_000

/** Makes the manager. */
export function createManager(options: ManagerOptions): Manager {
  const { api, clock, random, log, metrics, drainMs = defaultDrainMs } = options
  const reflectors: { kind: string; reflector: Reflector; isOptional: boolean }[] = []
  const controllers: Controller[] = []
  const beginnings: ((term: Term) => void)[] = []
  const lost = new AbortController()
  const bucket = createWriteBucket({ clock, log, metrics, signal: lost.signal })
  const syncs = new Set<() => void>()
  const outage = createOutage({ log, clock })

  const leader = createLeader({ ...options, outage, lead })

  async function lead(term: Term): Promise<void> {
    term.lost.addEventListener('abort', () => lost.abort(term.lost.reason), { once: true })
    for (const begin of beginnings) begin(term)
    const running = controllers.map((controller) => startController(controller, { term, clock, random, log, metrics }))
    await aborted(term.stop)
    const late = new AbortController()
    const timer = clock.after(drainMs, () => late.abort(new Error(`not drained within ${drainMs} ms`)))
    const deadline = AbortSignal.any([late.signal, term.lost])
    await Promise.all(running.map((controller) => controller.stop(deadline)))
    await bucket.drain(deadline)
    timer.cancel()
  }

  const unsynced = (): readonly string[] =>
    reflectors.filter(({ reflector, isOptional }) => !isOptional && !reflector.synced()).map(({ kind }) => kind)

  async function allSynced(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (unsynced().length === 0 || signal.aborted) resolve()
      }
      syncs.add(check)
      signal.addEventListener('abort', check, { once: true })
      check()
    })
    syncs.clear()
  }

  return {
    watch<T extends KubeObject, Index extends string>(
      kind: KindRef<T>,
      {
        selection = {},
        indexes,
        isOptional = false,
      }: { readonly selection?: Selection; readonly indexes?: Indexes<T, Index>; readonly isOptional?: boolean } = {},
    ) {
      const store = createStore(indexes)
      const onSync = (): void => {
        for (const check of syncs) check()
      }
      const reflector = createReflector({ api, kind, selection, store, clock, random, outage, metrics, onSync })
      reflectors.push({ kind: kind.kind, reflector, isOptional })
      return store
    },
    control: (controller) => void controllers.push(controller),
    onTerm: (begin) => void beginnings.push(begin),
    bucket,
    isLeader: () => leader.isLeader(),
    holder: () => leader.holder(),
    unsynced,
    async run(signal) {
      const watching = new AbortController()
      const watches = reflectors.map(({ reflector }) => reflector.run(watching.signal))
      try {
        await allSynced(signal)
        return await leader.run(signal)
      } finally {
        watching.abort(new Error('the manager stops'))
        await Promise.all(watches)
      }
    },
  }
}
