import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { meterOf } from '../devices/level.ts'

/** A bar that moves with the microphone. It writes its width itself: sixty times a second is nothing for a render. */
export function Meter({ track }: { track: MediaStreamTrack | undefined }): JSX.Element {
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = bar.current
    if (!track || !element) return undefined
    const stop = meterOf(track, (level) => {
      element.style.transform = `scaleX(${level.toFixed(3)})`
      element.dataset['level'] = level.toFixed(2)
    })
    return () => {
      stop()
      element.style.transform = 'scaleX(0)'
    }
  }, [track])
  return (
    <div class="meter" role="presentation">
      <div ref={bar} class="meter-bar" data-testid="mic-level" />
    </div>
  )
}
