import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Page } from 'playwright-core'
import { onTestFailed } from 'vitest'

import type { Cluster, List } from './cluster.ts'

const folder = new URL('../../test-results/', import.meta.url).pathname

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string }
}

const questions: Readonly<Record<string, readonly string[]>> = {
  'events.txt': ['get', 'events', '--all-namespaces', '--sort-by=.metadata.creationTimestamp'],
  'overview.txt': [
    'get',
    'nodes,pods,services,deployments,statefulsets,jobs,poddisruptionbudgets',
    '--all-namespaces',
    '-o',
    'wide',
  ],
  'parley.yaml': ['get', 'medianodepools,medianodes,meetings', '--all-namespaces', '-o', 'yaml'],
  'pods.yaml': ['get', 'pods', '--all-namespaces', '-o', 'yaml'],
  'leases.yaml': ['get', 'leases', '--all-namespaces', '-o', 'yaml'],
}

async function keep(cluster: Cluster, into: string): Promise<void> {
  const write = async (file: string, args: readonly string[]): Promise<void> => {
    const { out, err } = await cluster.kubectl.run(args)
    writeFileSync(join(into, file), out === '' ? err : out)
  }
  for (const [file, args] of Object.entries(questions)) await write(file, args)
  const { items } = await cluster.get<List<Pod>>('pods', '--all-namespaces')
  for (const { metadata } of items) {
    const logs = ['logs', metadata.name, '--namespace', metadata.namespace, '--all-containers', '--prefix']
    await write(`pod-${metadata.namespace}-${metadata.name}.log`, logs)
    await write(`pod-${metadata.namespace}-${metadata.name}.previous.log`, [...logs, '--previous'])
  }
}

/** Keeps what explains a failure of the running test: events, objects, logs of all Pods and of the cluster's own programs, pictures of pages. */
export function keepClusterEvidence(cluster: () => Cluster, pages: () => readonly Page[] = () => []): void {
  onTestFailed(async ({ task }) => {
    const into = join(folder, task.name.replaceAll(/\W+/g, '-').slice(0, 80))
    rmSync(into, { recursive: true, force: true })
    mkdirSync(into, { recursive: true })
    for (const [index, page] of pages().entries())
      await page.screenshot({ path: join(into, `page-${index + 1}.png`) }).catch(() => undefined)
    await keep(cluster(), into).catch((error: unknown) => writeFileSync(join(into, 'evidence.failed'), String(error)))
    for (const [name, text] of Object.entries(cluster().own?.logs() ?? {})) writeFileSync(join(into, `cluster-${name}`), text)
  })
}
