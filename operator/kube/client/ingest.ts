import type { KindRef, KubeObject, ObjectMeta } from '../objects.ts'

const keptMetadata = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
] as const

/** Builds the metadata anew: `managedFields` go (10,000 meetings: 15 MB instead of 39), and so does the hidden class that held them. */
function keptOf(raw: Record<string, unknown>): ObjectMeta {
  const kept: Record<string, unknown> = {}
  for (const key of keptMetadata) if (raw[key] !== undefined) kept[key] = raw[key]
  return kept as unknown as ObjectMeta
}

/**
 * Turns what the server sent into the object that the operator keeps, or undefined where it is no object. Items of a list come
 * without apiVersion and kind; they share the strings of `kind`.
 */
export function ingest<T extends KubeObject>(kind: KindRef<T>, raw: unknown): T | undefined {
  if (typeof raw !== 'object' || raw === null || !('metadata' in raw)) return undefined
  const { metadata } = raw
  if (typeof metadata !== 'object' || metadata === null) return undefined
  const kept = keptOf(metadata as Record<string, unknown>)
  if (typeof kept.name !== 'string' || typeof kept.resourceVersion !== 'string') return undefined
  const content = kind.keep?.(raw) ?? raw
  return { ...content, apiVersion: kind.apiVersion, kind: kind.kind, metadata: kept } as unknown as T
}
