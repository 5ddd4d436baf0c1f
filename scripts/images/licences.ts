import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of each package that these modules are of, as paths from the repository's root. */
export function packageFolders(modules: readonly string[]): readonly string[] {
  const folders = modules.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].toSorted()
}

/** What the licences of the packages in an image ask for: their texts, behind each package's name, version and kind of licence. */
export function licenceTexts(root: string, modules: readonly string[]): string {
  return packageFolders(modules)
    .map((folder) => {
      const path = join(root, folder)
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, unknown>
      const texts = readdirSync(path)
        .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
        .toSorted()
        .map((file) => readFileSync(join(path, file), 'utf8').trim())
      const kind = typeof license === 'string' ? license : 'see below'
      return [`${String(name)} ${String(version)} (${kind})`, ...texts].join('\n\n')
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`)
}
