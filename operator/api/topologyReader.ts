import { backoffMs } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import { lineReader } from '../../kit/lineReader.ts'
import type { Log } from '../../kit/log.ts'
import type { OperatorHttp } from './operatorHttp.ts'
import { topologyLine, topologySilentAfterMs, type Topology } from './topology.ts'
import { topologyAfter } from './topologyState.ts'

/** Options of {@link createTopologyReader}. */
export interface TopologyReaderOptions {
  readonly urls: readonly string[]
  readonly http: Pick<OperatorHttp, 'lines'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** What was known before this process, however old. */
  readonly initial?: Topology | undefined
  readonly onChange: (topology: Topology) => void
}

/** Keeps the topology by the operators' stream. */
export interface TopologyReader {
  current(): Topology | undefined
  /** Reads until `signal` aborts; never rejects. */
  run(signal: AbortSignal): Promise<void>
}

const readLine = lineReader(topologyLine)
const reconnect = { firstMs: 200, maxMs: 5_000 }

/** Makes a reader that goes from operator to operator; the last topology stays known while none answers. */
export function createTopologyReader(options: TopologyReaderOptions): TopologyReader {
  const { urls, http, clock, random, log, onChange } = options
  let current = options.initial
  let attempt = 0
  /** Whether it was said that no operator is heard: an outage is one line, and its end another. */
  let saidLost = false

  function heard(): void {
    attempt = 0
    if (saidLost) log.info({}, 'topology stream is back')
    saidLost = false
  }

  function lost(url: string, err: unknown): void {
    if (saidLost) log.debug({ url, err, attempt }, 'topology stream cannot be opened')
    else log.warn({ url, err }, 'topology stream lost; the last topology goes on to count')
    saidLost = true
  }

  /** Reads one stream to its end; an aborted watchdog, a gap and a line that does not fit all end it. */
  async function readOne(baseUrl: string, outer: AbortSignal): Promise<void> {
    const silence = new AbortController()
    let seen: Topology | undefined
    let watchdog = clock.after(topologySilentAfterMs, () => silence.abort(new Error('the topology stream is silent')))
    try {
      for await (const value of http.lines(baseUrl, '/v1/topology?watch=true', AbortSignal.any([outer, silence.signal]))) {
        watchdog.cancel()
        watchdog = clock.after(topologySilentAfterMs, () => silence.abort(new Error('the topology stream is silent')))
        const line = readLine(value)
        if (line === undefined) continue
        const next = topologyAfter(seen, line)
        if (next === undefined) throw new Error('a line of the topology stream is missing')
        heard()
        if (next === seen) continue
        seen = next
        current = next
        onChange(next)
      }
    } finally {
      watchdog.cancel()
      silence.abort(new Error('stream over'))
    }
  }

  return {
    current: () => current,
    async run(signal) {
      for (let turn = 0; !signal.aborted; turn++) {
        const url = urls[turn % urls.length] ?? ''
        try {
          await readOne(url, signal)
        } catch (err) {
          if (!signal.aborted) lost(url, err)
        }
        attempt += 1
        await clock.sleep(backoffMs(reconnect, attempt, random), signal).catch(() => undefined)
      }
    },
  }
}
