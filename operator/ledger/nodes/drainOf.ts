import type { MediaNode } from '../../../crds/index.ts'

/** Why a media node is to be emptied, and by when. */
export interface WantedDrain {
  /** All reasons, in words. */
  readonly reason: string
  /** Wall clock, the earliest of all; undefined until the operator has written down when it begins. */
  readonly deadlineAtMs: number | undefined
  /** People a second who are told to go; undefined where nobody said. */
  readonly pace: number | undefined
}

interface Cause {
  readonly reason: string
  readonly deadlineAtMs: number | undefined
}

/**
 * Since when a person asks for the drain, as status says; undefined where it does not yet. Each change of the spec counts a generation: what status
 * says is of another request where two were not seen, since they may have taken that away and set this one, while no operator ran for instance.
 */
export function requestedAtOf({ metadata: { generation }, spec, status }: MediaNode): string | undefined {
  const unseen = generation - (status?.observedGeneration ?? generation)
  return spec.drain === undefined || unseen > 1 ? undefined : status?.drain?.requestedAt
}

/** What a person asked for. The deadline counts from when the operator first saw it, which stands in status: a restart changes nothing. */
function requested(object: MediaNode): Cause | undefined {
  if (object.spec.drain === undefined) return undefined
  const { reason, deadlineSeconds } = object.spec.drain
  const sinceMs = Date.parse(requestedAtOf(object) ?? '')
  return {
    reason: reason === undefined ? 'asked for by spec.drain' : `asked for by spec.drain: ${reason}`,
    deadlineAtMs: Number.isNaN(sinceMs) ? undefined : sinceMs + deadlineSeconds * 1_000,
  }
}

/** What the operator itself decided; it stands in status with its deadline. */
function disrupted({ status }: MediaNode): readonly Cause[] {
  return (status?.disruptions ?? []).map(({ message, deadline }) => ({ reason: message, deadlineAtMs: Date.parse(deadline) }))
}

/** The drain that a node's object asks for, whoever asked: all reasons, the earliest deadline; undefined where nobody did. */
export function drainOf(object: MediaNode): WantedDrain | undefined {
  const causes = [requested(object), ...disrupted(object)].filter((cause) => cause !== undefined)
  if (causes.length === 0) return undefined
  const deadlines = causes.map(({ deadlineAtMs }) => deadlineAtMs).filter((atMs) => atMs !== undefined)
  return {
    reason: causes.map(({ reason }) => reason).join('; '),
    deadlineAtMs: deadlines.length === 0 ? undefined : Math.min(...deadlines),
    pace: object.spec.drain?.pace,
  }
}
