/** One layer of `make test`: a check that passes or fails as one, or a vitest project or another program counted test by test. */
export interface Layer {
  readonly name: string
  /** A program of node_modules/.bin, or a path from the repository's root, and its arguments. */
  readonly command: readonly [string, ...string[]]
  readonly timeoutMs: number
  readonly project?: true
  /** It counts its tests itself, into the file that PARLEY_TALLY_FILE names. */
  readonly counts?: true
  /** Parts of the set-up (scripts/setup/setup.sh) without which nothing in this layer can run. */
  readonly needs?: readonly string[]
  /** It has real processes and real time: the few files that failed are tried once more. */
  readonly secondTry?: true
  /** The environment variable that the last line of its output becomes, for later layers. */
  readonly provides?: string
  /** A layer that has to run first. */
  readonly after?: string
}

const minute = 60_000

const project = (name: string, timeoutMs: number, projects: readonly string[] = [name]): Layer => ({
  name,
  command: [
    'vitest',
    'run',
    ...projects.map((each) => `--project=${each}`),
    '--reporter=default',
    '--reporter=./scripts/test/reporter.ts',
  ],
  timeoutMs,
  project: true,
})

/** In the order in which they run: what fails fastest comes first. */
export const layers: readonly Layer[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level=warn', '.'], timeoutMs: 3 * minute },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'], timeoutMs: 5 * minute },
  { name: 'types', command: ['tsc', '--noEmit'], timeoutMs: 5 * minute },
  { name: 'generated', command: ['scripts/generate.sh', '--check'], timeoutMs: minute },
  { name: 'lockfile', command: ['node', 'scripts/test/lockfile.ts'], timeoutMs: minute },
  { name: 'page', command: ['scripts/setup/web.sh'], timeoutMs: 5 * minute, provides: 'PARLEY_WEB_DIR' },
  project('unit', 5 * minute),
  {
    name: 'simulation',
    command: ['node', 'operator/testing/simulate/main.ts', '--histories', '2000'],
    timeoutMs: 10 * minute,
    counts: true,
  },
  { ...project('chart', 10 * minute), needs: ['helm', 'definitions', 'control plane', 'turn'] },
  { ...project('integration', 40 * minute, ['integration', 'machine']), needs: ['worker', 'redis'], secondTry: true },
  { ...project('e2e', 40 * minute), needs: ['worker', 'redis', 'chromium'], after: 'page', secondTry: true },
  { name: 'images', command: ['scripts/test/images.sh'], timeoutMs: 15 * minute, needs: ['cluster'], provides: 'PARLEY_IMAGES' },
  { ...project('cluster', 60 * minute), needs: ['cluster', 'helm', 'chromium'], after: 'images', secondTry: true },
]

/**
 * The layers that `ONLY=a,b` names, with those that they need before them; all where it is empty. An unknown name is answered with a
 * sentence.
 */
export function chosenLayers(only: string): readonly Layer[] | string {
  const names = new Set(only.split(',').flatMap((name) => name.trim() || []))
  if (names.size === 0) return layers
  for (const name of names) {
    const layer = layers.find((each) => each.name === name)
    if (layer === undefined) return `there is no layer ${name}, only ${layers.map((each) => each.name).join(', ')}`
    if (layer.after !== undefined) names.add(layer.after)
  }
  return layers.filter((layer) => names.has(layer.name))
}

/** The parts that this machine lacks, from PARLEY_MISSING: one `part: reason` a line. */
export function missingParts(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line.includes(': '))
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]))
}

/** Why a layer cannot run on this machine, or undefined. */
export function whyNot(layer: Layer, missing: ReadonlyMap<string, string>): string | undefined {
  const reasons = (layer.needs ?? []).flatMap((part) => (missing.has(part) ? [`no ${part} (${missing.get(part)})`] : []))
  return reasons.length === 0 ? undefined : reasons.join(', ')
}
