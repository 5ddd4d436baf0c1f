import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { CaptureCode, DeviceKind } from '../devices/capture.ts'
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

/** What keeps a device from being chosen at all: a list of devices would only be in the way. */
const noChoice: readonly CaptureCode[] = ['capture_denied', 'capture_missing', 'capture_insecure']

function failureOf(media: LocalMedia, kind: DeviceKind): CaptureCode | undefined {
  const capture = media[kind].value
  return capture.at === 'failed' ? capture.code : undefined
}

function Problem({ media, kinds, code }: { media: LocalMedia; kinds: readonly DeviceKind[]; code: CaptureCode }): JSX.Element {
  const { title, text } = wordsOf(code, '')
  const names = kinds.length > 1 ? 'Microphone and camera' : kinds.map((kind) => kindNames[kind]).join('')
  return (
    <div class="notice" role="status" data-testid={`${kinds.join('-')}-problem`} data-code={code}>
      <p>
        <strong>
          {names}: {title.toLowerCase()}.
        </strong>{' '}
        {text}
      </p>
      {code !== 'capture_insecure' && (
        <button type="button" class="quiet" onClick={() => kinds.forEach((kind) => void media.turnOn(kind))}>
          Try again
        </button>
      )}
    </div>
  )
}

/** What failed, told once where both devices failed for one reason. */
function Problems({ media }: { media: LocalMedia }): JSX.Element {
  const microphone = failureOf(media, 'microphone')
  const camera = failureOf(media, 'camera')
  if (microphone && microphone === camera) return <Problem media={media} kinds={['microphone', 'camera']} code={camera} />
  return (
    <>
      {microphone && <Problem media={media} kinds={['microphone']} code={microphone} />}
      {camera && <Problem media={media} kinds={['camera']} code={camera} />}
    </>
  )
}

function Choice({ media, kind }: { media: LocalMedia; kind: DeviceKind }): JSX.Element | null {
  const failure = failureOf(media, kind)
  if (failure && noChoice.includes(failure)) return null
  return <DevicePicker media={media} kind={kind} onChoose={(id) => void media.choose(kind, id)} />
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
        <div class="level">
          <Icon name={media.microphone.value.at === 'on' ? 'microphone' : 'microphoneOff'} />
          <Meter track={media.trackOf('microphone')} />
        </div>
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
            autofocus={screen.name === ''}
            maxLength={maxNameLength}
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
          />
        </label>
        <Problems media={media} />
        <Choice media={media} kind="microphone" />
        <Choice media={media} kind="camera" />
        <DevicePicker media={media} kind="speaker" onChoose={(id) => media.chooseSpeaker(id)} />
        <button type="submit" class="primary" disabled={name.value.trim() === ''} data-testid="join">
          Join the meeting
        </button>
      </form>
    </main>
  )
}
