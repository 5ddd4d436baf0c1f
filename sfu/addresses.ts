import { networkInterfaces } from 'node:os'

const wildcards = new Set(['0.0.0.0', '::'])

/** This host's own IPv4 address: the first that is not a loopback; the loopback where there is no other. */
export function ownAddress(interfaces = networkInterfaces()): string {
  const all = Object.values(interfaces).flatMap((each) => each ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

/** An address to announce, and whether somebody said it or it was taken from the host. */
export function announced(of: { setting: string; bound: string }): { address: string; guessed: boolean } {
  if (of.setting !== '') return { address: of.setting, guessed: false }
  if (!wildcards.has(of.bound)) return { address: of.bound, guessed: false }
  return { address: ownAddress(), guessed: true }
}
