import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '../..')
let folder = ''

/** A repository of its own with our linter's configuration, so that no forbidden file ever stands in the real one. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-lint-'))
  const config = readFileSync(join(repository, '.oxlintrc.json'), 'utf8')
  writeFileSync(join(folder, '.oxlintrc.json'), config.replaceAll('./scripts/', `${repository}/scripts/`))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function lint(path: string, source: string): { status: number | null; said: string } {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, source)
  const oxlint = join(repository, 'node_modules/oxlint/bin/oxlint')
  const run = spawnSync(process.execPath, [oxlint, '--format=unix', file], { cwd: folder, encoding: 'utf8', timeout: 20_000 })
  return { status: run.status, said: run.stdout + run.stderr }
}

test.each([
  ['import', "import { a } from '../sfu/api/a.ts'\nexport const b = a\n"],
  ['type import', "import type { A } from '../sfu/api/a.ts'\nexport type B = A\n"],
  ['re-export', "export { a } from '../sfu/api/a.ts'\n"],
  ['dynamic import', "export const b = import('../sfu/api/a.ts')\n"],
  ['inline type import', "export type B = import('../sfu/api/a.ts').A\n"],
])('a forbidden %s is refused', (_, source) => {
  const { status, said } = lint('kit/probe.ts', source)
  expect(said).toContain('kit/ must not import sfu/api/a.ts')
  expect(status).toBe(1)
})

test('an allowed import is not', () => {
  expect(lint('sfu/probe.ts', "import { a } from './api/a.ts'\nexport const b = a\n")).toMatchObject({ status: 0 })
})

test('a package with one door is refused elsewhere', () => {
  const { status, said } = lint('sfu/probe.ts', "import { createWorker } from 'mediasoup'\nexport const b = createWorker\n")
  expect(said).toContain('mediasoup is imported only in sfu/media')
  expect(status).toBe(1)
})

test('a planner has neither clock nor random', () => {
  const { said } = lint('operator/placement/probe.ts', 'export const a = Date.now() + Math.random()\n')
  expect(said).toContain('take `now` as an argument')
  expect(said).toContain("'Math.random' is restricted")
})

test('an import cycle is refused', () => {
  lint('kit/a.ts', "import { b } from './b.ts'\nexport const a = (): number => b()\n")
  const { said } = lint('kit/b.ts', "import { a } from './a.ts'\nexport const b = (): number => a()\n")
  expect(said).toContain('import(no-cycle)')
})
