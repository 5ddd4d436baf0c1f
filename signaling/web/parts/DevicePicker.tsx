import type { JSX } from 'preact'

import type { LocalMedia } from '../devices/localMedia.ts'

type Kind = 'camera' | 'microphone' | 'speaker'

const labels: Readonly<Record<Kind, string>> = { camera: 'Camera', microphone: 'Microphone', speaker: 'Speaker' }

/** Whether this browser can send sound to a chosen speaker. */
const choosesSpeaker = 'setSinkId' in HTMLMediaElement.prototype

/** A list of devices to choose from; nothing where there is no choice. */
export function DevicePicker(props: { media: LocalMedia; kind: Kind; onChoose: (deviceId: string) => void }): JSX.Element | null {
  const { media, kind, onChoose } = props
  const devices = media.devices.value[kind]
  if (devices.length === 0 || (kind === 'speaker' && !choosesSpeaker)) return null
  const running = kind === 'speaker' ? undefined : media.trackOf(kind)?.getSettings().deviceId
  const chosen = running ?? media.chosen.value[kind] ?? devices[0]?.deviceId
  return (
    <label class="field">
      <span>{labels[kind]}</span>
      <select data-testid={`${kind}-select`} onChange={(event) => onChoose(event.currentTarget.value)}>
        {devices.map(({ deviceId, label }, index) => (
          <option key={deviceId} value={deviceId} selected={deviceId === chosen}>
            {label === '' ? `${labels[kind]} ${index + 1}` : label}
          </option>
        ))}
      </select>
    </label>
  )
}
