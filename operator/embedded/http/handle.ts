import { assertNever } from '../../../kit/errors.ts'
import { describe } from '../discovery/discovery.ts'
import { Failure, failures } from '../failure.ts'
import { textOf } from '../kubeObject.ts'
import type { Machine } from '../machine.ts'
import { create, type Written } from '../verbs/create.ts'
import { list } from '../verbs/list.ts'
import { writeOptionsOf } from '../verbs/options.ts'
import { patch, patchTypeOf } from '../verbs/patch.ts'
import { end, remove, removedStatus, type Removed } from '../verbs/remove.ts'
import { readScale, writeScale } from '../verbs/scale.ts'
import { required, update } from '../verbs/update.ts'
import { failureAnswer, jsonAnswer, type ApiAnswer, type ApiRequest } from './answer.ts'
import { listText, readCollection, readObject } from './read.ts'
import { routeOf, type Route } from './route.ts'

type CollectionRoute = Extract<Route, { at: 'collection' }>
type ObjectRoute = Extract<Route, { at: 'object' }>

/** Answers one request. It never throws: what goes wrong becomes a `Status`, and what nobody foresaw goes to `onFault` too. */
export function handle(machine: Machine, request: ApiRequest, onFault: (error: unknown) => void): ApiAnswer {
  try {
    return answerOf(machine, request)
  } catch (error) {
    if (error instanceof Failure) return failureAnswer(error)
    // The stack is all that bounds how deeply values nest.
    if (error instanceof RangeError) return failureAnswer(failures.badRequest('the object is nested too deeply'))
    onFault(error)
    return failureAnswer(failures.internal('the request met a fault of this server; it is logged'))
  }
}

function answerOf(machine: Machine, request: ApiRequest): ApiAnswer {
  const route = routeOf(machine, request.path)
  switch (route.at) {
    case 'collection':
      return onCollection(machine, route, request)
    case 'object':
      return route.part === 'scale'
        ? onScale(machine, route, request)
        : onObject(machine, { ...route, part: route.part }, request)
    case 'other':
      return describe(machine, route.segments, request)
    case 'nowhere':
      throw failures.noSuchPath()
    default:
      return assertNever(route)
  }
}

const verbs: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

function written(code: number, { object, warnings }: Written): ApiAnswer {
  return jsonAnswer(code, textOf(object), warnings)
}

function requireJson(request: ApiRequest): void {
  const type = contentTypeOf(request)
  if (type === 'application/json' || type === '') return
  const why = 'the body of the request was in an unknown format - accepted media types include: application/json'
  // `kubectl create namespace` and its like know no other way; the same object in a file goes as JSON.
  const advice = type === 'application/vnd.kubernetes.protobuf' ? '; write the object to a file and use kubectl apply -f' : ''
  throw failures.unsupportedMediaType(why + advice)
}

function contentTypeOf({ contentType }: ApiRequest): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function onCollection(machine: Machine, { served, namespace }: CollectionRoute, request: ApiRequest): ApiAnswer {
  const { query, body } = request
  const { resource } = served
  switch (request.method) {
    case 'GET':
      return readCollection(machine, served, { ...request, namespace })
    case 'POST':
      if (resource.namespaced && namespace === undefined) throw failures.noSuchPath()
      requireJson(request)
      return written(201, create(machine, served, { namespace, body, options: writeOptionsOf('CreateOptions', query) }))
    case 'DELETE': {
      if (resource.namespaced && namespace === undefined) throw failures.noSuchPath()
      const { dryRun } = writeOptionsOf('DeleteOptions', query)
      const listed = list(machine, served, { namespace, query })
      for (const object of listed.objects) end(machine, served, { object, dryRun })
      return jsonAnswer(200, listText(served, listed))
    }
    default:
      throw failures.methodNotAllowed(resource, verbs[request.method] ?? '')
  }
}

function onObject(machine: Machine, route: ObjectRoute & { part: 'main' | 'status' }, request: ApiRequest): ApiAnswer {
  const { served, part, namespace, name } = route
  const { query, body } = request
  const target = { namespace, name }
  switch (request.method) {
    case 'GET':
      return readObject(machine, served, { ...request, object: required(machine, served, target) })
    case 'PUT':
      requireJson(request)
      return written(200, update(machine, served, { target, part, body, options: writeOptionsOf('UpdateOptions', query) }))
    case 'PATCH': {
      const type = patchTypeOf(contentTypeOf(request))
      return written(200, patch(machine, served, { target, part, type, body, options: writeOptionsOf('PatchOptions', query) }))
    }
    case 'DELETE':
      if (part === 'status') throw failures.methodNotAllowed(served.resource, 'delete')
      return removed(route, remove(machine, served, { target, body, dryRun: writeOptionsOf('DeleteOptions', query).dryRun }))
    default:
      throw failures.methodNotAllowed(served.resource, verbs[request.method] ?? '')
  }
}

function removed({ served, name }: ObjectRoute, result: Removed): ApiAnswer {
  return jsonAnswer(200, result.gone ? removedStatus(served, name, result.uid) : textOf(result.object))
}

function onScale(machine: Machine, { served, namespace, name }: ObjectRoute, request: ApiRequest): ApiAnswer {
  const target = { namespace, name }
  const { body } = request
  switch (request.method) {
    case 'GET':
      return jsonAnswer(200, readScale(machine, served, target))
    case 'PUT': {
      requireJson(request)
      const { dryRun } = writeOptionsOf('UpdateOptions', request.query)
      return jsonAnswer(200, writeScale(machine, served, { target, body, type: 'whole', dryRun }))
    }
    case 'PATCH': {
      const type = patchTypeOf(contentTypeOf(request))
      const { dryRun } = writeOptionsOf('PatchOptions', request.query)
      return jsonAnswer(200, writeScale(machine, served, { target, body, type, dryRun }))
    }
    default:
      throw failures.methodNotAllowed(served.resource, verbs[request.method] ?? '')
  }
}
