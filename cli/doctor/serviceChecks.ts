import { answerOf } from '../placementApi.ts'
import { failed, ok, skipped, type Check } from './check.ts'

/** The placement API takes questions. */
export const placementAnswers: Check = {
  name: 'placement API',
  needs: [],
  async examine({ deps, placement }) {
    if (!placement) return skipped('not asked: give --placement URL')
    const answer = await answerOf(
      deps,
      `${placement.url}/v1/topology`,
      placement.token ? { authorization: `Bearer ${placement.token}` } : {},
    )
    if (answer.ok) return ok(`${placement.url} answers`)
    if (answer.status === 401 || answer.status === 403)
      return failed(`${placement.url} refuses the token`, 'Give a token that the operator knows: --placement-token-file.')
    return failed(`${placement.url} answered ${answer.status}`, 'Look at the operator: no one leads, or it is starting.')
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
