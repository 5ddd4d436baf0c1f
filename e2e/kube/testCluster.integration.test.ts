import { readdirSync, readFileSync } from 'node:fs'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { gone } from '../support/processes.ts'
import { kubectlFor } from '../support/kubectl.ts'
import { runProgram } from '../support/program.ts'
import { asBefore, machineState } from './machineState.ts'
import { clusterImages, clusterScript, startTestCluster, type TestCluster } from './testCluster.ts'

const started: TestCluster[] = []

beforeEach((context) => {
  if (clusterImages() === undefined) context.skip('no cluster: PARLEY_CLUSTER_IMAGES names no images of its nodes')
})

afterEach(async () => {
  for (const cluster of started.splice(0)) await cluster.down()
})

/** Starts a cluster that ends with the test, unless the test ends it. */
async function start(nodes: number): Promise<TestCluster> {
  const cluster = await startTestCluster(nodes)
  started.push(cluster)
  return cluster
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended with the one before it.
  }
}

/** Kills everything that a cluster runs at once, as a crash of the machine's test run does. */
async function crash(cluster: TestCluster): Promise<void> {
  const marked = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`TESTCLUSTER_STATE=${cluster.state}`)
    } catch {
      return false // it ended meanwhile
    }
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && marked(name))
  for (const pid of pids) kill(Number(pid))
  await gone(pids.map(Number))
}

test('a cluster comes up, a second one is refused, and nothing of it is left on the machine', async () => {
  const before = await machineState()
  const cluster = await start(1)
  const kubectl = kubectlFor(cluster.kubeconfig)
  try {
    const { out } = await kubectl.run(['get', 'nodes', '--no-headers'])
    expect(out).toMatch(/^node-1 +Ready /)
  } finally {
    kubectl.close()
  }
  await expect(startTestCluster(1)).rejects.toMatchObject({
    cause: { message: expect.stringContaining('another cluster is up') as string },
  })
  await cluster.down()
  started.length = 0
  await asBefore(before)
})

test('a cluster that crashed stands in nobody’s way, and what it had changed is set back', async () => {
  const before = await machineState()
  const crashed = await start(1)
  await crash(crashed)
  const next = await start(0)
  await next.down()
  await crashed.down()
  started.length = 0
  await asBefore(before)
})

const refusals = [
  {
    what: 'cgroup v2 alone',
    enter: ['--mount', 'sh', '-c', 'mount -t cgroup2 none /sys/fs/cgroup && exec "$0" check-machine'],
    says: 'error: this machine has cgroup v2 alone, and nodes are made for cgroup v1 or hybrid\n',
  },
  { what: 'nobody in particular', enter: ['--user', 'sh', '-c', 'exec "$0" check-machine'], says: 'error: nodes need root\n' },
]

test.each(refusals)('$what is refused in words', async ({ enter, says }) => {
  expect(await runProgram('unshare', [...enter, clusterScript])).toEqual({ code: 1, out: '', err: says })
})
