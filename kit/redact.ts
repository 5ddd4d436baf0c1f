/** What never reaches a log, whatever object it stands in. */
export const secretKeys: ReadonlySet<string> = new Set([
  'token',
  'grant',
  'authorization',
  'password',
  'secret',
  'text',
  'resumeToken',
])
/** What stands in its place. */
export const censor = '[redacted]'
/** Objects within objects that are looked into. */
const depthAtMost = 3

function redactedValue(key: string, value: unknown, depth: number): unknown {
  if (secretKeys.has(key)) return censor
  return typeof value === 'object' && value !== null && depth > 1 ? redacted(value, depth - 1) : value
}

/**
 * An object as it may be logged: what stands under a name of a secret is censored, in it and in objects within it. The same object where
 * there is none, which is what nearly every line is: it costs a look at each key.
 */
export function redacted(fields: object, depth = depthAtMost): Record<string, unknown> {
  const given = fields as Record<string, unknown>
  let result = given
  for (const key of Object.keys(given)) {
    const value = given[key]
    const shown = redactedValue(key, value, depth)
    if (shown === value) continue
    if (result === given) result = { ...given }
    result[key] = shown
  }
  return result
}
