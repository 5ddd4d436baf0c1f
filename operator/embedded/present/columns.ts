import type { PrinterColumn } from '../../../crds/schema.ts'
import { at, isArray, isObject, textOr, type Json, type JsonObject } from '../json.ts'
import { ageOf } from './duration.ts'

/** A column as a Table describes it to kubectl. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** Above 0: only with `-o wide`. */
  readonly priority: number
}

/** A column of `kubectl get` with what its cell shows. */
export interface Column {
  readonly definition: ColumnDefinition
  readonly cell: (object: JsonObject, nowMs: number) => Json
}

/** The first column of most kinds. */
export const nameColumn: Column = {
  definition: {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    priority: 0,
  },
  cell: (object) => at(object, ['metadata', 'name']) ?? null,
}

/** `.status.addresses[0]` as steps. Only such simple paths are used. */
function stepsOf(jsonPath: string): readonly (string | number)[] {
  return [...jsonPath.matchAll(/\.([A-Za-z0-9_]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index))
}

function cellOf(type: PrinterColumn['type'], value: Json | undefined, nowMs: number): Json {
  if (value === undefined || value === null) return null
  if (type === 'date') return ageOf(textOr(value), nowMs)
  if (type === 'string') return isObject(value) || isArray(value) ? JSON.stringify(value) : String(value)
  return typeof value === 'number' ? value : null
}

/** The columns of a custom resource: its name, and what its definition asks for. */
export function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  return [
    nameColumn,
    ...columns.map((column): Column => {
      const steps = stepsOf(column.jsonPath)
      return {
        definition: {
          name: column.name,
          type: column.type,
          format: '',
          description: `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
          priority: column.priority ?? 0,
        },
        cell: (object, nowMs) => cellOf(column.type, at(object, steps), nowMs),
      }
    }),
  ]
}
