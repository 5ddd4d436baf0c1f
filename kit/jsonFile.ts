import { readFileSync } from 'node:fs'

/** Reads a JSON file that may hold secrets: where it is no JSON the error names the file and quotes nothing of it, as `JSON.parse` would. */
export function readJsonFile(path: string): unknown {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${path} is no JSON`)
  }
}
