import { waitFor } from '../../kit/wait.ts'
import { boundCases } from './conformanceBounds.ts'
import {
  aRequest,
  call,
  meetingPath,
  must,
  mustFail,
  mustRefuse,
  place,
  placed,
  readTopology,
  timeoutMs,
  type ConformanceCase,
} from './conformanceCalls.ts'
import { lineCases } from './conformanceLine.ts'
import { moveAnswer } from './move.ts'
import { explanation, type Placed } from './placement.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, type TopologyLine } from './topology.ts'

export type { ConformanceMeeting, ConformanceTarget } from './conformanceCalls.ts'

/** Whether each change follows the line before it: a snapshot or a change, whose revision a beat repeats. */
function isWithoutGap(lines: readonly TopologyLine[]): boolean {
  let revision = 0
  return lines.every((line) => {
    const before = revision
    revision = line.type === 'snapshot' ? line.topology.revision : line.revision
    return line.type === 'snapshot' || revision === before + (line.type === 'change' ? 1 : 0)
  })
}

/** What an operator must answer, whoever runs it. */
export const conformanceCases: readonly ConformanceCase[] = [
  {
    name: 'a placement names a node of the topology, a grant, and why',
    async run(target) {
      const answer = await placed(target, 'c-place')
      const known = topology.parse(await call(target, { path: '/v1/topology' }))
      const node = known.nodes.find(({ name }) => name === answer.node)
      must(node?.url === answer.url && node.region === answer.region, `${answer.node} stands not so in the topology`)
      must(answer.grant.split('.').length === 3, 'the grant is no JWT')
      must(answer.reason !== '' && answer.decidedBy === 'operator', 'the answer does not say who decided, and why')
    },
  },
  {
    name: 'the same idempotency key yields the same placement',
    async run(target) {
      const same = { participant: 'twice', idempotencyKey: 'conformance-twice' }
      const [first, second] = [await placed(target, 'c-twice', same), await placed(target, 'c-twice', same)]
      must(first.attachment === second.attachment && first.grant === second.grant, 'a retry placed twice')
      const other = await placed(target, 'c-twice', { ...same, idempotencyKey: 'conformance-again' })
      must(other.attachment > first.attachment, 'a later placement has no later attachment')
      const reworded = await placed(target, 'c-twice', { ...same, displayName: 'Somebody else', excludeNodes: [first.node] })
      must(reworded.attachment === first.attachment, 'a retry with another body placed twice')
      const somebody = await placed(target, 'c-twice', { ...same, participant: 'somebody-else' })
      must(somebody.attachment !== first.attachment, 'the key of one participant gave another the same place')
    },
  },
  {
    name: 'all who join one meeting get one incarnation, another meeting another',
    async run(target) {
      const [ann, bob] = await Promise.all([placed(target, 'c-one'), placed(target, 'c-one')])
      const cid = await placed(target, 'c-other')
      must(ann.meeting.incarnation === bob.meeting.incarnation, 'one meeting has two incarnations')
      must(ann.meeting.incarnation !== cid.meeting.incarnation, 'two meetings have one incarnation')
    },
  },
  {
    name: 'a participant goes to the nearest region, measured before named',
    async run(target) {
      const { nodes } = topology.parse(await call(target, { path: '/v1/topology' }))
      const [here, there] = [...new Set(nodes.filter(({ accepting }) => accepting).map(({ region }) => region))]
      must(here !== undefined && there !== undefined, 'two regions are needed')
      must((await placed(target, 'c-regions', { region: here })).region === here, `${here} was named`)
      must((await placed(target, 'c-regions', { region: there })).region === there, `${there} was named`)
      const rttsMs = { [here]: 200, [there]: 20 }
      must((await placed(target, 'c-regions', { region: here, rttsMs })).region === there, `${there} is nearer`)
    },
  },
  {
    name: 'an excluded node is not taken',
    async run(target) {
      const first = await placed(target, 'c-exclude')
      const second = await placed(target, 'c-exclude', { excludeNodes: [first.node], replaces: first.attachment })
      must(second.node !== first.node, 'the node that failed was taken again')
    },
  },
  {
    name: 'rules refuse with their code: ended, locked, not begun, no region, an unknown pool',
    async run(target) {
      await target.meeting('c-ended', { ended: true })
      await target.meeting('c-locked', { locked: true })
      await target.meeting('c-nowhere', { regions: ['no-such-region'] })
      await target.meeting('c-early', { startTime: '2999-01-01T09:00:00Z' })
      await target.meeting('c-no-pool', { pools: ['no-such-pool'] })
      await mustRefuse(target, 'c-early', 'meeting_not_started')
      await mustRefuse(target, 'c-no-pool', 'meeting_invalid')
      await mustRefuse(target, 'c-ended', 'meeting_ended')
      await mustRefuse(target, 'c-locked', 'meeting_locked')
      await mustRefuse(target, 'c-nowhere', 'no_region')
    },
  },
  {
    name: 'concurrent joins never exceed the capacity, and a release frees a place',
    async run(target) {
      await target.meeting('c-full', { maxParticipants: 5 })
      const answers = await Promise.all(Array.from({ length: 40 }, () => place(target, 'c-full')))
      const got = answers.filter((answer): answer is Placed => answer.result === 'placed')
      must(got.length === 5, `${got.length} of 5 places were given away`)
      must(
        answers.every((answer) => answer.result === 'placed' || answer.code === 'meeting_full'),
        'another refusal than meeting_full',
      )
      const participant = 'c-full-leaver'
      await mustRefuse(target, 'c-full', 'meeting_full')
      const snapshot = meetingSnapshot.parse(await call(target, { path: meetingPath(target, 'c-full') }))
      must(snapshot.participants === 5 && snapshot.maxParticipants === 5, 'the snapshot does not count 5 of 5')
      await target.meeting('c-release', { maxParticipants: 1 })
      const { attachment } = await placed(target, 'c-release', { participant })
      await call(target, {
        method: 'DELETE',
        path: `${meetingPath(target, 'c-release')}/placements/${participant}?attachment=${attachment}`,
      })
      await placed(target, 'c-release')
      const gone = `${meetingPath(target, 'c-release')}/placements/${participant}`
      await call(target, { method: 'DELETE', path: `${gone}?attachment=${attachment}` })
      await mustRefuse(target, 'c-release', 'meeting_full')
    },
  },
  {
    name: 'a move sends one participant elsewhere, keeps the place for them, and says why',
    async run(target) {
      const participant = 'c-move-ann'
      const before = await placed(target, 'c-move', { participant })
      await target.attach(before, participant)
      const path = `${meetingPath(target, 'c-move')}/placements/${participant}/move`
      const post = (body: unknown): Promise<unknown> => call(target, { method: 'POST', path, body })
      const { attachment } = before
      const moved = await waitFor(
        async () => {
          const answer = moveAnswer.parse(await post({ attachment, reason: 'nearer' }))
          must(answer.result === 'ordered', `ordered expected, got ${JSON.stringify(answer)}`)
          return answer
        },
        { timeoutMs },
      )
      must(moved.from === before.node && moved.node !== before.node && moved.reason.startsWith('nearer'), 'moved nowhere')
      must(
        JSON.stringify(await post({ attachment, reason: 'again' })) === JSON.stringify(moved),
        'the same order, another answer',
      )
      const after = await placed(target, 'c-move', { participant, replaces: attachment, excludeNodes: [before.node] })
      must(after.node === moved.node, `${moved.node} was meant, ${after.node} taken`)
      must(after.reason.includes(`moved from ${before.node}`), `the reason does not tell of the move: ${after.reason}`)
      await mustFail(post({ attachment: after.attachment.replace(/.$/, (last) => (last === '0' ? '1' : '0')), reason: 'x' }), {
        status: 404,
        code: 'attachment_unknown',
        field: 'body.attachment',
      })
      await mustFail(post({ attachment }), { status: 400, code: 'invalid', field: 'body.reason' })
      const [node] = [before.node]
      await mustFail(post({ attachment, node, excludeNodes: [node], reason: 'x' }), {
        ...{ status: 400, code: 'invalid', field: 'body.node' },
      })
    },
  },
  {
    name: 'a move that cannot be is refused or put off, with its code: there already, no such node, not attached yet',
    async run(target) {
      const participant = 'c-move-not'
      const { node, attachment } = await placed(target, 'c-move-not', { participant })
      const path = `${meetingPath(target, 'c-move-not')}/placements/${participant}/move`
      const move = async (more: object) =>
        moveAnswer.parse(await call(target, { method: 'POST', path, body: { attachment, reason: 'x', ...more } }))
      const away = await move({})
      must(away.result === 'tryAfter' && away.code === 'not_attached' && away.retryAfterMs > 0, JSON.stringify(away))
      const there = await move({ node })
      must(there.result === 'refused' && there.code === 'already_there', JSON.stringify(there))
      await target.attach(await placed(target, 'c-move-not', { participant: 'c-move-other' }), 'c-move-other')
      const other = await placed(target, 'c-move-not', { participant, replaces: attachment })
      await target.attach(other, participant)
      await waitFor(
        async () => {
          const body = { attachment: other.attachment, node: 'no-such-node', reason: 'x' }
          const answer = moveAnswer.parse(await call(target, { method: 'POST', path, body }))
          must(answer.result === 'refused' && answer.code === 'node_unknown', JSON.stringify(answer))
        },
        { timeoutMs },
      )
    },
  },
  {
    name: 'an explanation says where, why, and what a join would find',
    async run(target) {
      const { node, attachment } = await placed(target, 'c-explain')
      const told = explanation.parse(await call(target, { path: `${meetingPath(target, 'c-explain')}/explanation` }))
      must(
        told.segments.some((segment) => segment.node === node && segment.why !== ''),
        'the segment is not explained',
      )
      must(
        told.placements.some((each) => each.attachment === attachment),
        'the placement is not told',
      )
      must(told.nodes.length > 1 && told.nodes.every(({ why }) => why !== ''), 'the nodes are not explained')
      await mustFail(call(target, { path: `${meetingPath(target, 'c-never')}/explanation` }), {
        status: 404,
        code: 'meeting_unknown',
      })
      await mustFail(call(target, { path: meetingPath(target, 'c-never') }), { status: 404, code: 'meeting_unknown' })
    },
  },
  {
    name: 'the stream of the topology begins with a snapshot and tells a new meeting, without a gap in its revisions',
    async run(target) {
      const told = (lines: readonly TopologyLine[]): boolean =>
        lines.some(
          (line) => line.type === 'change' && line.meetings?.some(({ name, nodes }) => name === 'c-stream' && nodes.length === 1),
        )
      await readTopology(
        target,
        async () => void (await placed(target, 'c-stream')),
        (lines) => lines[0]?.type === 'snapshot' && told(lines) && isWithoutGap(lines),
      )
      // Who begins again, after a gap for instance, is told all of it.
      await readTopology(
        target,
        async () => void (await placed(target, 'c-stream')),
        ([first]) => first?.type === 'snapshot' && first.topology.meetings.some(({ name }) => name === 'c-stream'),
      )
    },
  },
  {
    name: 'what does not fit is named: a problem document with code and field',
    async run(target) {
      const path = `${meetingPath(target, 'c-bad')}/placements`
      const post = (body: unknown): Promise<unknown> => call(target, { method: 'POST', path, body })
      await mustFail(post({}), { status: 400, code: 'invalid', field: 'body.participant' })
      await mustFail(post({ ...aRequest(), rttsMs: { 'eu-west': -1 } }), {
        status: 400,
        code: 'invalid',
        field: 'body.rttsMs.eu-west',
      })
      await mustFail(post({ ...aRequest(), surprise: true }), { status: 400, code: 'invalid', field: 'body.surprise' })
      await mustFail(post({ ...aRequest(), displayName: 'x'.repeat(1_000_000) }), { status: 413, code: 'too_large' })
      const odd = `/v1/namespaces/${target.namespace}/meetings/Not_A_Label/placements`
      await mustFail(call(target, { method: 'POST', path: odd, body: aRequest() }), {
        status: 400,
        code: 'invalid',
        field: 'path.name',
      })
      await mustFail(call(target, { path: '/v1/nothing' }), { status: 404, code: 'not_found' })
    },
  },
  {
    name: 'a token that is unknown, for another namespace or for something else opens nothing',
    async run(target) {
      const path = `${meetingPath(target, 'c-auth')}/placements`
      const denied = { status: 401, code: 'unauthorized' }
      await mustFail(call(target, { method: 'POST', path, body: aRequest(), token: 'no-such-token-at-all' }), denied)
      const foreign = '/v1/namespaces/somebody-elses/meetings/c-auth/placements'
      await mustFail(call(target, { method: 'POST', path: foreign, body: aRequest() }), {
        status: 403,
        code: 'namespace_not_allowed',
      })
      const { readerToken } = target
      const notAllowed = { status: 403, code: 'verb_not_allowed' }
      await mustFail(call(target, { method: 'POST', path, body: aRequest(), token: readerToken }), notAllowed)
      await mustFail(call(target, { path: meetingPath(target, 'c-auth'), token: readerToken }), notAllowed)
      topology.parse(await call(target, { path: '/v1/topology', token: readerToken }))
    },
  },
  ...lineCases,
  ...boundCases,
]
