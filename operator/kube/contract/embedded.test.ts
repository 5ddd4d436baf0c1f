import { afterAll, beforeAll, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { startEmbeddedApi, type EmbeddedApi } from '../../embedded/embeddedApi.ts'
import { contractApi, type ContractApi } from './contractApi.ts'
import { mergePatchType, metadataOf } from './contractCase.ts'
import { everyCase } from './everyCase.ts'

/** Short, so that a test can make the API forget. */
const historyLength = 100

let embedded: EmbeddedApi
let api: ContractApi

beforeAll(async () => {
  embedded = await startEmbeddedApi({ log: silentLog, historyLength })
  api = contractApi({ url: embedded.url })
})
afterAll(async () => {
  await api.close()
  await embedded.close()
})

/** Changes an object until its present version is forgotten. */
async function forgottenVersion(path: string): Promise<string> {
  const { resourceVersion = '' } = metadataOf((await api.get(path)).body)
  for (let change = 0; change < 2 * historyLength; change++)
    await api.patch(`${path}/a`, { metadata: { labels: { change: String(change) } } }, { contentType: mergePatchType })
  return resourceVersion
}

for (const [subject, list] of Object.entries(everyCase)) {
  for (const { name, run } of list)
    test(`embedded API, ${subject}: ${name}`, async () => run({ api, namespace: await api.namespace(), forgottenVersion }))
}
