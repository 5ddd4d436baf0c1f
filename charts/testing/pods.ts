import type { Rendered } from './render.ts'

/** A container, as far as tests look into it. */
export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } }
  }[]
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>
    readonly limits?: Readonly<Record<string, string>>
  }
  readonly livenessProbe?: object
  readonly readinessProbe?: object
  readonly startupProbe?: object
}

/** The spec of a Pod. */
export interface PodSpec {
  readonly automountServiceAccountToken?: boolean
  readonly enableServiceLinks?: boolean
  readonly shareProcessNamespace?: boolean
  readonly serviceAccountName?: string
  readonly hostNetwork?: boolean
  readonly hostPID?: boolean
  readonly hostIPC?: boolean
  readonly priorityClassName?: string
  readonly imagePullSecrets?: readonly { readonly name: string }[]
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly topologySpreadConstraints?: readonly object[]
  readonly containers: readonly Container[]
  readonly volumes?: readonly {
    readonly name: string
    readonly projected?: {
      readonly sources: readonly {
        readonly secret: { readonly name: string; readonly items: readonly { readonly key: string; readonly path: string }[] }
      }[]
    }
    readonly [kind: string]: unknown
  }[]
}

/** A Pod of an object, with what it is of. */
export interface FoundPod {
  /** `Deployment parley-operator`. */
  readonly of: string
  readonly isLongLived: boolean
  readonly spec: PodSpec
}

/** The Pods that objects are or make. */
export function podsOf(objects: readonly Rendered[]): readonly FoundPod[] {
  return objects.flatMap((object) => {
    const of = `${object.kind} ${object.metadata.name}`
    if (object.kind === 'Pod') return [{ of, isLongLived: false, spec: object['spec'] as PodSpec }]
    const { template } = (object['spec'] ?? {}) as { template?: { spec: PodSpec } }
    return template === undefined ? [] : [{ of, isLongLived: object.kind === 'Deployment', spec: template.spec }]
  })
}
