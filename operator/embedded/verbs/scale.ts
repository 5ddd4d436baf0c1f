import { failures } from '../failure.ts'
import { at, isObject, textOr, withAt, type JsonObject } from '../json.ts'
import { asJson, type KubeObject } from '../kubeObject.ts'
import type { Machine, Served } from '../machine.ts'
import type { ScalePaths } from '../resource.ts'
import { parseJson } from './decode.ts'
import { patched, type PatchType } from './patch.ts'
import { replace, required, type Target } from './update.ts'

/** What a Scale has of its object's metadata. */
const scaleMetadata = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']

/** The object as its scale subresource shows it (autoscaling/v1). */
export function scaleOf(paths: ScalePaths, object: KubeObject): JsonObject {
  const json = asJson(object)
  const replicas = at(json, paths.specReplicas)
  const selector = paths.selector && at(json, paths.selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: Object.fromEntries(scaleMetadata.map((name) => [name, at(json, ['metadata', name]) ?? ''])),
    spec: { ...(typeof replicas === 'number' && replicas !== 0 && { replicas }) },
    status: {
      replicas: at(json, paths.statusReplicas) ?? 0,
      ...(typeof selector === 'string' && { selector }),
    },
  }
}

/** Reads the scale of an object; one without replicas has none. */
export function readScale(machine: Machine, served: Served, target: Target): JsonObject {
  const paths = pathsOf(served)
  const object = required(machine, served, target)
  if (at(asJson(object), paths.specReplicas) === undefined)
    throw failures.internal(`the spec replicas field ".${paths.specReplicas.join('.')}" does not exist`)
  return scaleOf(paths, object)
}

/** How a scale is to be changed: by a whole Scale, or by a patch of it. */
export interface ScaleChange {
  readonly target: Target
  readonly body: string
  readonly type: 'whole' | PatchType
  readonly dryRun: boolean
}

/** Changes the replicas of an object through its scale. */
export function writeScale(machine: Machine, served: Served, change: ScaleChange): JsonObject {
  const paths = pathsOf(served)
  const before = required(machine, served, change.target)
  const wanted =
    change.type === 'whole' ? parseScale(change.body) : patched(scaleOf(paths, before), { type: change.type, body: change.body })
  const replicas = at(wanted, ['spec', 'replicas']) ?? 0
  if (!Number.isInteger(replicas))
    throw failures.badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas is no whole number')
  const resourceVersion = textOr(at(wanted, ['metadata', 'resourceVersion'])) ?? before.metadata.resourceVersion ?? ''
  const changed = withAt(withAt(asJson(before), paths.specReplicas, replicas), ['metadata', 'resourceVersion'], resourceVersion)
  const { target, dryRun } = change
  return scaleOf(
    paths,
    replace(machine, served, {
      target,
      part: 'scale',
      given: changed as unknown as KubeObject,
      before,
      identity: 'immutable',
      dryRun,
    }),
  )
}

function parseScale(body: string): JsonObject {
  const value = parseJson(body, 'the object provided is unrecognized (must be of type Scale): ')
  if (!isObject(value) || value['kind'] !== 'Scale')
    throw failures.badRequest('the object provided is unrecognized (must be of type Scale)')
  return value
}

function pathsOf({ resource }: Served): ScalePaths {
  if (!resource.scale) throw failures.noSuchPath()
  return resource.scale
}
