import { expect, test } from 'vitest'

import type { Rights } from '../../../sfu/api/rights.ts'
import { voiceBitsPerSecond } from './bitRates.ts'
import {
  costElsewhere,
  costHere as costOf,
  costOfOpening,
  costOfPipe,
  costOfScreens,
  costToCome,
  joinerOf,
  type Audience,
  type Place,
} from './joinCost.ts'

const all: Rights = { publish: ['microphone', 'camera', 'screen', 'screenAudio'], subscribe: true, hidden: false }
const viewer: Rights = { publish: [], subscribe: true, hidden: false }
const alone = { people: 0, pipes: 0 }
const costHere = (rights: Rights, audience: Audience, place: Place) => costOf(joinerOf(rights, audience), audience, place)

test('a join pays for what they watch and for what is watched of them', () => {
  const audience = { mode: 'meeting' as const, everywhere: 10, screens: 0 }
  expect(costHere(all, audience, { people: 10, pipes: 0 })).toEqual({
    packetsPerSecond: 3 * 50 + 157 + 16 * 10,
    consumers: 20 + 20,
    egressBitsPerSecond: 3 * voiceBitsPerSecond + 10 * 150_000 + 10 * 150_000,
    ingressBitsPerSecond: voiceBitsPerSecond + 2_150_000,
    pipePorts: 0,
  })
})

test('who only watches costs nothing elsewhere, and receives from nobody', () => {
  const audience = { mode: 'meeting' as const, everywhere: 10, screens: 0 }
  expect(costHere(viewer, audience, { people: 10, pipes: 3 })).toMatchObject({ consumers: 20, ingressBitsPerSecond: 0 })
  expect(costElsewhere(joinerOf(viewer, audience), { people: 10, pipes: 0 })).toMatchObject({
    consumers: 0,
    egressBitsPerSecond: 0,
  })
})

test('of a stage somebody watches few, however many sit in the audience', () => {
  const talk = { mode: 'stage' as const, everywhere: 1_000, screens: 0 }
  expect(costHere(viewer, talk, { people: 500, pipes: 0 }).consumers).toBe(8)
  expect(costHere(viewer, { ...talk, mode: 'meeting' }, { people: 500, pipes: 0 }).consumers).toBe(50)
})

test('what is published goes through each pipe, and on to the people and leaves at its other end', () => {
  const audience = { mode: 'meeting' as const, everywhere: 10, screens: 0 }
  const [without, withPipes] = [0, 3].map((pipes) => costHere(all, audience, { people: 5, pipes }))
  expect((withPipes?.consumers ?? 0) - (without?.consumers ?? 0)).toBe(6)
  expect((withPipes?.egressBitsPerSecond ?? 0) - (without?.egressBitsPerSecond ?? 0)).toBe(3 * 150_000)
  expect(costElsewhere(joinerOf(all, audience), { people: 5, pipes: 2 })).toMatchObject({
    consumers: 14,
    egressBitsPerSecond: 7 * 150_000,
    ingressBitsPerSecond: 150_000,
  })
  expect(costElsewhere(joinerOf(all, audience), alone)).toMatchObject({ consumers: 0, ingressBitsPerSecond: 0 })
})

test('a shared screen weighs by its own bits, to each who joins and to all who are there when it begins', () => {
  const audience = { mode: 'meeting' as const, everywhere: 10, screens: 0 }
  const more =
    costHere(viewer, { ...audience, screens: 1 }, { people: 10, pipes: 0 }).egressBitsPerSecond -
    costHere(viewer, audience, { people: 10, pipes: 0 }).egressBitsPerSecond
  expect(more).toBe(2_500_000)
  expect(costOfScreens(1, { people: 100, pipes: 2, here: true })).toEqual({
    packetsPerSecond: 101 * 261,
    consumers: 101,
    egressBitsPerSecond: 101 * 2_500_000,
    ingressBitsPerSecond: 2_500_000,
    pipePorts: 0,
  })
  expect(costOfScreens(1, { people: 100, pipes: 0, here: false }).egressBitsPerSecond).toBe(100 * 2_500_000)
})

test('who may share a screen beside a camera is not expected to; who may share nothing else is', () => {
  const audience = { mode: 'meeting' as const, everywhere: 4, screens: 0 }
  const room: Rights = { ...all, publish: ['screen', 'screenAudio'] }
  expect(costHere(all, audience, { people: 4, pipes: 0 }).ingressBitsPerSecond).toBe(voiceBitsPerSecond + 2_150_000)
  expect(costHere({ ...room, subscribe: false }, audience, { people: 4, pipes: 0 })).toMatchObject({
    consumers: 4,
    egressBitsPerSecond: 4 * 2_500_000,
    ingressBitsPerSecond: 2_500_000,
  })
})

test('a segment that is opened pays for its pipes and what comes by them; so does each other end', () => {
  const audience = { mode: 'meeting' as const, everywhere: 10, screens: 1 }
  expect(costOfOpening(audience, 3)).toEqual({
    packetsPerSecond: 0,
    consumers: 0,
    egressBitsPerSecond: 0,
    ingressBitsPerSecond: 3 * voiceBitsPerSecond + 10 * 150_000 + 2_500_000,
    pipePorts: 3,
  })
  expect(costOfPipe(audience, { people: 2, screens: 1 })).toMatchObject({ consumers: 5, pipePorts: 1 })
  expect(costOfOpening(audience, 0)).toMatchObject({ pipePorts: 0, ingressBitsPerSecond: 0 })
})

test('those who are expected cost nothing once they have come', () => {
  const audience = { mode: 'meeting' as const, screens: 0 }
  expect(costToCome({ expected: 10, seats: 4 }, audience)).toMatchObject({ consumers: 6 * 18, pipePorts: 0 })
  expect(costToCome({ expected: 10, seats: 10 }, audience)).toMatchObject({ consumers: 0, egressBitsPerSecond: 0 })
  expect(costToCome({ expected: 10, seats: 40 }, audience)).toMatchObject({ consumers: 0, ingressBitsPerSecond: 0 })
})
