import { expect, test } from 'vitest'

import { describeSettings, parseSettings, settingTable, settingTypes } from './config.ts'

const table = settingTable({
  port: { flag: '--port', env: 'PARLEY_TEST_PORT', type: settingTypes.port, default: 8080, doc: 'Port to listen on.' },
  mode: { flag: '--mode', env: 'PARLEY_TEST_MODE', type: settingTypes.oneOf('fast', 'slow'), doc: 'How to go.' },
})
const parse = (argv: string[], env: NodeJS.ProcessEnv = {}) => parseSettings(table, { argv, env, envPrefix: 'PARLEY_TEST_' })

test('a flag wins over the environment, which wins over the default', () => {
  expect(parse(['--mode', 'fast', '--port=1'], { PARLEY_TEST_PORT: '2' })).toEqual({
    ok: true,
    settings: { port: 1, mode: 'fast' },
  })
  expect(parse(['--mode', 'fast'], { PARLEY_TEST_PORT: '2' })).toMatchObject({ settings: { port: 2 } })
  expect(parse(['--mode', 'fast'])).toMatchObject({ settings: { port: 8080 } })
})

test('all faults are told at once and no value is repeated', () => {
  const parsed = parse(['--port', 'hunter2', '--colour', 'red'], { PARLEY_TEST_TYPO: 'x' })
  expect(parsed).toMatchObject({ ok: false })
  const faults = parsed.ok ? [] : parsed.faults
  expect(faults.join('\n')).toContain('PARLEY_TEST_TYPO: unknown setting')
  expect(faults.join('\n')).toContain('--colour: unknown flag')
  expect(faults.join('\n')).toContain('--port (PARLEY_TEST_PORT): must be a whole number from 0 to 65535')
  expect(faults.join('\n')).toContain('--mode (PARLEY_TEST_MODE): is required')
  expect(faults.join('\n')).not.toContain('hunter2')
})

test('the help text names flag, variable, default and purpose', () => {
  expect(describeSettings(table)).toContain('--port <port>  Port to listen on. (PARLEY_TEST_PORT, default 8080)')
})
