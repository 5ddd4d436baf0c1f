/** Letters and digits that make no words and look like no other, as Kubernetes' own names end. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const length = 5

/** A name for a new media node of a pool: `POOL-x7k2p`. `random` yields [0, 1). */
export function newNodeName(pool: string, random: () => number): string {
  const suffix = Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)])
  return `${pool}-${suffix.join('')}`
}
