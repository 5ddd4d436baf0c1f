import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { createLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { Topology } from '../../operator/api/topology.ts'
import { recallTopology, rememberTopology } from './topologyHint.ts'

const silent = createLog({
  service: 'test',
  level: 'error',
  destination: new Writable({ write: (_line, _encoding, done) => done() }),
})
const aTopology = (revision: number): Topology => ({ revision, epoch: 1, turnUrls: [], nodes: [], pools: [], meetings: [] })

/** A store of hints that counts how often it is written. */
function aStore() {
  const texts = new Map<string, string>()
  let writes = 0
  return {
    texts,
    writes: () => writes,
    remember(name: string, text: string) {
      writes += 1
      texts.set(name, text)
      return Promise.resolve()
    },
    recall: (name: string) => Promise.resolve(texts.get(name)),
  }
}

function aFollower() {
  const clock = virtualClock()
  const store = aStore()
  const listeners = new Set<(topology: Topology) => void>()
  const placement = {
    onTopology(listener: (topology: Topology) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const stop = rememberTopology({ bus: store, placement, clock })
  return { clock, store, stop, listeners, tell: (topology: Topology) => listeners.forEach((listener) => listener(topology)) }
}

test('many changes are left as one, the newest, and nothing is written where nothing changed', async () => {
  const { clock, store, tell } = aFollower()
  for (let revision = 1; revision <= 50; revision++) tell(aTopology(revision))
  await clock.advance(60_000)
  expect(store.writes()).toBe(1)
  expect(await recallTopology(store, silent)).toEqual(aTopology(50))
})

test('after its end it hears and writes no more', async () => {
  const { clock, store, stop, listeners, tell } = aFollower()
  tell(aTopology(1))
  stop()
  await clock.advance(60_000)
  expect([store.writes(), listeners.size, clock.pending()]).toEqual([0, 0, 0])
})

test('what is not there, no JSON or no topology counts as unknown', async () => {
  const store = aStore()
  expect(await recallTopology(store, silent)).toBeUndefined()
  for (const text of ['', '{', '[]', '{"revision":1}', JSON.stringify({ ...aTopology(1), nodes: [{ name: '../etc' }] })]) {
    store.texts.set('topology/1', text)
    expect([text, await recallTopology(store, silent)]).toEqual([text, undefined])
  }
})
