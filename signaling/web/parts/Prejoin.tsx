import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { DeviceKind } from '../devices/capture.ts'
import type { Capture, LocalMedia } from '../devices/localMedia.ts'
import type { App, Screen } from '../model/app.ts'
import { hintsOf } from '../model/link.ts'
import { wordsOf } from '../model/words.ts'
import { DevicePicker } from './DevicePicker.tsx'
import { Icon } from './icons.tsx'
import { Meter } from './Meter.tsx'
import { Video } from './Video.tsx'

const kindNames: Readonly<Record<DeviceKind, string>> = { camera: 'Camera', microphone: 'Microphone' }
const maxNameLength = 100

function Preview({ media }: { media: LocalMedia }): JSX.Element {
  const camera = media.camera.value
  if (camera.at === 'on') return <Video track={camera.track} label="Your camera" mirrored testId="preview" />
  const says: Record<Exclude<Capture['at'], 'on'>, string> = {
    off: 'Your camera is off',
    starting: 'Starting your camera',
    failed: 'No picture from your camera',
  }
  return <p class="preview-word">{says[camera.at]}</p>
}

function DeviceToggle({ media, kind }: { media: LocalMedia; kind: DeviceKind }): JSX.Element {
  const { at } = media[kind].value
  const on = at === 'on' || at === 'starting'
  return (
    <button
      type="button"
      class={`round ${on ? '' : 'off'}`}
      aria-pressed={on}
      aria-label={kindNames[kind]}
      title={`${kindNames[kind]} ${on ? 'on' : 'off'}`}
      data-testid={`prejoin-${kind}`}
      onClick={() => (on ? media.turnOff(kind) : void media.turnOn(kind))}
    >
      <Icon name={on ? kind : `${kind}Off`} />
    </button>
  )
}

function Problem({ media, kind }: { media: LocalMedia; kind: DeviceKind }): JSX.Element | null {
  const capture = media[kind].value
  if (capture.at !== 'failed') return null
  const { title, text } = wordsOf(capture.code, '')
  return (
    <div class="notice" role="status" data-testid={`${kind}-problem`} data-code={capture.code}>
      <p>
        <strong>
          {kindNames[kind]}: {title}.
        </strong>{' '}
        {text}
      </p>
      {capture.code !== 'capture_insecure' && (
        <button type="button" class="quiet" onClick={() => void media.turnOn(kind)}>
          Try again
        </button>
      )}
    </div>
  )
}

/** The look in the mirror before the meeting: who, with which devices, and whether they work. */
export function Prejoin({ app, screen }: { app: App; screen: Screen & { at: 'prejoin' } }): JSX.Element {
  const { media } = app
  const name = useSignal(screen.name)
  const meeting = screen.link.meeting ?? hintsOf(screen.link.token).room
  const submit = (event: Event): void => {
    event.preventDefault()
    if (name.value.trim() !== '') app.join(name.value.trim())
  }
  return (
    <main class="prejoin" data-testid="prejoin">
      <section class="prejoin-mirror" aria-label="Camera preview">
        <div class="preview">
          <Preview media={media} />
          <div class="preview-controls">
            <DeviceToggle media={media} kind="microphone" />
            <DeviceToggle media={media} kind="camera" />
          </div>
        </div>
        <Meter track={media.trackOf('microphone')} />
      </section>
      <form class="prejoin-form" onSubmit={submit}>
        <div>
          <p class="eyebrow">Ready to join</p>
          <h1>{meeting ?? 'the meeting'}</h1>
        </div>
        <label class="field">
          <span>Your name</span>
          <input
            data-testid="name-input"
            autocomplete="name"
            maxLength={maxNameLength}
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
        <Problem media={media} kind="microphone" />
        <Problem media={media} kind="camera" />
        <DevicePicker media={media} kind="microphone" onChoose={(id) => void media.choose('microphone', id)} />
        <DevicePicker media={media} kind="camera" onChoose={(id) => void media.choose('camera', id)} />
        <DevicePicker media={media} kind="speaker" onChoose={(id) => media.chooseSpeaker(id)} />
        <button type="submit" class="primary" disabled={name.value.trim() === ''} data-testid="join">
          Join the meeting
        </button>
      </form>
    </main>
  )
}
