import type { JsonObject } from '../json.ts'
import type { Served } from '../machine.ts'
import { apiVersionOf, type Resource } from '../resource.ts'

/**
 * OpenAPI v3 as far as kubectl reads it: `explain` shows the schemas, and `apply` looks whether PATCH has `fieldValidation`, which
 * says that the server checks fields itself.
 */
const metaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

const objectMeta: JsonObject = {
  description: 'The name, the labels and all else that every object has.',
  type: 'object',
  properties: {
    name: { type: 'string', description: 'The name; it cannot be changed.' },
    namespace: { type: 'string', description: 'The namespace that the name is unique in.' },
    labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'What selectors find the object by.' },
    annotations: { type: 'object', additionalProperties: { type: 'string' }, description: 'Notes for programs.' },
    finalizers: { type: 'array', items: { type: 'string' }, description: 'Who must agree before the object goes.' },
    resourceVersion: { type: 'string', description: 'The version of this state; a write that names another is refused.' },
    generation: { type: 'integer', format: 'int64', description: 'Rises with each change of the spec.' },
    uid: { type: 'string', description: 'Tells this object from an earlier one of its name.' },
    creationTimestamp: { type: 'string', format: 'date-time', description: 'When it was created.' },
    deletionTimestamp: { type: 'string', format: 'date-time', description: 'When it was asked to go, while finalizers keep it.' },
  },
}

const queryText = (name: string): JsonObject => ({ name, in: 'query', schema: { type: 'string' } })
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(queryText)

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
}

/** Which documents there are. */
export function openApiIndex(served: readonly Served[]): JsonObject {
  const roots = new Set(served.map(({ resource }) => rootOf(apiVersionOf(resource))))
  return { paths: Object.fromEntries([...roots].map((root) => [root, { serverRelativeURL: `/openapi/v3/${root}` }])) }
}

/** The document of the kinds of one group and version. */
export function openApiOf(served: readonly Served[]): JsonObject {
  const resources = served.map(({ resource }) => resource)
  return {
    openapi: '3.0.0',
    info: { title: 'Parley embedded API', version: 'v1' },
    paths: Object.fromEntries(resources.flatMap(pathsOf)),
    components: {
      schemas: {
        [metaName]: objectMeta,
        ...Object.fromEntries(resources.map((resource) => [schemaName(resource), schemaOf(resource)])),
      },
    },
  }
}

function schemaName({ group, version, kind }: Resource): string {
  return `${(group === '' ? 'core' : group).split('.').toReversed().join('.')}.${version}.${kind}`
}

function gvkOf({ group, version, kind }: Resource): JsonObject {
  return { group, version, kind }
}

function schemaOf(resource: Resource): JsonObject {
  const schema = structuredClone(resource.schema) as unknown as JsonObject
  const properties = {
    apiVersion: { type: 'string', description: 'The version of the schema that this object is written in.' },
    kind: { type: 'string', description: 'What kind of object this is.' },
    ...(schema['properties'] as JsonObject),
    metadata: { allOf: [{ $ref: `#/components/schemas/${metaName}` }], description: 'What every object has.' },
  }
  return { ...schema, properties, 'x-kubernetes-group-version-kind': [gvkOf(resource)] }
}

function pathsOf(resource: Resource): [string, JsonObject][] {
  const root = `/${rootOf(apiVersionOf(resource))}`
  const collection = `${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`
  const $ref = `#/components/schemas/${schemaName(resource)}`
  const operation = (action: string, parameters: JsonObject[]): JsonObject => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(resource),
    parameters,
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: { $ref } } } } },
  })
  return [
    [collection, { get: operation('list', []), post: operation('post', writeParameters) }],
    [
      `${collection}/{name}`,
      {
        get: operation('get', []),
        put: operation('put', writeParameters),
        patch: operation('patch', writeParameters),
        delete: operation('delete', [queryText('dryRun')]),
      },
    ],
  ]
}
