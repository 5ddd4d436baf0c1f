import { once } from 'node:events'
import { createServer } from 'node:net'

import { expect, test } from 'vitest'

import { freePorts, isFreeTcp, portSearch } from './freePorts.ts'

test('ports are free, different, and none that the kernel hands out', async () => {
  const ports = await freePorts(20)
  expect(new Set(ports).size).toBe(20)
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(portSearch.from)
    expect(port).toBeLessThan(32_768)
    expect(await isFreeTcp(port)).toBe(true)
  }
})

test('a port that is taken is passed over', async () => {
  const [taken = 0, next = 0] = await freePorts(2)
  const server = createServer().listen(taken, '127.0.0.1')
  await once(server, 'listening')
  const draws = [taken, taken, next]
  const drawn = (): number => ((draws.shift() ?? next) - portSearch.from + 0.5) / (portSearch.to - portSearch.from)
  expect(await isFreeTcp(taken)).toBe(false)
  expect(await freePorts(1, drawn)).toEqual([next])
  server.close()
})

test('where there are not enough it says so instead of searching for ever', async () => {
  await expect(freePorts(2, () => 0.5)).rejects.toThrow('no 2 free ports between 10000 and 32000')
})
