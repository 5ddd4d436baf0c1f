/**
 * Who may import whom (ARCHITECTURE.md draws it). The row of the longest folder that holds the importing file counts; a file may
 * always import from its own row's folder. `not` takes something away again, and wins.
 */
interface Row {
  readonly may: readonly string[]
  readonly not?: readonly string[]
  readonly because: string
}

const planner: Row = {
  may: ['kit', 'crds', 'sfu/api', 'operator'],
  not: [
    'kit/clock.ts',
    'kit/http.ts',
    'operator/effects',
    'operator/kube',
    'operator/api',
    'operator/reconcile',
    'operator/embedded',
  ],
  because: 'planners are pure: they take a frozen view and the time, and only effects/ talk to the world',
}

const rows: Readonly<Record<string, Row>> = {
  kit: { may: [], because: 'kit is plumbing without domain words and knows nobody' },
  crds: { may: [], because: 'the custom resources know nobody' },
  sfu: { may: ['kit'], because: 'a media node knows no control plane' },
  'sfu/api': { may: ['kit'], because: 'the contract of media nodes stands without their implementation' },
  operator: {
    may: ['kit', 'crds', 'sfu/api'],
    because: 'the operator knows media nodes by their contract only, and no signaling',
  },
  'operator/placement': planner,
  'operator/cascade': planner,
  'operator/plan': planner,
  signaling: { may: ['kit', 'crds', 'sfu/api', 'operator/api'], because: 'signaling knows the others by their contracts only' },
  'signaling/api': { may: ['kit', 'sfu/api', 'operator/api'], because: 'the client protocol stands without its server' },
  'signaling/client': {
    may: ['kit', 'sfu/api', 'signaling/api'],
    because: 'the client library runs in browsers and knows the protocol only',
  },
  'signaling/web': {
    may: ['kit', 'sfu/api', 'signaling/api', 'signaling/client'],
    because: 'the page is built on the client library',
  },
  cli: {
    may: ['kit', 'crds', 'operator/api', 'operator/kube', 'signaling/api'],
    because: 'the command line tool talks to the APIs',
  },
  charts: {
    may: ['kit', 'crds', 'operator', 'signaling', 'cli', 'e2e'],
    because: 'the chart is held against the settings of the processes that it runs',
  },
  'charts/schema': { may: [], because: 'the schema of values is made from files alone' },
  e2e: {
    may: ['kit', 'crds', 'charts/rbac.ts', 'sfu/api', 'operator/api', 'signaling/api', 'signaling/client'],
    because: 'end to end tests know the processes by their APIs only',
  },
  bench: {
    may: ['kit', 'crds', 'sfu', 'operator', 'signaling', 'e2e'],
    because: 'benchmarks measure parts, and whole installations as the end to end tests make them',
  },
  scripts: { may: ['kit'], because: 'scripts must run before anything else works' },
}

/** Packages with one door: who may import them. */
const packages: Readonly<Record<string, { readonly only: readonly string[]; readonly because: string }>> = {
  mediasoup: { only: ['sfu/media'], because: 'everybody else speaks of segments, never of routers' },
  '@kubernetes/client-node': { only: ['operator/kube', 'cli'], because: 'everybody else uses ApiPort' },
}

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function rowOf(path: string): readonly [string, Row] | undefined {
  const folders = Object.keys(rows).filter((folder) => inside(path, folder))
  const folder = folders.toSorted((a, b) => b.length - a.length)[0]
  const row = folder === undefined ? undefined : rows[folder]
  return folder === undefined || row === undefined ? undefined : [folder, row]
}

/** Why the file at `from` may not import the file at `to` (both relative to the repository), or undefined. */
export function refusedFile(from: string, to: string): string | undefined {
  const found = rowOf(from)
  if (found === undefined || !to.includes('/')) return undefined
  const [folder, row] = found
  const allowed = [folder, ...row.may].some((each) => inside(to, each)) && !(row.not ?? []).some((each) => inside(to, each))
  if (allowed) return undefined
  const may = row.may.length === 0 ? 'nothing of ours' : row.may.join(', ')
  return `${folder}/ must not import ${to}: ${row.because}. It may import ${may}${row.not === undefined ? '' : `, but not ${row.not.join(', ')}`}.`
}

/** Why the file at `from` may not import the package that `specifier` names, or undefined. */
export function refusedPackage(from: string, specifier: string): string | undefined {
  const name = packageOf(specifier)
  const door = packages[name]
  if (door === undefined || door.only.some((folder) => inside(from, folder))) return undefined
  return `${name} is imported only in ${door.only.join(' and ')}: ${door.because}.`
}
