import type { LoadStreamOptions } from './loadStream.ts'
import { runLoadStream } from './loadStream.ts'

/** Which media nodes are listened to. */
export interface LoadStreams {
  /** Listens to the node at `url`; goes on where it does so already. */
  follow(node: string, url: string): void
  unfollow(node: string): void
  /** Begins the stream to a node that is lost anew, so that it introduces itself with all that it hosts. */
  again(node: string): void
  /** Stops all; resolves when nothing runs any more. */
  close(): Promise<void>
}

/** Options of {@link createLoadStreams}: what each stream needs, and how to reach a node. */
export type LoadStreamsOptions = Omit<LoadStreamOptions, 'node' | 'url' | 'client' | 'wasLost'> & {
  readonly clientFor: (node: string, url: string) => LoadStreamOptions['client']
}

/** Holds one load stream to every media node. */
export function createLoadStreams(options: LoadStreamsOptions): LoadStreams {
  const streams = new Map<string, { url: string; stop: AbortController; ended: Promise<void> }>()

  function unfollow(node: string): void {
    const stream = streams.get(node)
    streams.delete(node)
    stream?.stop.abort(new Error('no longer followed'))
  }

  function begin(node: string, url: string, wasLost: boolean): void {
    unfollow(node)
    const stop = new AbortController()
    const ended = runLoadStream({ ...options, node, url, wasLost, client: options.clientFor(node, url) }, stop.signal)
    streams.set(node, { url, stop, ended })
  }

  return {
    follow(node, url) {
      if (streams.get(node)?.url !== url) begin(node, url, false)
    },
    unfollow,
    again(node) {
      const url = streams.get(node)?.url
      if (url !== undefined) begin(node, url, true)
    },
    async close() {
      const ending = [...streams.values()].map(({ ended }) => ended)
      for (const node of [...streams.keys()]) unfollow(node)
      await Promise.all(ending)
    },
  }
}
