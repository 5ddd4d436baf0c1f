import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import type { App, Screen } from '../model/app.ts'
import { wordsOf } from '../model/words.ts'

/** What happened, in words, and what can be done about it. */
export function Ended({ app, screen }: { app: App; screen: Screen & { at: 'ended' } }): JSX.Element {
  const { title, text, remedy } = wordsOf(screen.code, screen.why)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <main class="sheet" data-testid="ended" data-code={screen.code}>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p data-testid="ended-text">{text}</p>
      <div class="row">
        {(remedy === 'again' || remedy === 'wait') && (
          <button type="button" class="primary" data-testid="join-again" onClick={() => app.again()}>
            Join again
          </button>
        )}
        {remedy === 'reload' && (
          <button type="button" class="primary" onClick={() => globalThis.location.reload()}>
            Reload the page
          </button>
        )}
        <button type="button" class={remedy === 'link' ? 'primary' : 'quiet'} onClick={() => app.otherLink()}>
          Use another link
        </button>
      </div>
    </main>
  )
}
