import { expect, test } from 'vitest'

import { setCondition, setConditions, type ConditionNow } from './conditions.ts'

const ready = (status: 'True' | 'False', message = ''): ConditionNow => ({ type: 'Ready', status, reason: 'Heard', message })

test('the time of a condition moves with its status only', () => {
  const first = setCondition(undefined, ready('False'), 't1')
  const reworded = setCondition(first, ready('False', 'still not'), 't2')
  const turned = setCondition(reworded, ready('True'), 't3')
  expect(first).toEqual([{ ...ready('False'), lastTransitionTime: 't1' }])
  expect(reworded).toEqual([{ ...ready('False', 'still not'), lastTransitionTime: 't1' }])
  expect(turned).toEqual([{ ...ready('True'), lastTransitionTime: 't3' }])
})

test('the others stay as they are, in their order', () => {
  const stalled: ConditionNow = { type: 'Stalled', status: 'False', reason: 'Progressing', message: '' }
  const both = setConditions(undefined, [ready('False'), stalled], 't1')
  expect(setCondition(both, ready('True'), 't2').map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
    ['Ready', 't2'],
    ['Stalled', 't1'],
  ])
})
