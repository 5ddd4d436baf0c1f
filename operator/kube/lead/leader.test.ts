import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { fakeCluster } from '../fakeApi.ts'
import { kinds, type Lease } from '../kinds.ts'
import { createLeader } from './leader.ts'
import type { Term } from './leaderTypes.ts'
import { kubeMetrics } from '../metrics.ts'
import { createOutage } from '../client/outage.ts'

const lease = { namespace: 'parley', name: 'parley-operator' }

function anElection() {
  const clock = virtualClock()
  const cluster = fakeCluster(clock)

  /** A replica that stands for election at once; its work takes `drainMs` to end. */
  function candidate(identity: string, setup: { reported?: number; drainMs?: number; clockOffsetMs?: number } = {}) {
    const state = { reachable: true, reported: setup.reported ?? 0 }
    const terms: Term[] = []
    const epochs: number[] = []
    const leaving = new AbortController()
    const offsetMs = setup.clockOffsetMs ?? 0
    const leader = createLeader({
      api: cluster.port({ latencyMs: () => 20, reachable: () => state.reachable }),
      lease,
      identity,
      address: `http://${identity}:8080`,
      highestReportedEpoch: () => state.reported,
      async lead(term) {
        terms.push(term)
        // The epoch stands in the Lease before the first order.
        const annotated = cluster.object(kinds.Lease, lease.name)?.metadata.annotations?.['parley.media/epoch']
        expect(annotated).toBe(String(term.epoch()))
        epochs.push(term.epoch())
        await new Promise<void>((resolve) => term.stop.addEventListener('abort', () => resolve(), { once: true }))
        await clock.sleep(setup.drainMs ?? 0, term.lost).catch(() => undefined)
      },
      clock: { ...clock, nowMs: () => clock.nowMs() + offsetMs },
      random: () => 0.5,
      log: silentLog,
      outage: createOutage({ log: silentLog, clock }),
      metrics: createMetrics(kubeMetrics),
    })
    const ended = leader.run(leaving.signal)
    return { ...state, state, leader, terms, epochs, ended, leave: () => leaving.abort(new Error('leaving')), identity }
  }
  return {
    clock,
    cluster,
    candidate,
    record: () => cluster.object(kinds.Lease, lease.name),
    edit: (change: (lease: Lease) => object) =>
      cluster.put(kinds.Lease, change(cluster.object(kinds.Lease, lease.name) as Lease)),
  }
}

test('the first that comes leads, and its Lease names it, its address and its epoch', async () => {
  const { clock, candidate, record } = anElection()
  const a = candidate('a')
  const b = candidate('b')
  await clock.advance(1_000)
  expect([a.leader.isLeader(), b.leader.isLeader()].filter(Boolean)).toHaveLength(1)
  const first = a.leader.isLeader() ? a : b
  expect(first.epochs).toEqual([1])
  expect(record()).toMatchObject({
    metadata: { annotations: { 'parley.media/epoch': '1', 'parley.media/address': `http://${first.identity}:8080` } },
    spec: { holderIdentity: first.identity, leaseDurationSeconds: 15, leaseTransitions: 0 },
  })
  await clock.advance(5_000)
  const holder = { identity: first.identity, address: `http://${first.identity}:8080`, epoch: 1, fresh: true }
  expect([a.leader.holder(), b.leader.holder()]).toEqual([holder, holder])
})

test('a leader that stops drains first, releases then, and the next takes over at once with a higher epoch', async () => {
  const { clock, candidate, record } = anElection()
  const a = candidate('a', { drainMs: 20_000 })
  await clock.advance(1_000)
  const b = candidate('b')
  await clock.advance(1_000)
  a.leave()
  await clock.advance(19_000)
  expect(record()?.spec?.holderIdentity).toBe('a')
  expect(b.leader.isLeader()).toBe(false)
  await clock.advance(4_000)
  await expect(a.ended).resolves.toBe('stopped')
  expect(a.terms[0]?.lost.aborted).toBe(false)
  expect(b.leader.isLeader()).toBe(true)
  expect(b.epochs).toEqual([2])
})

test('a Lease is given back although a renewal was on its way', async () => {
  const { clock, cluster, candidate, record } = anElection()
  const a = candidate('a')
  await clock.advance(2_045)
  cluster.fail('mergePatch', 'lostAnswer')
  a.leave()
  await clock.advance(1_000)
  await expect(a.ended).resolves.toBe('stopped')
  expect(record()?.spec?.holderIdentity).toBeUndefined()
})

test('a leader that vanishes is followed after the Lease has lapsed, whatever its clock said', async () => {
  const { clock, candidate } = anElection()
  const a = candidate('a', { clockOffsetMs: 3_600_000 })
  await clock.advance(1_000)
  const b = candidate('b', { clockOffsetMs: -3_600_000 })
  await clock.advance(1_000)
  a.state.reachable = false
  await clock.advance(10_000)
  expect(b.leader.isLeader()).toBe(false)
  await clock.advance(8_000)
  expect(b.leader.isLeader()).toBe(true)
  expect(b.epochs).toEqual([2])
})

test('a leader that cannot renew knows within ten seconds, aborts its work and ends', async () => {
  const { clock, candidate } = anElection()
  const a = candidate('a', { drainMs: 60_000 })
  await clock.advance(1_000)
  a.state.reachable = false
  await clock.advance(8_000)
  expect(a.leader.isLeader()).toBe(true)
  await clock.advance(3_000)
  expect(a.leader.isLeader()).toBe(false)
  expect(a.terms[0]?.lost.aborted).toBe(true)
  await expect(a.ended).resolves.toBe('lost')
  expect(clock.pending()).toBe(0)
})

