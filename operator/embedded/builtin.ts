import type { Schema } from '../../crds/schema.ts'
import { at, isObject, textOr, type Json, type JsonObject } from './json.ts'
import { asJson, type KubeObject } from './kubeObject.ts'
import { nameColumn, type Column } from './present/columns.ts'
import { ageOf } from './present/duration.ts'
import type { Resource } from './resource.ts'
import { fieldErrors, type FieldError } from './schema/fieldError.ts'

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time' }
const microTime: Schema = { type: 'string', format: 'micro-time' }
const int32: Schema = { type: 'integer', format: 'int32' }
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({ type: 'object', properties })
const listOf = (items: Schema): Schema => ({ type: 'array', items })
/** Kept as it is given: what a scheduler or a kubelet would make of it, this API has none to ask. */
const anything: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const lease = object({
  spec: object({
    holderIdentity: text,
    leaseDurationSeconds: int32,
    acquireTime: microTime,
    renewTime: microTime,
    leaseTransitions: int32,
    strategy: text,
    preferredHolder: text,
  }),
})

const namespace = object({
  spec: object({ finalizers: listOf(text) }),
  status: { ...object({ phase: { type: 'string', default: 'Active' } }), default: {} },
})

const objectReference = object({
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  apiVersion: text,
  resourceVersion: text,
  fieldPath: text,
})

/** core/v1 Event; `events.k8s.io` is another view of the same objects that nobody here needs. */
const event = object({
  involvedObject: objectReference,
  reason: text,
  message: text,
  source: object({ component: text, host: text }),
  firstTimestamp: time,
  lastTimestamp: time,
  count: int32,
  type: text,
  eventTime: microTime,
  series: object({ count: int32, lastObservedTime: microTime }),
  action: text,
  related: objectReference,
  reportingComponent: text,
  reportingInstance: text,
})

const budget = object({
  spec: object({
    minAvailable: int32,
    selector: object({ matchLabels: { type: 'object', additionalProperties: text } }),
    unhealthyPodEvictionPolicy: text,
  }),
  status: anything,
})

/** Kubernetes' `ValidateLease`. */
function leaseErrors(value: KubeObject): readonly FieldError[] {
  const bounds = [
    { name: 'leaseDurationSeconds', minimum: 1, why: 'must be greater than 0' },
    { name: 'leaseTransitions', minimum: 0, why: 'must be greater than or equal to 0' },
  ]
  return bounds.flatMap(({ name, minimum, why }) => {
    const number = at(asJson(value), ['spec', name])
    return typeof number === 'number' && number < minimum ? [fieldErrors.invalid(`spec.${name}`, number, why)] : []
  })
}

/** Kubernetes' `ValidateEvent`, for events of core/v1: those with an eventTime are of the newer sort, which must say more. */
function eventErrors(value: KubeObject): readonly FieldError[] {
  const said = asJson(value)
  const about = textOr(at(said, ['involvedObject', 'namespace'])) ?? ''
  const own = value.metadata.namespace ?? ''
  const agrees = about === '' ? own === 'default' : about === own
  const needed = said['eventTime'] === undefined ? [] : ['reportingComponent', 'reportingInstance', 'action', 'reason']
  return [
    ...(agrees ? [] : [fieldErrors.invalid('involvedObject.namespace', about, 'does not match event.namespace')]),
    ...needed.filter((name) => (textOr(said[name]) ?? '') === '').map((name) => fieldErrors.required(name)),
  ]
}

function column(name: string, cell: (object: JsonObject, nowMs: number) => Json, priority = 0): Column {
  return { definition: { name, type: 'string', format: '', description: name, priority }, cell }
}

const shown =
  (...path: string[]): ((object: JsonObject) => Json) =>
  (value) =>
    at(value, path) ?? ''
const age = column('Age', (value, nowMs) => ageOf(textOr(at(value, ['metadata', 'creationTimestamp'])), nowMs))

/** When an event was last seen. */
export function lastSeen(value: JsonObject): string | undefined {
  return (
    textOr(at(value, ['series', 'lastObservedTime'])) ??
    textOr(value['lastTimestamp']) ??
    textOr(value['eventTime']) ??
    textOr(at(value, ['metadata', 'creationTimestamp']))
  )
}

