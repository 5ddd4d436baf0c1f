/**
 * Runs the layers of tests in order and ends with one line, `N passed, N failed, N skipped`. Run by `make test`, which sets the
 * machine up first and says in PARLEY_MISSING what it lacks. ONLY names the layers to run (all), FILES the test files (all). With
 * CI=true nothing may be skipped.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand, type Ended } from './test/command.ts'
import { chosenLayers, missingParts, whyNot, type Layer } from './test/layers.ts'
import { afterSecondTry, filesToTryAgain, type FiledTally } from './test/secondTry.ts'
import { closingLine, isGood, oneFailed, onePassed, oneSkipped, sum, type Tally } from './test/tally.ts'

const root = join(import.meta.dirname, '..')
const graceMs = 15_000
const say = (text: string): boolean => process.stdout.write(`${text}\n`)

/** What later layers get from earlier ones (see `provides`). */
const provided: Record<string, string> = {}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

async function runCheck(layer: Layer, signal: AbortSignal): Promise<Tally> {
  const { command, timeoutMs } = layer
  const { fault, output } = await runCommand({ command, timeoutMs, graceMs, signal, cwd: root, env: process.env, show: false })
  if (fault !== undefined) {
    say(output.trimEnd())
    return oneFailed(`${layer.name}: ${fault}`)
  }
  if (layer.provides !== undefined) provided[layer.provides] = lastLine(output)
  return onePassed
}

function tallyOf(layer: Layer, ended: Ended, file: string): FiledTally {
  let tally: FiledTally
  try {
    tally = JSON.parse(readFileSync(file, 'utf8')) as FiledTally
  } catch {
    return oneFailed(`${layer.name}: ${ended.fault ?? 'wrote no results'}`)
  }
  if (ended.fault !== undefined && tally.failed.length === 0) {
    return { ...sum([tally, oneFailed(`${layer.name}: ${ended.fault}`)]), byFile: tally.byFile ?? {} }
  }
  if (tally.passed + tally.failed.length + tally.skipped.length === 0) return oneFailed(`${layer.name}: it has no test`)
  return tally
}

async function runFiles(layer: Layer, files: readonly string[], signal: AbortSignal): Promise<FiledTally> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-'))
  const file = join(folder, 'tally.json')
  const [program, ...args] = layer.command
  try {
    const ended = await runCommand({
      command: [program, ...args, ...files],
      timeoutMs: layer.timeoutMs,
      graceMs,
      signal,
      cwd: root,
      env: { ...process.env, ...provided, PARLEY_TALLY_FILE: file },
      show: true,
    })
    return tallyOf(layer, ended, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runCounted(layer: Layer, signal: AbortSignal): Promise<Tally> {
  const files = layer.counts ? [] : (process.env['FILES'] ?? '').split(/\s+/).filter((name) => name !== '')
  const first = await runFiles(layer, files, signal)
  const again = layer.secondTry && !signal.aborted ? filesToTryAgain(first) : []
  if (again.length === 0) return first
  say(`[test] ${layer.name}: ${closingLine(first)}; a second try of ${again.join(', ')}`)
  return afterSecondTry(first, await runFiles(layer, again, signal))
}

async function runLayer(layer: Layer, signal: AbortSignal): Promise<Tally> {
  const reason = whyNot(layer, missing)
  if (reason !== undefined) return oneSkipped(layer.name, reason)
  say(`[test] ${layer.name}`)
  const startedAt = performance.now()
  const tally = await (layer.project || layer.counts ? runCounted(layer, signal) : runCheck(layer, signal))
  say(`[test] ${layer.name}: ${closingLine(tally)} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  return tally
}

const missing = missingParts(process.env['PARLEY_MISSING'] ?? '')
const unsaid =
  missing.size === 0 ? 'the test gave no reason' : [...missing].map(([part, why]) => `no ${part} (${why})`).join(', ')
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort())

async function runAll(chosen: readonly Layer[]): Promise<Tally> {
  const tallies: Tally[] = []
  for (const layer of chosen) {
    if (!interrupt.signal.aborted) tallies.push(await runLayer(layer, interrupt.signal))
  }
  return sum(tallies)
}

function report(total: Tally): void {
  for (const skip of total.skipped) say(`skipped: ${skip.name}: ${skip.reason ?? unsaid}`)
  for (const name of total.secondTry) say(`passed at the second try: ${name}`)
  for (const name of total.failed) say(`failed: ${name}`)
  say(closingLine(total))
}

const chosen = chosenLayers(process.env['ONLY'] ?? '')
if (typeof chosen === 'string') {
  process.stderr.write(`ONLY: ${chosen}\n`)
  process.exitCode = 2
} else {
  const total = await runAll(chosen)
  report(total)
  process.exitCode = isGood(total, process.env['CI'] === 'true') ? 0 : 1
}
