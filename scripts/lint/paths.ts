/** A file that some text names, and where. */
export interface NamedPath {
  readonly path: string
  /** 1 for the first. */
  readonly line: number
}

/** Lines of sources that are comments. */
const comment = /^\s*(?:\/\/|\/?\*)/
/** Sources and pages, by a path of at least one folder; not the end of a URL, of a package or of an absolute path. */
const named = /(?<![\w./@:-])(?:[\w.-]+\/)+[\w.-]+\.(?:ts|tsx|md)\b/g
/** Targets of links within the repository. */
const linked = /\]\((?!\w+:|#)([^)#\s]+)/g
/** Stands for any name: `charts/x.chart.test.ts`. */
const anyName = /(?:^|\/)x\./

/** The files that a page or the comments of a source name: of a page by its links too. */
export function pathsIn(text: string, kind: 'page' | 'source'): readonly NamedPath[] {
  return text.split('\n').flatMap((content, index) => {
    if (kind === 'source' && !comment.test(content)) return []
    const paths = [...content.matchAll(named)].map(([path]) => path)
    const targets = kind === 'page' ? [...content.matchAll(linked)].map(([, target = '']) => target) : []
    return [...new Set([...paths, ...targets])].filter((path) => !anyName.test(path)).map((path) => ({ path, line: index + 1 }))
  })
}

/** Where a path may be that a file names: from the root, beside the file, or from any folder above it, as people shorten it. */
export function placesOf(path: string, file: string): readonly string[] {
  const folders = file.split('/').slice(0, -1)
  const above = folders.map((_, count) => folders.slice(0, count + 1).join('/'))
  return ['', ...above].map((folder) => normalized(folder === '' ? path : `${folder}/${path}`))
}

function normalized(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
