import { failures } from '../failure.ts'
import { at, isObject, textOr, type Json, type JsonObject } from '../json.ts'
import { withMetadata, type KubeObject } from '../kubeObject.ts'
import { keyOf, timestamp, type Machine, type Served } from '../machine.ts'
import { parseJson } from './decode.ts'
import { required, type Target } from './update.ts'

/** What a delete demands of the object. */
interface Preconditions {
  readonly uid?: string
  readonly resourceVersion?: string
}

/** A delete as it was asked for. */
export interface Removal {
  readonly target: Target
  /** DeleteOptions, or empty. */
  readonly body: string
  readonly dryRun: boolean
}

/** What a delete led to: the object is gone, or waits for its finalizers. */
export type Removed = { readonly gone: true; readonly uid: string } | { readonly gone: false; readonly object: KubeObject }

/** Reads the preconditions of DeleteOptions. */
function preconditionsOf(body: string): Preconditions {
  const options: Json = body.trim() === '' ? {} : parseJson(body, "couldn't get version/kind; json parse error: ")
  if (!isObject(options)) throw failures.badRequest('DeleteOptions must be an object')
  const uid = textOr(at(options, ['preconditions', 'uid']))
  const resourceVersion = textOr(at(options, ['preconditions', 'resourceVersion']))
  return { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) }
}

/** Deletes an object, or marks it where finalizers keep it. */
export function remove(machine: Machine, served: Served, removal: Removal): Removed {
  const preconditions = preconditionsOf(removal.body)
  const object = required(machine, served, removal.target)
  checkPreconditions(served, object, preconditions)
  if (served.resource.plural === 'namespaces') return removeNamespace(machine, served, { object, dryRun: removal.dryRun })
  return end(machine, served, { object, dryRun: removal.dryRun })
}

function checkPreconditions({ resource }: Served, object: KubeObject, { uid, resourceVersion }: Preconditions): void {
  const { name = '', uid: ownUid = '', resourceVersion: own = '' } = object.metadata
  if (uid !== undefined && uid !== ownUid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${ownUid}). The object might have been deleted and then recreated`
    throw failures.preconditionFailed(resource, name, why)
  }
  if (resourceVersion !== undefined && resourceVersion !== own) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${own}). The object might have been modified`
    throw failures.preconditionFailed(resource, name, why)
  }
}

/** Ends one object, whoever asked. */
export function end(machine: Machine, served: Served, { object, dryRun }: { object: KubeObject; dryRun: boolean }): Removed {
  const { name = '', namespace, uid = '', finalizers = [], generation, deletionTimestamp } = object.metadata
  const key = keyOf(served.resource, { namespace, name })
  if (finalizers.length === 0) {
    if (!dryRun) machine.store.remove(served.id, key)
    return { gone: true, uid }
  }
  if (deletionTimestamp !== undefined) return { gone: false, object }
  const marked = withMetadata(object, {
    deletionTimestamp: timestamp(machine.clock),
    deletionGracePeriodSeconds: 0,
    ...(generation !== undefined && { generation: generation + 1 }),
  })
  return { gone: false, object: dryRun ? marked : machine.store.write(served.id, key, marked) }
}

const lastingNamespaces: readonly (string | undefined)[] = ['default', 'kube-system']

/** Deletes a namespace with all that is in it; there is no controller that would do it later. */
function removeNamespace(machine: Machine, served: Served, { object, dryRun }: { object: KubeObject; dryRun: boolean }): Removed {
  const { name = '' } = object.metadata
  if (lastingNamespaces.includes(name))
    throw failures.forbidden(`namespaces "${name}" is forbidden: this namespace may not be deleted`)
  if (!dryRun) {
    for (const other of machine.served.filter(({ resource }) => resource.namespaced))
      for (const { key } of machine.store.list(other.id, `${name}/`)) machine.store.remove(other.id, key)
  }
  end(machine, served, { object, dryRun })
  const terminating = withMetadata(object, { deletionTimestamp: timestamp(machine.clock) })
  return { gone: false, object: { ...terminating, status: { phase: 'Terminating' } } }
}

/** The answer to a delete whose object is gone. */
export function removedStatus({ resource }: Served, name: string, uid: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(resource.group !== '' && { group: resource.group }), kind: resource.plural, uid },
  }
}
