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
export function whyNoAddress({ announced, introduction }: MediaNodeView): string | undefined {
  if (introduction?.addressesGuessed !== true || announced === undefined || !('missing' in announced)) return undefined
  return `clients cannot be told where to send media: ${announced.missing}`
}
