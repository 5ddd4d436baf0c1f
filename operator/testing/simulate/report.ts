import { Counters } from '../faults/counters.ts'
import type { Ending } from './ending.ts'
import { crashSteps, defaultSteps, type SimulateOptions } from './options.ts'

/** What a run came to. */
export interface Report {
  readonly histories: number
  /** In all of them. */
  readonly steps: number
  readonly seconds: number
  /** How often each kind of fault hit. */
  readonly faults: Readonly<Record<string, number>>
  /** How often everything else happened. */
  readonly counts: Readonly<Record<string, number>>
  readonly failures: readonly { readonly seed: number; readonly replay: string; readonly broken: readonly string[] }[]
}

/** Things that are counted and are no faults. */
const isNoFault = (name: string): boolean =>
  /^(step|join|attach) |^passes|^calls$|^orders while|^nodes drained|^drains cancelled/.test(name)

/** The command that lives a history again. */
export function replayOf(seed: number, { steps, crashPoints }: Pick<SimulateOptions, 'steps' | 'crashPoints'>): string {
  const usual = crashPoints ? crashSteps : defaultSteps
  const how = crashPoints ? '--crash-points' : '--verbose'
  return `npm run simulate -- --seed ${seed} --histories 1${steps === usual ? '' : ` --steps ${steps}`} ${how}`
}

/** Sums up the endings of a run that took so long. */
export function reportOf(
  endings: readonly Ending[],
  { steps, crashPoints }: Pick<SimulateOptions, 'steps' | 'crashPoints'>,
  seconds: number,
): Report {
  const all = new Counters()
  for (const { counts } of endings) all.addAll(counts)
  const counted = Object.entries(all.toJSON())
  return {
    histories: endings.length,
    steps: endings.length * steps,
    seconds,
    faults: Object.fromEntries(counted.filter(([name]) => !isNoFault(name))),
    counts: Object.fromEntries(counted.filter(([name]) => isNoFault(name))),
    failures: endings
      .filter(({ faults }) => faults.length > 0)
      .toSorted((a, b) => a.seed - b.seed)
      .map(({ seed, faults }) => ({ seed, replay: replayOf(seed, { steps, crashPoints }), broken: faults })),
  }
}

const lines = (counts: Readonly<Record<string, number>>): readonly string[] =>
  Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`)

/** The report for people. */
export function textOf({ histories, steps, seconds, faults, counts, failures }: Report): string {
  return [
    'what happened:',
    ...lines(counts),
    'faults that hit:',
    ...lines(faults),
    ...failures.flatMap(({ seed, replay, broken }) => [`seed ${seed}: ${replay}`, ...broken.map((each) => `  ${each}`)]),
    `${histories} histories, ${steps} steps, in ${seconds.toFixed(1)} s: ${failures.length} failed`,
  ].join('\n')
}
