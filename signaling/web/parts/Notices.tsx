import type { JSX } from 'preact'

import type { Call } from '../model/call.ts'

const actionWords = { hear: 'Play sound', stopSharing: 'Stop sharing' } as const

/** The one line that says what is not as it should be. */
export function BannerLine({ call }: { call: Call }): JSX.Element {
  const banner = call.banner.value
  return (
    <div class="banner-place" role="status" aria-live="polite">
      {banner && (
        <p class={`banner ${banner.tone}`} data-testid="banner" data-banner={banner.id}>
          <span>{banner.text}</span>
          {banner.action && (
            <button type="button" class="inline" onClick={() => (banner.action === 'hear' ? call.hear() : call.stopScreen())}>
              {actionWords[banner.action]}
            </button>
          )}
        </p>
      )}
    </div>
  )
}

/** Short words at the edge, read out as they come. */
export function Toasts({ call }: { call: Call }): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {call.toasts.value.map(({ id, text }) => (
        <p key={id} class="toast" data-testid="toast">
          {text}
        </p>
      ))}
    </div>
  )
}

/** Emoji that rise over the pictures. */
export function FloatingReactions({ call }: { call: Call }): JSX.Element {
  return (
    <div class="reactions" aria-live="polite">
      {call.reactions.value.map(({ id, emoji, name, x }) => (
        <p key={id} class="reaction" style={{ left: `${(x * 100).toFixed(1)}%` }} data-testid="reaction">
          <span class="reaction-emoji">{emoji}</span>
          <span class="reaction-name">{name}</span>
        </p>
      ))}
    </div>
  )
}
