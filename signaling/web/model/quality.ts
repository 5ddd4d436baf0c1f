import type { FlowStats } from '../../client/stats.ts'

/** How well somebody comes through, as a person would say it. */
export type Quality = 'good' | 'fair' | 'poor'

/** Share of lost packets from which a call is heard and seen to suffer (ITU-T G.113: Opus with FEC bears about 3 %, 10 % is poor). */
const fairLossRatio = 0.03
const poorLossRatio = 0.1
/** Above this a conversation gets hard (ITU-T G.114: 400 ms one way is the limit). */
const fairRoundTripMs = 400
const poorRoundTripMs = 800

const worse: readonly Quality[] = ['good', 'fair', 'poor']

function qualityOfFlow({ lossRatio = 0, roundTripMs = 0 }: FlowStats): Quality {
  if (lossRatio >= poorLossRatio || roundTripMs >= poorRoundTripMs) return 'poor'
  if (lossRatio >= fairLossRatio || roundTripMs >= fairRoundTripMs) return 'fair'
  return 'good'
}

/** The worst of several flows; good where nothing flows. */
export function qualityOf(flows: readonly FlowStats[]): Quality {
  return flows.map(qualityOfFlow).reduce((worst, next) => (worse.indexOf(next) > worse.indexOf(worst) ? next : worst), 'good')
}
