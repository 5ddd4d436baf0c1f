import { expect, test } from 'vitest'

import { Namespaces } from './namespaces.ts'

test('nothing is known: nobody is kept out', () => {
  expect(new Namespaces().whyNot('demo')).toBeUndefined()
})

test('those that exist, and none else', () => {
  const namespaces = new Namespaces()
  namespaces.put('demo', false)
  namespaces.put('old', true)
  expect(namespaces.whyNot('demo')).toBeUndefined()
  expect(namespaces.whyNot('nope')).toBe('there is no namespace nope')
  expect(namespaces.whyNot('old')).toBe('the namespace old is being deleted')
  namespaces.remove('demo')
  expect(namespaces.whyNot('demo')).toBe('there is no namespace demo')
})

test('those that are served, of many the first', () => {
  const namespaces = new Namespaces()
  namespaces.serve(['team-a', 'team-b'])
  expect(namespaces.whyNot('team-a')).toBeUndefined()
  expect(namespaces.whyNot('demo')).toBe('the operator does not serve the namespace demo, but team-a, team-b')
  namespaces.serve(['a', 'b', 'c', 'd', 'e'])
  expect(namespaces.whyNot('demo')).toBe('the operator does not serve the namespace demo, but a, b, c and 2 more')
  namespaces.serve([])
  expect(namespaces.whyNot('demo')).toBeUndefined()
})
