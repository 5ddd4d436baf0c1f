import { dirname, join, relative } from 'node:path'

import { rolldown, type Plugin } from 'rolldown'

/** A bundle that was written. */
export interface Bundle {
  /** Every source that is in it: paths from the repository's root, those of packages beginning with `node_modules/`. */
  readonly modules: readonly string[]
  /** Files and folders (with a slash at their end) of the repository that its code reads beside itself, as paths from the root. */
  readonly reads: readonly string[]
}

export interface BundleOptions {
  readonly root: string
  readonly entries: Readonly<Record<string, string>>
  /** Packages that stay outside. */
  readonly packages: readonly string[]
  readonly folder: string
}

/** Packages that others use where they are installed, and do without where they are not, as here. */
const absent = ['bufferutil', 'utf-8-validate']

/**
 * Code finds files beside it by `new URL('../x', import.meta.url)`. In the bundle, which lies flat, that is the path from the repository's
 * root, and what was read is told so that it can be copied there. Anything else that a source asks of `import.meta` would be
 * another answer in the bundle, and is refused.
 */
function readsBesideBundle(root: string, reads: Set<string>): Plugin {
  const url = /new URL\('(\.{1,2}\/[^']*)', import\.meta\.url\)/g
  return {
    name: 'parley:reads-beside-bundle',
    transform: {
      filter: { id: { include: /\.ts$/, exclude: /node_modules/ } },
      handler(code, id) {
        if (!code.includes('import.meta')) return undefined
        const moved = code.replaceAll(url, (_, path: string) => {
          const target = relative(root, join(dirname(id), path)) + (path.endsWith('/') ? '/' : '')
          reads.add(target)
          return `new URL('./${target}', import.meta.url)`
        })
        const rest = moved.replaceAll(/new URL\('[^']*', import\.meta\.url\)/g, '')
        if (rest.includes('import.meta'))
          this.error(`${relative(root, id)}: only new URL('./...', import.meta.url) can be bundled`)
        return { code: moved, map: null }
      },
    },
  }
}

/**
 * Stack traces name sources of Parley. Packages stay as they are in the bundle: with their maps Node would take 120 MB more as soon
 * as the first error is made, without them 16 MB.
 */
const mapsOfOwnSourcesOnly: Plugin = {
  name: 'parley:maps-of-own-sources-only',
  transform: { filter: { id: /node_modules/ }, handler: (code) => ({ code, map: { mappings: '' } }) },
}

/** Bundles entry points for Node, with source maps, so that they need no other file of the repository but what they are found to read. */
export async function bundle({ root, entries, packages, folder }: BundleOptions): Promise<Bundle> {
  const reads = new Set<string>()
  await using build = await rolldown({
    cwd: root,
    input: { ...entries },
    platform: 'node',
    external: [...absent, ...packages],
    plugins: [readsBesideBundle(root, reads), mapsOfOwnSourcesOnly],
    onLog(level, log) {
      if (level === 'warn') throw new Error(`bundling ${Object.values(entries).join(', ')}: ${log.message}`)
    },
  })
  const { output } = await build.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    sourcemap: true,
    sourcemapExcludeSources: true,
    sourcemapPathTransform: (path, map) => relative(root, join(dirname(map), path)),
  })
  const ids = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
  const modules = ids.filter((id) => id.startsWith('/')).map((id) => relative(root, id))
  return { modules: modules.toSorted(), reads: [...reads].toSorted() }
}
