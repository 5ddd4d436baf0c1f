import { expect, test } from 'vitest'

import type { SegmentView } from '../view/meetingView.ts'
import { departureLingerMs, planSegments } from './segments.ts'

/** Which segments stay of a meeting with people on `a`, where nobody has been on `b` for long, by what it told last. */
function stayOf(nodeState: SegmentView['nodeState']): readonly string[] {
  const segment = (node: string, more: Partial<SegmentView>) => ({ node, nodeState: 'ready', report: {}, ...more }) as SegmentView
  const segments = [segment('a', { emptySinceMs: undefined }), segment('b', { nodeState, emptySinceMs: 0 })]
  const view = { segments, strays: [], epoch: 1, nowMs: departureLingerMs, sureSinceMs: 0 }
  return planSegments(view, false).stay.map(({ node }) => node)
}

test('a segment that everybody left goes after a while, and not while its node is silent: people may have come since', () => {
  expect(stayOf('ready')).toEqual(['a'])
  expect(stayOf('silent')).toEqual(['a', 'b'])
})
