import type { TestProject } from 'vitest/node'

import { imageTars } from '../chart/images.ts'
import { kubectlFor } from '../support/kubectl.ts'
import { asBefore, machineState, type MachineState } from './machineState.ts'
import { startTestCluster, type TestCluster } from './testCluster.ts'

/** What every file of the project `cluster` gets by `inject`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** Credentials of an administrator of the cluster to test on. */
    kubeconfig: string
    /** Folder of the cluster where it is one of ours; empty where PARLEY_E2E_KUBECONFIG names somebody's own. */
    clusterState: string
  }
}

/** Enough for a media node on two of them while a third is drained. */
const nodes = 3

let own: { readonly cluster: TestCluster; readonly before: MachineState } | undefined

/** The tests end by taking the definitions away, and with them all meetings: nobody's own may be there. */
async function refuseParley(kubeconfig: string): Promise<void> {
  const kubectl = kubectlFor(kubeconfig)
  try {
    const { out, err, code } = await kubectl.run(['get', 'customresourcedefinitions', '-o', 'name'])
    if (code !== 0) throw new Error(`PARLEY_E2E_KUBECONFIG=${kubeconfig}: ${err.trim()}`)
    if (out.includes('.parley.media')) throw new Error(`Parley is on the cluster of ${kubeconfig}: take one where it is not`)
  } finally {
    kubectl.close()
  }
}

/** Starts the one cluster of this run, unless the environment names one. */
export async function setup({ provide }: TestProject): Promise<void> {
  const given = process.env['PARLEY_E2E_KUBECONFIG']
  if (given) {
    await refuseParley(given)
    provide('kubeconfig', given)
    provide('clusterState', '')
    return
  }
  const before = await machineState()
  const cluster = await startTestCluster(nodes)
  own = { cluster, before }
  const tars = imageTars()
  if (tars.length > 0) await cluster.loadImages(tars)
  provide('kubeconfig', cluster.kubeconfig)
  provide('clusterState', cluster.state)
}

/** Ends it. What is left of it on the machine fails the run. */
export async function teardown(): Promise<void> {
  if (own === undefined) return
  await own.cluster.down()
  await asBefore(own.before, ['processes', 'cgroups', 'folders'])
}
