import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { readDefinitions } from './schema.ts'
import { typeScriptOf } from './typeScript.ts'

const target = fileURLToPath(new URL('types.gen.ts', import.meta.url))

/** How the file differs from what it should be, as a unified diff. */
function difference(expected: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-generate-'))
  try {
    const wanted = join(folder, 'types.gen.ts')
    writeFileSync(wanted, expected)
    execFileSync('diff', ['-u', target, wanted], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes the generated types; with `--check` it only says how the file differs, and ends with 1 if it does. */
function main(argv: readonly string[]): number {
  const expected = typeScriptOf(readDefinitions())
  if (!argv.includes('--check')) {
    writeFileSync(target, expected)
    return 0
  }
  let actual = ''
  try {
    actual = readFileSync(target, 'utf8')
  } catch {
    // A file that is missing differs in every line.
  }
  if (actual === expected) return 0
  process.stderr.write(`${target} is not what the definitions say; run \`npm run generate\`\n${difference(expected)}`)
  return 1
}

process.exitCode = main(process.argv.slice(2))
