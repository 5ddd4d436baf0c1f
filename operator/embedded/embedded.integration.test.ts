import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'

import { missing, waitFor } from '../../kit/wait.ts'
import { contractApi, type ContractApi } from '../kube/contract/contractApi.ts'

const main = new URL('main.ts', import.meta.url).pathname
let folder = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-embedded-'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  rmSync(folder, { recursive: true })
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
}

/** Starts the program and waits for its kubeconfig. */
async function start(flags: readonly string[] = []): Promise<{ child: ChildProcess; api: ContractApi }> {
  const kubeconfig = join(folder, 'kubeconfig')
  rmSync(kubeconfig, { force: true })
  const all = ['--data-file', join(folder, 'data'), '--kubeconfig', kubeconfig, '--log-level', 'warn', ...flags]
  const child = spawn(process.execPath, [main, ...all], { stdio: 'inherit' })
  children.push(child)
  await waitFor(() => (existsSync(kubeconfig) ? true : missing('the kubeconfig')), { timeoutMs: 30_000 })
  expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
  const { clusters } = parse(readFileSync(kubeconfig, 'utf8')) as { clusters: [{ cluster: { server: string } }] }
  return { child, api: contractApi({ url: clusters[0].cluster.server }) }
}

const meetings = '/apis/parley.media/v1alpha1/namespaces/default/meetings'
const meeting = (name: string) => ({ apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', metadata: { name } })
const versionOf = (body: object): number => Number((body as { metadata: { resourceVersion: string } }).metadata.resourceVersion)

test('killed while it writes, it comes back with all that it acknowledged, and no version twice', async () => {
  const acknowledged = new Map<string, number>()
  for (let life = 0; life < 3; life++) {
    const { child, api } = await start()
    const known = [...acknowledged]
    for (const [name, version] of known) expect(versionOf((await api.get(`${meetings}/${name}`)).body)).toBe(version)
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; ; count++) {
        const name = `m-${life}-${writer}-${count}`
        acknowledged.set(name, versionOf((await api.post(meetings, meeting(name))).body))
      }
    }
    const writers = Promise.allSettled([0, 1, 2, 3].map(write))
    await waitFor(() => (acknowledged.size > known.length + 100 ? true : missing('writes')), { timeoutMs: 30_000, pollMs: 5 })
    await kill(child)
    await writers
    await api.close()
  }
  expect(new Set(acknowledged.values()).size).toBe(acknowledged.size)
  expect(acknowledged.size).toBeGreaterThan(300)
})

test('it ends in peace when it is asked to', async () => {
  const { child, api } = await start()
  await api.watch(meetings)
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(child.exitCode).toBe(0)
  await api.close()
})

test('every fault of its settings is told at once, and it does not start', async () => {
  const child = spawn(process.execPath, [main, '--port', 'x', '--colour', 'red', '--tls-cert-file', '/no/such/file'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  expect(child.exitCode).toBe(2)
  for (const fault of ['--port', '--colour: unknown flag', '--tls-cert-file']) expect(told).toContain(fault)
})
