import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { Call } from '../model/call.ts'
import { DevicePicker } from './DevicePicker.tsx'
import { Icon } from './icons.tsx'
import { shortcuts } from './keyboard.ts'
import { Meter } from './Meter.tsx'

const nameOfKey = (key: string): string => (key.length === 1 ? key.toUpperCase() : key)

/** Devices and keys. A modal dialog of the browser: it holds the focus and goes with Escape. */
export function Settings({ call, onClose }: { call: Call; onClose: () => void }): JSX.Element {
  const { media } = call
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const { camera, microphone, speaker } = media.devices.value
  const nothing = camera.length + microphone.length + speaker.length === 0
  return (
    <dialog ref={dialog} class="settings" aria-labelledby="settings-title" data-testid="settings" onClose={onClose}>
      <div class="panel-head">
        <h2 id="settings-title">Settings</h2>
        <button type="button" class="quiet icon-button" aria-label="Close settings" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <div class="stack">
        {nothing && <p class="muted-text">No camera, microphone or speaker to choose from. Switch one on first.</p>}
        <DevicePicker media={media} kind="microphone" onChoose={(id) => void call.choose('microphone', id)} />
        <Meter track={media.trackOf('microphone')} />
        <DevicePicker media={media} kind="camera" onChoose={(id) => void call.choose('camera', id)} />
        <DevicePicker media={media} kind="speaker" onChoose={(id) => media.chooseSpeaker(id)} />
      </div>
      <h3>Keys</h3>
      <dl class="keys">
        {shortcuts.map(({ key, does }) => (
          <div key={key}>
            <dt>
              <kbd>{nameOfKey(key)}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  )
}
