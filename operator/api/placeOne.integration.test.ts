import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { startFakeOperator, type FakeOperator } from './fakeServer.ts'
import { placementAnswer } from './placement.ts'

const token = 'a-token-for-the-test'
let folder: string
let operator: FakeOperator
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-place-one-'))
  await writeFile(join(folder, 'token'), `${token}\n`)
  await writeFile(join(folder, 'other'), 'another-token\n')
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [{ name: 'test', token, namespaces: ['demo'], verbs: ['place', 'topology'] }],
    nodes: [{ name: 'eu-1', region: 'eu', url: 'http://127.0.0.1:1' }],
  })
})
afterAll(async () => {
  await operator?.close()
  await rm(folder, { recursive: true, force: true })
})

const program = fileURLToPath(new URL('placeOne.ts', import.meta.url))

/** Runs the program in an empty folder, as somebody who reads the page does. */
function run(...args: string[]): Promise<{ code: unknown; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, timeout: 60_000 }, (failure, out, err) => {
      resolve({ code: failure?.code ?? 0, out, err })
    })
  })
}

test('one call places one participant, a wrong token is told in words, and both end', async () => {
  const placed = await run(operator.url, 'token', 'demo', 'standup')
  expect(placed).toMatchObject({ code: 0, err: '' })
  expect(placementAnswer.parse(JSON.parse(placed.out))).toMatchObject({ result: 'placed', node: 'eu-1', decidedBy: 'operator' })
  expect(await run(operator.url, 'other', 'demo', 'standup')).toMatchObject({
    code: 1,
    err: 'unauthorized: Not authorized: the token is not known.\n',
  })
  expect(await run(operator.url)).toMatchObject({ code: 2 })
})
