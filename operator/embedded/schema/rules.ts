import { Environment } from '@marcbachmann/cel-js'

import type { Schema, ValidationRule } from '../../../crds/schema.ts'
import { isArray, isObject, type Json } from '../json.ts'
import { fieldErrors, type FieldError } from './fieldError.ts'
import { keyOf } from './validate.ts'

/** One compiled rule. */
interface Rule {
  readonly source: ValidationRule
  readonly holds: (variables: { self: unknown; oldSelf?: unknown }) => unknown
  /** It speaks about a change, so it runs on updates only. */
  readonly aboutChange: boolean
}

/** The compiled rules of a schema and of all below it. Parts without any rule are left out. */
export interface RuleTree {
  readonly schema: Schema
  readonly rules: readonly Rule[]
  readonly properties: ReadonlyMap<string, RuleTree>
  readonly items?: RuleTree
}

/** Two variables; all else that a rule may name is a function. */
const environment = new Environment().registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn')

function compileRule(source: ValidationRule): Rule {
  const compiled = environment.parse(source.rule)
  return {
    source,
    holds: (variables) => compiled(variables) as unknown,
    aboutChange: /\boldSelf\b/.test(source.rule),
  }
}

/** Compiles the CEL rules of a schema; throws where a rule is no CEL. Undefined where there are none. */
export function compileRules(schema: Schema): RuleTree | undefined {
  const rules = (schema['x-kubernetes-validations'] ?? []).map(compileRule)
  const properties = new Map(
    Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
      const tree = compileRules(part)
      return tree ? [[name, tree] as const] : []
    }),
  )
  const items = schema.items && compileRules(schema.items)
  if (rules.length === 0 && properties.size === 0 && !items) return undefined
  return { schema, rules, properties, ...(items && { items }) }
}

/** A value as CEL sees it: integers are BigInt, fields that the schema does not name are absent. */
function celValue(schema: Schema, value: Json): unknown {
  if (typeof value === 'number') return schema.type === 'integer' ? BigInt(value) : value
  if (isArray(value)) return value.map((item) => (schema.items ? celValue(schema.items, item) : item))
  if (!isObject(value)) return value
  const { additionalProperties } = schema
  if (additionalProperties)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, celValue(additionalProperties, inner)]))
  const entries = Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
    const inner = value[name]
    return inner === undefined ? [] : [[name, celValue(part, inner)] as const]
  })
  return Object.fromEntries(entries)
}

/** A value before and after; `before` is absent on a create, and where the old value cannot be told. */
interface Change {
  readonly after: Json
  readonly before?: Json | undefined
  readonly field: string
}

/** Runs the rules on an object; those about changes only where there is a value before. */
export function checkRules(tree: RuleTree | undefined, change: Change): FieldError[] {
  if (!tree) return []
  return [...tree.rules.flatMap((rule) => checkRule(rule, tree.schema, change)), ...checkParts(tree, change)]
}

function checkRule(rule: Rule, schema: Schema, change: Change): FieldError[] {
  if (rule.aboutChange && change.before === undefined) return []
  const self = celValue(schema, change.after)
  const oldSelf = change.before === undefined ? undefined : celValue(schema, change.before)
  const { message, fieldPath = '' } = rule.source
  const field = `${change.field}${change.field === '' ? fieldPath.replace(/^\./, '') : fieldPath}`
  const refused = (why: string): FieldError[] => [fieldErrors.invalid(field === '' ? '<nil>' : field, schema.type, why)]
  try {
    return rule.holds({ self, oldSelf }) === true ? [] : refused(message)
  } catch (error) {
    return refused(`rule could not be evaluated: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkParts(tree: RuleTree, { after, before, field }: Change): FieldError[] {
  if (isObject(after)) {
    return [...tree.properties].flatMap(([name, part]) => {
      const inner = after[name]
      const old = isObject(before) ? before[name] : undefined
      return inner === undefined
        ? []
        : checkRules(part, { after: inner, before: old, field: field === '' ? name : `${field}.${name}` })
    })
  }
  if (!isArray(after)) return []
  return after.flatMap((item, index) =>
    checkRules(tree.items, { after: item, before: counterpart(tree.schema, item, before), field: `${field}[${index}]` }),
  )
}

/** The item's former self, which only lists that are maps can tell. */
function counterpart(schema: Schema, item: Json, before: Json | undefined): Json | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isArray(before)) return undefined
  const key = JSON.stringify(keyOf(schema, item))
  return before.find((old) => JSON.stringify(keyOf(schema, old)) === key)
}
