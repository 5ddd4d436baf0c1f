import { systemClock as clock } from '../../kit/clock.ts'
import { settingsOrExit } from '../../kit/config.ts'
import { CodedError } from '../../kit/errors.ts'
import { mintClientToken } from '../api/mintClientToken.ts'
import { clientPath } from '../api/protocol.ts'
import { createSyntheticParticipant } from '../client/synthetic/syntheticParticipant.ts'
import { faultsTogether, settings as table } from './config.ts'
import { meet } from './meet.ts'

/**
 * The tester, which `helm test` runs: two synthetic people meet on an installation, through its front door. It prints one line of JSON,
 * `{ "ok": true, meeting, visits }` or `{ "ok": false, code, why }`, and ends with 0 or 1.
 */
const settings = settingsOrExit('tester', table, faultsTogether)
const url = `${settings.url.replace(/^http/, 'ws')}${clientPath}`
const ending = new AbortController()
const deadline = setTimeout(() => ending.abort(new Error(`not done in ${settings.timeoutMs} ms`)), settings.timeoutMs)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => ending.abort(new Error(`ended by ${signal}`)))

async function tokenFor(name: string): Promise<string> {
  const life = { nowMs: clock.nowMs(), lifetimeMs: 2 * settings.timeoutMs }
  return mintClientToken(settings.apiKey, { name, video: { room: settings.meeting, roomJoin: true } }, life)
}

function tell(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}

try {
  const visits = await meet({
    invite: async (name, wish) => createSyntheticParticipant({ url, token: await tokenFor(name), displayName: name, ...wish }),
    regions: settings.regions,
    apart: settings.apart,
    clock,
    signal: ending.signal,
  })
  tell({ ok: true, meeting: settings.meeting, visits })
} catch (thrown) {
  const { message } = thrown as Error
  tell({ ok: false, code: thrown instanceof CodedError ? thrown.code : 'incomplete', why: message })
  process.exitCode = 1
}
clearTimeout(deadline)
