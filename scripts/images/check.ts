import { output } from './output.ts'

/** Runs a program of an image, without network or rights, and returns how it ended: an exit code, or the engine's words. */
async function endOf(image: string, command: readonly [string, ...string[]]): Promise<number | string> {
  const [program, ...args] = command
  const run = [
    'docker',
    'run',
    '--rm',
    '--network',
    'none',
    '--read-only',
    '--cap-drop',
    'ALL',
    '--entrypoint',
    program,
    image,
  ] as const
  try {
    await output([...run, ...args])
    return 0
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
    // From 125 the engine speaks, or what it starts programs with: there is no such program, or it is for another processor.
    const [words = ''] = stderr.replace('docker: Error response from daemon: ', '').trim().split('\n')
    return typeof code === 'number' && code < 125 ? code : words
  }
}

/** Makes sure that a base has Node 24; the error says what it has. */
export async function checkBase(base: string): Promise<void> {
  const isNew = 'process.exit(Number(process.versions.node.split(".")[0]) >= 24 ? 0 : 3)'
  const end = await endOf(base, ['node', '--eval', isNew])
  if (end === 0) return
  const found = end === 3 ? 'an older one' : `none that runs (${end})`
  throw new Error(`${base} cannot be built on: it needs Node 24 or newer as \`node\` in its PATH, and has ${found}`)
}

/** Without the version that its library gives it, a worker that can run at all ends with 41 (its main.cpp). */
const workerRuns = 41

/** Makes sure that mediasoup's worker runs in the image of media nodes, which needs a C library that is new enough. */
export async function checkWorker(image: string, base: string): Promise<void> {
  const end = await endOf(image, ['/app/worker/mediasoup-worker'])
  if (end === workerRuns) return
  throw new Error(
    `${base} cannot be built on: mediasoup's worker, as built on this machine, does not run there (${end}). ` +
      "It needs the GNU C library, and not an older one than this machine's.",
  )
}
