import { systemClock as clock } from '../../../kit/clock.ts'
import type { PlacementClient } from '../../api/client.ts'
import { namespace, type ProcessInstallation } from './installationProcesses.ts'

/** Somebody joins every so many milliseconds, */
const eachMs = 50
/** and stays for so long: some ten people at a time, whom the fake media nodes take without a thought. */
const staysMs = 400

/** What came of a stream of joins. */
export interface Joins {
  /** Who decided, join by join. */
  readonly decidedBy: readonly ('operator' | 'fallback')[]
  /** Joins that came to nothing, in words. */
  readonly failed: readonly string[]
  /** Resolves once no join is under way. */
  stop(): Promise<void>
}

/**
 * Joins to one meeting that stands and, one in ten, to a new one, by the placement client and with its retries, until they are stopped. Each is
 * attached to its media node, which verifies the grant, and leaves after a while. Whatever is not a place counts as failed.
 */
export function steadyJoins(installation: ProcessInstallation, client: PlacementClient, prefix: string): Joins {
  const stopping = new AbortController()
  const decidedBy: ('operator' | 'fallback')[] = []
  const failed: string[] = []
  const under = new Set<Promise<void>>()

  async function join(index: number): Promise<void> {
    const name = index % 10 === 0 ? `${prefix}-${index}` : 'townhall'
    const participant = `${prefix}-${index}`
    const rights = { publish: ['microphone' as const], subscribe: true, hidden: false }
    const request = { participant, displayName: 'Somebody', rights, idempotencyKey: participant.padEnd(8, '-') }
    try {
      const answer = await client.place({ namespace, name }, request)
      if (answer.result !== 'placed') return void failed.push(`${participant}: ${answer.result} ${answer.code}: ${answer.reason}`)
      const agent = installation.nodes.get(answer.node)
      await agent?.attach(answer.grant)
      decidedBy.push(answer.decidedBy)
      clock.after(staysMs, () => agent?.node.detach(answer.attachment))
    } catch (thrown) {
      failed.push(`${participant}: ${String(thrown)}`)
    }
  }

  const running = (async () => {
    for (let index = 0; !stopping.signal.aborted; index++) {
      const joining = join(index).finally(() => under.delete(joining))
      under.add(joining)
      await clock.sleep(eachMs, stopping.signal).catch(() => undefined)
    }
    await Promise.all(under)
  })()
  return {
    decidedBy,
    failed,
    stop() {
      stopping.abort(new Error('stopped'))
      return running
    },
  }
}
