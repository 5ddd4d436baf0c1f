import type { Timer } from '../../../kit/clock.ts'
import { failures, statusOf, type Failure } from '../failure.ts'
import type { JsonObject } from '../json.ts'
import { textOf, withMetadata, type KubeObject } from '../kubeObject.ts'
import type { Machine, Served } from '../machine.ts'
import { apiVersionOf } from '../resource.ts'
import { fieldErrors } from '../schema/fieldError.ts'
import { selectionOf, type Selection } from '../select/selection.ts'
import type { Change } from '../store/store.ts'
import { flagOf, integerOf, revisionOf } from './options.ts'

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED'

/** How an event becomes a line; the caller knows whether objects or table rows are wanted. */
export type EventFormat = (type: WatchEventType, object: KubeObject) => string

/** Where a watch writes to. */
export interface WatchSink {
  send(line: string): void
  /** The watch is over: its time is up, or it asked for what is forgotten. */
  end(): void
}

/** A watch as it was asked for, checked. */
export interface Watch {
  /** Sends what there is and then what comes, until it ends or `stop` is called. */
  start(sink: WatchSink): { stop(): void }
}

/** How often a watch that asked for bookmarks gets one, as the real server does. */
const bookmarkPeriodMs = 60_000
/** A last bookmark comes this long before a watch's own end. */
const lastBookmarkMs = 2_000
/** Watches that name no end get one in this range, so that clients are spread anew. */
const defaultTimeoutSeconds = { from: 1_800, span: 1_800 }

/** An event as a line, with the object as it is. */
export const plainFormat: EventFormat = (type, object) => `{"type":"${type}","object":${textOf(object)}}\n`

const ends = new WeakMap<Change, KubeObject>()

/** The last state of an object, with the resourceVersion of the change that ended it (or took it out of a selection). */
function endOf(change: Change, before: KubeObject): KubeObject {
  const known = ends.get(change) ?? withMetadata(before, { resourceVersion: String(change.revision) })
  ends.set(change, known)
  return known
}

/** What a change means to somebody who sees a selection only. */
function eventOf(change: Change, { prefix, matches }: Selection): { type: WatchEventType; object: KubeObject } | undefined {
  if (!change.key.startsWith(prefix)) return undefined
  const { before, after } = change
  const was = before !== undefined && matches(before)
  const is = after !== undefined && matches(after)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: after }
  return was ? { type: 'DELETED', object: endOf(change, before) } : undefined
}

/** Checks a watch by its query; the result waits for somebody who listens. */
export function watch(
  machine: Machine,
  served: Served,
  request: { namespace: string | undefined; query: URLSearchParams; format: EventFormat },
): Watch {
  const { query, format } = request
  const selection = selectionOf(served.resource, request.namespace, query)
  const revision = revisionOf(query)
  const initial = initialEvents(query, revision)
  const timeoutMs =
    1_000 * (integerOf(query, 'timeoutSeconds') || defaultTimeoutSeconds.from + machine.random() * defaultTimeoutSeconds.span)
  const bookmarks = flagOf(query, 'allowWatchBookmarks')
  return { start: (sink) => begin(machine, served, { selection, revision, initial, timeoutMs, bookmarks, format, sink }) }
}

/** Whether the state comes first: asked for, or where no revision was named to go on from. */
function initialEvents(query: URLSearchParams, revision: number | undefined): 'none' | 'state' | 'stateAndBookmark' {
  const asked = query.get('sendInitialEvents')
  const match = query.get('resourceVersionMatch') ?? ''
  if (asked !== null && match !== 'NotOlderThan')
    throw matchFault('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (asked === null && match !== '')
    throw matchFault('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  if (asked !== null) return flagOf(query, 'sendInitialEvents') ? 'stateAndBookmark' : 'none'
  return revision === undefined || revision === 0 ? 'state' : 'none'
}

function matchFault(why: string): Failure {
  return failures.invalidOptions('ListOptions', [fieldErrors.forbidden('resourceVersionMatch', why)])
}

interface Beginning {
  readonly selection: Selection
  readonly revision: number | undefined
  readonly initial: 'none' | 'state' | 'stateAndBookmark'
  readonly timeoutMs: number
  readonly bookmarks: boolean
  readonly format: EventFormat
  readonly sink: WatchSink
}

function begin(machine: Machine, served: Served, beginning: Beginning): { stop(): void } {
  const { sink, selection, format } = beginning
  const bookmark = (annotations?: JsonObject): void => sink.send(bookmarkLine(machine, served, annotations))
  const emit = (change: Change): void => {
    const event = eventOf(change, selection)
    if (event) sink.send(format(event.type, event.object))
  }
  const failure = catchUp(machine, served, { ...beginning, emit })
  if (failure) {
    sink.send(`${JSON.stringify({ type: 'ERROR', object: statusOf(failure.failing) })}\n`)
    sink.end()
    return { stop: () => undefined }
  }
  if (beginning.initial === 'stateAndBookmark' && beginning.bookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' })

  const unsubscribe = machine.store.subscribe(served.id, emit)
  const timers = timersOf(machine, beginning, { bookmark, end: () => stop(true) })
  function stop(byItself: boolean): void {
    unsubscribe()
    for (const timer of timers) timer.cancel()
    if (byItself) sink.end()
  }
  return { stop: () => stop(false) }
}

/** Sends what the client has not seen: the whole state, or the changes since its revision. Returns why that cannot be. */
function catchUp(
  machine: Machine,
  served: Served,
  beginning: Beginning & { emit: (change: Change) => void },
): Failure | undefined {
  const { initial, revision, selection, format, sink, emit } = beginning
  if (initial === 'none') {
    const missed = missedChanges(machine, served, revision)
    if ('failing' in missed) return missed
    for (const change of missed) emit(change)
    return undefined
  }
  for (const { object } of machine.store.list(served.id, selection.prefix))
    if (selection.matches(object)) sink.send(format('ADDED', object))
  return undefined
}

function timersOf(
  machine: Machine,
  { bookmarks, timeoutMs }: Beginning,
  run: { bookmark: () => void; end: () => void },
): Timer[] {
  const { clock } = machine
  return [
    clock.after(timeoutMs, run.end),
    ...(bookmarks ? [clock.every(bookmarkPeriodMs, run.bookmark)] : []),
    ...(bookmarks && timeoutMs > lastBookmarkMs ? [clock.after(timeoutMs - lastBookmarkMs, run.bookmark)] : []),
  ]
}

/** The changes since a revision, or the failure to send where they are forgotten. */
function missedChanges({ store }: Machine, { id }: Served, revision = store.revision): readonly Change[] | Failure {
  // Unlike etcd, whose data never goes back, our file may have been removed: whoever knows a later revision must list again.
  if (revision > store.revision) return failures.expired(`too large resource version: ${revision} (${store.revision})`)
  const changes = store.changesSince(id, revision)
  return 'oldestRevision' in changes
    ? failures.expired(`too old resource version: ${revision} (${changes.oldestRevision})`)
    : changes
}

function bookmarkLine({ store }: Machine, { resource }: Served, annotations?: JsonObject): string {
  const metadata = { resourceVersion: String(store.revision), ...(annotations && { annotations }) }
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata }
  return `${JSON.stringify({ type: 'BOOKMARK', object })}\n`
}
