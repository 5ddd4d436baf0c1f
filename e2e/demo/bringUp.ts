import { existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

import type { MediaNode } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import type { Announcement } from './announcement.ts'
import { invitation, makeCertificate, makeCredentials } from './credentials.ts'
import type { Fleet } from './fleet.ts'
import { kubeconfigOf } from './kubeconfig.ts'
import { kubeRest } from './kubeRest.ts'
import { movedPorts, namespace, portsOf, portWishes, regions } from './layout.ts'
import { demoObjects } from './objects.ts'
import { planProcesses } from './plan.ts'
import { choosePorts, probePort } from './ports.ts'
import type { DemoSettings } from './settings.ts'

/** What bringing the demo up needs. */
export interface BringUpOptions {
  readonly settings: DemoSettings
  readonly env: NodeJS.ProcessEnv
  readonly fleet: Fleet
  readonly stateFolder: string
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly say: (text: string) => void
}

const nodesReadyTimeoutMs = 30_000

/** The folder of the built page; `make demo` builds it and says where it is. */
function pageFolder(env: NodeJS.ProcessEnv): string {
  const folder = env['PARLEY_WEB_DIR']
  if (!folder) throw new Error('the meeting page is not built here; `make demo` builds it (PARLEY_WEB_DIR)')
  return folder
}

/** Where compiled code is kept over runs, beside what the set-up keeps (scripts/setup/lib.sh). */
function compileCache(env: NodeJS.ProcessEnv): string {
  const cache = env['PARLEY_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'parley')
  return join(cache, 'compiled')
}

/** The machine's own kubectl, else the one that the set-up keeps. */
function kubectlOf(env: NodeJS.ProcessEnv): string {
  const onPath = (env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'kubectl')))
  const kept = join(env['PARLEY_CONTROL_PLANE_BIN'] ?? '', 'kubectl')
  return !onPath && existsSync(kept) ? kept : 'kubectl'
}

/** Waits until the operator calls every media node Ready. */
async function allNodesReady(apiUrl: string, count: number, signal: AbortSignal): Promise<void> {
  const api = kubeRest(apiUrl)
  await waitFor(
    async () => {
      const nodes = await api.list<MediaNode>('medianodes', namespace)
      const unready = nodes.filter(({ status }) => status?.phase !== 'Ready')
      if (unready.length === 0 && nodes.length === count) return true
      return missing(`media nodes that are Ready: ${unready.map(({ metadata }) => metadata.name).join(', ')} not yet`)
    },
    { timeoutMs: nodesReadyTimeoutMs, pollMs: 25, signal },
  )
}

/** Starts everything at once, waits until each part and the whole are ready, and says how far it is. */
export async function bringUp(options: BringUpOptions): Promise<Announcement> {
  const { settings, env, fleet, stateFolder, clock, random, signal, say } = options
  const startedAtMs = clock.monotonicMs()
  const done = (what: string): void => say(`  ✓ ${what}  ${((clock.monotonicMs() - startedAtMs) / 1_000).toFixed(1)} s`)

  const webFolder = pageFolder(env)
  const outside = settings.address === '' ? '127.0.0.1' : '0.0.0.0'
  const wishes = portWishes({ nodes: settings.nodes, page: settings.port, outside })
  const [chosen, credentials, certificate] = await Promise.all([
    choosePorts(wishes, { preferUsual: settings.ports === 'usual', probe: probePort, random }),
    makeCredentials(stateFolder),
    settings.address === '' ? undefined : makeCertificate(stateFolder, { address: settings.address, nowMs: clock.nowMs() }),
  ])
  const ports = portsOf(chosen, settings.nodes)
  const remarks = settings.ports === 'usual' ? movedPorts(wishes, chosen) : []
  const kubeconfig = join(stateFolder, 'kubeconfig')
  const apiUrl = `http://127.0.0.1:${ports.api}`
  writeFileSync(kubeconfig, kubeconfigOf({ url: apiUrl, namespace }), { mode: 0o600 })
  done('ports, keys')

  const plans = planProcesses(
    { ports, credentials, certificate, stateFolder, kubeconfig, webFolder, settings },
    compileCache(env),
  )
  plans.forEach((plan) => fleet.add(plan))
  const [api, ...others] = plans
  if (!api) throw new Error('there is nothing to start')
  await fleet.ready(api.name, signal)
  const rest = kubeRest(apiUrl)
  for (const { plural, object } of demoObjects(ports.nodes)) await rest.create(plural, object)
  done(`${api.name}, objects`)
  await Promise.all(
    others.map(async ({ name }) => {
      await fleet.ready(name, signal)
      done(name)
    }),
  )
  await allNodesReady(apiUrl, ports.nodes.length, signal)
  done('all media nodes Ready')

  const pageUrl = certificate ? `https://${settings.address}:${ports.page}` : `http://localhost:${ports.page}`
  const link = (region: (typeof regions)[number]): Promise<string> =>
    invitation(credentials, { pageUrl, region, nowMs: clock.nowMs() })
  return {
    host: await link(regions[0]),
    guest: await link(regions[1]),
    kubeconfig,
    kubectl: kubectlOf(env),
    placement: `http://127.0.0.1:${ports.operator}`,
    api: apiUrl,
    pid: process.pid,
    state: stateFolder,
    nodes: ports.nodes,
    remarks: certificate ? [...remarks, 'browsers warn about the certificate: it is a throwaway one'] : remarks,
    upInMs: Math.round(clock.monotonicMs() - startedAtMs),
  }
}
