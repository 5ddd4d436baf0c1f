import { failures } from '../failure.ts'
import type { KubeObject } from '../kubeObject.ts'
import type { Machine, Served } from '../machine.ts'
import { fieldErrors } from '../schema/fieldError.ts'
import { selectionOf, type Selection } from '../select/selection.ts'
import type { Entry } from '../store/store.ts'
import { integerOf, revisionOf } from './options.ts'

/** A list, or one page of it. */
export interface Listed {
  readonly objects: readonly KubeObject[]
  /** The revision that the list shows; all of its pages show the same. */
  readonly revision: number
  /** Where the next page goes on; absent on the last one. */
  readonly continueToken?: string
  /** How many objects are left; told only where nothing but the namespace narrows the list. */
  readonly remainingItemCount?: number
}

/** Where a page begins: after `after`, at the revision of the first page. */
interface Page {
  readonly revision: number
  readonly after: string
}

/** The real server's token format differs; clients must not look into either. */
function tokenOf(page: Page): string {
  return Buffer.from(JSON.stringify({ v: 'parley/1', ...page })).toString('base64url')
}

function pageOf(token: string): Page {
  try {
    const page = JSON.parse(Buffer.from(token, 'base64url').toString()) as Partial<Page & { v: string }>
    if (page.v === 'parley/1' && Number.isInteger(page.revision) && typeof page.after === 'string') return page as Page
  } catch {
    // Whatever it is, it is not one of ours.
  }
  throw failures.badRequest('invalid continue token: continue key is not valid')
}

/** Lists objects of a kind by a query: selectors, `limit`, `continue`, `resourceVersion` and its match. */
export function list(
  machine: Machine,
  served: Served,
  request: { namespace: string | undefined; query: URLSearchParams },
): Listed {
  const { query } = request
  const selection = selectionOf(served.resource, request.namespace, query)
  const token = query.get('continue') ?? ''
  const revision = checkedRevision(machine, query, token !== '')
  if (token !== '') return continued(machine, served, { selection, page: pageOf(token), limit: limitOf(query) })
  const exact = query.get('resourceVersionMatch') === 'Exact'
  // The real server answers "any version will do" from its cache, which knows no pages.
  const limit = revision === 0 ? undefined : limitOf(query)
  const shown = exact && revision !== undefined ? revision : machine.store.revision
  return pageFrom(entriesAt(machine, served, { selection, revision: shown, isPage: false }), {
    selection,
    revision: shown,
    limit,
  })
}

function limitOf(query: URLSearchParams): number | undefined {
  const limit = integerOf(query, 'limit')
  return limit === undefined || limit <= 0 ? undefined : limit
}

/** The revision that a list asks for, once it fits the rest of the query and is not from the future. */
function checkedRevision(machine: Machine, query: URLSearchParams, hasToken: boolean): number | undefined {
  const revision = revisionOf(query)
  checkMatch(query.get('resourceVersionMatch') ?? '', revision)
  if (revision === undefined) return undefined
  if (hasToken && revision !== 0) throw failures.badRequest('specifying resource version is not allowed when using continue')
  if (revision > machine.store.revision) throw failures.revisionTooLarge(revision, machine.store.revision)
  return revision
}

function checkMatch(match: string, revision: number | undefined): void {
  if (match === '') return
  const forbidden = (why: string): Error =>
    failures.invalidOptions('ListOptions', [fieldErrors.forbidden('resourceVersionMatch', why)])
  if (revision === undefined) throw forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw failures.invalidOptions('ListOptions', [
      fieldErrors.notSupported('resourceVersionMatch', match, ['', 'Exact', 'NotOlderThan']),
    ])
  if (match === 'Exact' && revision === 0) throw forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
}

interface Snapshot {
  readonly selection: Selection
  readonly revision: number
  readonly isPage: boolean
}

function entriesAt(machine: Machine, served: Served, { selection, revision, isPage }: Snapshot): readonly Entry[] {
  if (revision === machine.store.revision) return machine.store.list(served.id, selection.prefix)
  const entries = machine.store.listAt(served.id, selection.prefix, revision)
  if (!('oldestRevision' in entries)) return entries
  throw failures.expired(
    isPage
      ? 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'
      : 'The resourceVersion for the provided list is too old.',
  )
}

function continued(
  machine: Machine,
  served: Served,
  { selection, page, limit }: { selection: Selection; page: Page; limit: number | undefined },
): Listed {
  const entries = entriesAt(machine, served, { selection, revision: page.revision, isPage: true })
  const start = entries.findIndex(({ key }) => key > page.after)
  return pageFrom(start < 0 ? [] : entries.slice(start), { selection, revision: page.revision, limit })
}

/** The first page of what is left. */
function pageFrom(
  entries: readonly Entry[],
  { selection, revision, limit }: { selection: Selection; revision: number; limit: number | undefined },
): Listed {
  const found = selection.isNarrow ? entries.filter(({ object }) => selection.matches(object)) : entries
  const page = limit === undefined ? found : found.slice(0, limit)
  const last = page.at(-1)
  const objects = page.map(({ object }) => object)
  if (page.length === found.length || !last) return { objects, revision }
  return {
    objects,
    revision,
    continueToken: tokenOf({ revision, after: last.key }),
    ...(!selection.isNarrow && { remainingItemCount: found.length - page.length }),
  }
}
