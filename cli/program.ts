import { Command } from 'commander'

import { doctorCommand } from './commands/doctor.ts'
import { installCommand } from './commands/install.ts'
import { meetingCommand } from './commands/meeting.ts'
import { moveCommand } from './commands/move.ts'
import { placeCommand } from './commands/place.ts'
import { rotateCommand } from './commands/rotate.ts'
import { statusCommand } from './commands/status.ts'
import { tokenCommand } from './commands/token.ts'
import { uninstallCommand } from './commands/uninstall.ts'
import { whyCommand } from './commands/why.ts'
import type { CliDeps } from './deps.ts'

/** The command line of `kubectl parley`. Parsing rejects with a CommanderError instead of ending the process. */
export function parleyProgram(deps: CliDeps): Command {
  const program = new Command('kubectl parley')
    .description('Meetings on Kubernetes: what runs where and why, tokens, and what is wrong.')
    .addCommand(statusCommand(deps))
    .addCommand(meetingCommand(deps))
    .addCommand(tokenCommand(deps))
    .addCommand(whyCommand(deps))
    .addCommand(placeCommand(deps))
    .addCommand(moveCommand(deps))
    .addCommand(doctorCommand(deps))
    .addCommand(installCommand(deps))
    .addCommand(rotateCommand(deps))
    .addCommand(uninstallCommand(deps))
  for (const command of everyCommand(program))
    command
      .exitOverride()
      .showHelpAfterError('(--help tells more)')
      .configureOutput({ writeOut: deps.write, writeErr: deps.complain })
  return program
}

function everyCommand(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}
