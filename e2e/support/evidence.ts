import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { onTestFailed } from 'vitest'

import type { RunningDemo } from './demoProcess.ts'
import { topologyOf } from './placement.ts'

const folder = new URL('../../test-results/', import.meta.url).pathname

async function attempt(what: string, into: string, make: () => Promise<void>): Promise<void> {
  await make().catch((error: unknown) => writeFileSync(join(into, `${what}.failed`), String(error)))
}

/** Keeps what explains a failure of the running test: logs of all processes, topology, what the launcher said, pictures of pages. */
export function keepEvidence(demo: () => RunningDemo | undefined, pages: () => readonly Page[] = () => []): void {
  onTestFailed(async ({ task }) => {
    const into = join(folder, task.name.replaceAll(/\W+/g, '-').slice(0, 80))
    mkdirSync(into, { recursive: true })
    for (const [index, page] of pages().entries())
      await attempt(
        `page-${index + 1}`,
        into,
        async () => void (await page.screenshot({ path: join(into, `page-${index + 1}.png`) })),
      )
    const present = demo()
    if (!present) return
    writeFileSync(join(into, 'launcher.txt'), present.said())
    if (existsSync(present.state)) cpSync(join(present.state, 'logs'), join(into, 'logs'), { recursive: true })
    await attempt('topology', into, async () =>
      writeFileSync(join(into, 'topology.json'), JSON.stringify(await topologyOf(present), undefined, 2)),
    )
  })
}
