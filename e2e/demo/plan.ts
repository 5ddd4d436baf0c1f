import { join } from 'node:path'

import type { ProcessPlan } from './child.ts'
import type { Credentials } from './credentials.ts'
import { namespace, pipePortsPerNode, workersPerNode, type DemoNode, type DemoPorts } from './layout.ts'
import type { DemoSettings } from './settings.ts'

/** Everything that the processes have to be told. */
export interface DemoPlan {
  readonly ports: DemoPorts
  readonly credentials: Credentials
  /** The page is served over TLS with it. */
  readonly certificate: { readonly keyFile: string; readonly certFile: string } | undefined
  readonly stateFolder: string
  readonly kubeconfig: string
  readonly webFolder: string
  readonly settings: DemoSettings
}

const loopback = '127.0.0.1'
/**
 * An operator that was killed leads again after this long, and one that cannot renew for two thirds of it gives up: long enough for the
 * API to be killed and come back on a busy machine, shorter than in a cluster, where several stand for election.
 */
const leaseMs = 10_000
const everywhere = '0.0.0.0'
const local = (port: number): string => `http://${loopback}:${port}`

/** Command line arguments of settings; those that are undefined are left to the process's own defaults. */
function flags(values: Readonly<Record<string, string | number | undefined>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
}

function apiPlan({ ports, stateFolder }: DemoPlan): Omit<ProcessPlan, 'env'> {
  return {
    name: 'api',
    entry: 'operator/embedded/main.ts',
    args: flags({ host: loopback, port: ports.api, 'data-file': join(stateFolder, 'api.journal') }),
    readyUrl: `${local(ports.api)}/readyz`,
  }
}

function operatorPlan({ ports, credentials, kubeconfig }: DemoPlan): Omit<ProcessPlan, 'env'> {
  return {
    name: 'operator',
    entry: 'operator/main.ts',
    args: flags({
      'listen-host': loopback,
      port: ports.operator,
      kubeconfig,
      namespace,
      'lease-ms': leaseMs,
      'signing-key-file': credentials.operatorKeyFile,
      'placement-tokens-file': credentials.placementTokensFile,
    }),
    readyUrl: `${local(ports.operator)}/readyz`,
  }
}

function nodePlan(node: DemoNode, { credentials, settings }: DemoPlan): Omit<ProcessPlan, 'env'> {
  return {
    name: node.name,
    entry: 'sfu/main.ts',
    args: flags({
      node: node.name,
      'listen-host': loopback,
      port: node.agentPort,
      'media-host': settings.address === '' ? loopback : everywhere,
      'announced-address': settings.address === '' ? loopback : settings.address,
      // Media nodes are on one machine: their pipes never leave it.
      'pipe-address': loopback,
      'rtc-port-min': node.rtcPort,
      'pipe-port-min': node.pipePort,
      'pipe-port-max': node.pipePort + pipePortsPerNode - 1,
      workers: workersPerNode,
      // Ctrl-C means all of it: there is nowhere to go.
      'drain-deadline-ms': 0,
      'trusted-keys': credentials.trustedKeysFile,
    }),
    readyUrl: `${local(node.agentPort)}/readyz`,
  }
}

function signalingPlan({ ports, credentials, certificate, webFolder, settings }: DemoPlan): Omit<ProcessPlan, 'env'> {
  return {
    name: 'signaling',
    entry: 'signaling/main.ts',
    args: flags({
      host: certificate ? everywhere : loopback,
      port: ports.page,
      'tls-key-file': certificate?.keyFile,
      'tls-cert-file': certificate?.certFile,
      'operator-urls': local(ports.operator),
      'placement-token-file': credentials.placementTokenFile,
      'signing-key-file': credentials.signalingKeyFile,
      'api-keys-file': credentials.apiKeysFile,
      'resume-secrets-file': credentials.resumeSecretsFile,
      'redis-url': settings.redisUrl === '' ? undefined : settings.redisUrl,
      'web-dir': webFolder,
    }),
    readyUrl: `${certificate ? `https://${loopback}:${ports.page}` : local(ports.page)}/readyz`,
  }
}

/**
 * The processes of the demo, the API that the others need first. Compiled code is kept over runs, which halves the time to start; it
 * stands in the cache folder, not in the run's own.
 */
export function planProcesses(plan: DemoPlan, compileCache: string): readonly ProcessPlan[] {
  const env = { NODE_COMPILE_CACHE: compileCache }
  return [apiPlan(plan), operatorPlan(plan), ...plan.ports.nodes.map((node) => nodePlan(node, plan)), signalingPlan(plan)].map(
    (each) => ({ ...each, env }),
  )
}
