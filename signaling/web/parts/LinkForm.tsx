import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'

import type { App } from '../model/app.ts'

/** What somebody sees who came without a link. */
export function LinkForm({ app }: { app: App }): JSX.Element {
  const text = useSignal('')
  const refused = useSignal(false)
  const submit = (event: Event): void => {
    event.preventDefault()
    refused.value = !app.paste(text.value)
  }
  return (
    <main class="sheet" data-testid="no-token">
      <h1>Join a meeting</h1>
      <p>You need the link of a meeting. It comes from whoever invited you, as a whole: open it, or paste it here.</p>
      <form onSubmit={submit} class="stack">
        <label for="link">Meeting link or token</label>
        <input
          id="link"
          data-testid="link-input"
          autocomplete="off"
          spellcheck={false}
          value={text.value}
          aria-invalid={refused.value}
          aria-describedby={refused.value ? 'link-problem' : undefined}
          onInput={(event) => {
            text.value = event.currentTarget.value
            refused.value = false
          }}
        />
        {refused.value && (
          <p id="link-problem" class="problem" role="alert" data-testid="link-problem">
            That is not a meeting link. A link ends with “#token=” and a long row of letters; copy all of it.
          </p>
        )}
        <button type="submit" class="primary" disabled={text.value.trim() === ''} data-testid="link-submit">
          Continue
        </button>
      </form>
    </main>
  )
}
