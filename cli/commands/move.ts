import type { Command } from 'commander'

import type { MoveAnswer, MoveRequest } from '../../operator/api/move.ts'
import type { Explanation } from '../../operator/api/placement.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { shortDuration } from '../duration.ts'
import { cliErrors } from '../failure.ts'
import { readOperatorHealth } from '../operatorHealth.ts'
import { addPlacementFlags, explain, move, placementAccess, type PlacementAccess, type PlacementFlags } from '../placementApi.ts'
import { printable } from '../table.ts'

interface MoveFlags extends CommonFlags, PlacementFlags {
  readonly to?: string
  readonly attachment?: string
  readonly reason: string
  readonly wait?: boolean
}

/** Who is meant. */
interface Person {
  readonly namespace: string
  readonly name: string
  readonly participant: string
}

type Ordered = Extract<MoveAnswer, { result: 'ordered' }>
type Placement = Explanation['placements'][number]

/** A client is back within seconds; what the operator keeps for it lapses after a minute. */
const waitAtMostMs = 60_000
const lookEachMs = 1_000

const latestOf = ({ placements }: Explanation, participant: string): Placement | undefined =>
  placements.find((placement) => placement.participant === participant)

/** The stay that is to end where none is named: their latest. */
async function latestStay(deps: CliDeps, access: PlacementAccess, person: Person): Promise<string> {
  const attachment = latestOf(await explain(deps, access, person), person.participant)?.attachment
  if (attachment === undefined) throw cliErrors.raise.no_placement(person)
  return attachment
}

/** Until they are placed anew, wherever that is. */
async function placedAnew(deps: CliDeps, access: PlacementAccess, of: { person: Person; ordered: Ordered }): Promise<Placement> {
  const { person, ordered } = of
  const untilMs = deps.clock.monotonicMs() + waitAtMostMs
  for (;;) {
    const latest = latestOf(await explain(deps, access, person), person.participant)
    if (latest !== undefined && latest.attachment > ordered.attachment) return latest
    if (deps.clock.monotonicMs() >= untilMs) {
      throw cliErrors.raise.not_back({ ...person, node: ordered.from, after: shortDuration(waitAtMostMs) })
    }
    await deps.clock.sleep(lookEachMs)
  }
}

/** What was answered, where it is not that they are told. */
function orderedOf(answer: MoveAnswer, participant: string): Ordered {
  if (answer.result === 'ordered') return answer
  const { code, reason } = answer
  const later = answer.result === 'tryAfter' ? `; try again in ${shortDuration(answer.retryAfterMs)}` : ''
  throw cliErrors.raise.not_moved({ participant, code, why: `${printable(reason)}${later}` })
}

function inWords(participant: string, { ordered, placed }: { ordered: Ordered; placed?: Placement | undefined }): string {
  const { from, node, region, reason } = ordered
  const told = `${participant} is told to go from ${from} to ${node} in ${region}: ${printable(reason)}\n`
  return placed === undefined ? told : `${told}${participant} is placed on ${placed.node}: ${printable(placed.reason)}\n`
}

/** `kubectl parley move MEETING PARTICIPANT`. */
export function moveCommand(deps: CliDeps): Command {
  const command = clusterCommand(
    'move',
    'Send one participant to another media node; needs a placement token with the verb move.',
  )
  return addPlacementFlags(command)
    .argument('<meeting>')
    .argument('<participant>', 'as kubectl parley why names them')
    .option('--to <node>', 'media node to go to; where absent, the one that a join would take')
    .option('--attachment <ulid>', 'which stay of theirs is to end; where absent, their latest placement of the last twenty')
    .option(
      '--reason <text>',
      "why, for people: in logs, kubectl parley why and the meeting's status",
      'asked for by kubectl parley move',
    )
    .option('--wait', `until they are placed anew, at most ${shortDuration(waitAtMostMs)}`)
    .action((name: string, participant: string, flags: MoveFlags) =>
      withCluster(deps, flags, async (cluster) => {
        const { address } = await readOperatorHealth(cluster.api, deps.clock.nowMs())
        const access = placementAccess(deps, flags, address)
        if (access?.token === undefined) throw cliErrors.raise.no_placement_token({ verb: 'move' })
        const person = { namespace: cluster.namespace, name, participant }
        const request: MoveRequest = {
          attachment: flags.attachment ?? (await latestStay(deps, access, person)),
          reason: flags.reason,
          ...(flags.to === undefined ? {} : { node: flags.to }),
        }
        const ordered = orderedOf(await move(deps, access, { ...person, request }), participant)
        const placed = flags.wait === true ? await placedAnew(deps, access, { person, ordered }) : undefined
        print(deps, flags, {
          data: { ordered, ...(placed === undefined ? {} : { placed }) },
          render: (data) => inWords(participant, data),
        })
      }),
    )
}
