import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { kindOfSource } from '../../../sfu/api/rights.ts'
import type { Call } from '../model/call.ts'

function Sound({ call, track, trackId }: { call: Call; track: MediaStreamTrack; trackId: string }): JSX.Element {
  const element = useRef<HTMLAudioElement>(null)
  const tries = call.hearTries.value
  const speaker = call.media.chosen.value.speaker
  useEffect(() => {
    const audio = element.current
    if (!audio) return
    if (!(audio.srcObject instanceof MediaStream) || audio.srcObject.getAudioTracks()[0] !== track)
      audio.srcObject = new MediaStream([track])
    audio.play().catch((thrown: unknown) => {
      // A reloaded page that nobody has clicked may not make a sound.
      if (thrown instanceof DOMException && thrown.name === 'NotAllowedError') call.soundBlocked.value = true
    })
  }, [call, track, tries])
  useEffect(() => {
    const audio = element.current
    if (!audio || !('setSinkId' in audio)) return
    // A speaker that is gone leaves the sound where it is.
    audio.setSinkId(speaker ?? '').catch(() => undefined)
  }, [speaker])
  return <audio ref={element} autoplay data-testid="sound" data-track={trackId} />
}

/** Everything that is heard, apart from where its people stand on the page. */
export function Sounds({ call }: { call: Call }): JSX.Element {
  const subscriptions = [...call.state.value.subscriptions.values()]
  return (
    <div hidden>
      {subscriptions.map(({ trackId, source, track }) =>
        track && kindOfSource[source] === 'audio' ? <Sound key={trackId} call={call} track={track} trackId={trackId} /> : null,
      )}
    </div>
  )
}
