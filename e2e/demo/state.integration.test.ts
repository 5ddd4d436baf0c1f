import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { makeStateFolder, removeStateFolder, sweepStateFolders } from './state.ts'

let parent: string

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'parley-state-'))
})

afterEach(() => rmSync(parent, { recursive: true }))

test('a folder is its owner’s only, and is gone when it is removed', () => {
  const folder = makeStateFolder(parent)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  removeStateFolder(folder)
  removeStateFolder(folder)
  expect(readdirSync(parent)).toEqual([])
})

test('only what a dead launcher left is swept', () => {
  const mine = makeStateFolder(parent)
  const dead = makeStateFolder(parent)
  // No process has this id: it is above Linux's largest (2^22).
  writeFileSync(join(dead, 'launcher.pid'), '4194305')
  const foreign = join(parent, 'parley-demo-of-somebody')
  mkdirSync(foreign)
  expect(sweepStateFolders(parent)).toEqual([dead])
  expect([mine, foreign].every((folder) => existsSync(folder))).toBe(true)
})
