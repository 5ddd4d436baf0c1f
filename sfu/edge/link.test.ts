import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { edgeCloseCodes } from '../api/edge.ts'
import { socketPair } from '../testing/fakeNetwork.ts'
import { Link, type LinkHandlers } from './link.ts'

/** Two ends of an edge's WebSocket; what the second one is told goes to `rosterGone`. */
function aLink(rosterGone: LinkHandlers['told']['rosterGone']) {
  const clock = virtualClock()
  const closed: unknown[] = []
  const nothing = (): void => undefined
  const handlers: LinkHandlers = {
    asked: { hello: async () => undefined, pipeProducer: async () => undefined, want: async () => undefined },
    told: {
      ...{ rosterSnapshot: nothing, rosterDelta: nothing, rosterGone, pipeProducerClosed: nothing },
      ...{ pipeProducerPaused: nothing, pipeProducerEnding: nothing, levels: nothing, speakers: nothing },
    },
    onClose: (code, error) => void closed.push([code, error]),
  }
  const [near, far] = socketPair().ends.map((socket) => new Link({ socket, clock, edgeVersion: 1, handlers }))
  if (near === undefined || far === undefined) throw new Error('a pair has two ends')
  return { clock, near, far, closed }
}

test('what is told and cannot be taken in ends the link, with the error, and nothing else', async () => {
  const fault = new Error('nobody foresaw this')
  const { clock, near, far, closed } = aLink(() => {
    throw fault
  })
  near.tell('rosterGone', { author: 'b' })
  near.tell('rosterGone', { author: 'c' })
  await clock.advance(0)
  expect(far.closed).toBe(true)
  expect(closed[0]).toEqual([edgeCloseCodes.protocol, fault])
  expect(closed.filter((each) => (each as unknown[])[1] === fault)).toHaveLength(1)
})

test('what is told and does not fit ends the link as well, and is handed to nobody', async () => {
  let heard = 0
  const { clock, near, far } = aLink(() => void heard++)
  near.tell('rosterGone', { author: 7 } as never)
  near.tell('rosterGone', { author: 'b' })
  await clock.advance(0)
  expect([far.closed, heard]).toEqual([true, 0])
})
