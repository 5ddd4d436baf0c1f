import { failures } from '../failure.ts'
import { without } from '../json.ts'
import { withMetadata, type KubeObject, type Metadata } from '../kubeObject.ts'
import { keyOf, timestamp, type Machine, type Served } from '../machine.ts'
import { decodeBody } from './decode.ts'
import type { WriteOptions } from './options.ts'
import { validate } from './validate.ts'

/** What a write made, and what the client should know about it. */
export interface Written {
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

/** Letters and digits that make no words, as in Kubernetes' generated names. */
const suffixAlphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
/** Most characters of a generated name, its suffix included. */
const generatedNameMaxLength = 63

/** Creates an object from a body. */
export function create(
  machine: Machine,
  served: Served,
  request: { namespace: string | undefined; body: string; options: WriteOptions },
): Written {
  const { resource } = served
  const { object: given, warnings } = decodeBody(resource, request.body, request.options.fieldValidation)
  checkNamespace(given.metadata, request.namespace)
  if (given.metadata.resourceVersion !== undefined)
    throw failures.plain('resourceVersion should not be set on objects to be created')
  if (resource.namespaced) requireNamespace(machine, request.namespace)

  const object = born(machine, served, { given, namespace: request.namespace })
  validate(served, { after: object, part: 'main' })
  const key = keyOf(resource, { namespace: request.namespace, name: object.metadata.name ?? '' })
  if (machine.store.get(served.id, key)) throw failures.alreadyExists(resource, object.metadata.name ?? '')
  return { object: request.options.dryRun ? object : machine.store.write(served.id, key, object), warnings }
}

/** Refuses an object that names another namespace than the path. */
export function checkNamespace(metadata: Metadata, namespace: string | undefined): void {
  if (metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw failures.badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

function requireNamespace(machine: Machine, namespace = ''): void {
  const namespaces = machine.served.find(({ resource }) => resource.plural === 'namespaces')
  if (namespaces && !machine.store.get(namespaces.id, namespace)) throw failures.notFound(namespaces.resource, namespace)
}

/** The object with what only the API server may set. */
function born(
  machine: Machine,
  { resource }: Served,
  { given, namespace }: { given: KubeObject; namespace: string | undefined },
): KubeObject {
  const { metadata } = given
  const name =
    metadata.name ?? (metadata.generateName === undefined ? undefined : generatedName(metadata.generateName, machine.random))
  const labels = resource.plural === 'namespaces' && name !== undefined ? { 'kubernetes.io/metadata.name': name } : undefined
  const object = withMetadata(given, {
    name,
    namespace,
    uid: machine.newUid(),
    creationTimestamp: timestamp(machine.clock),
    generation: resource.hasStatus ? 1 : undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    ...(labels && { labels: { ...metadata.labels, ...labels } }),
  })
  return resource.hasStatus ? (without(object, 'status') as KubeObject) : object
}

function generatedName(prefix: string, random: () => number): string {
  const suffix = Array.from({ length: suffixLength }, () => suffixAlphabet[Math.floor(random() * suffixAlphabet.length)] ?? 'b')
  return prefix.slice(0, generatedNameMaxLength - suffixLength) + suffix.join('')
}
