import { failures } from '../failure.ts'
import { at, type Json } from '../json.ts'
import { asJson, type KubeObject } from '../kubeObject.ts'
import type { Resource } from '../resource.ts'

/** A value as selectors see it; what is missing is empty. */
function shown(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}

/** Whether an object is meant. */
export type FieldMatcher = (object: KubeObject) => boolean

/** Parses a field selector: `metadata.name=a,spec.pool!=b`. Only fields that the kind declares may be named. */
export function parseFieldSelector(resource: Resource, text: string): FieldMatcher {
  const selectable = new Set([
    'metadata.name',
    ...(resource.namespaced ? ['metadata.namespace'] : []),
    ...resource.selectableFields,
  ])
  const matchers = text
    .split(/(?<!\\),/)
    .filter((term) => term !== '')
    .map((term) => termMatcher(term, { selector: text, selectable }))
  return (object) => matchers.every((matches) => matches(object))
}

function termMatcher(
  term: string,
  { selector, selectable }: { selector: string; selectable: ReadonlySet<string> },
): FieldMatcher {
  const [, field, operator, raw] = /^((?:\\.|[^\\=!])*)(==|!=|=)(.*)$/s.exec(term) ?? []
  if (field === undefined || raw === undefined)
    throw failures.badRequest(`invalid selector: '${selector}'; can't understand '${term}'`)
  if (!selectable.has(field)) throw failures.badRequest(`field label not supported: ${field}`)
  const wanted = raw.replaceAll(/\\([\\,=])/g, '$1')
  const path = field.split('.')
  return (object) => {
    const value = at(asJson(object), path)
    const same = shown(value) === wanted
    return operator === '!=' ? !same : same
  }
}
