import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { images } from './images.ts'
import { stage } from './stage.ts'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'parley-stage-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Everything of a folder that an image of it would have: names, kinds, modes, times, contents. */
function inventory(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const file = join(path, name)
      const { mode, mtimeMs } = lstatSync(file)
      const holds = lstatSync(file).isSymbolicLink() ? readlinkSync(file) : lstatSync(file).isFile() ? digestOf(file) : 'folder'
      return [name, mode.toString(8), mtimeMs, holds].join(' ')
    })
}
const digestOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')

async function stagedWithMask(mask: number, at: string): Promise<readonly string[]> {
  const [operator] = images.filter(({ name }) => name === 'operator')
  if (operator === undefined) throw new Error('there is no image of the operator')
  const before = process.umask(mask)
  try {
    await stage(operator, { root, page: '', worker: '' }, join(folder, at))
  } finally {
    process.umask(before)
  }
  return inventory(join(folder, at, 'rootfs'))
}

test('the same sources make the same files, whoever builds and when', async () => {
  const [one, other] = [await stagedWithMask(0o022, 'one'), await stagedWithMask(0o077, 'other')]
  expect(one).toEqual(other)
  expect(one.filter((line) => line.startsWith('app/crds/')).length).toBeGreaterThan(2)
  expect(one.some((line) => line.startsWith('usr/local/bin/kubectl-parley ') && line.endsWith(' /app/kubectl-parley.mjs'))).toBe(
    true,
  )
})

test('what packages ask for when they are passed on is passed on', () => {
  const texts = readFileSync(join(folder, 'one/rootfs/app/LICENSES-OF-PACKAGES'), 'utf8')
  for (const name of ['@kubernetes/client-node', 'undici', 'zod']) expect(texts).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, 'm'))
  expect(texts).toContain('Permission is hereby granted, free of charge')
})
