import { InvalidArgumentError, type Command } from 'commander'

import type { Placed, PlacementAnswer, PlacementRequest } from '../../operator/api/placement.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { shortDuration } from '../duration.ts'
import { cliErrors } from '../failure.ts'
import { listOf } from '../flags.ts'
import { readOperatorHealth } from '../operatorHealth.ts'
import { addPlacementFlags, place, placementAccess, type PlacementFlags } from '../placementApi.ts'
import { printable } from '../table.ts'

interface PlaceFlags extends CommonFlags, PlacementFlags {
  readonly region?: string
  readonly rtt?: Readonly<Record<string, number>>
  readonly exclude?: readonly string[]
  readonly audience?: boolean
}

/** As many characters as an idempotency key takes. */
const keyAtMost = 64

/** `eu-west=20,us-east=90` by region, or a fault of the command line. */
function rttsOf(text: string): Readonly<Record<string, number>> {
  const pairs = listOf(text).map((item) => /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(item))
  if (pairs.length === 0 || pairs.includes(null))
    throw new InvalidArgumentError('It must be like eu-west=20,us-east=90, in milliseconds.')
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])]))
}

function requestOf(participant: string, { region, rtt, exclude, audience }: PlaceFlags, nowMs: number): PlacementRequest {
  return {
    participant,
    displayName: participant,
    rights: { publish: audience === true ? [] : ['microphone', 'camera', 'screen'], subscribe: true, hidden: false },
    idempotencyKey: `kubectl-${nowMs}-${participant}`.slice(0, keyAtMost),
    ...(region === undefined ? {} : { region }),
    ...(rtt === undefined ? {} : { rttsMs: { ...rtt } }),
    ...(exclude === undefined ? {} : { excludeNodes: [...exclude] }),
  }
}

/** What was answered, where it is a place. */
function placedOf(answer: PlacementAnswer, participant: string): Placed {
  if (answer.result === 'placed') return answer
  const { code, reason } = answer
  const later = answer.result === 'refused' ? '' : `; try again in ${shortDuration(Math.max(1_000, answer.retryAfterMs))}`
  throw cliErrors.raise.not_placed({ participant, code, why: `${printable(reason)}${later}` })
}

/** `kubectl parley place MEETING PARTICIPANT`. */
export function placeCommand(deps: CliDeps): Command {
  const command = clusterCommand(
    'place',
    'Ask for a place as a signaling service does, and say where and why. Nobody comes by it: it lapses after a minute. Needs a placement token with the verb place.',
  )
  return addPlacementFlags(command)
    .argument('<meeting>')
    .argument('<participant>', 'any id; the same one is the same person')
    .option('--region <name>', 'region that the client names')
    .option('--rtt <region=ms,...>', 'round trips that the client measured', rttsOf)
    .option('--exclude <nodes>', 'media nodes that just failed them, joined by commas', listOf)
    .option('--audience', 'they may not publish')
    .action((name: string, participant: string, flags: PlaceFlags) =>
      withCluster(deps, flags, async (cluster) => {
        const { address } = await readOperatorHealth(cluster.api, deps.clock.nowMs())
        const access = placementAccess(deps, flags, address)
        if (access?.token === undefined) throw cliErrors.raise.no_placement_token({ verb: 'place' })
        const request = requestOf(participant, flags, deps.clock.nowMs())
        const placed = placedOf(await place(deps, access, { namespace: cluster.namespace, name, request }), participant)
        const { node, region, reason, attachment } = placed
        print(deps, flags, {
          data: { participant, node, region, reason, attachment },
          render: () => `${participant} is placed on ${node} in ${region}: ${printable(reason)}\n`,
        })
      }),
    )
}
