import type { Source } from '../../sfu/api/rights.ts'
import type { Publication } from './state.ts'
import type { Store } from './store.ts'

/** What a client wants to send, whatever node it is on. Every change ends in `onChange`. */
export interface Publications {
  publish(source: Source, track: MediaStreamTrack, muted: boolean): void
  unpublish(source: Source): void
  setMuted(source: Source, muted: boolean): void
  /** Lets go of the tracks, which are the page's. */
  close(): void
}

/** Options of {@link createPublications}. */
export interface PublicationsOptions {
  readonly store: Store
  readonly onChange: (source: Source) => void
  /** The device was taken away, or a screen share was ended by the browser. */
  readonly onTrackEnded: (source: Source) => void
}

/** Makes a client's {@link Publications}. */
export function createPublications({ store, onChange, onTrackEnded }: PublicationsOptions): Publications {
  const watching = new Map<Source, () => void>()

  function set(source: Source, publication: Publication | undefined): void {
    store.update((state) => {
      const publications = new Map(state.publications)
      if (publication) publications.set(source, publication)
      else publications.delete(source)
      return { ...state, publications }
    })
    onChange(source)
  }

  function unwatch(source: Source): void {
    watching.get(source)?.()
    watching.delete(source)
  }

  function watch(source: Source, track: MediaStreamTrack): void {
    unwatch(source)
    const onEnded = (): void => {
      unpublish(source)
      onTrackEnded(source)
    }
    track.addEventListener('ended', onEnded)
    watching.set(source, () => track.removeEventListener('ended', onEnded))
  }

  function unpublish(source: Source): void {
    unwatch(source)
    if (store.state.publications.has(source)) set(source, undefined)
  }

  return {
    publish(source, track, muted) {
      watch(source, track)
      const before = store.state.publications.get(source)
      const state = before?.state === 'live' ? 'live' : 'publishing'
      set(source, { source, track, muted, state, trouble: undefined })
    },
    unpublish,
    setMuted(source, muted) {
      const before = store.state.publications.get(source)
      if (before && before.muted !== muted) set(source, { ...before, muted })
    },
    close() {
      for (const source of [...watching.keys()]) unwatch(source)
    },
  }
}
