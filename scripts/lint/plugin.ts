import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { refusedFile, refusedPackage } from './boundaries.ts'

/** What oxlint hands to a rule, as far as this one needs it. Its shapes are ESLint's. */
interface Importing {
  readonly source?: { readonly type: string; readonly value?: unknown } | null
}
interface RuleContext {
  readonly filename: string
  report(fault: { node: unknown; message: string }): void
}

const roots = new Map<string, string>()

/** The repository that a folder is in: the nearest one above with the linter's configuration. */
function rootOf(folder: string): string {
  const known = roots.get(folder)
  if (known !== undefined) return known
  const parent = dirname(folder)
  const root = existsSync(join(folder, '.oxlintrc.json')) || parent === folder ? folder : rootOf(parent)
  roots.set(folder, root)
  return root
}

const slashes = (path: string): string => path.split(sep).join('/')

function refusal(filename: string, specifier: string): string | undefined {
  const folder = dirname(filename)
  const root = rootOf(folder)
  const from = slashes(relative(root, filename))
  if (!specifier.startsWith('.')) return refusedPackage(from, specifier)
  return refusedFile(from, slashes(relative(root, join(folder, specifier))))
}

const boundaries = {
  create(context: RuleContext) {
    const check = ({ source }: Importing): void => {
      if (typeof source?.value !== 'string') return
      const message = refusal(context.filename, source.value)
      if (message !== undefined) context.report({ node: source, message })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

// oxlint asks for a default export.
export default { meta: { name: 'parley' }, rules: { boundaries } }
