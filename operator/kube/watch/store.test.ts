import { expect, test } from 'vitest'

import type { KubeObject } from '../objects.ts'
import { createStore, hasSeen, type StoreChange } from './store.ts'

interface Node extends KubeObject {
  readonly pool: string
}
function node(name: string, version: number, options: { pool?: string; uid?: string; namespace?: string } = {}): Node {
  const { pool = 'eu', uid = `uid-${name}`, namespace = 'parley' } = options
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, namespace, uid, resourceVersion: String(version) }, pool }
}
const aStore = () => createStore<Node, 'pool'>({ pool: ({ pool }) => [pool] })
const names = (nodes: readonly Node[]): string[] => nodes.map(({ metadata }) => metadata.name).toSorted()

test('objects are found by key, uid, namespace and index, and by nothing they no longer are', () => {
  const store = aStore()
  store.replace([node('a', 1), node('b', 2, { namespace: 'other' })], '2')
  store.put(node('a', 3, { pool: 'us' }))
  expect(store.get('parley/a')?.pool).toBe('us')
  expect(store.byUid('uid-b')?.metadata.name).toBe('b')
  expect(names(store.by('pool', 'eu'))).toEqual(['b'])
  expect(names(store.by('pool', 'us'))).toEqual(['a'])
  expect(names(store.inNamespace('parley'))).toEqual(['a'])
  store.remove(node('a', 4))
  expect(names(store.list())).toEqual(['b'])
  expect(store.by('pool', 'us')).toEqual([])
})

test('a new list tells what came, what changed and what went', () => {
  const store = aStore()
  store.replace([node('same', 1), node('old', 2), node('changed', 3), node('again', 4)], '4')
  const seen: StoreChange<Node>[] = []
  store.onChange((change) => seen.push(change))
  store.replace([node('same', 1), node('changed', 7), node('again', 8, { uid: 'other' }), node('new', 9)], '9')
  const told = seen.map(({ key, before, after }) => [key, before?.metadata.uid, after?.metadata.uid])
  expect(told).toEqual([
    ['parley/old', 'uid-old', undefined],
    ['parley/changed', 'uid-changed', 'uid-changed'],
    ['parley/again', 'uid-again', 'other'],
    ['parley/new', undefined, 'uid-new'],
  ])
  expect(store.byUid('uid-again')).toBeUndefined()
})

test('a deletion that is told late spares the object that has the name now', () => {
  const store = aStore()
  store.replace([], '1')
  store.put(node('a', 5, { uid: 'second' }))
  store.remove(node('a', 6, { uid: 'first' }))
  expect(store.get('parley/a')?.metadata.uid).toBe('second')
})

test('how far it has come is compared as numbers, by changes and bookmarks', () => {
  const store = aStore()
  expect(hasSeen(store, '1')).toBe(false)
  store.replace([], '9')
  expect(hasSeen(store, '10')).toBe(false)
  store.advance('10')
  expect(hasSeen(store, '10')).toBe(true)
  expect(hasSeen(store, '9')).toBe(true)
})

test('who stops listening hears nothing more', () => {
  const store = aStore()
  const seen: string[] = []
  const stop = store.onChange(({ key }) => seen.push(key))
  store.put(node('a', 1))
  stop()
  store.put(node('b', 2))
  expect(seen).toEqual(['parley/a'])
})
