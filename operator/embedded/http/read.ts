import type { JsonObject } from '../json.ts'
import { textOf, type KubeObject } from '../kubeObject.ts'
import type { Machine, Served } from '../machine.ts'
import { fieldErrors } from '../schema/fieldError.ts'
import { failures } from '../failure.ts'
import { apiVersionOf } from '../resource.ts'
import { tableOf, type IncludeObject } from '../present/table.ts'
import { list, type Listed } from '../verbs/list.ts'
import { flagOf } from '../verbs/options.ts'
import { plainFormat, watch, type EventFormat } from '../verbs/watch.ts'
import { negotiated } from './accept.ts'
import { jsonAnswer, type ApiAnswer, type ApiRequest } from './answer.ts'

const includes: readonly IncludeObject[] = ['None', 'Metadata', 'Object']

function includeOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') ?? ''
  if (asked === '') return 'Metadata'
  const include = includes.find((value) => value === asked)
  if (include) return include
  throw failures.invalidOptions('TableOptions', [fieldErrors.notSupported('includeObject', asked, includes)])
}

/** Answers GET of a collection: a list, or a watch. */
export function readCollection(
  machine: Machine,
  served: Served,
  request: ApiRequest & { namespace: string | undefined },
): ApiAnswer {
  const form = negotiated(request.accept, ['json', 'table'])
  const { namespace, query } = request
  if (flagOf(query, 'watch')) {
    const format = form === 'table' ? tableFormat(machine, served, includeOf(query)) : plainFormat
    return { code: 200, watch: watch(machine, served, { namespace, query, format }) }
  }
  const listed = list(machine, served, { namespace, query })
  if (form === 'json') return jsonAnswer(200, listText(served, listed))
  const options = { include: includeOf(query), nowMs: machine.clock.nowMs(), withColumns: true }
  return jsonAnswer(200, tableOf(served.resource, { objects: listed.objects, metadata: listMetadata(listed) }, options))
}

/** Answers GET of an object. */
export function readObject(machine: Machine, served: Served, request: ApiRequest & { object: KubeObject }): ApiAnswer {
  const form = negotiated(request.accept, ['json', 'table'])
  if (form === 'json') return jsonAnswer(200, textOf(request.object))
  const options = { include: includeOf(request.query), nowMs: machine.clock.nowMs(), withColumns: true }
  return jsonAnswer(200, rowsOf(served, request.object, options))
}

function rowsOf(served: Served, object: KubeObject, options: Parameters<typeof tableOf>[2]): JsonObject {
  return tableOf(
    served.resource,
    { objects: [object], metadata: { resourceVersion: object.metadata.resourceVersion ?? '' } },
    options,
  )
}

/** The list as its kind, made of the texts that its objects already have. */
export function listText({ resource }: Served, listed: Listed): string {
  const head = { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata: listMetadata(listed) }
  return `${JSON.stringify(head).slice(0, -1)},"items":[${listed.objects.map(textOf).join(',')}]}`
}

function listMetadata({ revision, continueToken, remainingItemCount }: Listed): JsonObject {
  return {
    resourceVersion: String(revision),
    ...(continueToken !== undefined && { continue: continueToken }),
    ...(remainingItemCount !== undefined && { remainingItemCount }),
  }
}

/** Events as table rows; the columns come with the first one only. */
function tableFormat(machine: Machine, served: Served, include: IncludeObject): EventFormat {
  let withColumns = true
  return (type, object) => {
    const table = rowsOf(served, object, { include, nowMs: machine.clock.nowMs(), withColumns })
    withColumns = false
    return `${JSON.stringify({ type, object: table })}\n`
  }
}
