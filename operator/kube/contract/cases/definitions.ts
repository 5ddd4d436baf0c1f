import { expect } from 'vitest'

import { readDefinitions } from '../../../../crds/schema.ts'
import { cases } from '../contractCase.ts'

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** What only a server can say that reads definitions: the embedded one is made of them. */
export const definitionCases = cases({
  'the definitions are structural, within the cost limits of rules, and raise no warning': async ({ api }) => {
    for (const definition of readDefinitions()) {
      const { code, warnings } = await api.post(path, definition, { query: { dryRun: 'All', fieldValidation: 'Strict' } })
      expect([code, warnings]).toEqual([409, []])
      const { status } = (await api.get(`${path}/${definition.metadata.name}`)).body as {
        status: { conditions: readonly { type: string; status: string }[] }
      }
      const holding = status.conditions.filter((condition) => condition.status === 'True').map(({ type }) => type)
      expect(holding.toSorted()).toEqual(['Established', 'NamesAccepted'])
    }
  },
})
