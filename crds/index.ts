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
export const conditionTypes = {
  ready: 'Ready',
  stalled: 'Stalled',
  reachable: 'Reachable',
  updated: 'Updated',
  updateAvailable: 'UpdateAvailable',
} as const

/** Why a condition is what it is: one word for programs. The message beside it is for people. */
export const conditionReasons = {
  Meeting: {
    /** Ready: nobody has joined yet; the first join places it. */
    waiting: 'Waiting',
    /** Not ready: its door is not open yet. */
    scheduled: 'Scheduled',
    /** Ready: placed, and every segment follows the plan. */
    placed: 'Placed',
    /** Ready or Stalled: over, for good. */
    ended: 'Ended',
    /** Not ready: a node that hosts it is silent or lost. */
    nodeSilent: 'NodeSilent',
    /** Not ready: who tries to join is turned away, since no media node takes them, and nobody is in it. */
    noMediaNode: 'NoMediaNode',
    /** Stalled: it names pools that do not exist. */
    poolMissing: 'PoolMissing',
    /** Stalled: no pool has the labels that it selects by. */
    poolUnmatched: 'PoolUnmatched',
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
    /** Reachable: every media process answers at all that clients are told. */
    answered: 'Answered',
    /** Reachable: every media process answers, but not at all that clients are told. */
    answeredPartly: 'AnsweredPartly',
    /** Not reachable: a media process does not answer. */
    noAnswer: 'NoAnswer',
    /** Nobody has tried whether clients reach it. */
    notTried: 'NotTried',
    /** Not ready: its agent has an address and was not heard for longer than a start takes. */
    notAnswering: 'NotAnswering',
    /** Not ready: its Pod takes longer to start than is usual, and its kubelet says of no container why. */
    slowStart: 'SlowStart',
    /** Not ready: its pool requires that it can be reached. */
    unreachable: 'Unreachable',
    /** Not ready: its people are moved to other nodes. */
    draining: 'Draining',
    /** Not ready: drained, and nobody is left. */
    drained: 'Drained',
    /** Not ready: it was lost and is back; it takes no new work for a while. */
    held: 'Held',
    /** Not ready: several people lost their media on it, though it is heard. */
    suspect: 'Suspect',
    /** Not ready: no load for longer than a node may be silent. */
    silent: 'Silent',
    /** Not ready: dead by two signs. */
    lost: 'Lost',
    /** Not ready: its pool does not exist. */
    poolMissing: 'PoolMissing',
    /** Not ready: it has no address, and no pool made it. */
    noAddress: 'NoAddress',
    /** Not ready: the API server would not make its Pod. */
    podRefused: 'PodRefused',
    /** Not ready: a Pod of its name belongs to something else. */
    nameTaken: 'NameTaken',
    /** Not ready: no Kubernetes Node has room for its Pod. */
    unschedulable: 'Unschedulable',
    /** Not ready: its image cannot be pulled. */
    imagePull: 'ImagePull',
    /** Not ready: its container cannot be made. */
    containerRefused: 'ContainerRefused',
    /** Not ready: its agent ends as often as it is started. */
    crashLoop: 'CrashLoop',
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
    /** Not ready: the API server refused an ad hoc meeting, or what the pool makes. */
    createRefused: 'CreateRefused',
    /** Not ready: something else has the name of what the pool makes. */
    nameTaken: 'NameTaken',
    /** Updated: every node is of the template that the pool has. */
    upToDate: 'UpToDate',
    /** Not updated: a newer node is made, or is ready, before an older one leaves. */
    surging: 'Surging',
    /** Not updated: a newer node is not ready yet. */
    waiting: 'Waiting',
    /** Not updated: an older node is being emptied. */
    emptying: 'Emptying',
    /** Not updated: there was no room for one more, so an older node leaves first. */
    replacing: 'Replacing',
    /** No update available. */
    sameImage: 'SameImage',
    /** Update available: the operator has another image than the pool. */
    otherImage: 'OtherImage',
  },
} as const
