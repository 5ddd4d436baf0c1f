import { failures } from '../failure.ts'
import type { Schema } from '../../../crds/schema.ts'
import { at, type JsonObject } from '../json.ts'
import { asJson, type KubeObject } from '../kubeObject.ts'
import type { Served } from '../machine.ts'
import type { Resource } from '../resource.ts'
import { blocksRules, fieldErrors, rulesNotChecked, type FieldError } from '../schema/fieldError.ts'
import { validateMetadata } from '../schema/names.ts'
import { checkRules } from '../schema/rules.ts'
import { validateLists, validateSchema } from '../schema/validate.ts'

/** What is to be written, and over what. */
export interface Writing {
  readonly after: KubeObject
  readonly before?: KubeObject
  /** What the write may change: everything but the status, or the status alone. */
  readonly part: 'main' | 'status' | 'scale'
}

/** Checks an object that is about to be written; throws `Invalid` with every fault at once. */
export function validate({ resource, rules }: Served, writing: Writing): void {
  const { after, before } = writing
  const errors = [
    ...kindErrors(resource.kind, after),
    ...finalizerErrors(after, before),
    ...(writing.part === 'status' ? [] : validateMetadata(resource, after.metadata)),
    ...contentErrors(resource, writing),
  ]
  const all = blocksRules(errors)
    ? [...errors, ...(rules ? [rulesNotChecked] : [])]
    : [...errors, ...checkRules(rules, { after: asJson(after), before: before && asJson(before), field: '' })]
  if (all.length > 0) throw failures.invalid({ ...resource, kind: after.kind }, after.metadata.name ?? '', all)
}

function contentErrors(resource: Resource, { after, part }: Writing): readonly FieldError[] {
  if (resource.builtin) return resource.builtin.check(after)
  return [
    ...schemaErrors(resource.schema, asJson(after), part),
    ...scaleErrors(resource, after),
    ...validateLists(resource.schema, asJson(after)),
  ]
}

/** The status subresource judges the status alone. */
function schemaErrors(schema: Schema, after: JsonObject, part: Writing['part']): readonly FieldError[] {
  if (part !== 'status') return validateSchema(schema, after, '')
  const statusSchema = schema.properties?.['status']
  const status = after['status']
  return statusSchema && status !== undefined ? validateSchema(statusSchema, status, 'status') : []
}

function scaleErrors(resource: Resource, after: KubeObject): FieldError[] {
  if (!resource.scale) return []
  return [resource.scale.specReplicas, resource.scale.statusReplicas].flatMap((path) => {
    const replicas = at(asJson(after), path)
    return typeof replicas === 'number' && replicas < 0
      ? [fieldErrors.invalid(`.${path.join('.')}`, replicas, 'should be a non-negative integer')]
      : []
  })
}

function kindErrors(expected: string, { kind }: KubeObject): FieldError[] {
  return kind === expected ? [] : [fieldErrors.invalid('kind', kind, `must be ${expected}`)]
}

function finalizerErrors(after: KubeObject, before: KubeObject | undefined): FieldError[] {
  if (before?.metadata.deletionTimestamp === undefined) return []
  const old = before.metadata.finalizers ?? []
  const added = (after.metadata.finalizers ?? []).filter((name) => !old.includes(name))
  if (added.length === 0) return []
  const names = added.map((name) => JSON.stringify(name)).join(', ')
  return [
    fieldErrors.forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
    ),
  ]
}
