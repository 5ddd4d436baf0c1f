import type { Shape } from './shape.ts'

/** A structural schema of Kubernetes, as far as pools use it. */
interface Structural extends Omit<Shape, 'properties' | 'additionalProperties' | 'items'> {
  readonly properties?: Readonly<Record<string, Structural>>
  readonly additionalProperties?: Structural
  readonly items?: Structural
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

const carried = [
  'type',
  'description',
  'required',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
] as const

/** A structural schema as a strict JSON Schema. What else it has (formats, defaults, rules in CEL) the API server judges. */
export function strictShape(of: Structural): Shape {
  const shape: Record<string, unknown> = {}
  for (const key of carried) if (of[key] !== undefined) shape[key] = of[key]
  if (of.items) shape['items'] = strictShape(of.items)
  if (of.additionalProperties) shape['additionalProperties'] = strictShape(of.additionalProperties)
  if (of.properties) {
    shape['properties'] = Object.fromEntries(Object.entries(of.properties).map(([key, child]) => [key, strictShape(child)]))
    if (of['x-kubernetes-preserve-unknown-fields'] !== true) shape['additionalProperties'] = false
  }
  return shape
}

/** The spec of a MediaNodePool, of its definition. */
export function poolShape(definition: unknown): Shape {
  const { spec } = definition as {
    spec: { versions: readonly { schema: { openAPIV3Schema: { properties: Readonly<Record<string, Structural>> } } }[] }
  }
  const pool = spec.versions[0]?.schema.openAPIV3Schema.properties['spec']
  if (pool === undefined) throw new Error('the definition of MediaNodePool has no spec')
  return strictShape(pool)
}
