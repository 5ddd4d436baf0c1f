import { Command } from 'commander'

import type { CliDeps } from '../deps.ts'
import { meetingCreateCommand } from './meetingCreate.ts'
import { meetingEndCommand } from './meetingEnd.ts'
import { meetingListCommand } from './meetingList.ts'

/** `kubectl parley meeting ...`. */
export function meetingCommand(deps: CliDeps): Command {
  return new Command('meeting')
    .description('Make, list and end meetings.')
    .addCommand(meetingCreateCommand(deps))
    .addCommand(meetingListCommand(deps))
    .addCommand(meetingEndCommand(deps))
}
