import { failures } from '../failure.ts'
import { sameJson, without } from '../json.ts'
import { asJson, withMetadata, type KubeObject, type Metadata } from '../kubeObject.ts'
import { keyOf, type Machine, type Served } from '../machine.ts'
import { fieldErrors } from '../schema/fieldError.ts'
import { checkNamespace, type Written } from './create.ts'
import { decodeBody } from './decode.ts'
import type { WriteOptions } from './options.ts'
import { validate, type Writing } from './validate.ts'

/** Which object a request is about. */
export interface Target {
  readonly namespace: string | undefined
  readonly name: string
}

/** The object, or the failure that it does not exist. */
export function required(machine: Machine, served: Served, target: Target): KubeObject {
  const object = machine.store.get(served.id, keyOf(served.resource, target))
  if (!object) throw failures.notFound(served.resource, target.name)
  return object
}

/** Replaces an object, or its status, by a body. */
export function update(
  machine: Machine,
  served: Served,
  request: { target: Target; part: Writing['part']; body: string; options: WriteOptions },
): Written {
  const { resource } = served
  const { object: given, warnings } = decodeBody(resource, request.body, request.options.fieldValidation)
  const { target, part } = request
  const before = required(machine, served, target)
  if (given.metadata.resourceVersion === undefined && !resource.unconditionalUpdate) {
    const error = fieldErrors.invalid('metadata.resourceVersion', 0, 'must be specified for an update')
    throw failures.invalidRequest(resource, target.name, [error])
  }
  return {
    object: replace(machine, served, { target, part, given, before, identity: 'precondition', dryRun: request.options.dryRun }),
    warnings,
  }
}

/** A new state for an object that exists. */
export interface Replacement {
  readonly target: Target
  readonly part: Writing['part']
  /** As the client wants it; a resourceVersion or uid in it must be the object's. */
  readonly given: KubeObject
  readonly before: KubeObject
  /** What another uid than the object's is: a precondition that failed (a whole object), or a change that is not allowed (a patch). */
  readonly identity: 'precondition' | 'immutable'
  readonly dryRun: boolean
}

/** Writes a new state: only the part that may change, checked against the old one. Returns what stands afterwards. */
export function replace(machine: Machine, served: Served, replacement: Replacement): KubeObject {
  const { target, given, before, part } = replacement
  checkIdentity(served, replacement)
  const after = successor(served, { given, before, part })
  validate(served, { after, before, part })
  if (sameJson(asJson(after), asJson(before)) || replacement.dryRun) return after
  const key = keyOf(served.resource, target)
  if (after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0) {
    machine.store.remove(served.id, key)
    return after
  }
  return machine.store.write(served.id, key, after)
}

function checkIdentity(served: Served, { target, given, before, identity }: Replacement): void {
  const { name, uid, resourceVersion } = given.metadata
  if (name !== target.name)
    throw failures.badRequest(`the name of the object (${name ?? ''}) does not match the name on the URL (${target.name})`)
  checkNamespace(given.metadata, target.namespace)
  if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again'
    throw failures.conflict(served.resource, target.name, why)
  }
  if (uid !== undefined && uid !== before.metadata.uid) throw anotherObject(served, { uid, before, identity })
}

function anotherObject(
  { resource }: Served,
  { uid, before, identity }: { uid: string } & Pick<Replacement, 'before' | 'identity'>,
): Error {
  const { name = '', uid: ownUid = '' } = before.metadata
  if (identity === 'immutable')
    return failures.invalid(resource, name, [fieldErrors.invalid('metadata.uid', uid, 'field is immutable')])
  return failures.conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${ownUid}`)
}

/** The old metadata with what a client may change of it; the rest is the server's. */
function successorMetadata(given: Metadata, before: KubeObject): Metadata {
  const { labels, annotations, finalizers, ownerReferences } = given
  return withMetadata(before, { labels, annotations, finalizers, ownerReferences }).metadata
}

function successor({ resource }: Served, { given, before, part }: Pick<Replacement, 'given' | 'before' | 'part'>): KubeObject {
  const { status: givenStatus, ...givenRest } = given
  const { status: oldStatus, ...oldRest } = before
  if (part === 'status') {
    return { ...oldRest, kind: given.kind, ...(givenStatus !== undefined && { status: givenStatus }) }
  }
  const status = resource.hasStatus ? oldStatus : givenStatus
  const after = {
    ...givenRest,
    metadata: successorMetadata(given.metadata, before),
    ...(status !== undefined && { status }),
  } as KubeObject
  const changed = resource.hasStatus && !sameJson(without(asJson(after), 'metadata'), without(asJson(before), 'metadata'))
  return changed ? withMetadata(after, { generation: (before.metadata.generation ?? 0) + 1 }) : after
}
