import { failures } from '../failure.ts'
import { at, type Json } from '../json.ts'
import { asJson, type KubeObject } from '../kubeObject.ts'
import type { Served } from '../machine.ts'
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
    ...schemaErrors({ resource, rules, id: '' }, writing),
  ]
  const all = blocksRules(errors)
    ? [...errors, ...(rules ? [rulesNotChecked] : [])]
    : [...errors, ...checkRules(rules, { after: asJson(after), before: before && asJson(before), field: '' })]
  if (all.length > 0) throw failures.invalid({ ...resource, kind: after.kind }, after.metadata.name ?? '', all)
}

function schemaErrors({ resource }: Served, { after, part }: Writing): FieldError[] {
  const { schema } = resource
  const status: Json | undefined = at(asJson(after), ['status'])
  const statusSchema = schema.properties?.['status']
  const found =
    part !== 'status'
      ? validateSchema(schema, asJson(after), '')
      : statusSchema && status
        ? validateSchema(statusSchema, status, 'status')
        : []
  return [...found, ...scaleErrors({ resource, rules: undefined, id: '' }, after), ...validateLists(schema, asJson(after))]
}

function scaleErrors({ resource }: Served, after: KubeObject): FieldError[] {
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
