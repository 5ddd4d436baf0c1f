import { expect } from 'vitest'

import { readSamples, type SampleDocument } from '../../../../crds/samples.ts'
import type { Answer } from '../contractApi.ts'
import { cases, metadataOf, pathsIn, type ContractCase, type Situation } from '../contractCase.ts'

const plurals: Readonly<Record<string, 'meetings' | 'nodes' | 'pools'>> = {
  Meeting: 'meetings',
  MediaNode: 'nodes',
  MediaNodePool: 'pools',
}

/** Creates what a document says, or changes what is there to it. */
async function apply({ api, namespace }: Situation, document: SampleDocument): Promise<Answer> {
  const path = pathsIn(namespace)[plurals[document.kind] ?? 'meetings']
  const present = await api.get(`${path}/${document.metadata.name}`)
  const query = { fieldValidation: 'Strict' }
  if (present.code === 404) return api.post(path, document, { query })
  const { resourceVersion } = metadataOf(present.body)
  const changed = { ...document, metadata: { ...document.metadata, resourceVersion } }
  return api.put(`${path}/${document.metadata.name}`, changed, { query })
}

function acceptedCase(documents: readonly SampleDocument[]): ContractCase['run'] {
  return async (at) => {
    for (const document of documents) expect((await apply(at, document)).body).toMatchObject(document)
  }
}

function refusedCase(documents: readonly SampleDocument[], expects: string): ContractCase['run'] {
  return async (at) => {
    for (const document of documents.slice(0, -1)) expect((await apply(at, document)).body).toMatchObject(document)
    const [last] = documents.slice(-1)
    expect(last && (await apply(at, last)).body['message']).toBe(expects)
  }
}

/** The samples of the definitions: what is accepted, and what is refused in which words. */
export const sampleCases: readonly ContractCase[] = cases({
  ...Object.fromEntries(readSamples('accepted').map(({ file, documents }) => [`${file} is accepted`, acceptedCase(documents)])),
  ...Object.fromEntries(
    readSamples('refused').map(({ file, documents, expects }) => [`${file} is refused`, refusedCase(documents, expects)]),
  ),
})
