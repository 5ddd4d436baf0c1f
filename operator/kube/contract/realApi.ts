import { spawn, type ChildProcess } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { parse } from 'yaml'

import { freePorts } from '../../../kit/freePorts.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import { kubeconfigText } from '../../embedded/kubeconfig.ts'
import { contractApi, type ContractApi } from './contractApi.ts'

/** A running kube-apiserver with its etcd, our definitions in it. */
export interface RealApi {
  readonly url: string
  readonly token: string
  readonly certificateAuthority: string
  readonly kubeconfig: string
  /** Ends both processes and removes their files. */
  close(): Promise<void>
}

/** Where etcd, kube-apiserver and kubectl are; undefined where this machine has none. */
export function controlPlaneFolder(): string | undefined {
  return process.env['PARLEY_CONTROL_PLANE_BIN']
}

/** Why tests against a real control plane are skipped. */
export const noControlPlane = 'PARLEY_CONTROL_PLANE_BIN names no folder with etcd, kube-apiserver and kubectl'

const startTimeoutMs = 60_000
const stopTimeoutMs = 30_000
const serviceRange = '10.96.0.0/16'

/** Starts a control plane on loopback: no controllers, one administrator with a token, files in a folder of its own. */
export async function startRealApi(bin: string): Promise<RealApi> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-control-plane-'))
  const [port = 0, client = 0, peer = 0] = await freePorts(3)
  const token = randomBytes(16).toString('hex')
  writeSecrets(folder, token)
  const run = (program: string, flags: Readonly<Record<string, string | number>>): ChildProcess =>
    start(join(bin, program), folder, flags)
  const processes = [
    run('etcd', etcdFlags(folder, { client: `http://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` })),
    run('kube-apiserver', apiServerFlags(folder, port, `http://127.0.0.1:${client}`)),
  ]
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(stop))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const reach = { url: `https://127.0.0.1:${port}`, token, certificateAuthority: await certificate(folder) }
    const api = contractApi(reach)
    await ready(api, processes)
    await install(api)
    await api.close()
    return { ...reach, kubeconfig: kubeconfigText(reach), close }
  } catch (error) {
    const log = readFileSync(join(folder, 'kube-apiserver.log'), 'utf8').slice(-2_000)
    await close()
    throw new Error(`the control plane did not start:\n${log}`, { cause: error })
  }
}

function writeSecrets(folder: string, token: string): void {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(join(folder, 'service-accounts.pem'), privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 })
}

function etcdFlags(folder: string, { client, peer }: { client: string; peer: string }): Record<string, string> {
  return {
    'data-dir': join(folder, 'etcd'),
    'unsafe-no-fsync': 'true',
    'log-level': 'warn',
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
  }
}

/** Nothing makes service accounts here, and loopback cannot be an endpoint. The server makes its own certificate. */
function apiServerFlags(folder: string, port: number, etcd: string): Record<string, string | number> {
  const key = join(folder, 'service-accounts.pem')
  return {
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    'cert-dir': join(folder, 'certificates'),
    'etcd-servers': etcd,
    // The past is forgotten after this long, so that a test can see it.
    'etcd-compaction-interval': '5s',
    'token-auth-file': join(folder, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'disable-admission-plugins': 'ServiceAccount',
    'endpoint-reconciler-type': 'none',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': key,
    'service-account-signing-key-file': key,
    'service-cluster-ip-range': serviceRange,
  }
}

function start(program: string, folder: string, flags: Readonly<Record<string, string | number>>): ChildProcess {
  const log = createWriteStream(join(folder, `${program.split('/').at(-1)}.log`))
  const child = spawn(
    program,
    Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await waitFor(() => (child.exitCode === null && child.signalCode === null ? missing('the end of the process') : true), {
    timeoutMs: stopTimeoutMs,
    pollMs: 20,
  })
}

function certificate(folder: string): Promise<string> {
  return waitFor(() => readFileSync(join(folder, 'certificates', 'apiserver.crt'), 'utf8'), { timeoutMs: startTimeoutMs })
}

async function ready(api: ContractApi, processes: readonly ChildProcess[]): Promise<void> {
  await waitFor(
    async () => {
      if (processes.some(({ exitCode }) => exitCode !== null)) return missing('a process that lives')
      const { code, text } = await api.get('/readyz')
      return code === 200 ? true : missing(`readiness: ${text}`)
    },
    { timeoutMs: startTimeoutMs, pollMs: 200 },
  )
}

/** Applies our definitions and waits until their kinds are served. */
async function install(api: ContractApi): Promise<void> {
  const folder = new URL('../../../crds/', import.meta.url)
  const definitions = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(new URL(name, folder), 'utf8')) as object)
  for (const definition of definitions) {
    const { code, text } = await api.post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
    if (code !== 201) throw new Error(`a definition was refused: ${text}`)
  }
  for (const plural of ['meetings', 'medianodes', 'medianodepools'])
    await waitFor(async () => ((await api.get(`/apis/parley.media/v1alpha1/${plural}`)).code === 200 ? true : missing(plural)), {
      timeoutMs: startTimeoutMs,
      pollMs: 100,
    })
}
