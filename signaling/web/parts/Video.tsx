import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** A picture that plays. Sound never comes from here: see Sounds. */
export function Video(props: {
  track: MediaStreamTrack
  label: string
  mirrored?: boolean
  whole?: boolean
  testId?: string
}): JSX.Element {
  const { track } = props
  const element = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const video = element.current
    if (!video) return
    video.srcObject = new MediaStream([track])
    // Muted video may always play; a hidden page merely puts it off.
    video.play().catch(() => undefined)
    return () => {
      video.srcObject = null
    }
  }, [track])
  return (
    <video
      ref={element}
      class={`video ${props.mirrored ? 'mirrored' : ''} ${props.whole ? 'whole' : ''}`}
      aria-label={props.label}
      data-testid={props.testId}
      autoplay
      playsInline
      muted
    />
  )
}
