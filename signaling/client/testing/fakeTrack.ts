/** A track without media: what mediasoup-client and the client library look at, and nothing more. */
class FakeTrack extends EventTarget {
  readonly id = crypto.randomUUID()
  readonly kind: 'audio' | 'video'
  readonly label = 'fake'
  readonly muted = false
  enabled = true
  readyState: MediaStreamTrackState = 'live'

  constructor(kind: 'audio' | 'video') {
    super()
    this.kind = kind
  }

  getSettings(): MediaTrackSettings {
    return this.kind === 'video' ? { width: 1280, height: 720 } : {}
  }

  stop(): void {
    this.readyState = 'ended'
  }
}

/** Makes a track for tests. */
export function fakeTrack(kind: 'audio' | 'video'): MediaStreamTrack {
  return new FakeTrack(kind) as unknown as MediaStreamTrack
}

/** The device of a track is pulled out. */
export function unplug(track: MediaStreamTrack): void {
  track.stop()
  track.dispatchEvent(new Event('ended'))
}