function involvedObject(value: JsonObject): string {
  const involved = isObject(value['involvedObject']) ? value['involvedObject'] : {}
  return `${(textOr(involved['kind']) ?? '').toLowerCase()}/${textOr(involved['name']) ?? ''}`
}

const eventColumns: readonly Column[] = [
  column('Last Seen', (value, nowMs) => ageOf(lastSeen(value), nowMs)),
  column('Type', shown('type')),
  column('Reason', shown('reason')),
  column('Object', involvedObject),
  column('Subobject', shown('involvedObject', 'fieldPath'), 1),
  column('Source', (value) => at(value, ['source', 'component']) ?? at(value, ['reportingComponent']) ?? '', 1),
  column('Message', (value) => (textOr(value['message']) ?? '').trim()),
  column('First Seen', (value, nowMs) => ageOf(textOr(value['firstTimestamp']) ?? lastSeen(value), nowMs), 1),
  column('Count', (value) => JSON.stringify(at(value, ['series', 'count']) ?? at(value, ['count']) ?? 1), 1),
  { ...nameColumn, definition: { ...nameColumn.definition, priority: 1 } },
]

const involvedFields = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

const common = { version: 'v1', shortNames: [], categories: [], namespaced: true, hasStatus: false, selectableFields: [] }

/** The kinds of Kubernetes itself that the operator and kubectl need beside ours. */
export const builtinResources: readonly Resource[] = [
  {
    ...common,
    group: '',
    kind: 'Namespace',
    listKind: 'NamespaceList',
    plural: 'namespaces',
    singular: 'namespace',
    shortNames: ['ns'],
    namespaced: false,
    schema: namespace,
    selectableFields: ['status.phase'],
    columns: [nameColumn, column('Status', shown('status', 'phase')), age],
    unconditionalUpdate: true,
    builtin: { check: () => [] },
  },
  {
    ...common,
    group: '',
    kind: 'Event',
    listKind: 'EventList',
    plural: 'events',
    singular: 'event',
    shortNames: ['ev'],
    schema: event,
    selectableFields: [...involvedFields.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'type'],
    columns: eventColumns,
    unconditionalUpdate: true,
    builtin: { check: eventErrors },
  },
  {
    ...common,
    group: '',
    kind: 'Pod',
    listKind: 'PodList',
    plural: 'pods',
    singular: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    hasStatus: true,
    schema: object({ spec: anything, status: anything }),
    selectableFields: ['spec.nodeName', 'status.phase'],
    columns: [nameColumn, column('Status', shown('status', 'phase')), column('Node', shown('spec', 'nodeName'), 1), age],
    unconditionalUpdate: true,
    builtin: { check: () => [] },
  },
  {
    ...common,
    group: '',
    kind: 'Node',
    listKind: 'NodeList',
    plural: 'nodes',
    singular: 'node',
    shortNames: ['no'],
    namespaced: false,
    hasStatus: true,
    schema: object({ spec: anything, status: anything }),
    selectableFields: ['spec.unschedulable'],
    columns: [nameColumn, age],
    unconditionalUpdate: true,
    builtin: { check: () => [] },
  },
  {
    ...common,
    group: 'policy',
    kind: 'PodDisruptionBudget',
    listKind: 'PodDisruptionBudgetList',
    plural: 'poddisruptionbudgets',
    singular: 'poddisruptionbudget',
    shortNames: ['pdb'],
    hasStatus: true,
    schema: budget,
    columns: [nameColumn, column('Min Available', shown('spec', 'minAvailable')), age],
    unconditionalUpdate: false,
    builtin: { check: () => [] },
  },
  {
    ...common,
    group: 'coordination.k8s.io',
    kind: 'Lease',
    listKind: 'LeaseList',
    plural: 'leases',
    singular: 'lease',
    schema: lease,
    columns: [nameColumn, column('Holder', shown('spec', 'holderIdentity')), age],
    unconditionalUpdate: false,
    builtin: { check: leaseErrors },
  },
]
