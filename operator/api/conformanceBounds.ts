import { aRequest, call, meetingPath, mustFail, placed, type ConformanceCase } from './conformanceCalls.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`)
const rtts = (count: number): Record<string, number> => Object.fromEntries(names(count).map((region) => [region, 1]))
const rights = { publish: ['microphone'], subscribe: true, hidden: false }

/** Each field of a placement with what is just too much, and where that is. */
const tooMuch: readonly (readonly [field: string, more: Readonly<Record<string, unknown>>])[] = [
  ['participant', { participant: '' }],
  ['participant', { participant: 'x'.repeat(129) }],
  ['participant', { participant: 'an n' }],
  ['displayName', { displayName: '' }],
  ['displayName', { displayName: 'x'.repeat(101) }],
  ['rights', { rights: undefined }],
  ['rights.publish', { rights: { ...rights, publish: Array.from({ length: 5 }, () => 'microphone') } }],
  ['rights.publish[0]', { rights: { ...rights, publish: ['smell'] } }],
  ['title', { title: '' }],
  ['title', { title: 'x'.repeat(201) }],
  ['region', { region: 'Not A Region' }],
  ['rttsMs', { rttsMs: rtts(65) }],
  ['rttsMs.n0', { rttsMs: { n0: 60_001 } }],
  ['idempotencyKey', { idempotencyKey: '1234567' }],
  ['idempotencyKey', { idempotencyKey: 'x'.repeat(65) }],
  ['excludeNodes', { excludeNodes: names(17) }],
  ['excludeNodes[0]', { excludeNodes: ['Not_A_Node'] }],
  ['replaces', { replaces: 'no-ulid' }],
]

/** The bounds of what is asked. */
export const boundCases: readonly ConformanceCase[] = [
  {
    name: 'every field of a placement has its bounds: what is just within them is taken, what is just beyond is named',
    async run(target) {
      const path = `${meetingPath(target, 'c-bounds')}/placements`
      for (const [field, more] of tooMuch) {
        const body = { ...aRequest(), ...more }
        await mustFail(call(target, { method: 'POST', path, body }), { status: 400, code: 'invalid', field: `body.${field}` })
      }
      await placed(target, 'c-bounds', {
        ...{ participant: `c-bounds-${'x'.repeat(119)}`, displayName: 'x'.repeat(100), title: 'x'.repeat(200) },
        ...{ idempotencyKey: 'k'.repeat(64), excludeNodes: names(16), rttsMs: rtts(64), replaces: `0${'1'.repeat(25)}` },
      })
    },
  },
  {
    name: 'a release names an attachment; of somebody who is not there it changes nothing',
    async run(target) {
      const path = `${meetingPath(target, 'c-bounds')}/placements/nobody`
      await mustFail(call(target, { method: 'DELETE', path }), { status: 400, code: 'invalid', field: 'query.attachment' })
      await call(target, { method: 'DELETE', path: `${path}?attachment=0${'1'.repeat(25)}` })
    },
  },
]
