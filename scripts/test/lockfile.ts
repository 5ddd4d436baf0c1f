import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** package-lock.json must install from whichever registry npm is set to: it names no download address. */
const lockfile = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
const faults = lockfile
  .split('\n')
  .flatMap((line, index) => (/"resolved": *"http/.test(line) ? [`line ${index + 1}:${line}`] : []))
if (faults.length > 0) {
  process.stderr.write(
    `package-lock.json names download addresses; run npm install with the .npmrc of this repository:\n${faults.join('\n')}\n`,
  )
  process.exitCode = 1
}
