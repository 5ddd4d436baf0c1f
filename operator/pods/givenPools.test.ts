import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { readGivenPools } from './givenPools.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-pools-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(content: string): unknown {
  const path = join(folder, 'pools.json')
  writeFileSync(path, content)
  try {
    return readGivenPools(path)
  } catch (error) {
    return error instanceof Error ? error.message.replace(path, 'FILE') : error
  }
}

test('pools with what their specs say; the API server knows the rest', () => {
  const pools = [{ name: 'default', spec: { region: 'eu', replicas: 2, overrides: { labels: { a: 'b' } } } }]
  expect(read(JSON.stringify(pools))).toEqual(pools)
  expect(read('[]')).toEqual([])
})

test('what is wrong is named, by path', () => {
  expect(read('{')).toBe('FILE: must be a file with JSON')
  expect(read('[{"name":"A b","spec":{"region":"eu"}}]')).toBe('FILE: 0.name: must be a DNS label: a-z, 0-9 and -')
  expect(read('[{"name":"a","spec":{}}]')).toContain('FILE: 0.spec.region: ')
  expect(read('[{"name":"a","spec":{"region":"eu"},"replicas":3}]')).toContain('FILE: 0: Unrecognized key: "replicas"')
  const twice = [1, 2].map(() => ({ name: 'a', spec: { region: 'eu' } }))
  expect(read(JSON.stringify(twice))).toBe('FILE: : names a pool twice')
})
