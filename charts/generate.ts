import { readFileSync, writeFileSync } from 'node:fs'

/** A file of the chart that is made from others. */
interface Generated {
  readonly path: string
  readonly text: () => string
}

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** Helm reads files below the chart only, so the definitions stand there a second time. */
const definitions = ['medianodepools', 'medianodes', 'meetings'].map((plural): Generated => ({
  path: `charts/parley/files/crds/${plural}.yaml`,
  text: () => read(`crds/${plural}.yaml`),
}))

const generated: readonly Generated[] = [...definitions]

function current({ path, text }: Generated): boolean {
  try {
    return read(path) === text()
  } catch {
    return false // One that is missing is not current.
  }
}

/** Writes what is generated; with `--check` it only names what is not current, and ends with 1 if anything is. */
function main(argv: readonly string[]): number {
  const stale = generated.filter((file) => !current(file))
  if (!argv.includes('--check')) {
    for (const { path, text } of stale) writeFileSync(new URL(path, root), text())
    return 0
  }
  for (const { path } of stale) process.stderr.write(`${path} is not what its sources say; run \`npm run generate\`\n`)
  return stale.length === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
