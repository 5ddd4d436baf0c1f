import { readdirSync, readFileSync } from 'node:fs'

import { parseAllDocuments } from 'yaml'

/** An object as a sample file gives it. */
export interface SampleDocument {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}

/** One sample file. Its documents are applied one after the other; of a refused sample, all but the last are accepted. */
export interface Sample {
  readonly file: string
  readonly documents: readonly SampleDocument[]
  /** The message of the refusal, from the comment `# expect: ...` on the first line; empty for an accepted sample. */
  readonly expects: string
}

/** Reads the samples that an API server must accept, or refuse. */
export function readSamples(sort: 'accepted' | 'refused'): readonly Sample[] {
  const folder = new URL(`samples/${sort}/`, import.meta.url)
  return readdirSync(folder)
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8')
      return {
        file,
        documents: parseAllDocuments(text).map((document) => document.toJS() as SampleDocument),
        expects: /^# expect: (.*)/.exec(text)?.[1] ?? '',
      }
    })
}
