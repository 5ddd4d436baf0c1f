import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { createLog } from './log.ts'

test('a line carries service, level and agreed keys, and never a secret', () => {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = createLog({ service: 'sfu', level: 'info', destination }).child({ node: 'a' })
  log.debug({}, 'not shown')
  log.info({ meeting: 'standup', err: { token: 'hunter2', request: { authorization: 'hunter2' } } }, 'session attached')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    service: 'sfu',
    node: 'a',
    meeting: 'standup',
    msg: 'session attached',
  })
  expect(lines[0]).not.toContain('hunter2')
})
