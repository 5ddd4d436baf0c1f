import { waitFor } from '../../kit/wait.ts'
import { createOperatorHttp } from './operatorHttp.ts'
import { placementAnswer, type Placed, type PlacementAnswer, type PlacementRequest } from './placement.ts'
import { topologyLine, type TopologyLine } from './topology.ts'

/** What the suite asks of a meeting; absent: nothing. */
export interface ConformanceMeeting {
  readonly maxParticipants?: number
  readonly locked?: boolean
  readonly ended?: boolean
  readonly regions?: readonly string[]
  readonly pools?: readonly string[]
  /** RFC 3339: its door opens a quarter of an hour before. */
  readonly startTime?: string
}

/** What the suite runs against: an operator (or something that claims to answer like one) and what it needs there. */
export interface ConformanceTarget {
  readonly url: string
  /** A token for `namespace` with all verbs. */
  readonly token: string
  /** A namespace that the token is for, with at least two live nodes in at least two regions, where joins make meetings. */
  readonly namespace: string
  /** A token for `namespace` with the verb `topology` alone. */
  readonly readerToken: string
  /** Makes a Meeting there and resolves when the operator knows it. */
  meeting(name: string, spec: ConformanceMeeting): Promise<void>
  /** A region with one media node, which is about to start; it does when `start` is called. */
  startingRegion(): Promise<{ readonly region: string; readonly start: () => Promise<void> }>
  /** Attaches to the media node by the grant, as signaling does, and stays; resolves once the node has let them in. */
  attach(placed: Placed, participant: string): Promise<void>
}

/** One thing that an operator must do. It rejects with what it did instead. */
export interface ConformanceCase {
  readonly name: string
  readonly run: (target: ConformanceTarget) => Promise<void>
}

/** Ends the case with what is wrong, unless it holds. */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

let keys = 0
/** A request that fits, by somebody new. */
export function aRequest(more: Partial<PlacementRequest> = {}): PlacementRequest {
  keys += 1
  return {
    participant: `p-${keys}`,
    displayName: 'Somebody',
    rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
    idempotencyKey: `conformance-${keys}`,
    ...more,
  }
}

/** Of a meeting in the namespace of the suite. */
export const meetingPath = (target: ConformanceTarget, name: string): string =>
  `/v1/namespaces/${target.namespace}/meetings/${name}`
/** How long an operator may take to answer, or to tell. */
export const timeoutMs = 5_000

/** One request; the JSON of a good answer, else the coded error. */
export async function call(
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

/** Whatever is answered to a request that fits. */
export async function place(
  target: ConformanceTarget,
  name: string,
  more: Partial<PlacementRequest> = {},
): Promise<PlacementAnswer> {
  const body = aRequest(more)
  return placementAnswer.parse(await call(target, { method: 'POST', path: `${meetingPath(target, name)}/placements`, body }))
}

/** A placement; anything else ends the case. */
export async function placed(target: ConformanceTarget, name: string, more: Partial<PlacementRequest> = {}): Promise<Placed> {
  const answer = await place(target, name, more)
  must(answer.result === 'placed', `placed expected, got ${JSON.stringify(answer)}`)
  return answer
}

/** A refusal by this rule, with a reason. */
export async function mustRefuse(target: ConformanceTarget, name: string, code: string): Promise<void> {
  const answer = await place(target, name)
  must(
    answer.result === 'refused' && answer.code === code && answer.reason !== '',
    `refused: ${code} expected, got ${JSON.stringify(answer)}`,
  )
}

/** A problem document that says this. */
export async function mustFail(
  promise: Promise<unknown>,
  expected: { status: number; code: string; field?: string },
): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const { status, code, field } = (error ?? {}) as { status?: number; code?: string; field?: string }
  const fits = status === expected.status && code === expected.code && (expected.field === undefined || field === expected.field)
  must(fits, `${JSON.stringify(expected)} expected, got ${JSON.stringify({ status, code, field })}`)
}

/** Reads the topology's stream until `seen` has enough. */
export async function readTopology(
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
