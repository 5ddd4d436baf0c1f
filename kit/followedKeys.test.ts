import { expect, test } from 'vitest'

import { followTrustedKeys } from './followedKeys.ts'
import { makeKeyPair } from './keys.ts'
import { silentLog } from './log.ts'
import { virtualClock } from './virtualClock.ts'

const jwks = async (...kids: readonly string[]): Promise<string> =>
  JSON.stringify({ keys: await Promise.all(kids.map(async (kid) => (await makeKeyPair(kid, 'operator')).publicJwk)) })

async function aFile(first: string) {
  const clock = virtualClock()
  const file = { text: first, reads: 0 }
  const errors: string[] = []
  const log = { ...silentLog, error: (_fields: object, message: string) => void errors.push(message) } as typeof silentLog
  const keys = await followTrustedKeys({
    path: 'keys.json',
    clock,
    log,
    readText: () => {
      file.reads += 1
      return file.text
    },
  })
  const trusted = (): readonly string[] => [...keys.byKid.keys()]
  return { clock, file, keys, errors, trusted }
}

test('a key that is added is trusted without a restart, one that is taken out no longer', async () => {
  const { clock, file, trusted } = await aFile(await jwks('old'))
  file.text = await jwks('old', 'new')
  await clock.advance(10_000)
  expect(trusted()).toEqual(['old', 'new'])
  file.text = await jwks('new')
  await clock.advance(10_000)
  expect(trusted()).toEqual(['new'])
})

test.each(['', '{', '{"keys":[]}', '{"keys":[{"kty":"OKP"}]}'])('%j leaves the former keys, and is told once', async (text) => {
  const { clock, file, errors, trusted } = await aFile(await jwks('old'))
  file.text = text
  await clock.advance(60_000)
  expect(trusted()).toEqual(['old'])
  expect(errors).toHaveLength(1)
  file.text = await jwks('mended')
  await clock.advance(10_000)
  expect(trusted()).toEqual(['mended'])
})

test('it begins with a file that can be read, and ends when it is closed', async () => {
  await expect(aFile('no JSON')).rejects.toThrow('JSON')
  const { clock, file, keys } = await aFile(await jwks('old'))
  keys.close()
  const { reads } = file
  await clock.advance(60_000)
  expect(file.reads).toBe(reads)
})
