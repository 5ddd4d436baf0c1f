import { useComputed } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'

import type { Participant } from '../../client/state.ts'
import type { Call } from '../model/call.ts'
import type { Quality } from '../model/quality.ts'
import { Icon } from './icons.tsx'
import { Video } from './Video.tsx'

/** What stands for somebody without a picture: the first letters of their first and last name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '')
  return letters.join('').toLocaleUpperCase()
}

const qualityWords: Readonly<Record<Exclude<Quality, 'good'>, string>> = {
  fair: 'Connection is so-so',
  poor: 'Connection is poor',
}

/** The highest simulcast layer that a tile of this width has any use for: the layers are a quarter, half and all of 1280. */
function layerFor(width: number): number {
  if (width <= 340) return 0
  return width <= 700 ? 1 : 2
}

/** What of a participant's source can be shown now. */
function usePicture(call: Call, participant: Participant, source: 'camera' | 'screen'): MediaStreamTrack | undefined {
  const track = useComputed(() => {
    const { publications, subscriptions } = call.state.value
    if (!participant.self) return subscriptions.get(`${participant.participant}/${source}`)?.track
    const own = publications.get(source)
    return own?.muted === false ? own.track : undefined
  })
  const shown = participant.self || participant.tracks.some((candidate) => candidate.source === source && !candidate.muted)
  return shown ? track.value : undefined
}

function Sign({ quality }: { quality: Quality }): JSX.Element | null {
  if (quality === 'good') return null
  return (
    <span class={`tile-sign ${quality}`} title={qualityWords[quality]} data-testid="quality" data-quality={quality}>
      <Icon name="weak" />
      <span class="hidden">{qualityWords[quality]}</span>
    </span>
  )
}

/** One person: their picture or initials, their name, and how they are. */
export function Tile(props: { call: Call; participant: Participant; width: number; height: number }): JSX.Element {
  const { call, participant, width, height } = props
  const { participant: id, name, self, connected } = participant
  const track = usePicture(call, participant, 'camera')
  const muted = !participant.tracks.some(({ source, muted: silent }) => source === 'microphone' && !silent)
  const speaking = call.speaking.value.has(id)
  const layer = layerFor(width)
  useEffect(() => {
    if (track && !self) call.client.prefer(`${id}/camera`, layer)
  }, [call, id, self, track, layer])
  return (
    <figure
      class={`tile ${speaking ? 'speaking' : ''} ${connected ? '' : 'lost'}`}
      style={{ width: `${width}px`, height: `${height}px`, '--tile': `${Math.min(width, height)}px` }}
      data-testid="tile"
      data-participant={id}
      data-self={self}
      data-speaking={speaking}
      data-muted={muted}
      data-connected={connected}
    >
      {track ? (
        <Video track={track} label={self ? 'Your camera' : `Camera of ${name}`} mirrored={self} testId="tile-video" />
      ) : (
        <span class="initials" aria-hidden="true">
          {initialsOf(name)}
        </span>
      )}
      {!connected && <p class="tile-lost">Connection lost, waiting for them to come back</p>}
      <Sign quality={call.quality.value.get(id) ?? 'good'} />
      <figcaption class="tile-name">
        {muted && (
          <span class="tile-muted" data-testid="tile-muted">
            <Icon name="microphoneOff" />
            <span class="hidden">muted</span>
          </span>
        )}
        <span class="tile-text">{self ? `${name} (you)` : name}</span>
      </figcaption>
    </figure>
  )
}

/** Somebody's screen, whole. */
export function ScreenTile(props: { call: Call; participant: Participant; width: number; height: number }): JSX.Element {
  const { call, participant, width, height } = props
  const track = usePicture(call, participant, 'screen')
  return (
    <figure
      class="tile screen"
      style={{ width: `${width}px`, height: `${height}px` }}
      data-testid="screen"
      data-participant={participant.participant}
    >
      {track ? (
        <Video track={track} label={`Screen of ${participant.name}`} whole testId="screen-video" />
      ) : (
        <p class="preview-word">The screen of {participant.name} is on its way</p>
      )}
      <figcaption class="tile-name">
        <Icon name="screen" />
        <span class="tile-text">{participant.name}</span>
      </figcaption>
    </figure>
  )
}
