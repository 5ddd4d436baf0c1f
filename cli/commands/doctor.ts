import type { Command } from 'commander'

import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { examine, type Check, type Examined } from '../doctor/check.ts'
import { apiReachable, definitionsCurrent, operatorLeads } from '../doctor/clusterChecks.ts'
import { jobsEnd } from '../doctor/jobChecks.ts'
import { drainsGoOn, nodesReachable, nodesReady } from '../doctor/nodeChecks.ts'
import { podsRun } from '../doctor/podChecks.ts'
import { placementAnswers, signalingAnswers } from '../doctor/serviceChecks.ts'
import { exitCodes, failureOf } from '../failure.ts'
import { addPlacementFlags, type PlacementFlags } from '../placementApi.ts'
import { printable } from '../table.ts'

/** What `doctor` looks at, from the ground up. */
export const checks: readonly Check[] = [
  apiReachable,
  definitionsCurrent,
  podsRun,
  jobsEnd,
  operatorLeads,
  nodesReady,
  nodesReachable,
  drainsGoOn,
  placementAnswers,
  signalingAnswers,
]

const marks = { ok: '✓', failed: '✗', skipped: '-' } as const

/** The findings as text: one line a check, what to do under each that failed, and the sum. */
export function renderFindings(findings: readonly Examined[]): string {
  const lines = findings.map((finding) => {
    const line = `${marks[finding.result]} ${finding.check}: ${printable(finding.words)}\n`
    return finding.result === 'failed' ? `${line}  ${finding.todo}\n` : line
  })
  const wrong = findings.filter(({ result }) => result === 'failed').length
  return `${lines.join('')}${wrong === 0 ? 'Nothing is wrong.' : `${wrong} of ${findings.length} checks failed.`}\n`
}

/** `kubectl parley doctor`: exit code 1 when a check failed. */
export function doctorCommand(deps: CliDeps): Command {
  const command = clusterCommand('doctor', 'Check what meetings need, and say what to do about what is wrong.')
  return addPlacementFlags(command)
    .option('--signaling <url>', 'URL of signaling (PARLEY_SIGNALING_URL)')
    .action((flags: CommonFlags & PlacementFlags & { signaling?: string }) =>
      withCluster(deps, flags, async (cluster) => {
        const signalingUrl = (flags.signaling ?? deps.env['PARLEY_SIGNALING_URL'])?.replace(/\/$/, '')
        const patient = { deps, cluster, flags, signalingUrl }
        const data = await examine(checks, patient, (thrown) => failureOf(thrown).text)
        print(deps, flags, { data, render: renderFindings })
        if (data.some(({ result }) => result === 'failed')) deps.exitWith(exitCodes.failed)
      }),
    )
}
