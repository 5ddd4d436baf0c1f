#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'

// Half of a command's time would be compiling what the one before compiled; imports that follow are kept in the cache.
enableCompileCache()
const { systemClock } = await import('../kit/clock.ts')
const { connector } = await import('./connect.ts')
const { run } = await import('./run.ts')

const code = await run(process.argv.slice(2), {
  connect: connector(systemClock, Math.random),
  clock: systemClock,
  env: process.env,
  fetch: globalThis.fetch,
  readText: (path) => readFileSync(path, 'utf8'),
  write: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  exitWith: (exitCode) => void (process.exitCode = exitCode),
})
if (code !== undefined) process.exitCode = code
