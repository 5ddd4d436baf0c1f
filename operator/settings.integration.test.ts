import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

test('bad settings are told all at once, without a value, and end the process with 2', () => {
  const flags = ['--port', 'many-ports', '--log-level', 'loud', '--wat']
  const { stderr, status } = spawnSync(process.execPath, [main, ...flags], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('--port (PARLEY_OPERATOR_PORT): must be a whole number')
  expect(stderr).toContain('--log-level (PARLEY_OPERATOR_LOG_LEVEL): must be one of')
  expect(stderr).toContain('--wat: unknown flag')
  expect(stderr).toContain('--signing-key-file (PARLEY_OPERATOR_SIGNING_KEY_FILE): is required')
  expect(stderr).not.toContain('many-ports')
})
