import { readdirSync, readFileSync } from 'node:fs'

import { parse } from 'yaml'

/** A CEL rule of a schema (`x-kubernetes-validations`). `oldSelf` in it makes it a rule about changes. */
export interface ValidationRule {
  readonly rule: string
  readonly message: string
  readonly fieldPath?: string
}

/** The part of Kubernetes' structural schemas that our definitions use. */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'boolean'
  readonly description?: string
  readonly format?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  /** Of a map with free keys: what each value is. Exclusive with `properties`. */
  readonly additionalProperties?: Schema
  readonly maxProperties?: number
  readonly required?: readonly string[]
  readonly 'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  /** Fields that the schema does not name are kept as they are: what Kubernetes itself checks when it is used. */
  readonly 'x-kubernetes-preserve-unknown-fields'?: true
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
}

/** A column of `kubectl get`. Those with a priority above 0 show with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date'
  readonly jsonPath: string
  readonly priority?: number
}

/** One version of a custom resource definition. */
export interface CrdVersion {
  readonly name: string
  readonly subresources?: {
    readonly status?: Readonly<Record<string, never>>
    readonly scale?: {
      readonly specReplicasPath: string
      readonly statusReplicasPath: string
      readonly labelSelectorPath?: string
    }
  }
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly schema: { readonly openAPIV3Schema: Schema }
}

/** A custom resource definition with the parts that Parley reads itself. */
export interface CustomResourceDefinition {
  readonly apiVersion: string
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly group: string
    readonly scope: 'Namespaced' | 'Cluster'
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
      readonly shortNames?: readonly string[]
      readonly categories?: readonly string[]
    }
    readonly versions: readonly [CrdVersion, ...CrdVersion[]]
  }
}

const folder = new URL('./', import.meta.url)

/** Reads the definitions beside this file, in the order of their file names. */
export function readDefinitions(): readonly CustomResourceDefinition[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => parse(readFileSync(new URL(name, folder), 'utf8')) as CustomResourceDefinition)
}
