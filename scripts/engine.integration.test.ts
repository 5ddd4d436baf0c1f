import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'

const script = join(import.meta.dirname, 'engine.sh')

// Only root can start an engine; elsewhere the set-up says so.
beforeEach((ctx) => {
  if (process.env['PARLEY_ENGINE'] === undefined || process.getuid?.() !== 0) ctx.skip()
})

/** Runs a command line with an engine of its own. */
function withEngine(line: string): ChildProcessByStdio<null, Readable, Readable> {
  const env = { ...process.env, PARLEY_ENGINE_OWN: 'true' }
  return spawn(script, ['bash', '-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

/** Processes, mounts and interfaces that belong to the engine with this socket: its folder stands in their command lines. */
function traces(socket: string): readonly string[] {
  const folder = socket.replace(/^unix:\/\//, '').replace(/\/docker\.sock$/, '')
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return [] // it is gone
      }
    })
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n')
  return [...commands, ...mounts].filter((line) => line.includes(folder))
}

const gone = (socket: string): Promise<true> =>
  waitFor(() => (traces(socket).length === 0 ? true : missing(`the end of ${traces(socket).join('; ')}`)), { timeoutMs: 30_000 })

const alive = (pid: string): boolean => existsSync(`/proc/${pid}`)

/** What a child wrote first: a line. */
async function firstLine(child: ReturnType<typeof withEngine>): Promise<string> {
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return chunk.toString().trim()
}

const untilTold = 'echo $DOCKER_HOST; exec sleep 600'

test('a command has an engine and a way to its ports, keeps its exit code, and leaves nothing', async () => {
  const child = withEngine(
    'docker version --format {{.Server.Os}}; ip -oneline route get "$TESTCONTAINERS_HOST_OVERRIDE"; echo $DOCKER_HOST; exit 7',
  )
  const [os, route, socket = ''] = (await text(child.stdout)).trim().split('\n')
  expect(await endOf(child)).toBe(7)
  expect(os).toBe('linux')
  const [, device = ''] = / dev (parley-engine\d+) /.exec(route ?? '') ?? []
  expect(device).not.toBe('')
  await gone(socket)
  expect(Object.keys(networkInterfaces())).not.toContain(device)
})

test('a container that the command leaves is named, and makes it fail', async () => {
  const child = withEngine(
    'tar -c -T /dev/null | docker import - empty:1 >/dev/null; docker create --name forgotten empty:1 nothing',
  )
  const complaint = text(child.stderr)
  expect(await endOf(child)).toBe(1)
  expect(await complaint).toContain('containers were left: forgotten (empty:1)')
})

test('a signal reaches the command, and the engine ends after it', async () => {
  const child = withEngine(`trap 'echo heard; exit 3' TERM; echo $DOCKER_HOST; while :; do sleep 0.1; done`)
  const socket = await firstLine(child)
  child.kill('SIGTERM')
  expect(await endOf(child)).toBe(3)
  await gone(socket)
})

test('where the script is killed its engine and its command die with it', async () => {
  const child = withEngine(`echo $$ $DOCKER_HOST; exec sleep 600`)
  const [pid = '', socket = ''] = (await firstLine(child)).split(' ')
  expect(traces(socket).some((line) => line.startsWith('dockerd '))).toBe(true)
  child.kill('SIGKILL')
  await endOf(child)
  await gone(socket)
  await waitFor(() => !alive(pid) || missing('the end of its command'), { timeoutMs: 30_000 })
})

test('two at a time do not meet', async () => {
  const [one, other] = [withEngine(untilTold), withEngine(untilTold)]
  const sockets = await Promise.all([firstLine(one), firstLine(other)])
  expect(new Set(sockets).size).toBe(2)
  for (const child of [one, other]) child.kill('SIGTERM')
  await Promise.all([endOf(one), endOf(other)])
  await Promise.all(sockets.map(gone))
})

test('an engine that cannot be reached where DOCKER_HOST says is named, and the command does not run', async () => {
  const env = { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
  const child = spawn(script, ['echo', 'ran'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(await endOf(child)).toBe(1)
  expect(said).toBe('')
  expect(complaint).toContain('no Docker engine answers at DOCKER_HOST=unix:///nowhere/docker.sock')
})
