import { expect, test } from 'vitest'

import { imageSettings } from './settings.ts'

test('without wishes the images are local and have the version as their tag', () => {
  expect(imageSettings({ REGISTRY: '', OUT: '' }, '1.2.3')).toEqual({
    registry: 'localhost',
    tag: '1.2.3',
    base: undefined,
    out: undefined,
  })
})

test.each(['registry.example.org', 'localhost:5000', 'registry.example.org/team/parley', '192.0.2.1:5000/a_b'])(
  '%s is a registry',
  (registry) => {
    expect(imageSettings({ REGISTRY: registry }, '1').registry).toBe(registry)
  },
)

test('every wish that no engine would take is named, all at once', () => {
  const env = { REGISTRY: 'https://registry.example.org', TAG: '-x' }
  expect(() => imageSettings(env, '1')).toThrow(/REGISTRY=https:.*\nTAG=-x/)
  for (const registry of ['example.org/', 'example.org/Team', 'a b', '/team'])
    expect(() => imageSettings({ REGISTRY: registry }, '1')).toThrow('REGISTRY=')
  for (const tag of ['a:b', 'a/b', 'x'.repeat(129)]) expect(() => imageSettings({ TAG: tag }, '1')).toThrow('TAG=')
})
