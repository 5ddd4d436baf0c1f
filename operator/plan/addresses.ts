import type { MediaNodeView } from '../view/mediaNodeView.ts'

/** What the node is to be told to tell clients; undefined where it does already, where nothing is known, and where nobody hears it. */
export function planAddresses({ announced, introduction, url, heard }: MediaNodeView): readonly string[] | undefined {
  if (announced === undefined || 'missing' in announced || introduction === undefined || url === undefined || !heard)
    return undefined
  const { addresses, addressesGuessed = false } = introduction
  const same = addresses.join() === announced.addresses.join()
  return same && !addressesGuessed ? undefined : announced.addresses
}

/** Why clients cannot be told where to send media, though the node itself is well. */
export function whyNoAddress({ announced, introduction, object }: MediaNodeView): string | undefined {
  if (introduction?.addressesGuessed !== true) return undefined
  const isRegistered = object.spec.address !== undefined
  const missing = isRegistered ? 'start its agent with --announced-address' : missingOf(announced)
  return missing === undefined ? undefined : `clients cannot be told where to send media: ${missing}`
}

const missingOf = (announced: MediaNodeView['announced']): string | undefined =>
  announced !== undefined && 'missing' in announced ? announced.missing : undefined
