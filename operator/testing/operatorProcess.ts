import { startServerProcess, type ServerProcess } from './serverProcess.ts'

/** A running operator process; its URL is that of its placement API. */
export type OperatorProcess = ServerProcess

/** Starts `operator/main.ts` with these flags, on a free port; its log goes into `logFile`, where there is one. */
export function startOperatorProcess(flags: readonly string[], logFile?: string): Promise<OperatorProcess> {
  return startServerProcess({ entry: 'operator/main.ts', flags: ['--port', '0', ...flags], says: 'operator started', logFile })
}
