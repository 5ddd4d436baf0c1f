import type { CustomResourceDefinition, Schema } from '../../crds/schema.ts'
import type { KubeObject } from './kubeObject.ts'
import { customColumns, type Column } from './present/columns.ts'
import type { FieldError } from './schema/fieldError.ts'

/** What a kind of Kubernetes itself has instead of a schema's bounds and rules. */
export interface Builtin {
  /** Checks an object that could be read. */
  readonly check: (object: KubeObject) => readonly FieldError[]
}

/** One kind of object that the API serves. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** Schema of the whole object. Metadata in it says only what is special about this kind's. */
  readonly schema: Schema
  /** Whether `status` is written by itself, and a change of the rest counts a generation. */
  readonly hasStatus: boolean
  readonly scale?: ScalePaths
  /** Fields that a field selector may name beside metadata.name and metadata.namespace: `spec.pool`. */
  readonly selectableFields: readonly string[]
  readonly columns: readonly Column[]
  /** Absent for custom resources. */
  readonly builtin?: Builtin
  /** Whether an update may leave out the resourceVersion. */
  readonly unconditionalUpdate: boolean
}

/** Where the numbers of the scale subresource stand. */
export interface ScalePaths {
  readonly specReplicas: readonly string[]
  readonly statusReplicas: readonly string[]
  readonly selector?: readonly string[]
}

/** `v1`, or `parley.media/v1alpha1`. */
export function apiVersionOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}

/** What messages call objects of this kind when they are looked up: `meetings.parley.media`. */
export function qualifiedPlural(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** What messages call objects of this kind when their content is wrong: `Meeting.parley.media`. */
export function qualifiedKind(resource: Resource): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`
}

/** `.spec.replicas` as its steps. */
function stepsOf(jsonPath: string): readonly string[] {
  return jsonPath.split('.').filter((step) => step !== '')
}

/** What a custom resource definition defines. */
export function resourceOf(definition: CustomResourceDefinition): Resource {
  const { group, scope, names, versions } = definition.spec
  const [version] = versions
  const scale = version.subresources?.scale
  return {
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    schema: version.schema.openAPIV3Schema,
    hasStatus: version.subresources?.status !== undefined,
    ...(scale && {
      scale: {
        specReplicas: stepsOf(scale.specReplicasPath),
        statusReplicas: stepsOf(scale.statusReplicasPath),
        ...(scale.labelSelectorPath !== undefined && { selector: stepsOf(scale.labelSelectorPath) }),
      },
    }),
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1)),
    columns: customColumns(version.additionalPrinterColumns ?? []),
    unconditionalUpdate: false,
  }
}
