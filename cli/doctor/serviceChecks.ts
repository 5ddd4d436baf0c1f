import { readOperatorHealth } from '../operatorHealth.ts'
import { answerOf, placementAccess, type PlacementAccess } from '../placementApi.ts'
import { failed, ok, skipped, type Check, type Finding, type Patient } from './check.ts'

/** With a token it is asked what it knows, without one only whether it is ready. */
async function ask({ deps }: Patient, { url, token }: PlacementAccess): Promise<Finding> {
  const answer =
    token === undefined
      ? await answerOf(deps, `${url}/readyz`)
      : await answerOf(deps, `${url}/v1/topology`, { headers: { authorization: `Bearer ${token}` } })
  if (answer.ok) return ok(`${url} answers`)
  if (answer.status === 401 || answer.status === 403)
    return failed(`${url} refuses the token`, 'Give a token that the operator knows: --placement-token-file.')
  return failed(`${url} answered ${answer.status}`, 'Look at the operator: no one leads, or it is starting.')
}

/** The placement API takes questions. */
export const placementAnswers: Check = {
  name: 'placement API',
  needs: [],
  async examine(patient) {
    const { deps, flags, cluster } = patient
    const { address } = await readOperatorHealth(cluster.api, deps.clock.nowMs()).catch(() => ({ address: undefined }))
    const access = placementAccess(deps, flags, address)
    if (!access) return skipped('not asked: give --placement URL')
    if (access.from === 'person') return ask(patient, access)
    // The leader's own address is often one that only Pods reach: that it cannot be asked from here is no fault.
    return ask(patient, access).catch(() => skipped(`${access.url} is not reached from here: give --placement URL`))
  },
}

/** Signaling takes people. */
export const signalingAnswers: Check = {
  name: 'signaling',
  needs: [],
  async examine({ deps, signalingUrl }) {
    if (!signalingUrl) return skipped('not asked: give --signaling URL')
    const answer = await answerOf(deps, `${signalingUrl}/readyz`)
    if (answer.ok) return ok(`${signalingUrl} answers`)
    return failed(`${signalingUrl} is not ready (${answer.status})`, 'Look at its log: does it reach the operator and Redis?')
  },
}
