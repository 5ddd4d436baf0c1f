import { expect, test } from 'vitest'

import { choosePorts, type PortWish, type ProbePort } from './ports.ts'

const page: PortWish = { name: 'page', usual: 7700, count: 1, protocols: ['tcp'], host: '127.0.0.1' }
const media: PortWish = { name: 'media', usual: 20_000, count: 3, protocols: ['tcp', 'udp'], host: '127.0.0.1' }

const freeBut =
  (...busy: readonly string[]): ProbePort =>
  (port, protocol) =>
    Promise.resolve(!busy.includes(`${protocol} ${port}`))

/** Yields the given numbers, then the last one for ever. */
const sequence = (...numbers: readonly number[]): (() => number) => {
  let index = 0
  return () => numbers[Math.min(index++, numbers.length - 1)] ?? 0
}

test('the usual ports are taken where they are free', async () => {
  const ports = await choosePorts([page, media], { preferUsual: true, probe: freeBut(), random: () => 0 })
  expect([...ports]).toEqual([
    ['page', 7700],
    ['media', 20_000],
  ])
})

test('a row moves as a whole when one of its ports is taken', async () => {
  const ports = await choosePorts([media], { preferUsual: true, probe: freeBut('udp 20002'), random: () => 0 })
  expect(ports.get('media')).toBe(10_000)
})

test('two rows never overlap', async () => {
  const other = { ...media, name: 'other' }
  const ports = await choosePorts([media, other], { preferUsual: false, probe: freeBut(), random: sequence(0, 0.0001, 0.5) })
  expect(ports.get('media')).toBe(10_000)
  expect(ports.get('other')).toBe(20_998)
})

test('a machine without a free row says which one is missing', async () => {
  const none: ProbePort = () => Promise.resolve(false)
  await expect(choosePorts([media], { preferUsual: true, probe: none, random: () => 0 })).rejects.toThrow(
    'no 3 free ports in a row for media',
  )
})
