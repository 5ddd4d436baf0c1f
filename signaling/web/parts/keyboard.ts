import { useEffect } from 'preact/hooks'

import type { Call } from '../model/call.ts'

/** The keys of a meeting, as the settings list them. */
export const shortcuts = [
  { key: 'm', does: 'Microphone on or off' },
  { key: 'v', does: 'Camera on or off' },
  { key: 's', does: 'Share your screen, or stop it' },
  { key: 'c', does: 'Chat' },
  { key: 'p', does: 'People' },
  { key: 'Escape', does: 'Close what is open' },
] as const
type Key = (typeof shortcuts)[number]['key']

const actions: Readonly<Record<Key, (call: Call) => unknown>> = {
  m: (call) => call.toggleMicrophone(),
  v: (call) => call.toggleCamera(),
  s: (call) => call.toggleScreen(),
  c: (call) => call.togglePanel('chat'),
  p: (call) => call.togglePanel('people'),
  Escape: (call) => (call.panel.value = 'none'),
}

/** Whether a key goes into text, or to a dialog that is open over the meeting. */
function isTyping({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true
  if (!(target instanceof HTMLElement) || key === 'Escape') return false
  return target.isContentEditable || target.matches('input, textarea, select')
}

/** Listens to the meeting's keys for as long as the component is there. Nothing with a modifier is ours. */
export function useShortcuts(call: Call): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = event.key === 'Escape' ? event.key : event.key.toLowerCase()
      const modified = event.ctrlKey || event.metaKey || event.altKey
      if (modified || event.repeat || isTyping(event) || !Object.hasOwn(actions, key)) return
      event.preventDefault()
      actions[key as Key](call)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [call])
}
