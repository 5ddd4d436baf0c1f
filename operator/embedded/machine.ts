import type { Clock } from '../../kit/clock.ts'
import { compileRules, type RuleTree } from './schema/rules.ts'
import { apiVersionOf, type Resource } from './resource.ts'
import type { Store } from './store/store.ts'

/** A kind with what is compiled from it once. */
export interface Served {
  readonly resource: Resource
  /** Its name in the store: `parley.media/meetings`. */
  readonly id: string
  readonly rules: RuleTree | undefined
}

/** What the verbs work on: the objects, the kinds, and where time, chance and identities come from. */
export interface Machine {
  readonly store: Store
  readonly served: readonly Served[]
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly newUid: () => string
}

/** Compiles a kind; throws where one of its rules is no CEL. */
export function serve(resource: Resource): Served {
  return { resource, id: `${resource.group}/${resource.plural}`, rules: compileRules(resource.schema) }
}

/** Finds a kind by what a path says. */
export function findServed(machine: Machine, by: { apiVersion: string; plural: string }): Served | undefined {
  return machine.served.find(({ resource }) => resource.plural === by.plural && apiVersionOf(resource) === by.apiVersion)
}

/** The key of an object in the store. */
export function keyOf(resource: Resource, of: { namespace: string | undefined; name: string }): string {
  return resource.namespaced ? `${of.namespace ?? ''}/${of.name}` : of.name
}

/** The time now as metadata says it: RFC 3339 in whole seconds. */
export function timestamp(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString().replace(/\.\d+/, '')
}
