import { isMap, isScalar, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml'

import type { Shape } from './shape.ts'

/** One value of values.yaml that is set as a whole. */
export interface Value {
  /** `operator.image.tag`. */
  readonly path: string
  /** The comment above it, as one line. */
  readonly words: string
  readonly fallback: unknown
}

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

const nameOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '')

/** The comment above a key. The first key of a map has it on the map. */
function wordsOf(map: YAMLMap, pair: Pair): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined
  const comment = own ?? (map.items[0] === pair ? map.commentBefore : undefined) ?? ''
  return comment
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ')
}

/** Whether something in a map is described: then its members are values of their own, else it is one value. */
function isGroup(value: unknown): value is YAMLMap {
  return isMap(value) && value.items.some((pair) => wordsOf(value, pair) !== '' || isGroup(pair.value))
}

/**
 * Puts the words of values.yaml to the types. Throws an Error that lists all values that have no type, no words, or are not in the file.
 */
export function describeValues(text: string, types: Shape): { readonly shape: Shape; readonly values: readonly Value[] } {
  const values: Value[] = []
  const faults: string[] = []

  /** One value, or a group of them. */
  function member(pair: Pair, options: { map: YAMLMap; path: string; type: Shape }): Shape {
    const { map, path, type } = options
    const description = wordsOf(map, pair)
    const described = description === '' ? type : { ...type, description }
    if (isGroup(pair.value)) return group(pair.value, described, path)
    if (description === '') faults.push(`${path} is not described`)
    values.push({ path, words: description, fallback: (pair.value as Node).toJSON() as unknown })
    return described
  }

  function group(map: YAMLMap, type: Shape, path: string): Shape {
    const pairs = new Map(map.items.map((pair) => [nameOf(pair), pair]))
    const known = new Map(Object.entries(type.properties ?? {}))
    for (const name of pairs.keys()) if (!known.has(name)) faults.push(`${joined(path, name)} has no type`)
    const members = [...known].flatMap(([name, each]) => {
      const [pair, at] = [pairs.get(name), joined(path, name)]
      if (pair !== undefined) return [[name, member(pair, { map, path: at, type: each })] as const]
      faults.push(`${at} is not in values.yaml`)
      return []
    })
    return { ...type, properties: Object.fromEntries(members) }
  }

  const { contents } = parseDocument(text)
  if (!isMap(contents)) throw new Error('values.yaml is no map')
  const shape = group(contents, types, '')
  if (faults.length > 0) throw new Error(`values.yaml and charts/schema/values.ts differ:\n  ${faults.join('\n  ')}`)
  return { shape, values }
}
