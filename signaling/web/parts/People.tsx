import type { JSX } from 'preact'

import type { Participant } from '../../client/state.ts'
import type { Call } from '../model/call.ts'
import { Icon } from './icons.tsx'
import { Panel } from './Panel.tsx'
import { initialsOf } from './Tile.tsx'

/** The state of a device as an icon, with words for those who hear the page. */
function DeviceState({ device, on }: { device: 'microphone' | 'camera'; on: boolean }): JSX.Element {
  const says = on ? `${device} on` : `${device} off`
  return (
    <span class={on ? '' : 'faint'} title={says}>
      <Icon name={on ? device : `${device}Off`} />
      <span class="hidden">{says}</span>
    </span>
  )
}

function Person({ participant }: { participant: Participant }): JSX.Element {
  const { name, self, connected, tracks } = participant
  const open = new Set(tracks.filter(({ muted }) => !muted).map(({ source }) => source))
  return (
    <li class="person" data-testid="person">
      <span class="initials small" aria-hidden="true">
        {initialsOf(name)}
      </span>
      <span class="person-name">
        {name}
        {self && <span class="muted-text"> (you)</span>}
        {!connected && <span class="person-lost">Connection lost</span>}
        {open.has('screen') && <span class="muted-text person-line">Shares the screen</span>}
      </span>
      <DeviceState device="microphone" on={open.has('microphone')} />
      <DeviceState device="camera" on={open.has('camera')} />
    </li>
  )
}

/** Who is here. */
export function People({ call }: { call: Call }): JSX.Element {
  const participants = call.participants.value
  return (
    <Panel call={call} title={`People (${participants.length})`} label="People" testId="people">
      <ul class="people">
        {participants.map((participant) => (
          <Person key={participant.participant} participant={participant} />
        ))}
      </ul>
    </Panel>
  )
}
