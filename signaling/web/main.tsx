import { render } from 'preact'

import type { MeetingClient } from '../client/meetingClient.ts'
import { App } from './model/app.ts'
import { Page } from './parts/Page.tsx'

declare global {
  /**
   * The one door for tests and for whoever looks with the browser's tools: the client of the meeting on the screen (its `state`, and
   * `stats()` for what flows); undefined outside a meeting. Everything else is tested through the page, by `data-testid`.
   */
  var parley: { readonly client: MeetingClient | undefined }
}

const root = document.querySelector('#app')
if (!root) throw new Error('the page has no place for the app')
const app = new App(window)
globalThis.parley = {
  get client() {
    return app.client
  },
}
render(<Page app={app} />, root)
