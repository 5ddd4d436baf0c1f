import { failures } from '../failure.ts'

/** What an answer is to look like. */
export type Form = 'json' | 'table' | 'discovery'

/** One clause of an Accept header. */
interface Clause {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

function clausesOf(accept: string): readonly Clause[] {
  return accept.split(',').map((text) => {
    const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
    return { type: type.toLowerCase(), parameters: new Map(parameters.map((part) => part.split('=', 2) as [string, string])) }
  })
}

const jsonTypes = new Set(['application/json', 'application/*', '*/*', ''])

function formOf({ type, parameters }: Clause): Form | undefined {
  if (!jsonTypes.has(type)) return undefined
  const as = parameters.get('as')
  if (as === undefined) return 'json'
  if (as === 'Table' && parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1') return 'table'
  if (as === 'APIGroupDiscoveryList' && parameters.get('v') === 'v2') return 'discovery'
  return undefined
}

/** The first form that the client accepts and that this path has; kubectl falls back along its own list. */
export function negotiated(accept: string | undefined, offered: readonly Form[]): Form {
  for (const clause of clausesOf(accept ?? '')) {
    const form = formOf(clause)
    if (form && offered.includes(form)) return form
  }
  throw failures.notAcceptable('application/json')
}
