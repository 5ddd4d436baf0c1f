import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { bundle, type Bundle } from './bundle.ts'
import { images } from './images.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'parley-bundles-'))
const bundles = new Map<string, Bundle>()

beforeAll(async () => {
  for (const { name, entries, packages } of images)
    bundles.set(name, await bundle({ root, entries, packages, folder: join(folder, name) }))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const modulesOf = (image: string): readonly string[] => bundles.get(image)?.modules ?? []
const packagesOf = (image: string): ReadonlySet<string> =>
  new Set(modulesOf(image).flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []))

test('only the operator carries the Kubernetes client, only media nodes carry mediasoup', () => {
  const carriers = (name: string): string[] => images.map((image) => image.name).filter((image) => packagesOf(image).has(name))
  expect(carriers('@kubernetes/client-node')).toEqual(['operator'])
  expect(carriers('mediasoup')).toEqual(['sfu'])
  expect(carriers('ioredis')).toEqual(['signaling'])
  expect(carriers('mediasoup-client')).toEqual(['tester'])
})

test.each(images.map(({ name }) => name))('%s carries neither tests nor what only development needs', (image) => {
  const own = modulesOf(image).filter((id) => !id.startsWith('node_modules/'))
  expect(own.length).toBeGreaterThan(5)
  expect(own.filter((id) => /\.test\.|(^|\/)testing\/|(^|\/)fake|^e2e\/|^scripts\/|^bench\/|\/embedded\//i.test(id))).toEqual([])
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: object }
  expect(Object.keys(devDependencies).filter((name) => packagesOf(image).has(name))).toEqual([])
})

test('what a bundle reads beside itself is found', () => {
  expect(bundles.get('operator')?.reads).toContain('crds/')
  expect(bundles.get('sfu')?.reads).toEqual(['package.json'])
})

test('stack traces name sources by their path in the repository', () => {
  const { sources } = JSON.parse(readFileSync(join(folder, 'sfu/main.mjs.map'), 'utf8')) as { sources: string[] }
  expect(sources).toContain('sfu/main.ts')
  expect(sources.filter((source) => source.includes('node_modules'))).toEqual([])
})
