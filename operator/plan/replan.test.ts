import { expect, test } from 'vitest'

import type { SegmentReport, SegmentRole } from '../../sfu/api/order.ts'
import type { MeetingView, SegmentView } from '../view/meetingView.ts'
import { planReplan } from './replan.ts'

const meeting = { namespace: 'demo', name: 'standup', incarnation: '01K00000000000000000000000' }

/** A segment with one person that follows the second order of its leader. */
function aSegment(node: string, role: SegmentRole, up: readonly string[], more: Partial<SegmentView> = {}): SegmentView {
  const peers = up.map((peer) => ({ node: peer, role: 'core' as const, up: true }))
  const participants = [{ participant: node, attachment: node, publishing: true, hidden: false }]
  const report: SegmentReport = {
    ...{ meeting, epoch: 1, generation: 2, role, fallback: false, worker: 0, createdAtMs: 0 },
    ...{ participants, peers },
  }
  return {
    ...{ node, url: `http://${node}`, region: 'eu', zone: undefined, nodeState: 'ready', why: '', createdAtMs: 0, report },
    ...{ emptySinceMs: undefined, adopts: undefined, ordered: undefined, answersSince: false, seats: 1, heldPlaces: 1 },
    pipes: undefined,
    ...more,
  }
}

test('a leaf that tells since that it did not take the order to be a core is one still: it waits for its new pipes', () => {
  const ordered = {
    fence: { epoch: 1, generation: 3 },
    role: 'core' as const,
    digest: '',
    places: undefined,
    madeAtMs: 0,
    sentAtMs: 0,
  }
  const stepOf = (answersSince: boolean) => {
    const leaf = aSegment('b', 'leaf', ['a'], { ordered, answersSince })
    const stay = [aSegment('a', 'core', ['b', 'c']), leaf, aSegment('c', 'core', ['a'])]
    const view = { nowMs: 6_000, unheardSegments: [], object: undefined } as Partial<MeetingView> as MeetingView
    return planReplan(view, { stay, going: [] }).step.get('b')
  }
  expect(stepOf(true)).toMatchObject({ role: 'leaf', peers: [{ node: 'a' }, { node: 'c' }] })
  expect(stepOf(false)).toMatchObject({ role: 'core' })
})
