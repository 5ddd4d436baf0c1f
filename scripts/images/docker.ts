import { output } from './output.ts'

const buildTimeoutMs = 10 * 60_000
const pullTimeoutMs = 5 * 60_000

/** Whether the engine has an image by this name. */
export async function hasImage(name: string): Promise<boolean> {
  return output(['docker', 'image', 'inspect', name]).then(
    () => true,
    () => false,
  )
}

/** Pulls an image; the error says why it could not be had. */
export async function pull(name: string): Promise<void> {
  await output(['docker', 'pull', '--quiet', name], { timeoutMs: pullTimeoutMs })
}

/** Loads a tar and returns the name of the image in it. */
export async function load(tar: string): Promise<string> {
  const said = await output(['docker', 'load', '--input', tar], { timeoutMs: buildTimeoutMs })
  const name = /^Loaded image: (\S+)$/m.exec(said)?.[1]
  if (name === undefined) throw new Error(`${tar} holds no image: ${said}`)
  return name
}

export interface Build {
  readonly name: string
  readonly dockerfile: string
  readonly context: string
  readonly base: string
  readonly labels: Readonly<Record<string, string>>
}

/** Builds an image without any network. */
export async function build({ name, dockerfile, context, base, labels }: Build): Promise<void> {
  const pairs = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
  const args = ['--quiet', '--network', 'none', '--build-arg', `BASE=${base}`, '--tag', name, '--file', dockerfile, ...pairs]
  await output(['docker', 'build', ...args, context], { timeoutMs: buildTimeoutMs })
}

/** How large an image is, unpacked. */
export async function sizeBytes(name: string): Promise<number> {
  return Number(await output(['docker', 'image', 'inspect', '--format', '{{.Size}}', name]))
}

/** Saves images in one tar; layers that they share stand in it once. */
export async function save(names: readonly string[], file: string): Promise<void> {
  await output(['docker', 'save', '--output', file, ...names], { timeoutMs: buildTimeoutMs })
}
