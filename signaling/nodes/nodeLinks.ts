import { createNodeLink, type NodeAddress, type NodeLink, type NodeLinkOptions } from './nodeLink.ts'

/** The media nodes that this replica talks to, one link each. */
export interface NodeLinks {
  of(address: NodeAddress): NodeLink
  /** How many links there are. */
  readonly size: number
  /** Closes all connections; the agents keep the media for a minute. */
  close(): void
}

/** Makes the registry. A node that moved to another URL has another link. `isListed` is asked about a node that cannot be dialled. */
export function createNodeLinks(
  options: Pick<NodeLinkOptions, 'dial' | 'clock' | 'random' | 'log'> & { isListed: (node: string) => boolean | undefined },
): NodeLinks {
  const links = new Map<string, NodeLink>()

  return {
    of({ node, url }) {
      const key = `${node} ${url}`
      let link = links.get(key)
      if (!link) {
        link = createNodeLink({
          ...options,
          node,
          url,
          isListed: () => options.isListed(node),
          onIdle: () => void links.delete(key),
        })
        links.set(key, link)
      }
      return link
    },
    get size() {
      return links.size
    },
    close() {
      for (const link of links.values()) link.close()
      links.clear()
    },
  }
}
