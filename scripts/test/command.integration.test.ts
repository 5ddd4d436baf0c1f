import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { missing, waitFor } from '../../kit/wait.ts'
import { runCommand, type Ended } from './command.ts'

const bash = (script: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Ended> =>
  runCommand({
    command: ['bash', '-c', script],
    cwd: import.meta.dirname,
    env: process.env,
    timeoutMs: options.timeoutMs ?? 20_000,
    graceMs: 500,
    show: false,
    signal: options.signal ?? new AbortController().signal,
  })

/** A process that nobody has reaped yet has no command line any more. */
const lives = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}
const gone = (pid: number): Promise<true> =>
  waitFor(() => !lives(pid) || missing(`the end of process ${pid}`), { timeoutMs: 30_000 })

test('a good command has no fault, and its output is kept', async () => {
  expect(await bash('echo one; echo two >&2')).toEqual({ fault: undefined, output: 'one\ntwo\n' })
})

test('a failed one says how it ended', async () => {
  expect((await bash('exit 3')).fault).toBe('ended with 3')
  expect((await bash('kill -9 $$')).fault).toBe('ended with SIGKILL')
})

test('one that hangs is ended with all that it started, also outside its process group', async () => {
  const { fault, output } = await bash('setsid sleep 600 >/dev/null 2>&1 & echo $!; sleep 600', { timeoutMs: 1_500 })
  expect(fault).toBe('took longer than 1.5 s')
  expect(Number(output)).toBeGreaterThan(0)
  await gone(Number(output))
})

test('what it leaves running is a fault, and is ended', async () => {
  const { fault, output } = await bash('setsid sleep 601 >/dev/null 2>&1 & echo $!')
  expect(fault).toMatch(/^left running: sleep 601 \(\d+\)$/)
  await gone(Number(output))
})

test('a cancelled one ends at once', async () => {
  expect((await bash('sleep 602', { signal: AbortSignal.timeout(200) })).fault).toBe('interrupted')
})
