import { ApiError, type ApiErrorReason } from '../../kube/client/apiError.ts'
import type { ApiPort, ListOptions, ObjectList, WatchEvent, WatchOptions } from '../../kube/client/apiPort.ts'
import type { KindRef, KubeObject } from '../../kube/objects.ts'
import type { ApiFault, Call, EventFault } from './callFault.ts'
import type { CallErrors, Gate } from './gate.ts'

/** A write as it leaves a process. */
export interface PortWrite {
  readonly verb: string
  readonly kind: string
  readonly name: string
  readonly body: unknown
}

/** What {@link gatedPort} needs. */
export interface GatedPortOptions {
  readonly port: ApiPort
  readonly gate: Gate
  readonly apiFault: (call: Call) => ApiFault | undefined
  readonly eventFault: (call: Call) => EventFault | undefined
  /** A list that is some changes behind. */
  readonly staleList: <T extends KubeObject>(kind: KindRef<T>, options: ListOptions) => ObjectList<T>
  /** A write is sent; what is returned is called right before it takes effect or is refused, and after it took effect. */
  readonly onWrite: (write: PortWrite) => { readonly begin: () => void; readonly end: () => void }
}

/** As long as whoever writes waits for an answer; the real client gives up a try after half of it. */
const timeoutMs = 10_000

const error = (verb: string, reason: ApiErrorReason, ambiguous: boolean): Error =>
  new ApiError(reason, `${verb}: ${reason} by order of the simulation`, { ambiguous })

function errorsOf(verb: string, signal: AbortSignal | undefined): CallErrors {
  const writes = verb !== 'get' && verb !== 'list' && verb !== 'watch'
  return {
    timeoutMs,
    late: () => error(verb, 'timeout', writes),
    lost: () => error(verb, 'network', writes),
    refused: () => error(verb, 'network', false),
    signal,
  }
}

/** The API server as one simulated process reaches it. */
export function gatedPort({ port, gate, apiFault, eventFault, staleList, onWrite }: GatedPortOptions): ApiPort {
  function answered(call: Call): void {
    const fault = apiFault(call)
    if (fault !== undefined && fault !== 'staleList') throw error(call.verb, fault, fault === 'unavailable')
  }

  async function pass<R>(
    { verb, kind, signal }: { verb: string; kind: KindRef; signal: AbortSignal | undefined },
    act: () => Promise<R>,
  ): Promise<R> {
    const call: Call = { to: 'api', verb, about: kind.kind }
    return gate.pass(call, errorsOf(verb, signal), () => {
      answered(call)
      return act()
    })
  }

  function write<R>(
    what: Omit<PortWrite, 'kind'> & { kind: KindRef; signal: AbortSignal | undefined },
    act: () => Promise<R>,
  ): Promise<R> {
    const { verb, kind, name, body } = what
    const sent = onWrite({ verb, kind: kind.kind, name, body })
    return pass(what, async () => {
      sent.begin()
      const result = await act()
      sent.end()
      return result
    })
  }

  async function* watch<T extends KubeObject>(
    kind: KindRef<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>, void> {
    const call: Call = { to: 'api', verb: 'watch', about: kind.kind }
    await pass({ verb: 'watch', kind, signal }, async () => undefined)
    for await (const event of port.watch(kind, options, signal)) {
      await gate.arrive(call, signal)
      const fault = eventFault(call)
      if (fault === 'eventDropped') throw error('watch', 'network', false)
      if (fault === 'eventLate') await gate.delay(signal)
      yield event
      if (fault === 'eventTwice') yield event
    }
  }

  // A call that has gone out is carried out, whatever becomes of who asked: its signal ends the waiting only.
  return {
    list: (kind, options, signal) =>
      gate.pass({ to: 'api', verb: 'list', about: kind.kind }, errorsOf('list', signal), () => {
        const fault = apiFault({ to: 'api', verb: 'list', about: kind.kind })
        if (fault === 'staleList') return staleList(kind, options)
        if (fault !== undefined) throw error('list', fault, false)
        return port.list(kind, options)
      }),
    get: (kind, ref, signal) => pass({ verb: 'get', kind, signal }, () => port.get(kind, ref)),
    create: (kind, object, signal) =>
      write({ verb: 'create', kind, name: object.metadata.name ?? '', signal, body: object }, () => port.create(kind, object)),
    mergePatch: (kind, ref, { signal, ...change }) =>
      write({ verb: 'mergePatch', kind, name: ref.name, signal, body: change.patch }, () => port.mergePatch(kind, ref, change)),
    patchStatus: (kind, ref, { signal, ...change }) =>
      write({ verb: 'patchStatus', kind, name: ref.name, signal, body: change.patch }, () => port.patchStatus(kind, ref, change)),
    delete: (kind, ref, { signal, ...options } = {}) =>
      write({ verb: 'delete', kind, name: ref.name, signal, body: undefined }, () => port.delete(kind, ref, options)),
    watch,
  }
}
