import { chmodSync, copyFileSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'

import { output } from './output.ts'

/** The C library's own files: every base has its own, and a program takes it from there or not at all. */
const ofLibc = /^(ld-linux|libc|libm|libdl|libpthread|librt|libresolv)[.-]/

/** The libraries that `ldd` found for a program, but the C library's: paths. */
export function librariesOf(lddOutput: string): readonly string[] {
  return lddOutput.split('\n').flatMap((line) => {
    const [, name = '', path = ''] = /^\s*(\S+) => (\S+) \(/.exec(line) ?? []
    return path === '' || ofLibc.test(name) ? [] : [path]
  })
}

/**
 * Puts mediasoup's worker into a folder together with the libraries that it was built against, found there by its own run path, so
 * that it works on a base that has others or none. What has to fit is the C library: the base's must not be older than this machine's.
 */
export async function stageWorker(worker: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'mediasoup-worker')
  const libraries = librariesOf(await output(['ldd', worker]))
  for (const library of libraries) copyFileSync(realpathSync(library), join(folder, basename(library)))
  copyFileSync(worker, program)
  chmodSync(program, 0o755)
  for (const file of [program, ...libraries.map((library) => join(folder, basename(library)))])
    await output(['patchelf', '--set-rpath', '$ORIGIN', file])
}
