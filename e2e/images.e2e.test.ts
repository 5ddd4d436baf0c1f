import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { makeCredentials } from './demo/credentials.ts'
import { kubeconfigOf } from './demo/kubeconfig.ts'
import { meetingName, namespace, type DemoPorts } from './demo/layout.ts'
import { demoObjects } from './demo/objects.ts'
import { planProcesses } from './demo/plan.ts'
import { readDemoSettings } from './demo/settings.ts'
import { docker, dockerWell, restricted, startContainer, type Container } from './support/containers.ts'
import { runProgram, type ProgramResult } from './support/program.ts'

const root = join(import.meta.dirname, '..')
const tag = `test-${process.pid}`
const user = 65_532
const names = ['operator', 'signaling', 'sfu', 'tester'] as const
type Name = (typeof names)[number]
const imageOf = (name: Name): string => `localhost/parley-${name}:${tag}`
const hasEngine = process.env['PARLEY_ENGINE'] !== undefined

/** Nothing else is in the engine's network, so the ports are free. */
const ports: DemoPorts = {
  page: 7700,
  api: 7701,
  operator: 7702,
  nodes: [
    { name: 'eu-west-1', region: 'eu-west', agentPort: 7711, rtcPort: 20_010, pipePort: 21_000 },
    { name: 'us-east-1', region: 'us-east', agentPort: 7712, rtcPort: 20_020, pipePort: 21_100 },
  ],
}
const apiUrl = `http://127.0.0.1:${ports.api}`
const state = mkdtempSync(join(tmpdir(), 'parley-images-e2e-'))
const running: Container[] = []
let built = ''

/** Runs `make images` with these wishes. */
function build(wishes: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const env = { ...process.env, REGISTRY: '', TAG: '', OUT: '', BASE_IMAGE: '', ...wishes }
  return runProgram(join(root, 'scripts/images.sh'), [], { env, timeoutMs: 170_000 })
}

/** The images' user has to read what the test, perhaps as root, wrote. */
function handOver(folder: string): void {
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
    if (process.getuid?.() === 0) chownSync(path, user, user)
    else chmodSync(path, path === folder ? 0o755 : 0o644)
  }
}

const imageOfEntry: Readonly<Record<string, Name>> = {
  'operator/main.ts': 'operator',
  'signaling/main.ts': 'signaling',
  'sfu/main.ts': 'sfu',
}

/** The demo's processes, each from its image; only the Kubernetes that they need is not one of ours and runs from the sources. */
async function startInstallation(): Promise<void> {
  const credentials = await makeCredentials(state)
  const kubeconfig = join(state, 'kubeconfig')
  writeFileSync(kubeconfig, kubeconfigOf({ url: apiUrl, namespace }))
  handOver(state)
  const settings = readDemoSettings([], {})
  if (!settings.ok) throw new Error(settings.faults.join())
  const plan = { ports, credentials, certificate: undefined, stateFolder: state, kubeconfig, webFolder: '/app/web' }
  const mount = `--volume=${state}:${state}:ro`
  for (const { name, entry, args, readyUrl } of planProcesses({ ...plan, settings: settings.settings }, '')) {
    const image = imageOfEntry[entry]
    const container = await startContainer(
      image === undefined
        ? {
            name: `${tag}-${name}`,
            image: imageOf('operator'),
            options: [`--user=0`, `--volume=${root}:${root}:ro`, '--entrypoint=node'],
            args: [join(root, entry), '--host', '127.0.0.1', '--port', String(ports.api), '--data-file', '/tmp/journal'],
          }
        : { name: `${tag}-${name}`, image: imageOf(image), options: [...restricted, mount], args },
    )
    running.push(container)
    if (image === undefined) await fill(container, readyUrl)
  }
  for (const { readyUrl } of planProcesses({ ...plan, settings: settings.settings }, '')) await running[0]?.ready(readyUrl)
}

async function fill(api: Container, readyUrl: string): Promise<void> {
  await api.ready(readyUrl)
  for (const { plural, object } of demoObjects(ports.nodes)) {
    const url = `${apiUrl}/apis/parley.media/v1alpha1/namespaces/${namespace}/${plural}`
    const post = `{ method: 'POST', headers: { 'content-type': 'application/json' }, body }`
    const code = `let body = ''; for await (const part of process.stdin) body += part
      const answer = await fetch('${url}', ${post}); if (!answer.ok) throw new Error(await answer.text())`
    await api.evaluate(code, JSON.stringify(object))
  }
}

// Needs an engine that answers, or that could be started; the set-up says why there is none.
beforeEach((ctx) => {
  if (!hasEngine) ctx.skip()
})
beforeAll(async () => {
  if (!hasEngine) return
  const { code, out, err } = await build({ TAG: tag })
  if (code !== 0) throw new Error(err)
  built = out
  await startInstallation()
})
afterAll(async () => {
  await Promise.all(running.map((container) => container.remove()))
  if (hasEngine) await docker('rmi', ...names.map(imageOf))
  rmSync(state, { recursive: true, force: true })
})

