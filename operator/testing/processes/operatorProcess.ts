import { startServerProcess, type ServerProcess, type Starting } from './serverProcess.ts'

/** A running operator process; its URL is that of its placement API. */
export type OperatorProcess = ServerProcess

/** Starts `operator/main.ts` with these flags, on a free port. */
export function startOperatorProcess(
  flags: readonly string[],
  more: Pick<Starting, 'logFile' | 'nodeFlags'> = {},
): Promise<OperatorProcess> {
  return startServerProcess({ entry: 'operator/main.ts', flags: ['--port', '0', ...flags], says: 'operator started', ...more })
}
