import type { Command } from 'commander'

import { withinTime } from '../kit/abort.ts'
import { errorOfProblem } from '../kit/problem.ts'
import { moveAnswer, type MoveAnswer, type MoveRequest } from '../operator/api/move.ts'
import {
  explanation,
  placementAnswer,
  type Explanation,
  type PlacementAnswer,
  type PlacementRequest,
} from '../operator/api/placement.ts'
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
  // A variable that is set to nothing says nothing.
  const named = flags.placement ?? (deps.env['PARLEY_PLACEMENT_URL'] || undefined)
  const url = named ?? leaderAddress
  if (!url) return undefined
  return { url: baseOf(url), token: tokenOf(deps, flags), from: named ? 'person' : 'lease' }
}

function tokenOf(deps: CliDeps, { placementTokenFile }: PlacementFlags): string | undefined {
  const text = placementTokenFile === undefined ? deps.env['PARLEY_PLACEMENT_TOKEN'] : deps.readText(placementTokenFile)
  return text?.trim() || undefined
}

function baseOf(url: string): string {
  if (/^https?:/.test(URL.parse(url)?.protocol ?? '')) return url.replace(/\/$/, '')
  throw cliErrors.raise.usage({ what: `The placement API is named by a URL like http://127.0.0.1:8080: ${url} is none.` })
}

/** What a URL answered. */
interface Answer {
  readonly ok: boolean
  readonly status: number
  /** Undefined where the body is no JSON. */
  readonly body: unknown
}

/** Asks a URL; raises `unreachable` where nothing answers, to the end, in time. */
export async function answerOf(deps: CliDeps, url: string, init: Omit<RequestInit, 'signal'> = {}): Promise<Answer> {
  try {
    return await withinTime({ timeoutMs }, async (signal) => {
      const answer = await deps.fetch(url, { ...init, signal })
      const body: unknown = await answer.json().catch(() => signal.throwIfAborted())
      return { ok: answer.ok, status: answer.status, body }
    })
  } catch (cause) {
    const { cause: beneath, name } = cause as Error & { readonly cause?: { readonly code?: string; readonly message?: string } }
    const why = beneath?.code ?? beneath?.message ?? name
    throw cliErrors.raise.unreachable({ what: url, why }, { cause })
  }
}

interface MeetingOf {
  readonly namespace: string
  readonly name: string
}

/** The JSON of a good answer of the placement API; raises the coded error of its problem document. */
async function asked(deps: CliDeps, access: PlacementAccess, of: { meeting: MeetingOf; path: string; body?: unknown }) {
  const { meeting, path, body } = of
  const url = `${access.url}/v1/namespaces/${meeting.namespace}/meetings/${encodeURIComponent(meeting.name)}/${path}`
  const answer = await answerOf(deps, url, {
    headers: {
      ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw errorOfProblem(answer.status, answer.body)
  return answer.body
}

/** Asks where a meeting is and why. */
export async function explain(deps: CliDeps, access: PlacementAccess, meeting: MeetingOf): Promise<Explanation> {
  return explanation.parse(await asked(deps, access, { meeting, path: 'explanation' }))
}

/** Asks for a place for one participant. */
export async function place(
  deps: CliDeps,
  access: PlacementAccess,
  of: MeetingOf & { readonly request: PlacementRequest },
): Promise<PlacementAnswer> {
  return placementAnswer.parse(await asked(deps, access, { meeting: of, path: 'placements', body: of.request }))
}

/** Orders that one participant goes to another media node. */
export async function move(
  deps: CliDeps,
  access: PlacementAccess,
  of: MeetingOf & { readonly participant: string; readonly request: MoveRequest },
): Promise<MoveAnswer> {
  const path = `placements/${encodeURIComponent(of.participant)}/move`
  return moveAnswer.parse(await asked(deps, access, { meeting: of, path, body: of.request }))
}
