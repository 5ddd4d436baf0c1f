import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

import { aborted } from '../../kit/abort.ts'
import type { Clock } from '../../kit/clock.ts'
import { block, plainLines } from './announcement.ts'
import { bringUp } from './bringUp.ts'
import { startNode } from './child.ts'
import { childLogs, type Attention } from './childLog.ts'
import { createFleet } from './fleet.ts'
import { onInterrupt } from './interrupts.ts'
import type { DemoSettings } from './settings.ts'
import { makeStateFolder, removeStateFolder, sweepStateFolders } from './state.ts'
import type { ProcessEvent } from './supervisor.ts'
import type { Terminal } from './terminal.ts'

/** What a run of the demo gets. `random` yields [0, 1). */
export interface DemoOptions {
  readonly settings: DemoSettings
  readonly env: NodeJS.ProcessEnv
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: () => number
}

/** How long processes may take to stop in order before they are ended by force. */
const graceMs = 5_000

/** The line about a death; nothing else of a life is worth one. */
function tellDeath(terminal: Terminal, event: ProcessEvent): void {
  if (event.type === 'died')
    terminal.say(`${event.name} ${event.reason}; starting it again in ${(event.againInMs / 1_000).toFixed(1)} s`)
}

/**
 * Runs the demo until somebody stops it, and leaves no process, port or file behind however it ends. Resolves with the exit code: 0 when
 * it was stopped, 1 when it did not get up.
 */
export async function runDemo({ settings, env, terminal, clock, random }: DemoOptions): Promise<number> {
  sweepStateFolders()
  const stateFolder = makeStateFolder()
  // While parts come and go they miss each other; that is no news.
  let attention: Attention = 'nothing'
  const show = (text: string): void => terminal.say(text)
  const keep = (name: string, line: string): void => appendFileSync(join(stateFolder, 'logs', `${name}.log`), `${line}\n`)
  const logs = childLogs({ keep, attention: () => (settings.verbose ? 'all' : attention), show })
  const onEvent = (event: ProcessEvent): void => tellDeath(terminal, event)
  const fleet = createFleet({
    start: startNode,
    clock,
    random,
    stateFolder,
    onLine: (name, line) => logs.take(name, line),
    onEvent,
  })
  // Whatever ends the launcher, a fault of its own included, ends the rest at once.
  process.on('exit', () => {
    fleet.kill()
    removeStateFolder(stateFolder)
  })
  const interrupt = onInterrupt(clock, () => process.exit(1))
  const alive = setInterval(() => undefined, 60_000)
  try {
    const up = await bringUp({
      settings,
      env,
      fleet,
      stateFolder,
      clock,
      random,
      signal: interrupt,
      say: (text) => terminal.say(text),
    })
    attention = 'warnings'
    if (!terminal.interactive) for (const remark of up.remarks) terminal.say(remark)
    terminal.tell(terminal.interactive ? block(up) : plainLines(up))
    await aborted(interrupt)
    return 0
  } catch (error) {
    if (interrupt.aborted) return 0
    for (const line of logs.unseenErrors()) terminal.say(`  ${line}`)
    terminal.say(`The demo did not get up: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  } finally {
    attention = 'nothing'
    terminal.say('Stopping; once more to stop at once.')
    await fleet.stop(graceMs)
    removeStateFolder(stateFolder)
    clearInterval(alive)
    terminal.say('Stopped. Nothing is left behind.')
  }
}
