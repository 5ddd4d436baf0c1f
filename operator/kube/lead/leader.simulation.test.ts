import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock, type VirtualClock } from '../../../kit/virtualClock.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import { fakeCluster, type FakeCluster } from '../fakeApi.ts'
import { createLeader } from './leader.ts'
import { kubeMetrics } from '../metrics.ts'
import { createOutage } from '../client/outage.ts'

interface Replica {
  isLeader(): boolean
  cut(seconds: number): void
  leave(): void
  /** From now on the network is quick. */
  heal(): void
}

/** A replica that comes back as a new process whenever its term is lost or it has left. */
function replica(setup: {
  name: string
  clock: VirtualClock
  cluster: FakeCluster
  random: () => number
  epochs: number[]
}): Replica {
  const { name, clock, cluster, random, epochs } = setup
  let life = 0
  let cutUntilMs = 0
  let slowMs = 3_000
  let leaving = new AbortController()
  let leader = start()

  function start(): ReturnType<typeof createLeader> {
    const offsetMs = Math.round((random() - 0.5) * 86_400_000)
    const made = createLeader({
      api: cluster.port({ latencyMs: () => random() * random() * slowMs, reachable: () => clock.monotonicMs() >= cutUntilMs }),
      lease: { namespace: 'parley', name: 'parley-operator' },
      identity: `${name}-${life++}`,
      address: name,
      highestReportedEpoch: () => epochs.at(-1) ?? 0,
      async lead(term) {
        epochs.push(term.epoch())
        await new Promise<void>((resolve) => term.stop.addEventListener('abort', () => resolve(), { once: true }))
        await clock.sleep(random() * 5_000, term.lost).catch(() => undefined)
      },
      clock: { ...clock, nowMs: () => clock.nowMs() + offsetMs },
      random,
      log: silentLog,
      outage: createOutage({ log: silentLog, clock }),
      metrics: createMetrics(kubeMetrics),
    })
    leaving = new AbortController()
    void made.run(leaving.signal).then(() => (leader = start()))
    return made
  }

  return {
    isLeader: () => leader.isLeader(),
    cut: (seconds) => (cutUntilMs = clock.monotonicMs() + seconds * 1_000),
    leave: () => leaving.abort(new Error('leaving')),
    heal: () => (slowMs = 10),
  }
}

const mishap = fc.record({
  who: fc.nat(2),
  what: fc.constantFrom('cut', 'leave', 'lostAnswer', 'unavailable', 'hang', 'nothing'),
  seconds: fc.integer({ min: 1, max: 40 }),
})

test(
  'never do two replicas believe that they lead, epochs rise, and in the end somebody leads',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(mishap, { maxLength: 12 }), async (seed, mishaps) => {
        const clock = virtualClock()
        const cluster = fakeCluster(clock)
        const random = seededRandom(seed)
        const epochs: number[] = []
        const replicas = ['a', 'b', 'c'].map((name) => replica({ name, clock, cluster, random, epochs }))
        const leaders = (): number => replicas.filter((each) => each.isLeader()).length
        const pass = async (seconds: number): Promise<void> => {
          for (let step = 0; step < seconds * 4; step++) {
            await clock.advance(250)
            expect(leaders()).toBeLessThanOrEqual(1)
          }
        }
        for (const { who, what, seconds } of mishaps) {
          if (what === 'cut') replicas[who]?.cut(seconds)
          else if (what === 'leave') replicas[who]?.leave()
          else if (what !== 'nothing') cluster.fail('mergePatch', what)
          await pass(seconds)
        }
        for (const each of replicas) each.heal()
        await pass(45)
        expect(leaders()).toBe(1)
        expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => a - b))
      }),
      { numRuns: 10 },
    )
  },
)
