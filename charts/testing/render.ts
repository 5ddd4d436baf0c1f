import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { afterAll } from 'vitest'
import { parseAllDocuments } from 'yaml'

import { helmFor } from '../../e2e/kube/helm.ts'

/** A rendered object, as far as all have it. */
export interface Rendered {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

/** The chart's folder. */
export const chart = fileURLToPath(new URL('../parley', import.meta.url))
/** The namespace that tests render into. */
export const namespace = 'meet'
/** The oldest Kubernetes that the chart is for. */
export const oldestKubernetes = '1.32.0'

/** Files of values in `ci/`, each a way to install that has to work. */
export const profiles: readonly string[] = readdirSync(`${chart}/ci`).toSorted()

/** Helm without a cluster, until the tests of the file that imports it are over. */
export const helm = helmFor('/dev/null')
afterAll(() => helm.close())

/** Arguments for values: a profile of `ci/`, and values as an object. */
export function valuesArgs({ profile, values }: { profile?: string; values?: object }): readonly string[] {
  return [
    ...(profile === undefined ? [] : ['--values', `${chart}/ci/${profile}`]),
    ...Object.entries(values ?? {}).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]),
  ]
}

/** What `helm template` printed and ended with. */
export function template(options: { profile?: string; values?: object }) {
  const args = ['template', 'parley', chart, '--namespace', namespace, '--kube-version', oldestKubernetes]
  return helm.run([...args, ...valuesArgs(options)])
}

/** All objects of manifests, hooks included. */
export function objectsIn(manifests: string): readonly Rendered[] {
  return parseAllDocuments(manifests)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object): object is Rendered => object !== null)
}

/** The objects that values render to. Rejects with what helm complains about. */
export async function render(options: { profile?: string; values?: object } = {}): Promise<readonly Rendered[]> {
  const { out, err, code } = await template(options)
  if (code !== 0) throw new Error(err)
  return objectsIn(out)
}

/** The one object of a kind and name. */
export function the(objects: readonly Rendered[], kind: string, name: string): Rendered {
  const found = objects.filter((object) => object.kind === kind && object.metadata.name === name)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} objects ${kind} ${name}`)
  return found[0]
}
