import { expect, test } from 'vitest'

import { describeSettings, parseSettings } from '../kit/config.ts'
import { announced, ownAddress } from './addresses.ts'
import { capacityOf, crossFaults, settings, type SfuSettings } from './config.ts'

function parsed(...flags: string[]): SfuSettings {
  const file = new URL('./config.ts', import.meta.url).pathname
  const result = parseSettings(settings, {
    argv: ['--node=a', `--trusted-keys=${file}`, ...flags],
    env: {},
    envPrefix: 'PARLEY_SFU_',
  })
  if (!result.ok) throw new Error(result.faults.join('\n'))
  return result.settings
}

test('a name and keys are enough; the rest has defaults that fit together', () => {
  expect(crossFaults(parsed())).toEqual([])
  expect(capacityOf(parsed())).toMatchObject({ consumersPerWorker: 500, pipePorts: 1_000 })
  expect(describeSettings(settings)).toContain('--rtc-port-min <port>')
})

test.each([
  [['--rtc-port-min=41500'], 'overlap'],
  [['--rtc-port-min=40998', '--workers=3'], 'overlap'],
  [['--pipe-port-min=500', '--pipe-port-max=400'], '--pipe-port-max'],
  [['--workers=0'], '--workers'],
  [['--consumers-per-worker=0'], '--consumers-per-worker'],
])('%j is refused in words', (flags, words) => {
  expect(crossFaults(parsed(...flags)).join('\n')).toContain(words)
})

test('an announced address is what was said, else what is bound, else the host, and then it is called a guess', () => {
  expect(announced({ setting: '192.0.2.7', bound: '0.0.0.0' })).toEqual({ address: '192.0.2.7', guessed: false })
  expect(announced({ setting: '', bound: '10.0.0.1' })).toEqual({ address: '10.0.0.1', guessed: false })
  expect(announced({ setting: '', bound: '0.0.0.0' })).toMatchObject({ guessed: true })
  const of = (address: string, internal: boolean) =>
    ({ address, internal, family: 'IPv4', netmask: '', mac: '', cidr: null }) as const
  expect(ownAddress({ lo: [of('127.0.0.1', true)], eth0: [of('10.1.2.3', false)] })).toBe('10.1.2.3')
  expect(ownAddress({ lo: [of('127.0.0.1', true)] })).toBe('127.0.0.1')
})
