import { Option, type Command } from 'commander'

import type { Meeting, MeetingSpecApply } from '../../crds/index.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { countOf, durationOf, listOf, timeOf } from '../flags.ts'

/** Flags of `meeting create`, as they were given. */
export interface MeetingFlags {
  readonly title?: string
  readonly pools?: readonly string[]
  readonly regions?: readonly string[]
  readonly maxParticipants?: number
  readonly locked?: boolean
  /** RFC 3339. */
  readonly start?: string
  readonly end?: string
  readonly disruption?: MeetingSpecApply['disruption']
  readonly emptyTimeout?: number
  readonly ttlAfterEnded?: number
}

function scheduleOf({ start, end }: MeetingFlags): Pick<MeetingSpecApply, 'schedule'> {
  if (start === undefined && end === undefined) return {}
  return { schedule: { ...(start === undefined ? {} : { startTime: start }), ...(end === undefined ? {} : { endTime: end }) } }
}

/** The spec that the flags ask for; what was not given is left to the defaults of the API. */
export function specOf(flags: MeetingFlags): MeetingSpecApply {
  return {
    ...(flags.title === undefined ? {} : { title: flags.title }),
    ...(flags.pools === undefined ? {} : { pools: flags.pools }),
    ...(flags.regions === undefined ? {} : { regions: flags.regions }),
    ...(flags.maxParticipants === undefined ? {} : { capacity: { maxParticipants: flags.maxParticipants } }),
    ...(flags.locked ? { access: { locked: true } } : {}),
    ...scheduleOf(flags),
    ...(flags.disruption === undefined ? {} : { disruption: flags.disruption }),
    ...(flags.emptyTimeout === undefined ? {} : { emptyTimeoutSeconds: Math.ceil(flags.emptyTimeout / 1_000) }),
    ...(flags.ttlAfterEnded === undefined ? {} : { ttlSecondsAfterEnded: Math.ceil(flags.ttlAfterEnded / 1_000) }),
  }
}

const render = ({ metadata }: Meeting): string => `meeting ${metadata.name} created in the namespace ${metadata.namespace}\n`

/** `kubectl parley meeting create NAME`. */
export function meetingCreateCommand(deps: CliDeps): Command {
  return clusterCommand('create', 'Make a meeting. The first join places it.')
    .argument('<name>', 'a DNS label; a free name goes into --title')
    .option('--title <text>', "the meeting's name as people write it")
    .option('--pools <names>', 'the pools that may host it, separated by commas', listOf)
    .option('--regions <names>', 'the only regions that may host it, separated by commas', listOf)
    .option('--max-participants <count>', 'the most people at once', countOf)
    .option('--locked', 'let nobody in until it is unlocked')
    .option('--start <time>', 'when it begins, like 2026-12-01T10:00:00Z; its door opens 15 minutes before', timeOf)
    .option('--end <time>', 'when it is over: it ends then once nobody is in it', timeOf)
    .addOption(
      new Option('--disruption <whom>', 'whom a media node that is emptied may move').choices(['any', 'audienceOnly', 'never']),
    )
    .option('--empty-timeout <duration>', 'how long it may stand empty before it ends, like 5m', durationOf)
    .option('--ttl-after-ended <duration>', 'how long after its end the object is deleted, like 1h', durationOf)
    .action((name: string, flags: CommonFlags & MeetingFlags) =>
      withCluster(deps, flags, async ({ api, namespace }) => {
        const data = await api.create(kinds.Meeting, { metadata: { name, namespace }, spec: specOf(flags) })
        print(deps, flags, { data, render })
      }),
    )
}
