/** What a process may do to a kind, each verb with its reason. The group is empty for Kubernetes' core. */
export interface Grant {
  readonly group: string
  readonly resources: readonly string[]
  /** Only objects of these names, where Kubernetes can tell. */
  readonly names?: readonly string[]
  readonly verbs: Readonly<Record<string, string>>
}

const watched = { list: 'fills the cache of each replica', watch: 'keeps it current' }
const readLive = { get: 'reads an object live when an answer was lost or a write conflicted' }
const told = {
  create: 'tells what happened',
  patch: 'counts on when it happens again',
}

/** The operator in its own namespace. */
export const ownGrants: readonly Grant[] = [
  {
    group: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: {
      get: 'sees who leads',
      create: 'makes the Lease at the first start, and again when somebody deleted it',
      patch: 'takes, renews and releases it',
    },
  },
  {
    group: 'parley.media',
    resources: ['medianodepools'],
    verbs: {
      ...watched,
      ...readLive,
      create: 'makes the pools of the values, each once',
      patch: 'writes its own image into a pool that has none',
    },
  },
  {
    group: 'parley.media',
    resources: ['medianodes'],
    verbs: {
      ...watched,
      ...readLive,
      create: 'makes the media nodes that pools ask for',
      delete: 'takes one away whose Pod is gone, or that is not wanted any more',
    },
  },
  {
    group: 'parley.media',
    resources: ['medianodepools/status', 'medianodes/status'],
    verbs: { patch: 'tells their state' },
  },
  {
    group: '',
    resources: ['pods'],
    verbs: {
      ...watched,
      ...readLive,
      create: 'makes one a media node',
      patch: 'labels it as guarded and serving',
      delete: 'ends one that is empty or that failed',
    },
  },
  {
    group: 'policy',
    resources: ['poddisruptionbudgets'],
    verbs: {
      ...watched,
      get: 'sees whose it is that has the name of one',
      create: 'makes one a pool, which keeps Pods with people from eviction; it goes with its pool',
      patch: 'mends one that somebody changed',
    },
  },
  { group: '', resources: ['events'], verbs: told },
]

/** The operator where meetings are: in each watched namespace, or in all. */
export const meetingGrants: readonly Grant[] = [
  {
    group: 'parley.media',
    resources: ['meetings'],
    verbs: {
      ...watched,
      ...readLive,
      create: 'writes down a meeting that a join has made, when it lasts',
      delete: 'takes one away when its time after the end is over',
    },
  },
  { group: 'parley.media', resources: ['meetings/status'], verbs: { patch: 'tells its state' } },
  { group: '', resources: ['events'], verbs: told },
]

/** The operator in the whole cluster. */
export const nodeGrants: readonly Grant[] = [{ group: '', resources: ['nodes'], verbs: watched }]

/** The operator in the whole cluster, where it serves all namespaces. */
export const namespaceGrants: readonly Grant[] = [
  {
    group: '',
    resources: ['namespaces'],
    verbs: { list: 'sees which there are, so that nobody meets in one that does not exist', watch: 'keeps that current' },
  },
]

/** The hook before an install, an upgrade and a rollback; `given` are Secrets that the values name. */
export const keysGrants = (fullname: string, given: readonly string[] = []): readonly Grant[] => [
  {
    group: '',
    resources: ['secrets'],
    names: [`${fullname}-keys`, ...given],
    verbs: { get: 'sees what is there already, and whether what was named fits' },
  },
  { group: '', resources: ['secrets'], names: [`${fullname}-keys`], verbs: { patch: 'adds what is missing' } },
  {
    group: '',
    resources: ['configmaps'],
    names: [`${fullname}-trusted-keys`],
    verbs: { get: 'sees which keys are trusted', patch: 'adds one' },
  },
  { group: '', resources: ['secrets', 'configmaps'], verbs: { create: 'makes both; a new object cannot be named in a Role' } },
]

/** The hook before a release is deleted. */
export const uninstallGrants = (fullname: string): readonly Grant[] => [
  {
    group: 'parley.media',
    resources: ['medianodepools', 'medianodes'],
    verbs: { list: 'finds them', delete: 'takes them away' },
  },
  {
    group: '',
    resources: ['pods'],
    verbs: { list: 'sees which are left', delete: 'ends media Pods within the grace, and that of helm test' },
  },
  {
    group: 'apps',
    resources: ['deployments'],
    names: [`${fullname}-operator`],
    verbs: { patch: 'stops the operator, which would make its Lease again' },
  },
  {
    group: 'coordination.k8s.io',
    resources: ['leases'],
    names: ['parley-operator'],
    verbs: { get: 'finds it', delete: 'takes it away' },
  },
  {
    group: '',
    resources: ['secrets'],
    names: [`${fullname}-keys`],
    verbs: { get: 'sees that it is ours', delete: 'takes it away' },
  },
  {
    group: '',
    resources: ['configmaps'],
    names: [`${fullname}-trusted-keys`],
    verbs: { get: 'sees that it is ours', delete: 'takes it away' },
  },
]
