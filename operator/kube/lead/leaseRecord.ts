import type { Lease } from '../kinds.ts'
import type { Draft, ObjectPatch } from '../objects.ts'

/** Annotations of the Lease: the epoch of the last term, and where the holder answers. */
export const leaseAnnotations = { epoch: 'parley.media/epoch', address: 'parley.media/address' } as const

/** What a Lease says. */
export interface LeaseRecord {
  /** Empty where nobody holds it. */
  readonly holder: string
  readonly address: string | undefined
  readonly epoch: number
  readonly transitions: number
  readonly resourceVersion: string
  /** Differs whenever a candidate wrote; what else is annotated does not keep a dead holder alive. */
  readonly mark: string
}

/** An epoch as text; what is none (somebody edited it) counts as 0, the other sources of the epoch make up for it. */
function epochOf(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0
}

/** Reads a Lease. */
export function recordOf({ metadata, spec = {} }: Lease): LeaseRecord {
  return {
    holder: spec.holderIdentity ?? '',
    address: metadata.annotations?.[leaseAnnotations.address],
    epoch: epochOf(metadata.annotations?.[leaseAnnotations.epoch]),
    transitions: spec.leaseTransitions ?? 0,
    resourceVersion: metadata.resourceVersion,
    mark: JSON.stringify([metadata.uid, spec]),
  }
}

/**
 * The epoch of a new term: above the Lease's transitions, above the annotation, and above what any media node has seen, so that a
 * Lease that was deleted or restored from a backup locks nobody out.
 */
export function nextEpoch(record: Pick<LeaseRecord, 'transitions' | 'epoch'> | undefined, reported: number): number {
  return Math.max(record?.transitions ?? 0, record?.epoch ?? 0, reported) + 1
}

/** metav1.MicroTime. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z')
}

/** What a holder writes into the Lease. */
export interface Claim {
  readonly identity: string
  readonly address: string
  readonly epoch: number
  readonly transitions: number
  readonly leaseMs: number
  readonly nowMs: number
}

function annotated({ epoch, address }: Claim): { annotations: Record<string, string> } {
  return { annotations: { [leaseAnnotations.epoch]: String(epoch), [leaseAnnotations.address]: address } }
}

function claimed(claim: Claim): Lease['spec'] & {} {
  const at = microTime(claim.nowMs)
  return {
    holderIdentity: claim.identity,
    leaseDurationSeconds: Math.ceil(claim.leaseMs / 1000),
    acquireTime: at,
    renewTime: at,
    leaseTransitions: claim.transitions,
  }
}

/** A Lease where there is none. */
export function newLease(ref: { namespace: string; name: string }, claim: Claim): Draft<Lease> {
  return { metadata: { ...ref, ...annotated(claim) }, spec: claimed(claim) }
}

/** Takes a Lease that nobody holds any more. */
export function takeOver(claim: Claim): ObjectPatch<Lease> {
  return { metadata: annotated(claim), spec: claimed(claim) }
}

/** Says that the holder lives, and by which epoch it leads. */
export function renewal(claim: Claim): ObjectPatch<Lease> {
  return { metadata: annotated(claim), spec: { renewTime: microTime(claim.nowMs) } }
}

/** Gives the Lease back: the next candidate takes it at once. The epoch stays. */
export function released(nowMs: number): ObjectPatch<Lease> {
  return {
    metadata: { annotations: { [leaseAnnotations.address]: null } },
    spec: { holderIdentity: null, leaseDurationSeconds: 1, renewTime: microTime(nowMs) },
  }
}
