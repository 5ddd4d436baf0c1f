import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { Life } from '../../client/life.ts'
import type { Call } from '../model/call.ts'
import { wordsOf } from '../model/words.ts'
import { Chat } from './Chat.tsx'
import { Controls } from './Controls.tsx'
import { Header } from './Header.tsx'
import { useShortcuts } from './keyboard.ts'
import { BannerLine, FloatingReactions, Toasts } from './Notices.tsx'
import { People } from './People.tsx'
import { Settings } from './Settings.tsx'
import { Sounds } from './Sounds.tsx'
import { Stage } from './Stage.tsx'

/** Before the first welcome: what is being done, and what keeps it from happening. */
function Joining({ call, life }: { call: Call; life: Life }): JSX.Element {
  const trouble = 'trouble' in life ? life.trouble : undefined
  const words = trouble && wordsOf(trouble.code, trouble.why)
  const inLine = 'inLine' in life ? life.inLine : undefined
  const goesOn = inLine === undefined ? 'Trying again.' : `You are number ${inLine}.`
  return (
    <main class="sheet" data-testid="joining">
      <div class="spinner" aria-hidden="true" />
      <h1>{words ? words.title : 'Joining the meeting'}</h1>
      <p role="status">{words ? `${words.text} ${goesOn}` : 'Finding a media node near you.'}</p>
      <button type="button" class="quiet" onClick={() => void call.client.leave()}>
        Cancel
      </button>
    </main>
  )
}

/** The meeting. */
export function CallView({ call }: { call: Call }): JSX.Element {
  const settings = useSignal(false)
  useShortcuts(call)
  const { life, meeting } = call.state.value
  const panel = call.panel.value
  if (!meeting) return <Joining call={call} life={life} />
  return (
    <div class={`call ${panel === 'none' ? '' : 'with-panel'}`} data-testid="call" data-life={life.at}>
      <Header call={call} onSettings={() => (settings.value = true)} />
      <BannerLine call={call} />
      <Stage call={call}>
        <FloatingReactions call={call} />
        <Toasts call={call} />
      </Stage>
      {panel === 'chat' && <Chat call={call} />}
      {panel === 'people' && <People call={call} />}
      <Controls call={call} />
      <Sounds call={call} />
      {settings.value && <Settings call={call} onClose={() => (settings.value = false)} />}
    </div>
  )
}
