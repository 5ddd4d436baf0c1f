import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import type { KubeObject } from '../kubeObject.ts'
import { openJournal } from './journal.ts'
import { Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-journal-'))
let files = 0
const newFile = (): string => join(folder, `data-${++files}`)
afterAll(() => rmSync(folder, { recursive: true }))

const lease = (holder: string): KubeObject => ({ apiVersion: 'v1', kind: 'Lease', metadata: { name: 'a' }, spec: { holder } })
const openStore = (path: string): Store => new Store({ ...openJournal(path), historyLength: 100 })

/** A store that was killed: its file stays open, nothing was said at the end. */
const killed = (path: string, write: (store: Store) => void): Store => {
  const store = openStore(path)
  write(store)
  return store
}

test('what was written is there after a kill, under its version, and versions go on rising', () => {
  const path = newFile()
  const before = killed(path, (store) => {
    store.write('leases', 'ns/a', lease('one'))
    store.write('leases', 'ns/a', lease('two'))
    store.write('leases', 'ns/b', lease('three'))
    store.remove('leases', 'ns/b')
  })
  const after = openStore(path)
  expect(after.list('leases')).toEqual(before.list('leases'))
  expect(after.revision).toBe(4)
  expect(after.write('leases', 'ns/c', lease('four')).metadata.resourceVersion).toBe('5')
})

test('a watch goes on across a kill', () => {
  const path = newFile()
  killed(path, (store) => {
    store.write('leases', 'ns/a', lease('one'))
    store.write('leases', 'ns/a', lease('two'))
    store.remove('leases', 'ns/a')
  })
  const changes = openStore(path).changesSince('leases', 1)
  expect(changes).toMatchObject([
    { revision: 2, key: 'ns/a' },
    { revision: 3, before: { spec: { holder: 'two' } } },
  ])
})

test('a line that a kill tore was never acknowledged and is cut off', () => {
  const path = newFile()
  killed(path, (store) => store.write('leases', 'ns/a', lease('one')))
  appendFileSync(path, '{"revision":2,"resource":"leases","key":"ns/a","obj')
  const store = openStore(path)
  expect(store.revision).toBe(1)
  store.write('leases', 'ns/a', lease('two'))
  expect(openStore(path).get('leases', 'ns/a')).toMatchObject({ metadata: { resourceVersion: '2' }, spec: { holder: 'two' } })
})

test('a file of which nothing was finished is an empty one', () => {
  const path = newFile()
  writeFileSync(path, '{"journal":1,"rev')
  expect(openStore(path).revision).toBe(0)
})

test('a fault within the file is named and nothing is touched', () => {
  const path = newFile()
  killed(path, (store) => store.write('leases', 'ns/a', lease('one')))
  appendFileSync(path, 'garbage\n')
  appendFileSync(path, '{"revision":2,"resource":"leases","key":"ns/a"}\n')
  const text = readFileSync(path, 'utf8')
  expect(() => openStore(path)).toThrow(`${path}:3 cannot be read`)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('a file of something else is refused', () => {
  const path = newFile()
  writeFileSync(path, '{"some":"thing"}\n')
  expect(() => openStore(path)).toThrow(`${path} is not a data file of this program`)
})

test('a long file is replaced by what it amounts to', () => {
  const path = newFile()
  const store = openStore(path)
  const large = 'x'.repeat(100_000)
  for (let round = 0; round < 200; round++) store.write('leases', 'ns/a', lease(large + String(round)))
  store.write('leases', 'ns/b', lease('small'))
  expect(statSync(path).size).toBeLessThan(10 * 1024 * 1024)
  const again = openStore(path)
  expect(again.list('leases')).toEqual(store.list('leases'))
  expect(again.revision).toBe(store.revision)
  expect(again.changesSince('leases', 1)).toHaveProperty('oldestRevision')
  expect(again.write('leases', 'ns/c', lease('next')).metadata.resourceVersion).toBe('202')
})
