/** The part of the Navigation API that browsers with it share (https://html.spec.whatwg.org/#navigation-api). */
interface Navigation extends EventTarget {
  readonly currentEntry: unknown
}

/**
 * Calls `onGone` when the page goes for good: its tab is closed, or another address is opened. A reload is none: it comes back to its
 * place, as does a page that the browser only puts aside. Where a browser cannot tell a reload from an end, nothing is called, and the
 * place waits as long as for any lost connection. The answer ends it.
 */
export function onDeparture(window: Window, onGone: () => void): () => void {
  const { navigation } = window as Window & { readonly navigation?: Navigation }
  if (!navigation) return () => undefined
  let reloading = false
  const onNavigate = (event: Event): void => {
    reloading = 'navigationType' in event && event.navigationType === 'reload'
  }
  const onPageHide = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted && !reloading) onGone()
  }
  navigation.addEventListener('navigate', onNavigate)
  window.addEventListener('pagehide', onPageHide)
  return () => {
    navigation.removeEventListener('navigate', onNavigate)
    window.removeEventListener('pagehide', onPageHide)
  }
}
