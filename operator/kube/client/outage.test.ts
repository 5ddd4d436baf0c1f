import { expect, test } from 'vitest'

import { createLog } from '../../../kit/log.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { ApiError } from './apiError.ts'
import { createOutage } from './outage.ts'

function setUp() {
  const lines: { msg: string; object: string; durationMs?: number }[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) }
  const clock = virtualClock()
  return { clock, lines, outage: createOutage({ log: createLog({ service: 'test', level: 'info', destination }), clock }) }
}
const away = new ApiError('network', 'ECONNREFUSED')

test('one outage is one line, and one more when the last part works again', async () => {
  const { clock, lines, outage } = setUp()
  for (const part of ['watch of Meeting', 'watch of MediaNode', 'watch of Meeting', 'lease']) outage.begun(part, away)
  await clock.advance(3_000)
  for (const part of ['watch of MediaNode', 'lease', 'lease', 'watch of Meeting']) outage.over(part)
  expect(lines.map(({ msg, object, durationMs }) => [msg, object, durationMs])).toEqual([
    ['the API server does not answer; it is asked again', 'watch of Meeting', undefined],
    ['the API server answers again', 'watch of Meeting', 3_000],
  ])
})

test('a right that is missing hides no outage', () => {
  const { lines, outage } = setUp()
  outage.begun('watch of Node', new ApiError('forbidden', 'no'))
  outage.begun('watch of Node', new ApiError('forbidden', 'no'))
  outage.begun('lease', away)
  outage.over('lease')
  expect(lines.map(({ msg }) => msg)).toEqual([
    'the API server refuses; it is asked again',
    'the API server does not answer; it is asked again',
    'the API server answers again',
  ])
})
