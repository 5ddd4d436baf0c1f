import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import type { CliDeps } from '../deps.ts'
import { run } from '../run.ts'
import { fakeApi, type FakeApi } from './fakeApi.ts'

/** What a command line printed and ended with. */
export interface CliResult {
  readonly out: string
  readonly err: string
  readonly code: number
}

/** The time at which tests of commands stand. */
export const nowMs = Date.UTC(2026, 0, 1)
/** `seconds` before {@link nowMs}, as RFC 3339. */
export const ago = (seconds: number): string => new Date(nowMs - seconds * 1_000).toISOString()

/** A command line tool against a fake cluster. Files, environment and HTTP answers are what the test says. */
export function aCli(
  world: {
    env?: NodeJS.ProcessEnv
    files?: Record<string, string>
    answers?: Record<string, { status: number; body?: unknown }>
    /** Instead of `answers`: over the network. */
    fetch?: typeof globalThis.fetch
  } = {},
): { api: FakeApi; clock: VirtualClock; cli: (...argv: string[]) => Promise<CliResult> } {
  const api = fakeApi()
  const clock = virtualClock(nowMs)
  async function cli(...argv: string[]): Promise<CliResult> {
    let [out, err, code] = ['', '', 0]
    const deps: CliDeps = {
      connect: ({ namespace }) =>
        Promise.resolve({ api, namespace: namespace ?? 'default', url: 'https://cluster', close: () => Promise.resolve() }),
      clock,
      env: world.env ?? {},
      readText: (path) => world.files?.[path] ?? '',
      fetch: (url, init) => {
        if (world.fetch !== undefined) return world.fetch(url, init)
        const answer = world.answers?.[url as string]
        if (!answer) return Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
        return Promise.resolve(new Response(JSON.stringify(answer.body ?? {}), { status: answer.status }))
      },
      write: (text) => (out += text),
      complain: (text) => (err += text),
      exitWith: (exitCode) => (code = exitCode),
    }
    const ended = await run(argv, deps)
    return { out, err, code: ended ?? code }
  }
  return { api, clock, cli }
}