test('two synthetic people from the tester meet on an installation of images only, on two media nodes', async () => {
  const args = ['--url', `http://127.0.0.1:${ports.page}`, '--api-keys-file', join(state, 'api-keys.json')]
  const mount = [`--volume=${state}:${state}:ro`, '--network=host', '--rm', ...restricted]
  const { code, out } = await docker('run', ...mount, imageOf('tester'), ...args, '--meeting', meetingName)
  expect({ code, said: JSON.parse(out) as unknown }).toMatchObject({ code: 0, said: { ok: true, meeting: meetingName } })
  const { visits } = JSON.parse(out) as { visits: readonly { node: string }[] }
  expect(visits.map(({ node }) => node).toSorted()).toEqual(['eu-west-1', 'us-east-1'])
})

test('signaling serves the page', async () => {
  const page = await running[0]?.evaluate(`console.log(await (await fetch('http://127.0.0.1:${ports.page}/m/standup')).text())`)
  expect(page).toMatch(/<script type="module"/)
})

test('kubectl-parley is in the operator’s image and sees the installation', async () => {
  const run = ['run', '--rm', '--network=host', `--volume=${state}:${state}:ro`, ...restricted, '--entrypoint=kubectl-parley']
  const said = await dockerWell([...run, imageOf('operator'), 'status', '--kubeconfig', join(state, 'kubeconfig')])
  for (const region of ['eu-west', 'us-east']) expect(said).toContain(region)
})

test.each(names)('%s carries its own files and nothing else', async (name) => {
  const list = ['run', '--rm', '--network=none', ...restricted, '--entrypoint=find', imageOf(name), '/app', '-type', 'f']
  const files = (await dockerWell(list)).split('\n').map((path) => path.replace('/app/', ''))
  const own = /^(LICENSE|LICENSES-OF-PACKAGES|[\w-]+\.mjs(\.map)?)$/
  const more = {
    operator: /^crds\/\w+\.yaml$/,
    signaling: /^web\//,
    sfu: /^(worker\/|package\.json$)/,
    tester: /^node_modules\/@roamhq\//,
  }
  expect(files.filter((file) => !own.test(file) && !more[name].test(file))).toEqual([])
  expect(files.some((file) => more[name].test(file))).toBe(true)
})

test.each(names)('%s says what it is, and is no more than it was', async (name) => {
  const [config] = JSON.parse(await dockerWell(['image', 'inspect', imageOf(name)])) as [
    { Config: { User: string; Labels: Record<string, string> } },
  ]
  expect(config.Config.User).toBe(`${user}:${user}`)
  const label = (key: string): string | undefined => config.Config.Labels[`org.opencontainers.image.${key}`]
  expect(label('title')).toContain('Parley')
  expect(label('version')).toMatch(/^\d+\.\d+\.\d+/)
  expect(label('licenses')).toBe('Apache-2.0')
  // Megabytes above the base, a fifth more than docs/images.md says.
  const most = { operator: 7, signaling: 6, sfu: 22, tester: 33 }
  const above = new RegExp(`parley-${name}:${tag} .* ([\\d.]+) MB above its base`).exec(built)?.[1]
  expect(Number(above)).toBeGreaterThan(1)
  expect(Number(above)).toBeLessThan(most[name])
})

test('a fault names the sources, not the bundle', async () => {
  const run = ['run', '--rm', '--network=none', ...restricted, imageOf('sfu'), '--node', 'a', '--trusted-keys', '/etc/hostname']
  const { code, out, err } = await docker(...run)
  expect(code).toBe(1)
  expect(out + err).toMatch(/\/app\/sfu\/main\.ts:\d+/)
})

test.each([
  [
    { BASE_IMAGE: process.env['PARLEY_REDIS_IMAGE'] ?? '' },
    /cannot be built on: it needs Node 24 or newer as `node` in its PATH, and has none/,
  ],
  [{ BASE_IMAGE: 'registry.invalid/none:1' }, /BASE_IMAGE=registry\.invalid\/none:1 is not here and could not be pulled: /],
  [{ TAG: 'a/b' }, /TAG=a\/b: a tag has letters/],
])('%j cannot be built, and is told why', async (wishes, why) => {
  const { code, out, err } = await build({ TAG: `${tag}-bad`, ...wishes })
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(why)
  expect(await dockerWell(['image', 'ls', '--quiet', `localhost/parley-*:${tag}-bad`])).toBe('')
})

test('SIGTERM ends each of them in order and with 0', async () => {
  const codes: (readonly [string, number])[] = []
  // The Kubernetes of the test goes last.
  for (const container of running.toReversed()) codes.push([container.name, await container.stop()])
  expect(codes).toEqual(running.toReversed().map(({ name }) => [name, 0]))
})
