/** The custom resources of Parley: types (generated), names, and the reasons of their conditions. */
export type * from './meta.ts'
export type * from './types.gen.ts'
export { specDefaults } from './types.gen.ts'

export const group = 'parley.media'
export const version = 'v1alpha1'
const apiVersion = `${group}/${version}` as const

/** How each kind is addressed. */
export const kinds = {
  Meeting: { apiVersion, plural: 'meetings', namespaced: true },
  MediaNode: { apiVersion, plural: 'medianodes', namespaced: true },
  MediaNodePool: { apiVersion, plural: 'medianodepools', namespaced: true },
} as const

export type Kind = keyof typeof kinds

/** The conditions that our objects carry. `Ready` sums up; `Stalled` says that only a change by a person helps. */
export const conditionTypes = { ready: 'Ready', stalled: 'Stalled' } as const

/** Why a condition is what it is: one word for programs. The message beside it is for people. */
export const conditionReasons = {
  Meeting: {
    /** Ready: nobody has joined yet; the first join places it. */
    waiting: 'Waiting',
    /** Ready: placed, and every segment follows the plan. */
    placed: 'Placed',
    /** Ready or Stalled: over, for good. */
    ended: 'Ended',
    /** Not ready: a node that hosts it is silent or lost. */
    nodeSilent: 'NodeSilent',
    /** Stalled: it names pools that do not exist. */
    poolMissing: 'PoolMissing',
    /** Stalled: no pool that it names takes meetings of its namespace. */
    poolForbidden: 'PoolForbidden',
    /** Stalled: no pool that it may use stands in an allowed region. */
    regionMissing: 'RegionMissing',
    /** Not stalled. */
    progressing: 'Progressing',
  },
  MediaNode: {
    /** Ready: heard, and takes work. */
    heard: 'Heard',
    /** Not ready: the agent was never heard. */
    neverHeard: 'NeverHeard',
    /** Not ready: a person cordoned it. */
    cordoned: 'Cordoned',
    /** Not ready: its people are moved to other nodes. */
    draining: 'Draining',
    /** Not ready: drained, and nobody is left. */
    drained: 'Drained',
    /** Not ready: no load for longer than a node may be silent. */
    silent: 'Silent',
    /** Not ready: dead by two signs. */
    lost: 'Lost',
    /** Not ready: its pool does not exist. */
    poolMissing: 'PoolMissing',
    /** Not ready: another agent answers at the address, or one that speaks another version. */
    wrongAgent: 'WrongAgent',
  },
  MediaNodePool: {
    /** Ready: as many nodes are ready as it asks for. */
    enough: 'Enough',
    /** Not ready: fewer are ready than it asks for. */
    tooFew: 'TooFew',
    /** Not ready: it has no node. */
    empty: 'Empty',
    /** Not ready: the API server refused an ad hoc meeting. */
    createRefused: 'CreateRefused',
  },
} as const
