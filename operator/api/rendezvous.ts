/**
 * A 53-bit hash of a text: two 32-bit lanes of multiply and xor with a murmur3 finaliser (cyrb53 by bryc, public domain). Not
 * cryptographic; only its even spread counts here, and that every process computes the same.
 */
export function hash53(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2_654_435_761)
    low = Math.imul(low ^ unit, 1_597_334_677)
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  return 2 ** 32 * (2_097_151 & low) + (high >>> 0)
}

/**
 * Ranks `items` for `key` by highest random weight (Thaler and Ravishankar 1998): everybody who knows the same items finds the same
 * order, and an item that goes away moves only the keys that it had.
 */
export function rankByRendezvous<T extends { readonly name: string }>(key: string, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, weight: hash53(`${key}\n${item.name}`) }))
    .toSorted((a, b) => b.weight - a.weight || (a.item.name < b.item.name ? -1 : 1))
    .map(({ item }) => item)
}
