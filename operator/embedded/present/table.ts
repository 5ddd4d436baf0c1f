import { asJson, type KubeObject } from '../kubeObject.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Resource } from '../resource.ts'

/** What each row carries beside its cells (query `includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** How rows are made. */
export interface TableOptions {
  readonly include: IncludeObject
  readonly nowMs: number
  /** A watch tells the columns with its first row only. */
  readonly withColumns: boolean
}

function rowObject(object: KubeObject, include: IncludeObject): Json {
  if (include === 'None') return null
  if (include === 'Object') return asJson(object)
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: asJson(object)['metadata'] ?? null }
}

/** Objects as the Table that kubectl asks for; `metadata` is the list's, or the one object's. */
export function tableOf(
  resource: Resource,
  content: { objects: readonly KubeObject[]; metadata: JsonObject },
  options: TableOptions,
): JsonObject {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: content.metadata,
    columnDefinitions: options.withColumns ? resource.columns.map(({ definition }) => ({ ...definition })) : null,
    rows: content.objects.map((object) => ({
      cells: resource.columns.map(({ cell }) => cell(asJson(object), options.nowMs)),
      object: rowObject(object, options.include),
    })),
  }
}
