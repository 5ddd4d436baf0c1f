import type { JSX } from 'preact'

import type { App } from '../model/app.ts'
import { CallView } from './CallView.tsx'
import { Ended } from './Ended.tsx'
import { LinkForm } from './LinkForm.tsx'
import { Prejoin } from './Prejoin.tsx'

/** The screen of the moment. */
export function Page({ app }: { app: App }): JSX.Element {
  const screen = app.screen.value
  switch (screen.at) {
    case 'link':
      return <LinkForm app={app} />
    case 'prejoin':
      return <Prejoin app={app} screen={screen} />
    case 'call':
      return <CallView call={screen.call} />
    case 'ended':
      return <Ended app={app} screen={screen} />
  }
}
