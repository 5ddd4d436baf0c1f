import { join } from 'node:path'

import { hasImage, load, pull } from './docker.ts'
import { output } from './output.ts'

/** The official image of Node 24.18.0 on Debian 12, by its digest, so that a build today and one next year begin with the same bytes. */
export const officialBase = 'node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d'

const makeTimeoutMs = 15 * 60_000

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? ''

/** The base that was asked for: it must be had. */
async function wished(base: string, say: (text: string) => void): Promise<string> {
  if (await hasImage(base)) return base
  say(`pulling ${base}`)
  try {
    await pull(base)
  } catch (error) {
    throw new Error(`BASE_IMAGE=${base} is not here and could not be pulled: ${lastLine((error as Error).message)}`, {
      cause: error,
    })
  }
  return base
}

/** The official base, or where no registry answers one from the distribution's packages. */
async function byDefault(root: string, say: (text: string) => void): Promise<string> {
  if (await hasImage(officialBase)) return officialBase
  say(`pulling ${officialBase}`)
  try {
    await pull(officialBase)
    return officialBase
  } catch (error) {
    say(`it cannot be had (${lastLine((error as Error).message)}): building on the distribution's packages`)
  }
  const tar = lastLine(await output([join(root, 'scripts/setup/baseImage.sh')], { timeoutMs: makeTimeoutMs }))
  // parley-base-KEY.tar holds localhost/parley-base:KEY.
  const name = tar.replace(/^.*\/(parley-base)-([0-9a-f]+)\.tar$/, 'localhost/$1:$2')
  return (await hasImage(name)) ? name : load(tar)
}

/** The image to build on, which the engine has afterwards. */
export function chooseBase(base: string | undefined, root: string, say: (text: string) => void): Promise<string> {
  return base === undefined ? byDefault(root, say) : wished(base, say)
}
