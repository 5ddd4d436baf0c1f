import type { JSX } from 'preact'

import type { Call } from '../model/call.ts'
import { Icon } from './icons.tsx'

/** The head of what stands beside the pictures, with what closes it. */
export function PanelHead({ call, title }: { call: Call; title: string }): JSX.Element {
  return (
    <div class="panel-head">
      <h2>{title}</h2>
      <button
        type="button"
        class="quiet icon-button"
        aria-label={`Close ${title.toLowerCase()}`}
        data-testid="panel-close"
        onClick={() => (call.panel.value = 'none')}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
