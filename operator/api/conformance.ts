import { waitFor } from '../../kit/wait.ts'
import { createOperatorHttp } from './operatorHttp.ts'
import { explanation, placementAnswer, type PlacementAnswer, type PlacementRequest } from './placement.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, topologyLine, type TopologyLine } from './topology.ts'

/** What the suite runs against: an operator (or something that claims to answer like one) and what it needs there. */
export interface ConformanceTarget {
  readonly url: string
  /** A token for `namespace` with all verbs. */
  readonly token: string
  /** A namespace that the token is for, with at least two live nodes in at least two regions, where joins make meetings. */
  readonly namespace: string
  /** Makes a Meeting there and resolves when the operator knows it. */
  meeting(
    name: string,
    spec: { maxParticipants?: number; locked?: boolean; ended?: boolean; regions?: readonly string[] },
  ): Promise<void>
}

/** One thing that an operator must do. It rejects with what it did instead. */
export interface ConformanceCase {
  readonly name: string
  readonly run: (target: ConformanceTarget) => Promise<void>
}

type Placed = Extract<PlacementAnswer, { result: 'placed' }>

function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

let keys = 0
/** A request that fits, by somebody new. */
function aRequest(more: Partial<PlacementRequest> = {}): PlacementRequest {
  keys += 1
  return {
    participant: `p-${keys}`,
    displayName: 'Somebody',
    rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
    idempotencyKey: `conformance-${keys}`,
    ...more,
  }
}

const meetingPath = (target: ConformanceTarget, name: string): string => `/v1/namespaces/${target.namespace}/meetings/${name}`
const timeoutMs = 5_000

async function call(
  target: ConformanceTarget,
  what: { method?: 'GET' | 'POST' | 'DELETE'; path: string; body?: unknown; token?: string },
): Promise<unknown> {
  const http = createOperatorHttp({ bearer: () => what.token ?? target.token })
  try {
    return await http.call(target.url, { method: what.method ?? 'GET', path: what.path, body: what.body, timeoutMs })
  } finally {
    await http.close()
  }
}

async function place(target: ConformanceTarget, name: string, more: Partial<PlacementRequest> = {}): Promise<PlacementAnswer> {
  const body = aRequest(more)
  return placementAnswer.parse(await call(target, { method: 'POST', path: `${meetingPath(target, name)}/placements`, body }))
}

async function placed(target: ConformanceTarget, name: string, more: Partial<PlacementRequest> = {}): Promise<Placed> {
  const answer = await place(target, name, more)
  must(answer.result === 'placed', `placed expected, got ${JSON.stringify(answer)}`)
  return answer
}

async function mustRefuse(target: ConformanceTarget, name: string, code: string): Promise<void> {
  const answer = await place(target, name)
  must(
    answer.result === 'refused' && answer.code === code && answer.reason !== '',
    `refused: ${code} expected, got ${JSON.stringify(answer)}`,
  )
}

async function mustFail(promise: Promise<unknown>, expected: { status: number; code: string; field?: string }): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const { status, code, field } = (error ?? {}) as { status?: number; code?: string; field?: string }
  const fits = status === expected.status && code === expected.code && (expected.field === undefined || field === expected.field)
  must(fits, `${JSON.stringify(expected)} expected, got ${JSON.stringify({ status, code, field })}`)
}

/** Reads the topology's stream until `seen` has enough. */
async function readTopology(
  target: ConformanceTarget,
  during: () => Promise<void>,
  seen: (lines: readonly TopologyLine[]) => boolean,
): Promise<void> {
  const http = createOperatorHttp({ bearer: () => target.token })
  const stop = new AbortController()
  const lines: TopologyLine[] = []
  const reading = (async () => {
    for await (const value of http.lines(target.url, '/v1/topology?watch=true', stop.signal))
      lines.push(topologyLine.parse(value))
  })().catch((thrown: unknown) => (stop.signal.aborted ? undefined : Promise.reject(thrown as Error)))
  try {
    await waitFor(() => must(lines.length > 0, 'no line of the topology'), { timeoutMs })
    await during()
    await waitFor(() => must(seen(lines), `still missing in ${JSON.stringify(lines.slice(-3))}`), { timeoutMs })
  } finally {
    stop.abort(new Error('read enough'))
    await reading
    await http.close()
  }
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
    name: 'rules refuse with their code: ended, locked, no region',
    async run(target) {
      await target.meeting('c-ended', { ended: true })
      await target.meeting('c-locked', { locked: true })
      await target.meeting('c-nowhere', { regions: ['no-such-region'] })
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
        (lines) => lines[0]?.type === 'snapshot' && told(lines),
      )
    },
  },
  {
    name: 'what does not fit is named: a problem document with code and field',
    async run(target) {
      const path = `${meetingPath(target, 'c-bad')}/placements`
      const post = (body: unknown): Promise<unknown> => call(target, { method: 'POST', path, body })
      await mustFail(post({}), { status: 400, code: 'invalid', field: 'body.participant' })
      await mustFail(post({ ...aRequest(), displayName: 'x'.repeat(101) }), {
        status: 400,
        code: 'invalid',
        field: 'body.displayName',
      })
      await mustFail(post({ ...aRequest(), rttsMs: { 'eu-west': -1 } }), {
        status: 400,
        code: 'invalid',
        field: 'body.rttsMs.eu-west',
      })
      await mustFail(post({ ...aRequest(), surprise: true }), { status: 400, code: 'invalid' })
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
    name: 'a token that is unknown or for another namespace opens nothing',
    async run(target) {
      const path = `${meetingPath(target, 'c-auth')}/placements`
      const denied = { status: 401, code: 'unauthorized' }
      await mustFail(call(target, { method: 'POST', path, body: aRequest(), token: 'no-such-token-at-all' }), denied)
      const foreign = '/v1/namespaces/somebody-elses/meetings/c-auth/placements'
      await mustFail(call(target, { method: 'POST', path: foreign, body: aRequest() }), {
        status: 403,
        code: 'namespace_not_allowed',
      })
    },
  },
]
