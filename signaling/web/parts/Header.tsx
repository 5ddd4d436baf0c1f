import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { MediaPath } from '../../client/state.ts'
import type { Call } from '../model/call.ts'
import { Icon } from './icons.tsx'
import { Popover } from './Popover.tsx'

const pathWords: Readonly<Record<MediaPath, string>> = {
  idle: 'nothing to carry',
  connecting: 'connecting',
  connected: 'connected',
  interrupted: 'interrupted',
  failed: 'blocked',
}

/** Which media node serves this person, and why that one. */
function NodeInfo({ call, onClose }: { call: Call; onClose: () => void }): JSX.Element {
  const { node, sendPath, recvPath } = call.state.value
  return (
    <Popover label="About your connection" testId="node-info" class="under" onClose={onClose}>
      <h2>Your connection</h2>
      <dl>
        <dt>Media node</dt>
        <dd data-testid="node-name">{node?.name ?? 'none yet'}</dd>
        <dt>Region</dt>
        <dd data-testid="node-region">{node?.region ?? 'none yet'}</dd>
        <dt>Why this one</dt>
        <dd data-testid="node-reason">{node?.reason ?? 'none yet'}</dd>
        <dt>From you</dt>
        <dd>{pathWords[sendPath]}</dd>
        <dt>To you</dt>
        <dd>{pathWords[recvPath]}</dd>
      </dl>
    </Popover>
  )
}

/** Which meeting this is, where it is served, and the way to the settings. */
export function Header({ call, onSettings }: { call: Call; onSettings: () => void }): JSX.Element {
  const open = useSignal(false)
  const { meeting, node } = call.state.value
  return (
    <header class="call-header">
      <h1 title={meeting?.title}>{meeting?.title ?? 'Meeting'}</h1>
      <div class="anchor">
        <button
          type="button"
          class="quiet pill"
          aria-expanded={open.value}
          aria-label={`Connection: ${node?.region ?? 'no region yet'}`}
          data-testid="node-button"
          onClick={() => (open.value = !open.value)}
        >
          <Icon name="info" />
          <span>{node?.region ?? '…'}</span>
        </button>
        {open.value && <NodeInfo call={call} onClose={() => (open.value = false)} />}
      </div>
      <button
        type="button"
        class="quiet icon-button"
        aria-label="Settings"
        title="Settings"
        data-testid="settings-button"
        onClick={onSettings}
      >
        <Icon name="settings" />
      </button>
    </header>
  )
}
