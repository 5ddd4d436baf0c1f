import { expect, test } from 'vitest'

import { readDemoSettings } from './settings.ts'

test('what make passes on, bare --verbose and defaults', () => {
  const parsed = readDemoSettings(['--verbose'], { NODES: '5', ADDRESS: '192.0.2.7' })
  expect(parsed).toMatchObject({ ok: true, settings: { nodes: 5, address: '192.0.2.7', verbose: true, port: 7700 } })
})

test('a flag counts more than a variable', () => {
  expect(readDemoSettings(['--nodes', '2'], { NODES: '5' })).toMatchObject({ ok: true, settings: { nodes: 2 } })
})

test('all faults are told at once', () => {
  const parsed = readDemoSettings(['--nodes', '0', '--colour', 'red'], { PARLEY_DEMO_PORTS: 'none', PARLEY_DEMO_COLOUR: 'red' })
  expect(parsed).toMatchObject({ ok: false })
  expect(parsed.ok ? [] : parsed.faults).toEqual([
    'PARLEY_DEMO_COLOUR: unknown setting',
    '--colour: unknown flag',
    'red: unknown flag',
    '--nodes (PARLEY_DEMO_NODES): must be a whole number from 1 to 9',
    '--ports (PARLEY_DEMO_PORTS): must be one of usual, free',
  ])
})
