import { afterAll, beforeAll, describe, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { startEmbeddedApi } from '../../embedded/embeddedApi.ts'
import { definitionCases } from './cases/definitions.ts'
import { kubectlCases } from './cases/kubectl.ts'
import { largeCases } from './cases/large.ts'
import { contractApi, type ContractApi, type Reach } from './contractApi.ts'
import type { Situation } from './contractCase.ts'
import { everyCase, timedCases } from './everyCase.ts'
import { kubectlOf } from './kubectl.ts'
import { controlPlaneFolder, noControlPlane, startRealApi } from './realApi.ts'

const bin = controlPlaneFolder() ?? ''
const reason = bin === '' ? ` (skipped: ${noControlPlane})` : ''

/** An API that the contract is held against. */
interface Held extends Reach {
  readonly kubeconfig: string
  readonly close: () => Promise<void>
}

const held: Readonly<Record<string, () => Promise<Held>>> = {
  'embedded API': () => startEmbeddedApi({ log: silentLog, historyLength: 2_000 }),
  'real API server': () => startRealApi(bin),
}

for (const [which, start] of Object.entries(held)) {
  describe.skipIf(bin === '')(`${which}${reason}`, () => {
    let at: Held
    let api: ContractApi

    beforeAll(async () => {
      at = await start()
      api = contractApi(at)
    })
    afterAll(async () => {
      await api.close()
      await at.close()
    })
    const situation = async (): Promise<Situation> => ({
      api,
      namespace: await api.namespace(),
      forgottenVersion: () => Promise.resolve('1'),
    })

    const isReal = which === 'real API server'
    const subjects = isReal
      ? { definitions: definitionCases, ...everyCase, ...timedCases, large: largeCases(2_000) }
      : { large: largeCases(10_000) }
    for (const [subject, list] of Object.entries(subjects)) {
      for (const { name, run } of list) test(`${subject}: ${name}`, async () => run(await situation()))
    }

    for (const { name, run } of kubectlCases) {
      test(`kubectl: ${name}`, async () => {
        const here = await situation()
        const kubectl = kubectlOf({ bin, kubeconfig: at.kubeconfig, namespace: here.namespace })
        try {
          await run({ ...here, kubectl })
        } finally {
          kubectl.close()
        }
      })
    }
  })
}
