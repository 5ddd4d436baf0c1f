import type { Command } from 'commander'

import { withTimeout } from '../kit/abort.ts'
import { errorOfProblem } from '../kit/problem.ts'
import { explanation, type Explanation } from '../operator/api/placement.ts'
import type { CliDeps } from './deps.ts'
import { cliErrors } from './failure.ts'

/** Where the placement API is and what opens its door. */
export interface PlacementAccess {
  readonly url: string
  readonly token: string | undefined
  /** Who says where it is: a person, or the leader's Lease. */
  readonly from: 'person' | 'lease'
}

/** Flags by which a command finds the placement API. */
export interface PlacementFlags {
  readonly placement?: string
  readonly placementTokenFile?: string
}

const timeoutMs = 5_000

/** Adds the flags that {@link placementAccess} reads. */
export function addPlacementFlags(command: Command): Command {
  return command
    .option('--placement <url>', "URL of the placement API (PARLEY_PLACEMENT_URL); the leader's address where absent")
    .option('--placement-token-file <file>', 'file with a token for it (PARLEY_PLACEMENT_TOKEN)')
}

/** The placement API: where flags or environment say, else where the leader says that it is; undefined where nobody says. */
export function placementAccess(
  deps: CliDeps,
  flags: PlacementFlags,
  leaderAddress: string | undefined,
): PlacementAccess | undefined {
  const named = flags.placement ?? deps.env['PARLEY_PLACEMENT_URL']
  const url = named ?? leaderAddress
  if (!url) return undefined
  const token =
    flags.placementTokenFile === undefined ? deps.env['PARLEY_PLACEMENT_TOKEN'] : deps.readText(flags.placementTokenFile)
  return { url: url.replace(/\/$/, ''), token: token?.trim(), from: named ? 'person' : 'lease' }
}

/** Gets a URL; raises `unreachable` where nothing answers in time. */
export async function answerOf(deps: CliDeps, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  try {
    return await deps.fetch(url, { headers, signal: withTimeout(timeoutMs) })
  } catch (cause) {
    const why = (cause as { cause?: { code?: string } }).cause?.code ?? (cause as Error).name
    throw cliErrors.raise.unreachable({ what: url, why }, { cause })
  }
}

/** Asks where a meeting is and why. */
export async function explain(
  deps: CliDeps,
  access: PlacementAccess,
  meeting: { readonly namespace: string; readonly name: string },
): Promise<Explanation> {
  const url = `${access.url}/v1/namespaces/${meeting.namespace}/meetings/${meeting.name}/explanation`
  const answer = await answerOf(deps, url, access.token ? { authorization: `Bearer ${access.token}` } : {})
  const body: unknown = await answer.json().catch(() => undefined)
  if (answer.ok) return explanation.parse(body)
  throw errorOfProblem(answer.status, body)
}
