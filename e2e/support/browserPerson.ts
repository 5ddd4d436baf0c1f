import type { Browser, Page } from 'playwright-core'

import { missing, waitFor } from '../../kit/wait.ts'
import type { MeetingClient } from '../../signaling/client/meetingClient.ts'
import type { MediaStats } from '../../signaling/client/stats.ts'
import { relayOnly } from './relay.ts'

/** What the page tells of the meeting, as far as tests read it. */
export interface PageView {
  readonly life: string
  readonly participant: string
  readonly node: { readonly name: string; readonly region: string }
  readonly attachment: string
  readonly people: readonly { readonly participant: string; readonly name: string; readonly node: string }[]
}

/** Somebody with a browser. */
export interface BrowserPerson {
  readonly name: string
  readonly page: Page
  /** What the page knows now; undefined outside the meeting. */
  view(): Promise<PageView | undefined>
  /** What flows now, from `getStats()`. */
  stats(): Promise<MediaStats>
  /** An element of the page by its `data-testid`. */
  at(testId: string): ReturnType<Page['getByTestId']>
  /** Faults that the page did not handle. */
  readonly faults: readonly string[]
}

/** The page's own door for tests; see signaling/web/main.tsx. */
type Door = { readonly parley?: { readonly client: MeetingClient | undefined } }

/** How long any step of a page may take before it counts as stuck: a busy machine draws slowly. */
const stepTimeoutMs = 60_000

function viewOf(page: Page): Promise<PageView | undefined> {
  return page.evaluate(() => {
    const state = (globalThis as unknown as Door).parley?.client?.state
    if (!state?.self || !state.node) return undefined
    return {
      life: state.life.at,
      participant: state.self.participant,
      attachment: state.self.attachment,
      node: { name: state.node.name, region: state.node.region },
      people: state.participants.map(({ participant, name, node }) => ({ participant, name, node })),
    }
  })
}

/** Who opens which link; `relayed` where their media can come by TURN only. */
export interface BrowserVisit {
  readonly link: string
  readonly name: string
  readonly relayed?: boolean
}

/** Opens a link in a profile of its own, looks into the mirror, and joins. */
export async function joinByBrowser(browser: Browser, options: BrowserVisit): Promise<BrowserPerson> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 720 } })
  context.setDefaultTimeout(stepTimeoutMs)
  if (options.relayed === true) await context.addInitScript(relayOnly)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(options.link)
  await page.getByTestId('name-input').fill(options.name)
  await page.getByTestId('preview').waitFor()
  await page.getByTestId('join').click()
  await waitFor(
    async () => {
      const view = await viewOf(page)
      return view?.life === 'live' || missing(`${options.name} in the meeting: ${JSON.stringify(view ?? null)}`)
    },
    { timeoutMs: stepTimeoutMs },
  )
  return {
    name: options.name,
    page,
    faults,
    view: () => viewOf(page),
    at: (testId) => page.getByTestId(testId),
    stats: () =>
      page.evaluate(async () => {
        const client = (globalThis as unknown as Door).parley?.client
        if (!client) throw new Error('the page is in no meeting')
        return client.stats()
      }),
  }
}
