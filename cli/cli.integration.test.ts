import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'

const root = new URL('../', import.meta.url).pathname

let folder: string
let kubeconfig: string
let server: ChildProcess

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-cli-'))
  kubeconfig = join(folder, 'kubeconfig')
  server = spawn(process.execPath, ['operator/embedded/main.ts', '--kubeconfig', kubeconfig], { cwd: root, stdio: 'ignore' })
  await waitFor(() => existsSync(kubeconfig) || missing('the kubeconfig of the embedded API'), { timeoutMs: 30_000 })
})

afterAll(() => {
  server.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

interface Result {
  readonly out: string
  readonly err: string
  readonly code: number
}

const parley = (...argv: string[]): Promise<Result> =>
  new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, KUBECONFIG: kubeconfig } }
    execFile(process.execPath, ['cli/main.ts', ...argv], options, (error, out, err) =>
      resolve({ out, err, code: typeof error?.code === 'number' ? error.code : 0 }),
    )
  })

test('a meeting is made, listed, explained and ended', async () => {
  expect(await parley('meeting', 'create', 'standup', '--title', 'Stand-up', '--max-participants', '5')).toMatchObject({
    code: 0,
    out: 'meeting standup created in the namespace default\n',
  })
  const [meeting] = JSON.parse((await parley('meeting', 'list', '-o', 'json')).out) as { spec: object }[]
  expect(meeting?.spec).toMatchObject({ title: 'Stand-up', capacity: { maxParticipants: 5 }, ended: false })
  expect((await parley('why', 'standup')).out).toBe('default/standup is Waiting: the operator has not judged it yet\n')
  expect((await parley('meeting', 'end', 'standup')).code).toBe(0)
  expect((await parley('meeting', 'end', 'standup')).out).toBe('meeting standup had ended already\n')
  expect((await parley('status', '-A')).out).toContain('standup')
})

test('what the API refuses is told by field, what is not there by name', async () => {
  const refused = await parley('meeting', 'create', 'Not A Label')
  expect(refused.code).toBe(1)
  expect(refused.err).toContain('metadata.name')
  expect(await parley('why', 'nobody', '-n', 'default')).toMatchObject({
    code: 3,
    err: 'error: There is no meeting nobody in the namespace default.\n',
  })
})

test('doctor sees the API and misses the operator and the nodes', async () => {
  const { out, code } = await parley('doctor')
  expect(code).toBe(1)
  expect(out).toContain('✓ API server')
  expect(out).toContain('✓ custom resources: served by an API without definitions to compare')
  expect(out).toContain('✗ operator: no operator leads')
  expect(out).toContain('✗ media nodes: there is none')
})

test('a kubeconfig that is not there, and a context that it does not have', async () => {
  expect(await parley('status', '--kubeconfig', join(folder, 'none'))).toMatchObject({ code: 5 })
  const { code, err } = await parley('status', '--context', 'elsewhere')
  expect(code).toBe(5)
  expect(err).toContain('No cluster to talk to')
})
