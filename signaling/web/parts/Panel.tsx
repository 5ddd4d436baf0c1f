import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

import type { Call } from '../model/call.ts'
import { Icon } from './icons.tsx'

/** What stands beside the pictures. When it goes, the focus returns to where it came from. */
export function Panel(props: {
  call: Call
  title: string
  label: string
  testId: string
  children: ComponentChildren
}): JSX.Element {
  const { call, title, label } = props
  useLayoutEffect(() => {
    const opener = document.activeElement
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return (
    <aside class="panel" aria-label={label} data-testid={props.testId}>
      <div class="panel-head">
        <h2>{title}</h2>
        <button
          type="button"
          class="quiet icon-button"
          aria-label={`Close ${label.toLowerCase()}`}
          data-testid="panel-close"
          onClick={() => (call.panel.value = 'none')}
        >
          <Icon name="close" />
        </button>
      </div>
      {props.children}
    </aside>
  )
}
