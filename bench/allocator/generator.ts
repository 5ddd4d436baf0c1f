import { Agent, request } from 'undici'

import { seededRandom } from '../../kit/seededRandom.ts'

/** Where the load goes. */
export interface Target {
  readonly urls: readonly string[]
  readonly token: string
  readonly namespace: string
}

/** What came of one run. Times are milliseconds, from when a request was due: one that waits for its turn counts as slow. */
export interface LoadResult {
  readonly perSecond: number
  readonly answers: number
  /** How many answers there were of each kind: `placed`, `tryAfter nodes_full`, `503 leader_unknown`, ... */
  readonly kinds: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** A run of the generator's process. */
export interface LoadRun extends LoadResult {
  /** Answers before it, while the process warmed up. */
  readonly unmeasured: number
}

/** One join in so many opens a meeting; the others go to one of the latest. */
const opensOneIn = 5
const latestMeetings = 2_000
const regions = ['eu-west', 'us-east'] as const

/** Joins of one process, over kept connections to each replica in turn, as through a Service. */
export class Generator {
  readonly #target: Target
  readonly #standing: number | undefined
  readonly #agent: Agent
  readonly #random = seededRandom(1)
  readonly #run = Date.now().toString(36)
  #joins = 0
  #meetings = 0

  constructor(target: Target, { connections, standing }: { connections: number; standing: number | undefined }) {
    this.#target = target
    this.#standing = standing
    this.#agent = new Agent({ connections: Math.ceil(connections / target.urls.length), pipelining: 1 })
  }

  /** As many requests as `atOnce` allows, for `durationMs`. */
  async closedLoop(atOnce: number, durationMs: number): Promise<LoadResult> {
    const until = performance.now() + durationMs
    const record = new Tally()
    const worker = async (): Promise<void> => {
      while (performance.now() < until) await this.#timed(performance.now(), record)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    return record.result()
  }

  /** `perSecond` requests, evenly, whether the earlier ones were answered or not. */
  async openLoop(perSecond: number, durationMs: number): Promise<LoadResult> {
    const record = new Tally()
    const begun = performance.now()
    const under: Promise<void>[] = []
    const total = Math.round((perSecond * durationMs) / 1_000)
    for (let sent = 0; sent < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - begun) * perSecond) / 1_000) + 1)
      for (; sent < due; sent++) under.push(this.#timed(begun + (sent * 1_000) / perSecond, record))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(under)
    return record.result()
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  async #timed(dueMs: number, record: Tally): Promise<void> {
    const kind = await this.#join().catch((thrown: unknown) => String((thrown as { code?: string }).code ?? thrown))
    record.add(kind, performance.now() - dueMs)
  }

  /** A meeting that this join opens, or one of the latest. */
  #latest(join: number): { meeting: number; name: string } {
    if (join % opensOneIn === 0) this.#meetings += 1
    const age = join % opensOneIn === 0 ? 0 : Math.floor(this.#random() * Math.min(this.#meetings, latestMeetings))
    const meeting = this.#meetings - age
    return { meeting, name: `m-${this.#run}-${meeting}` }
  }

  #oneOf(standing: number): { meeting: number; name: string } {
    const meeting = Math.floor(this.#random() * standing)
    return { meeting, name: `standing-${meeting}` }
  }

  async #join(): Promise<string> {
    const { urls, token, namespace } = this.#target
    const join = this.#joins++
    const { meeting, name } = this.#standing === undefined ? this.#latest(join) : this.#oneOf(this.#standing)
    const body = {
      participant: `p-${this.#run}-${join}`,
      displayName: 'Somebody',
      rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
      // Most people of a meeting are from one region.
      region: regions[meeting % regions.length],
      idempotencyKey: `${this.#run}-${join}`,
    }
    const url = `${urls[join % urls.length]}/v1/namespaces/${namespace}/meetings/${name}/placements`
    const response = await request(url, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.body.json()) as { result?: string; code?: string }
    if (response.statusCode !== 200) return `${response.statusCode} ${answer.code ?? ''}`
    return answer.code === undefined ? String(answer.result) : `${String(answer.result)} ${answer.code}`
  }
}

class Tally {
  readonly #begunMs = performance.now()
  readonly #kinds = new Map<string, number>()
  readonly #times: number[] = []

  add(kind: string, tookMs: number): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1)
    this.#times.push(tookMs)
  }

  result(): LoadResult {
    const sorted = this.#times.toSorted((a, b) => a - b)
    const at = (quantile: number): number => Math.round((sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0) * 100) / 100
    const seconds = (performance.now() - this.#begunMs) / 1_000
    return {
      perSecond: Math.round((this.#kinds.get('placed') ?? 0) / seconds),
      answers: sorted.length,
      kinds: Object.fromEntries(this.#kinds),
      p50Ms: at(0.5),
      p90Ms: at(0.9),
      p99Ms: at(0.99),
      maxMs: at(1),
    }
  }
}
