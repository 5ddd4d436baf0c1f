import type { MediaNodePool } from '../../../crds/index.ts'

/** How many it should have, when it follows the operator's image, and for which meetings it is, is no business of its media nodes. */
function ofNodes({ spec: { replicas: _replicas, update: _update, ...spec } }: MediaNodePool): string {
  return JSON.stringify({ ...spec, allowedNamespaces: undefined, adHocMeetings: undefined })
}

/** Whether nothing is another for the pool's media nodes: its status changed, as it often does, or their number. */
export const sameForNodes = (before: MediaNodePool | undefined, after: MediaNodePool): boolean =>
  before?.metadata.uid === after.metadata.uid && ofNodes(before) === ofNodes(after)

/** What decides which meetings a pool serves, beside its region, which never changes. */
const serving = ({ metadata: { labels }, spec: { allowedNamespaces } }: MediaNodePool): string =>
  JSON.stringify([labels, allowedNamespaces])

/** Whether the pool serves the same meetings as before. */
export const servesSame = (before: MediaNodePool | undefined, after: MediaNodePool): boolean =>
  before?.metadata.uid === after.metadata.uid && serving(before) === serving(after)
