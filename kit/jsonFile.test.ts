import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { readJsonFile } from './jsonFile.ts'
import { readSigningKey } from './keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-json-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(text: string): string {
  const path = join(folder, 'file')
  writeFileSync(path, text)
  return path
}

test('a file of JSON is read', () => {
  expect(readJsonFile(fileOf('{"a":[1]}'))).toEqual({ a: [1] })
})

test('a secret that is no JSON stands in no error', async () => {
  const path = fileOf('S3cr3t\n')
  const shown: unknown[] = []
  try {
    await readSigningKey(path)
  } catch (error) {
    shown.push((error as Error).message, (error as Error).stack, (error as Error).cause)
  }
  expect(shown[0]).toBe(`${path} is no JSON`)
  expect(JSON.stringify(shown)).not.toContain('S3')
})
