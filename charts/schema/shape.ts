/** A JSON Schema (draft 7), as far as values need it. */
export interface Shape {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly description?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Shape
  readonly propertyNames?: Shape
  readonly items?: Shape
  readonly anyOf?: readonly Shape[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
}

export const text: Shape = { type: 'string' }
export const flag: Shape = { type: 'boolean' }
/** A text of a form, or none. Go's regular expressions: no look-around. */
export const like = (pattern: string): Shape => ({ type: 'string', pattern: `^(${pattern})?$` })
/** A text of a form that has to be there. */
export const exactly = (pattern: string): Shape => ({ type: 'string', pattern: `^(${pattern})$` })
export const oneOf = (...values: readonly string[]): Shape => ({ type: 'string', enum: values })
export const count = (minimum: number, maximum: number): Shape => ({ type: 'integer', minimum, maximum })
export const listOf = (items: Shape): Shape => ({ type: 'array', items })
/** Only these members. */
export const object = (properties: Readonly<Record<string, Shape>>): Shape => ({
  type: 'object',
  additionalProperties: false,
  properties,
})
/** Members of any name. */
export const mapOf = (additionalProperties: Shape, propertyNames?: Shape): Shape => ({
  type: 'object',
  additionalProperties,
  ...(propertyNames === undefined ? {} : { propertyNames }),
})
/** What Kubernetes judges: an object of its API, which this chart passes on. */
export const kubernetesObject: Shape = { type: 'object' }
