import { readFileSync, writeFileSync } from 'node:fs'

import { format, resolveConfig } from 'prettier'
import { parse } from 'yaml'

import { poolShape } from './schema/pool.ts'
import { withValues } from './schema/readme.ts'
import { valuesShape } from './schema/values.ts'
import { describeValues } from './schema/valuesFile.ts'

/** A file of the chart that is made from others. */
interface Generated {
  readonly path: string
  readonly text: string
}

const root = new URL('../', import.meta.url)
const chart = 'charts/parley'
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const formatted = async (path: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(new URL(path, root).pathname)), filepath: path })

/** Helm reads files below the chart only, so the definitions stand there a second time. */
const definitions = ['medianodepools', 'medianodes', 'meetings'].map((plural): Generated => ({
  path: `${chart}/files/crds/${plural}.yaml`,
  text: read(`crds/${plural}.yaml`),
}))

/** The schema of the values: types from charts/schema and the definition of pools, words from values.yaml. */
async function fromValues(): Promise<readonly Generated[]> {
  const types = valuesShape(poolShape(parse(read('crds/medianodepools.yaml'))))
  const { shape, values } = describeValues(read(`${chart}/values.yaml`), types)
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of the chart parley', ...shape }
  const [schemaPath, readmePath] = [`${chart}/values.schema.json`, `${chart}/README.md`]
  return [
    { path: schemaPath, text: await formatted(schemaPath, JSON.stringify(schema)) },
    { path: readmePath, text: await formatted(readmePath, withValues(read(readmePath), values)) },
  ]
}

function isCurrent({ path, text }: Generated): boolean {
  try {
    return read(path) === text
  } catch {
    return false // One that is missing is not current.
  }
}

/** Writes what is generated; with `--check` it only names what is not current, and ends with 1 if anything is. */
async function main(argv: readonly string[]): Promise<number> {
  const stale = [...definitions, ...(await fromValues())].filter((file) => !isCurrent(file))
  if (!argv.includes('--check')) {
    for (const { path, text } of stale) writeFileSync(new URL(path, root), text)
    return 0
  }
  for (const { path } of stale) process.stderr.write(`${path} is not what its sources say; run \`npm run generate\`\n`)
  return stale.length === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
