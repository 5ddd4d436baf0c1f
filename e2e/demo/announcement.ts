/** What the demo tells when it is up. */
export interface Announcement {
  /** Links to the meeting, for two people in two regions. */
  readonly host: string
  readonly guest: string
  readonly kubeconfig: string
  /** How kubectl is called here. */
  readonly kubectl: string
  /** URL of the placement API. */
  readonly placement: string
  /** URL of the Kubernetes API. */
  readonly api: string
  /** Of the launcher. */
  readonly pid: number
  /** Folder with keys, logs and `processes.json`; gone when the demo stops. */
  readonly state: string
  readonly nodes: readonly { readonly name: string; readonly rtcPort: number; readonly pipePort: number }[]
  /** Sentences that a person should read: ports that moved, a certificate that browsers warn about. */
  readonly remarks: readonly string[]
  readonly upInMs: number
}

/** For programs: one `key: value` a line. */
export function plainLines(up: Announcement): string {
  const { host, guest, kubeconfig, placement, api, pid, state, upInMs } = up
  const media = up.nodes.map(({ rtcPort }) => rtcPort).join(',')
  const pipes = up.nodes.map(({ pipePort }) => pipePort).join(',')
  const fields = { host, guest, kubeconfig, placement, api, media, pipes, pid, state, upInMs }
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}

/** For people: one block with everything that they need, and what it is not. */
export function block(up: Announcement): string {
  const media = up.nodes.map(({ name, rtcPort }) => `${name} ${rtcPort}`).join(', ')
  return [
    '',
    `  Parley is up (${(up.upInMs / 1_000).toFixed(1)} s). Open both links, in two windows or on two devices:`,
    '',
    `    you    ${up.host}`,
    `    guest  ${up.guest}`,
    '',
    `    ${up.kubectl} --kubeconfig ${up.kubeconfig} get meetings,medianodes`,
    '',
    `    placement API   ${up.placement}`,
    `    Kubernetes API  ${up.api}`,
    `    media ports     ${media} (UDP and TCP)`,
    `    logs            ${up.state}/logs`,
    ...up.remarks.map((remark) => `    note            ${remark}`),
    '',
    '  Not for production: keys are throwaway, APIs on this machine are open, nothing is kept.',
    '  Ctrl-C stops all of it and leaves nothing behind.',
    '',
    '',
  ].join('\n')
}
