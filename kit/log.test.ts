import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { createLog } from './log.ts'

/** A log and the lines that it writes. */
function aLog() {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  return { log: createLog({ service: 'sfu', level: 'info', destination }), lines }
}

test('a line carries service, level and agreed keys, and never a secret', () => {
  const { log: parent, lines } = aLog()
  const log = parent.child({ node: 'a' })
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

test('an error is shown with its causes and fields, but for secrets', () => {
  const { log, lines } = aLog()
  const cause = Object.assign(new Error('refused'), { token: 'hunter2' })
  const err = Object.assign(new Error('not reached', { cause }), { code: 'unavailable', grant: 'hunter2', cause })
  log.error({ err }, 'it went wrong')
  const shown = (JSON.parse(lines[0] ?? '') as { err: Record<string, string> }).err
  expect(shown).toMatchObject({ type: 'Error', message: 'not reached: refused', code: 'unavailable', grant: '[redacted]' })
  expect(shown['stack']).toContain('caused by: Error: refused')
  expect(lines[0]).not.toContain('hunter2')
  expect([err.grant, cause.token]).toEqual(['hunter2', 'hunter2'])
})

test('what belongs to a child is shown in each of its lines, but for secrets', () => {
  const { log, lines } = aLog()
  const fields: object = { pool: 'eu', token: 'hunter2' }
  log.child(fields).info({}, 'a line')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ pool: 'eu', token: '[redacted]', service: 'sfu', msg: 'a line' })
})
