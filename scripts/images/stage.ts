import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { bundle } from './bundle.ts'
import type { Image } from './images.ts'
import { licenceTexts } from './licences.ts'
import { stageWorker } from './worker.ts'

/** What images take from the set-up of the machine. */
export interface Parts {
  readonly root: string
  /** The folder of the built meeting page. */
  readonly page: string
  /** mediasoup's worker program. */
  readonly worker: string
}

/** One time for all files (in seconds), so that the same contents make the same image (reproducible-builds.org, SOURCE_DATE_EPOCH). */
const noTime = 0

/** Copies what a bundle reads: a file, or the data files of a folder, without sources and folders in it. */
function copyReads(root: string, app: string, paths: readonly string[]): void {
  for (const path of paths) {
    const isFolder = statSync(join(root, path)).isDirectory()
    const names = isFolder ? readdirSync(join(root, path)).filter((name) => /\.(yaml|json)$/.test(name)) : ['']
    for (const name of names) cpSync(join(root, path, name), join(app, path, name))
  }
}

/** Copies a package and those of its optional packages that were installed for this processor. */
function copyPackage(root: string, app: string, name: string): void {
  const from = join(root, 'node_modules', name)
  const manifest = createRequire(join(root, 'package.json'))(join(from, 'package.json')) as {
    optionalDependencies?: Record<string, string>
  }
  const own = Object.keys(manifest.optionalDependencies ?? {}).filter((each) => dirname(each) === dirname(name))
  for (const each of [name, ...own]) {
    const folder = join(root, 'node_modules', each)
    if (statSync(folder, { throwIfNoEntry: false }) === undefined) continue
    cpSync(folder, join(app, 'node_modules', each), { recursive: true, dereference: true })
  }
}

/** Takes away what depends on who builds and when: times, and all of the modes but what is executable. */
function settle(path: string): void {
  const found = lstatSync(path)
  if (found.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name))
  if (!found.isSymbolicLink()) chmodSync(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644)
  lutimesSync(path, noTime, noTime)
}

/** Lays an image's files out in `context/rootfs`, as they will stand in the image. Returns the sources that were bundled. */
export async function stage(image: Image, parts: Parts, context: string): Promise<readonly string[]> {
  const { root } = parts
  const rootfs = join(context, 'rootfs')
  const app = join(rootfs, 'app')
  mkdirSync(app, { recursive: true })
  const { modules, reads } = await bundle({ root, entries: image.entries, packages: image.packages, folder: app })
  copyReads(root, app, reads)
  cpSync(join(root, 'LICENSE'), join(app, 'LICENSE'))
  writeFileSync(join(app, 'LICENSES-OF-PACKAGES'), licenceTexts(root, modules))
  for (const name of image.packages) copyPackage(root, app, name)
  if (image.page) cpSync(realpathSync(parts.page), join(app, 'web'), { recursive: true })
  if (image.worker) await stageWorker(parts.worker, join(app, 'worker'))
  for (const [command, entry] of Object.entries(image.commands)) {
    const folder = join(rootfs, 'usr/local/bin')
    mkdirSync(folder, { recursive: true })
    symlinkSync(`/app/${entry}.mjs`, join(folder, command))
    chmodSync(join(app, `${entry}.mjs`), 0o755)
  }
  settle(rootfs)
  return modules
}
