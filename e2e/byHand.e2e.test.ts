import { readFileSync } from 'node:fs'
import { delimiter } from 'node:path'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { consoleSteps, isAsPrinted, type ConsoleStep } from './support/console.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { topologyOf } from './support/placement.ts'
import { runProgram } from './support/program.ts'

const root = new URL('../', import.meta.url).pathname
/** Looks, which come true after a while, and may be asked again. */
const looks = /^kubectl (get|parley (why|status))\b/
const nodes = 5
let demo: RunningDemo

beforeAll(async () => {
  demo = await startDemo({ args: ['--nodes', String(nodes)] })
  await waitFor(
    async () => {
      const { nodes: known } = await topologyOf(demo)
      return known.filter(({ accepting }) => accepting).length === nodes || missing('all media nodes to take work')
    },
    { timeoutMs: 60_000 },
  )
})

afterAll(() => demo.stop())

beforeEach((context) => {
  keepEvidence(() => demo)
  if (!process.env['PARLEY_CONTROL_PLANE_BIN']) context.skip('no control plane: there is no kubectl')
})

/** The environment that the page tells to set. */
function envOfPage(): NodeJS.ProcessEnv {
  const path = [`${root}cli`, process.env['PARLEY_CONTROL_PLANE_BIN'], process.env['PATH']].join(delimiter)
  const token = readFileSync(`${demo.state}/placement-token`, 'utf8')
  return {
    ...process.env,
    PATH: path,
    // kubectl leaves a cache there.
    HOME: demo.state,
    STATE: demo.state,
    KUBECONFIG: demo.kubeconfig,
    PARLEY_PLACEMENT_TOKEN: token,
    PARLEY_PLACEMENT_URL: '',
  }
}

async function printedBy(command: string): Promise<string> {
  const { out, err } = await runProgram('bash', ['-c', `cd '${root}' && ${command}`], { env: envOfPage() })
  return out + err
}

/** Runs a step; undefined where it prints what the page says, else what it printed. */
async function differs({ command, printed }: ConsoleStep): Promise<string | undefined> {
  const output = await printedBy(command)
  return isAsPrinted(output, printed) ? undefined : `docs/by-hand.md says otherwise of \`${command}\`, which printed:\n${output}`
}

/** The same of a step that may be looked at again, which comes true after a while. */
async function stillDiffers(step: ConsoleStep): Promise<string | undefined> {
  if (!looks.test(step.command)) return differs(step)
  await waitFor(
    async () => {
      const difference = await differs(step)
      return difference === undefined || missing(difference)
    },
    { timeoutMs: 60_000 },
  )
  return undefined
}

test('every command of docs/by-hand.md does what the page says', { timeout: 600_000 }, async () => {
  const steps = consoleSteps(readFileSync(`${root}docs/by-hand.md`, 'utf8'))
  expect(steps.length).toBeGreaterThan(25)
  for (const step of steps) expect(await stillDiffers(step)).toBeUndefined()
})
