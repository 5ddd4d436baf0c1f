import { withinTime } from '../../../kit/abort.ts'
import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import { kubeTime } from '../../../kit/kubeTime.ts'
import { isApiError, isPassing } from '../client/apiError.ts'
import type { ApiPort } from '../client/apiPort.ts'
import { kinds } from '../kinds.ts'
import { keyOf, type Draft, type KubeObject } from '../objects.ts'
import type { KubeEvent } from '../kinds.ts'
import type { WriteBucket, WriteEnd } from './writeBucket.ts'

/** What happened to an object, at a transition. */
export interface Happening {
  readonly type: 'Normal' | 'Warning'
  /** One word for programs, in CamelCase. */
  readonly reason: string
  /** One line for people. */
  readonly message: string
}

/** Tells people what happens, as `kubectl describe` and `kubectl get events` show it. */
export interface EventRecorder {
  /** Records a happening; the same again only raises its count. It may get lost under load: Events are for people, state is in status. */
  record(object: KubeObject, happening: Happening): void
}

/** What a recorder is made of. `random` yields [0, 1). */
export interface EventRecorderOptions {
  readonly api: Pick<ApiPort, 'create' | 'mergePatch'>
  readonly bucket: WriteBucket
  /** Who tells: `parley-operator`, and which replica. */
  readonly component: string
  readonly instance: string
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** client-go: the same happening within 10 minutes is one Event with a count. */
const memoryMs = 10 * 60_000
/** client-go: more than ten messages for one reason are told as one. */
const messagesAtMost = 10
/** A count is for people; once a minute is enough. */
const repeatPeriodMs = 60_000
const entriesAtMost = 4_096
const callTimeoutMs = 10_000
/** One leader tries again at the pace of its bucket, behind all that is more urgent: no jitter is needed. */
const retryMs = 5_000
/** Two minutes: an Event that an API server does not take for longer is no news any more, and Events are for people. */
const triesAtMost = 24
const longestMessage = 1_000
const longestName = 253

interface Entry {
  readonly name: string
  readonly namespace: string
  readonly firstAtMs: number
  lastAtMs: number
  lastMonotonicMs: number
  count: number
  /** The count that the server knows; 0 before the Event is made. */
  told: number
  toldAtMs: number
  /** Tries that failed since one went well, or since it was given up. */
  failures: number
}

/** Makes the recorder. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { api, bucket, component, instance, clock, random, log } = options
  const entries = new Map<string, Entry>()
  const messages = new Map<string, Set<string>>()

  /** The happening as it is told: one of too many messages becomes the same as the others. */
  function combined(group: string, { message }: Happening): string {
    const known = messages.get(group) ?? new Set()
    messages.set(group, known)
    if (known.has(message) || known.size < messagesAtMost) {
      known.add(message)
      return message
    }
    return `(combined from similar events) ${message}`
  }

  function forgetOld(nowMs: number): void {
    for (const [key, { lastMonotonicMs }] of entries) {
      if (nowMs - lastMonotonicMs < memoryMs && entries.size < entriesAtMost) return // The oldest stand first.
      entries.delete(key)
      messages.delete(key.slice(0, key.indexOf('\n')))
    }
  }

  function fresh(object: KubeObject): Entry {
    const suffix = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0')
    const nowMs = clock.nowMs()
    return {
      name: `${object.metadata.name.slice(0, longestName - 1 - suffix.length)}.${suffix}`,
      namespace: object.metadata.namespace ?? 'default',
      firstAtMs: nowMs,
      lastAtMs: nowMs,
      lastMonotonicMs: clock.monotonicMs(),
      count: 0,
      told: 0,
      toldAtMs: -Infinity,
      failures: 0,
    }
  }

  function draft(entry: Entry, object: KubeObject, happening: Happening): Draft<KubeEvent> {
    const { name, namespace, uid, resourceVersion } = object.metadata
    return {
      metadata: { name: entry.name, namespace: entry.namespace },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid, resourceVersion },
      ...happening,
      message: happening.message.slice(0, longestMessage),
      count: entry.count,
      firstTimestamp: kubeTime(entry.firstAtMs),
      lastTimestamp: kubeTime(entry.lastAtMs),
      source: { component, host: instance },
      reportingComponent: component,
      reportingInstance: instance,
    }
  }

  async function tell(entry: Entry, event: Draft<KubeEvent>, signal: AbortSignal): Promise<void> {
    if (entry.told === 0) {
      // The name is our own: that it is taken means that an answer was lost.
      await api.create(kinds.Event, event, signal).catch((thrown: unknown) => {
        if (!isApiError(thrown, 'alreadyExists')) throw thrown
      })
    } else {
      const { count, lastTimestamp, message } = event
      await api.mergePatch(kinds.Event, entry, { patch: { count, lastTimestamp, message }, signal })
    }
  }

  async function write(entry: Entry, event: Draft<KubeEvent>, signal: AbortSignal): Promise<WriteEnd> {
    try {
      await withinTime({ timeoutMs: callTimeoutMs, signal }, (within) => tell(entry, event, within))
      entry.told = event.count
      entry.toldAtMs = clock.monotonicMs()
      entry.failures = 0
      return 'written'
    } catch (thrown) {
      if (isApiError(thrown, 'notFound')) entry.told = 0 // Events live for an hour; this one is made again when it happens again.
      return signal.aborted ? 'dropped' : afterFailure(entry, event, thrown)
    }
  }

  function afterFailure(entry: Entry, { metadata }: Draft<KubeEvent>, thrown: unknown): WriteEnd {
    entry.failures += 1
    if (isPassing(thrown) && entry.failures < triesAtMost) return { againInMs: retryMs }
    const message = isPassing(thrown) ? 'event was given up' : 'event was refused'
    log.warn({ object: keyOf(metadata as KubeObject['metadata']), attempt: entry.failures, err: thrown }, message)
    entry.failures = 0
    return 'dropped'
  }

  return {
    record(object, happening) {
      const nowMs = clock.monotonicMs()
      forgetOld(nowMs)
      const group = `${object.metadata.uid}/${happening.type}/${happening.reason}`
      const message = combined(group, happening)
      const key = `${group}\n${message.startsWith('(combined') ? '' : message}`
      const entry = entries.get(key) ?? fresh(object)
      entry.count++
      entry.lastAtMs = clock.nowMs()
      entry.lastMonotonicMs = nowMs
      entries.delete(key)
      entries.set(key, entry)
      bucket.put({
        key: `event/${key}`,
        lane: 'event',
        notBeforeMs: entry.toldAtMs + repeatPeriodMs,
        prepare: () =>
          entry.told === entry.count
            ? undefined
            : (signal) => write(entry, draft(entry, object, { ...happening, message }), signal),
      })
    },
  }
}
