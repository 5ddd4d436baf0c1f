/**
 * Builds the images (docs/images.md), with the Docker engine that answers: `make images` starts one where none does. Progress goes to
 * stderr; stdout gets a line an image, its name and size, and at last the tar where one was wished for.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { chooseBase } from './base.ts'
import { checkBase, checkWorker } from './check.ts'
import { build, save, sizeBytes } from './docker.ts'
import { images, type Image } from './images.ts'
import { output } from './output.ts'
import { imageSettings, type ImageSettings } from './settings.ts'
import { stage, type Parts } from './stage.ts'

const root = join(import.meta.dirname, '../..')
const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string; license: string }
const say = (text: string): boolean => process.stderr.write(`[images] ${text}\n`)
const inMB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

function partOf(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set: run \`make images\`, which sets it up`)
  return value
}

/** The commit that is checked out, or undefined outside of a checkout. */
async function revision(): Promise<string | undefined> {
  try {
    return (await output(['git', '-C', root, 'describe', '--always', '--abbrev=40', '--dirty', '--exclude=*'])).trim()
  } catch {
    return undefined
  }
}

/** Labels of the OCI image specification, annotations.md. */
function labelsOf(image: Image, commit: string | undefined): Record<string, string> {
  const key = (name: string): string => `org.opencontainers.image.${name}`
  return {
    [key('title')]: image.title,
    [key('version')]: version,
    [key('licenses')]: license,
    ...(commit !== undefined && { [key('revision')]: commit }),
  }
}

async function buildAll({ registry, tag, base: wish, out }: ImageSettings, work: string): Promise<void> {
  const parts: Parts = { root, page: partOf('PARLEY_WEB_DIR'), worker: partOf('MEDIASOUP_WORKER_BIN') }
  const base = await chooseBase(wish, root, say)
  await checkBase(base)
  const baseBytes = await sizeBytes(base)
  const commit = await revision()
  say(`building on ${base} (${inMB(baseBytes)})`)
  const names: string[] = []
  for (const image of images) {
    const name = `${registry}/parley-${image.name}:${tag}`
    const context = join(work, image.name)
    await stage(image, parts, context)
    await build({
      ...{ name, context, base },
      dockerfile: join(import.meta.dirname, `${image.name}.Dockerfile`),
      labels: labelsOf(image, commit),
    })
    if (image.worker) await checkWorker(name, base)
    const bytes = await sizeBytes(name)
    process.stdout.write(`${name} ${inMB(bytes)}, ${inMB(bytes - baseBytes)} above its base\n`)
    names.push(name)
  }
  if (out === undefined) return
  mkdirSync(out, { recursive: true })
  const tar = join(resolve(out), 'parley-images.tar')
  await save(names, tar)
  process.stdout.write(`${tar}\n`)
}

const work = mkdtempSync(join(tmpdir(), 'parley-images-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(1))
try {
  await buildAll(imageSettings(process.env, version), work)
} catch (error) {
  say((error as Error).message)
  process.exitCode = 1
}
