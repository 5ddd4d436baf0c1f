import type { CustomResourceDefinition, Schema } from './schema.ts'

/** Which of the two types: what a reader gets, with defaults filled in, or what a writer must give. */
type Face = 'read' | 'apply'

/** Interfaces that were emitted, by name, in the order of first use. */
type Declarations = Map<string, string>

interface Place {
  readonly face: Face
  readonly kind: string
  readonly declarations: Declarations
}

const suffix = { read: '', apply: 'Apply' } as const
const pascal = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function docComment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /').trim()} */\n`
}

/** Conditions are the same for all kinds and share one name. */
function nameOf(kind: string, property: string): string {
  return property === 'conditions' ? 'Condition' : `${kind}${pascal(property)}`
}

/** Whether readers and writers see different types: something in it, at any depth, has a default. */
function hasTwoFaces(schema: Schema): boolean {
  return Object.values(schema.properties ?? {}).some((part) => part.default !== undefined || hasTwoFaces(part.items ?? part))
}

function typeOf(schema: Schema, property: string, place: Place): string {
  switch (schema.type) {
    case 'boolean':
      return 'boolean'
    case 'integer':
      return 'number'
    case 'string':
      return schema.enum ? schema.enum.map((value) => `'${value}'`).join(' | ') : 'string'
    case 'array':
      return `readonly ${itemType(schema.items ?? { type: 'string' }, property, place)}[]`
    case 'object':
      return freeTypeOf(schema, property, place) ?? declare(schema, nameOf(place.kind, property), place)
  }
}

/** The type of an object whose fields the schema does not name: a map, or whatever Kubernetes takes; undefined for any other. */
function freeTypeOf(schema: Schema, property: string, place: Place): string | undefined {
  if (schema['x-kubernetes-preserve-unknown-fields']) return 'Readonly<Record<string, unknown>>'
  const { additionalProperties } = schema
  return additionalProperties && `Readonly<Record<string, ${typeOf(additionalProperties, property, place)}>>`
}

function itemType(items: Schema, property: string, place: Place): string {
  const type = typeOf(items, property === 'conditions' ? property : property.replace(/s$/, ''), place)
  return type.includes(' | ') ? `(${type})` : type
}

function isPresent(parent: Schema, property: string, face: Face): boolean {
  const hasDefault = parent.properties?.[property]?.default !== undefined
  return (parent.required?.includes(property) ?? false) || (face === 'read' && hasDefault)
}

/** The name of an object's interface: that of its property, unless another one of the kind (spec's, for status) has it already. */
function freeName(name: string, body: string, { kind, declarations }: Place): string {
  const isTaken = ![undefined, declarationOf(name, body)].includes(declarations.get(name))
  return isTaken ? `${kind}Status${name.slice(kind.length)}` : name
}

const declarationOf = (name: string, body: string): string => body.replace('export interface', `export interface ${name}`)

/** Declares the interface of an object schema (and those below it) and returns its name. */
function declare(schema: Schema, name: string, place: Place): string {
  const members = Object.entries(schema.properties ?? {}).map(([property, part]) => {
    const mark = isPresent(schema, property, place.face) ? '' : '?'
    return `${docComment(part.description, '  ')}  readonly ${property}${mark}: ${typeOf(part, property, place)}\n`
  })
  const body = `${docComment(schema.description, '')}export interface {\n${members.join('')}}\n`
  const fullName = freeName(hasTwoFaces(schema) ? `${name}${suffix[place.face]}` : name, body, place)
  place.declarations.set(fullName, declarationOf(fullName, body))
  return fullName
}

function declareKind(definition: CustomResourceDefinition, face: Face, declarations: Declarations): void {
  const { kind } = definition.spec.names
  const [version] = definition.spec.versions
  const root = version.schema.openAPIV3Schema
  const part = (name: 'spec' | 'status'): string => {
    const schema = root.properties?.[name]
    if (!schema) throw new Error(`${kind} has no ${name}`)
    const type = declare(schema, `${kind}${pascal(name)}`, { face, kind, declarations })
    return `${docComment(schema.description, '  ')}  readonly ${name}${isPresent(root, name, face) ? '' : '?'}: ${type}\n`
  }
  const what =
    face === 'read' ? 'As the API server hands it out: defaults are filled in.' : 'As it is written: defaults may be left out.'
  declarations.set(
    `${kind}${suffix[face]}`,
    `/** ${root.description?.trim()} ${what} */\nexport interface ${kind}${suffix[face]} {\n` +
      `  readonly apiVersion: '${definition.spec.group}/${version.name}'\n  readonly kind: '${kind}'\n` +
      `  readonly metadata: ObjectMeta${suffix[face]}\n${part('spec')}${part('status')}}\n`,
  )
}

/** What an absent field is taken as, nested; undefined where a schema has no defaults at all. */
export function defaultsOf(schema: Schema): unknown {
  if (schema.type !== 'object') return schema.default
  const entries = Object.entries(schema.properties ?? {})
    .map(([name, part]) => [name, defaultsOf(part)] as const)
    .filter(([, value]) => value !== undefined)
  return entries.length === 0 ? schema.default : Object.fromEntries(entries)
}

function constants(definitions: readonly CustomResourceDefinition[]): string {
  const specs = definitions.map((definition) => {
    const spec = definition.spec.versions[0].schema.openAPIV3Schema.properties?.['spec']
    return [definition.spec.names.kind, spec ? defaultsOf(spec) : {}] as const
  })
  return `/** What a spec says where it says nothing, by kind. */\nexport const specDefaults = ${JSON.stringify(Object.fromEntries(specs), undefined, 2)} as const\n`
}

/** The TypeScript of all definitions: read and apply types with their descriptions, and the defaults. */
export function typeScriptOf(definitions: readonly CustomResourceDefinition[]): string {
  const declarations: Declarations = new Map()
  for (const face of ['read', 'apply'] as const) for (const definition of definitions) declareKind(definition, face, declarations)
  return [
    '// Generated from the definitions in this folder by `npm run generate`. Edit those.\n',
    `import type { ObjectMeta, ObjectMetaApply } from './meta.ts'\n`,
    ...declarations.values(),
    constants(definitions),
  ].join('\n')
}
