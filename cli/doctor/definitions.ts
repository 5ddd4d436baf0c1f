import { readdirSync, readFileSync } from 'node:fs'

import { parse } from 'yaml'

import { kinds as served } from '../../crds/index.ts'
import { isApiError } from '../../operator/kube/client/apiError.ts'
import type { ApiPort } from '../../operator/kube/client/apiPort.ts'
import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** A CustomResourceDefinition, as far as it is compared. */
interface Definition extends KubeObject {
  readonly spec: {
    readonly names: { readonly plural: string }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

const definitionKind: KindRef<Definition> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}

/** A custom resource as a definition has it: the paths of all fields of its schema. */
export interface Fields {
  readonly plural: string
  /** The definition's name. */
  readonly name: string
  readonly paths: ReadonlySet<string>
}

function pathsOf(schema: Schema, prefix: string, into: Set<string>): Set<string> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    into.add(`${prefix}${key}`)
    pathsOf(child, `${prefix}${key}.`, into)
  }
  if (schema.items) pathsOf(schema.items, prefix, into)
  return into
}

function fieldsOf({ metadata, spec }: Definition): Fields {
  const schema = spec.versions[0]?.schema.openAPIV3Schema ?? {}
  return { plural: spec.names.plural, name: metadata.name, paths: pathsOf(schema, '', new Set()) }
}

/** The definitions that came with this tool. */
export function readShipped(): readonly Fields[] {
  const folder = new URL('../../crds/', import.meta.url)
  const plurals = new Set<string>(Object.values(served).map(({ plural }) => plural))
  return readdirSync(folder)
    .filter((file) => plurals.has(file.replace(/\.yaml$/, '')))
    .map((file) => fieldsOf(parse(readFileSync(new URL(file, folder), 'utf8')) as Definition))
}

/** The same definitions as the cluster has them, by plural. One that is not installed, or served without a definition, is absent. */
export async function readInstalled(api: ApiPort, shipped: readonly Fields[]): Promise<ReadonlyMap<string, Fields>> {
  const installed = new Map<string, Fields>()
  for (const { name, plural } of shipped) {
    try {
      installed.set(plural, fieldsOf(await api.get(definitionKind, { name })))
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error
    }
  }
  return installed
}

/** Fields of ours that the installed definition does not know: `meetings spec.title`. */
export function lackingOf(shipped: Fields, installed: Fields | undefined): readonly string[] {
  return [...shipped.paths].filter((path) => !installed?.paths.has(path)).map((path) => `${shipped.plural} ${path}`)
}
