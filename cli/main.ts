#!/usr/bin/env node
import { readFileSync } from 'node:fs'

import { systemClock } from '../kit/clock.ts'
import { connector } from './connect.ts'
import type { CliDeps } from './deps.ts'
import { run } from './run.ts'

const deps: CliDeps = {
  connect: connector(systemClock, Math.random),
  clock: systemClock,
  env: process.env,
  fetch: globalThis.fetch,
  readText: (path) => readFileSync(path, 'utf8'),
  write: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  exitWith: (code) => void (process.exitCode = code),
}

const code = await run(process.argv.slice(2), deps)
if (code !== undefined) process.exitCode = code
