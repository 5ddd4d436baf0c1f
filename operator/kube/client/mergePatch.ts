type Json = unknown

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two JSON values say the same. A member that is undefined is as good as none, as in JSON.stringify. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  return (
    Object.keys(a).every((key) => sameJson(a[key], b[key])) &&
    Object.keys(b).every((key) => b[key] === undefined || a[key] !== undefined)
  )
}

/**
 * The merge patch (RFC 7396) that turns `before` into `after`, or undefined where nothing differs. A list that differs stands in it
 * whole. `after` holds no nulls: a merge patch cannot say them.
 */
export function mergeDiff(before: object, after: object): Record<string, unknown> | undefined {
  const [old, wanted] = [before as Record<string, Json>, after as Record<string, Json>]
  const patch: Record<string, Json> = {}
  for (const key of Object.keys({ ...old, ...wanted })) {
    const [had, has] = [old[key], wanted[key]]
    if (sameJson(had, has)) continue
    patch[key] = has === undefined ? null : isRecord(had) && isRecord(has) ? mergeDiff(had, has) : has
  }
  return Object.keys(patch).length > 0 ? patch : undefined
}

/** What a merge patch (RFC 7396) makes of `target`; neither is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: Record<string, Json> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue
    if (value === null) delete result[key]
    else result[key] = applyMergePatch(result[key], value)
  }
  return result
}
