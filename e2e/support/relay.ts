import type { Page } from 'playwright-core'

/** Where a page that was given {@link relayOnly} keeps its connections. */
type Relayed = typeof globalThis & { relayed?: RTCPeerConnection[] }

/** To run in a page before its own scripts: leaves its media no way but by TURN, as a strict firewall does. */
export function relayOnly(): void {
  const Native = globalThis.RTCPeerConnection
  const made: RTCPeerConnection[] = []
  ;(globalThis as Relayed).relayed = made
  globalThis.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, iceTransportPolicy: 'relay' })
      made.push(this)
    }
  }
}

/** The type of the local ICE candidate by which each open connection of such a page goes now: `relay`, if all is well. */
export function waysOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const open = ((globalThis as Relayed).relayed ?? []).filter(({ connectionState }) => connectionState === 'connected')
    const ways: string[] = []
    for (const connection of open) {
      const reports = new Map<string, Record<string, unknown>>()
      ;(await connection.getStats()).forEach((report: Record<string, unknown>) => reports.set(String(report['id']), report))
      for (const transport of reports.values()) {
        if (transport['type'] !== 'transport') continue
        const pair = reports.get(String(transport['selectedCandidatePairId']))
        ways.push(String(reports.get(String(pair?.['localCandidateId']))?.['candidateType']))
      }
    }
    return ways
  })
}
