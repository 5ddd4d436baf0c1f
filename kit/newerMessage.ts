/** For tests of contracts: the message as a newer version of its writer might send it, with something more in each of its objects. */
export function newerMessage(message: unknown): unknown {
  if (Array.isArray(message)) return message.map(newerMessage)
  if (typeof message !== 'object' || message === null) return message
  const fields = Object.entries(message).map(([name, value]) => [name, newerMessage(value)])
  return { ...Object.fromEntries(fields), sinceVersion: { next: [1] } }
}