test('passing faults of the API server cost no leadership', async () => {
  const { clock, cluster, candidate } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  for (const faults of [
    ['unavailable', 'network'],
    ['lostAnswer', 'timeout'],
    ['tooManyRequests'],
    ['lostAnswer', 'lostAnswer'],
  ] as const) {
    cluster.fail('mergePatch', ...faults)
    await clock.advance(20_000)
  }
  cluster.fail('mergePatch', 'hang')
  cluster.fail('get', 'badResponse')
  await clock.advance(20_000)
  expect(a.leader.isLeader()).toBe(true)
  expect(a.epochs).toEqual([1])
})

test('an acquisition whose answer was lost is found and begun anew', async () => {
  const { clock, cluster, candidate } = anElection()
  cluster.fail('create', 'lostAnswer')
  const a = candidate('a')
  await clock.advance(5_000)
  expect(a.leader.isLeader()).toBe(true)
  expect(a.epochs).toEqual([2])
})

test('a renewal is kept although the wall clock jumps', async () => {
  const { clock, candidate } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  const b = candidate('b', { clockOffsetMs: 86_400_000 })
  await clock.advance(120_000)
  expect([a.leader.isLeader(), b.leader.isLeader()]).toEqual([true, false])
})

test('somebody who annotates the Lease keeps no dead leader alive', async () => {
  const { clock, candidate, edit } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  const b = candidate('b')
  a.state.reachable = false
  for (let second = 0; second < 20; second++) {
    edit((held) => ({ ...held, metadata: { ...held.metadata, labels: { at: String(second) } } }))
    await clock.advance(1_000)
  }
  expect(b.leader.isLeader()).toBe(true)
})

test('a Lease that is edited by a person is taken up, and a holder put there by one is obeyed', async () => {
  const { clock, candidate, edit } = anElection()
  const a = candidate('a', { drainMs: 0 })
  await clock.advance(1_000)
  edit((held) => ({ ...held, metadata: { ...held.metadata, annotations: { 'parley.media/epoch': 'nonsense' } } }))
  await clock.advance(5_000)
  expect(a.leader.isLeader()).toBe(true)
  edit((held) => ({ ...held, spec: { ...held.spec, holderIdentity: 'somebody' } }))
  await clock.advance(3_000)
  expect(a.leader.isLeader()).toBe(false)
  await expect(a.ended).resolves.toBe('lost')
})

test('a deleted Lease is made again by its leader, and nobody else leads meanwhile', async () => {
  const { clock, cluster, candidate, record } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  const b = candidate('b')
  await clock.advance(3_000)
  cluster.remove(kinds.Lease, lease)
  await clock.advance(30_000)
  expect([a.leader.isLeader(), b.leader.isLeader()]).toEqual([true, false])
  expect(record()?.metadata.annotations?.['parley.media/epoch']).toBe('1')
})

test('a deleted or restored Lease locks nobody out: the epoch is above what media nodes report', async () => {
  const { clock, cluster, candidate } = anElection()
  const a = candidate('a', { reported: 41 })
  await clock.advance(1_000)
  expect(a.epochs).toEqual([42])
  a.leave()
  await clock.advance(5_000)
  cluster.remove(kinds.Lease, lease)
  const b = candidate('b', { reported: 42 })
  await clock.advance(1_000)
  expect(b.epochs).toEqual([43])
  b.state.reachable = false
  await clock.advance(12_000)
  cluster.put(kinds.Lease, {
    metadata: { ...lease, annotations: { 'parley.media/epoch': '3' } },
    spec: { holderIdentity: 'x', leaseTransitions: 7 },
  })
  const c = candidate('c', { reported: 43 })
  await clock.advance(14_000)
  expect(c.leader.isLeader()).toBe(false)
  await clock.advance(4_000)
  expect(c.epochs).toEqual([44])
})

test('the epoch is above the transitions of the Lease too', async () => {
  const { clock, cluster, candidate } = anElection()
  cluster.put(kinds.Lease, { metadata: lease, spec: { leaseTransitions: 9 } })
  const a = candidate('a')
  await clock.advance(1_000)
  expect(a.epochs).toEqual([10])
})

test('a leader that is refused as old takes a higher epoch, written first, and only once', async () => {
  const { clock, cluster, candidate, record } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  const [term] = a.terms
  cluster.fail('mergePatch', 'conflict')
  const raised = Promise.all([term?.raiseEpoch(7), term?.raiseEpoch(7), term?.raiseEpoch(5)])
  await clock.advance(1_000)
  expect(await raised).toEqual([8, 8, 8])
  expect(term?.epoch()).toBe(8)
  expect(record()?.metadata.annotations?.['parley.media/epoch']).toBe('8')
  await clock.advance(30_000)
  expect(record()?.metadata.annotations?.['parley.media/epoch']).toBe('8')
})

test('an epoch that cannot be written is not used', async () => {
  const { clock, cluster, candidate } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  cluster.fail('mergePatch', 'unavailable')
  const raised = a.terms[0]?.raiseEpoch(7)
  await Promise.all([expect(raised).rejects.toMatchObject({ reason: 'unavailable' }), clock.advance(100)])
  expect(a.terms[0]?.epoch()).toBe(1)
})

test('a candidate that leaves before it leads leaves nothing behind', async () => {
  const { clock, candidate } = anElection()
  const a = candidate('a')
  await clock.advance(1_000)
  const b = candidate('b')
  await clock.advance(5_000)
  b.leave()
  a.leave()
  await clock.advance(5_000)
  await expect(Promise.all([a.ended, b.ended])).resolves.toEqual(['stopped', 'stopped'])
  expect(clock.pending()).toBe(0)
})
