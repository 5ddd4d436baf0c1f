import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import { reactionEmojis } from '../../api/protocol.ts'
import { canShareScreen } from '../devices/capture.ts'
import type { Call } from '../model/call.ts'
import { Icon, type IconName } from './icons.tsx'
import { Popover } from './Popover.tsx'

function Control(props: {
  testId: string
  icon: IconName
  label: string
  pressed?: boolean
  tone?: 'off' | 'on' | 'danger' | undefined
  badge?: number
  onClick: () => void
}): JSX.Element {
  const { badge = 0 } = props
  return (
    <button
      type="button"
      class={`round ${props.tone ?? ''}`}
      aria-pressed={props.pressed}
      aria-label={badge > 0 ? `${props.label}, ${badge} unread` : props.label}
      title={props.label}
      data-testid={props.testId}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      {badge > 0 && (
        <span class="badge" aria-hidden="true" data-testid={`${props.testId}-badge`}>
          {badge > 99 ? '99+' : badge}
        </span>
      )}
    </button>
  )
}

function Reactions({ call }: { call: Call }): JSX.Element {
  const open = useSignal(false)
  return (
    <div class="anchor">
      <Control
        testId="reactions"
        icon="smile"
        label="React"
        pressed={open.value}
        tone={open.value ? 'on' : undefined}
        onClick={() => (open.value = !open.value)}
      />
      {open.value && (
        <Popover label="Reactions" testId="reaction-picker" class="above emojis" onClose={() => (open.value = false)}>
          {reactionEmojis.map((emoji) => (
            <button
              key={emoji}
              type="button"
              class="quiet emoji"
              aria-label={`React with ${emoji}`}
              onClick={() => {
                open.value = false
                void call.react(emoji)
              }}
            >
              {emoji}
            </button>
          ))}
        </Popover>
      )}
    </div>
  )
}

/** A device that is sent or not. */
function DeviceControl(props: {
  testId: string
  device: 'microphone' | 'camera'
  on: boolean
  labels: readonly [on: string, off: string]
  onClick: () => void
}): JSX.Element {
  const { device, on, labels } = props
  return (
    <Control
      testId={props.testId}
      icon={on ? device : `${device}Off`}
      label={on ? labels[0] : labels[1]}
      pressed={on}
      tone={on ? undefined : 'off'}
      onClick={props.onClick}
    />
  )
}

/** Own sound, picture and screen, as far as this person may send them and this browser can. */
function Devices({ call }: { call: Call }): JSX.Element {
  const sharing = call.state.value.publications.has('screen')
  return (
    <>
      {call.may('microphone') && (
        <DeviceControl
          testId="mic-toggle"
          device="microphone"
          on={call.sends('microphone')}
          labels={['Mute (M)', 'Unmute (M)']}
          onClick={() => void call.toggleMicrophone()}
        />
      )}
      {call.may('camera') && (
        <DeviceControl
          testId="camera-toggle"
          device="camera"
          on={call.sends('camera')}
          labels={['Camera off (V)', 'Camera on (V)']}
          onClick={() => void call.toggleCamera()}
        />
      )}
      {call.may('screen') && canShareScreen() && (
        <Control
          testId="share-toggle"
          icon="screen"
          label={sharing ? 'Stop sharing (S)' : 'Share your screen (S)'}
          pressed={sharing}
          tone={sharing ? 'on' : undefined}
          onClick={() => void call.toggleScreen()}
        />
      )}
    </>
  )
}

/** The bar at the bottom. */
export function Controls({ call }: { call: Call }): JSX.Element {
  const panel = call.panel.value
  return (
    <nav class="controls" aria-label="Meeting controls">
      <Devices call={call} />
      <Reactions call={call} />
      <Control
        testId="chat-toggle"
        icon="chat"
        label="Chat (C)"
        pressed={panel === 'chat'}
        tone={panel === 'chat' ? 'on' : undefined}
        badge={call.unread.value}
        onClick={() => call.togglePanel('chat')}
      />
      <Control
        testId="people-toggle"
        icon="people"
        label="People (P)"
        pressed={panel === 'people'}
        tone={panel === 'people' ? 'on' : undefined}
        onClick={() => call.togglePanel('people')}
      />
      <Control testId="leave" icon="leave" label="Leave the meeting" tone="danger" onClick={() => void call.client.leave()} />
    </nav>
  )
}
