import type { MediaNodePool } from '../../crds/index.ts'

/** How many it should have is the pool's own business. */
const ofNodes = ({ spec }: MediaNodePool): string => JSON.stringify({ ...spec, replicas: undefined })

/** Whether nothing is another for the pool's media nodes: its status changed, as it often does, or their number. */
export const sameForNodes = (before: MediaNodePool | undefined, after: MediaNodePool): boolean =>
  before?.metadata.uid === after.metadata.uid && ofNodes(before) === ofNodes(after)

/** What decides which meetings a pool serves, beside its region, which never changes. */
const serving = ({ metadata: { labels }, spec: { allowedNamespaces } }: MediaNodePool): string =>
  JSON.stringify([labels, allowedNamespaces])

/** Whether the pool serves the same meetings as before. */
export const servesSame = (before: MediaNodePool | undefined, after: MediaNodePool): boolean =>
  before?.metadata.uid === after.metadata.uid && serving(before) === serving(after)
