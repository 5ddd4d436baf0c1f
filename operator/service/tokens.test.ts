import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { createBearers, readPlacementTokens } from './tokens.ts'

const bearers = createBearers([
  { name: 'one', token: 'token-of-the-first-one', namespaces: ['demo'], verbs: ['place'] },
  { name: 'all', token: 'token-of-the-other-one', namespaces: ['*'], verbs: ['place', 'topology'] },
])
const codeOf = (run: () => unknown): string => {
  try {
    run()
    return 'ok'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('a token opens its own namespaces and verbs, and nothing else', () => {
  const one = bearers('token-of-the-first-one')
  expect(codeOf(() => one.mustServe('demo'))).toBe('ok')
  expect(codeOf(() => one.mustServe('other'))).toBe('namespace_not_allowed')
  expect(codeOf(() => one.mustDo('place'))).toBe('ok')
  expect(codeOf(() => one.mustDo('topology'))).toBe('verb_not_allowed')
  expect(codeOf(() => bearers('token-of-the-other-one').mustServe('anything'))).toBe('ok')
  expect(codeOf(() => bearers('token-of-nobody'))).toBe('unauthorized')
})

test('a file of tokens that does not fit is refused with the entries that are wrong, and without any token', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-tokens-'))
  try {
    const path = join(folder, 'tokens.json')
    writeFileSync(path, JSON.stringify([{ name: 'a', token: 'short-secret', namespaces: ['Not A Label'], verbs: ['fly'] }]))
    const read = (): unknown => readPlacementTokens(path)
    expect(read).toThrow(/0\.token: must be at least 16 characters long/)
    expect(read).toThrow(/0\.verbs\.0/)
    expect(read).not.toThrow(/short-secret/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
