// Generated from the definitions in this folder by `npm run generate`. Edit those.

import type { ObjectMeta, ObjectMetaApply } from './meta.ts'

/** How clients reach the media ports of the pool's Pods. */
export interface MediaNodePoolNetwork {
  /** hostPort: the ports of clients are ports of the Kubernetes Node, which hosts one media Pod at most; the namespace must allow it (Pod Security level privileged). hostNetwork: the Pod uses the network of the Kubernetes Node; likewise. podNetwork: the Pod's own address, for networks in which clients reach Pods, or for clients that come through TURN; every Pod Security level allows it. */
  readonly mode: 'hostPort' | 'hostNetwork' | 'podNetwork'
  /** The address that clients are told for every node of the pool, an IP address or a host name. Absent means that of the Kubernetes Node, the ExternalIP before the InternalIP; with podNetwork that of the Pod. */
  readonly address?: string
  /** While true, a node takes nobody before its condition Reachable is True. The operator tries it from its own Pod: leave it false where clients come by another way than Pods do. */
  readonly requireReachable: boolean
}

/** When the pool's Pods are replaced by newer ones. */
export interface MediaNodePoolUpdate {
  /** Manual: when a person changes spec.image. Auto: spec.image follows the image of the operator. */
  readonly policy: 'Manual' | 'Auto'
}

/** How the pool's nodes are emptied. */
export interface MediaNodePoolDrain {
  /** For how long a node that is to go may wait for its people to leave or to be placed elsewhere. It holds at once for drains by the operator; for a Pod that is deleted, that it had when the Pod was made. */
  readonly deadlineSeconds: number
}

/** What the agent's container asks for and may use. Absent means a request of half a core more than workers, memory by workers, and no limit of CPU. */
export interface MediaNodePoolResources {
  /** What a Kubernetes Node must have free, for instance cpu and memory. */
  readonly requests?: Readonly<Record<string, string>>
  /** What it may not exceed. A limit of CPU makes media stutter. */
  readonly limits?: Readonly<Record<string, string>>
}

/** A taint that is tolerated, as in a Pod. */
export interface MediaNodePoolToleration {
  /** The taint's key; absent with operator Exists means every taint. */
  readonly key?: string
  /** How key and value are compared. */
  readonly operator?: 'Exists' | 'Equal'
  /** The taint's value. */
  readonly value?: string
  /** The effect that is tolerated; absent means every one. */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
  /** For how long a taint of effect NoExecute is tolerated. */
  readonly tolerationSeconds?: number
}

/** A Secret of the pool's namespace. */
export interface MediaNodePoolImagePullSecret {
  /** Its name. */
  readonly name: string
}

/** What the Pods of the pool have beside what the operator gives them. This is the whole list: what a Pod may do (security context, service account, host namespaces, volumes, containers, command, environment) cannot be changed. */
export interface MediaNodePoolOverrides {
  /** What the agent's container asks for and may use. Absent means a request of half a core more than workers, memory by workers, and no limit of CPU. */
  readonly resources?: MediaNodePoolResources
  /** Labels that a Kubernetes Node must have. */
  readonly nodeSelector?: Readonly<Record<string, string>>
  /** Taints of Kubernetes Nodes that do not keep the Pods away. */
  readonly tolerations?: readonly MediaNodePoolToleration[]
  /** Where the Pods are drawn to and kept from, as in a Pod. */
  readonly affinity?: Readonly<Record<string, unknown>>
  /** How the Pods spread over zones and the like, each as in a Pod. */
  readonly topologySpreadConstraints?: readonly Readonly<Record<string, unknown>>[]
  /** Labels that the Pods have beside the operator's. */
  readonly labels?: Readonly<Record<string, string>>
  /** Annotations that the Pods have. */
  readonly annotations?: Readonly<Record<string, string>>
  /** The PriorityClass of the Pods. */
  readonly priorityClassName?: string
  /** The Secrets by which the image is pulled. */
  readonly imagePullSecrets?: readonly MediaNodePoolImagePullSecret[]
}

/** Meetings that are made by the first join, without a Meeting object. */
export interface MediaNodePoolAdHocMeetings {
  /** Whether the pool takes such meetings. */
  readonly enabled: boolean
  /** How many of them the pool takes at once; a join that would make another is refused. */
  readonly max: number
}

/** What the pool's nodes have in common and whom they serve. */
export interface MediaNodePoolSpec {
  /** Where the pool's nodes stand; what clients name or measure, and what Meetings allow. */
  readonly region: string
  /** How many media nodes the pool should have. With spec.image the operator makes as many, each with a Pod; absent means 1. Nodes that were registered by their address are not counted then; say 0 for a pool that has no others. Without spec.image it makes none, and absent means as many as are registered. */
  readonly replicas?: number
  /** The image that the Pods of the pool run. Where it is absent and the operator has an image of its own, the operator writes that here, once; what a later operator would write is told by the condition UpdateAvailable. A changed image replaces the Pods one after the other. */
  readonly image?: string
  /** How many mediasoup workers each media node runs, each on a core of its own: a Pod asks for half a core more. It fixes the ports that clients use, one a worker from 40000 up, UDP and TCP. */
  readonly workers: number
  /** How clients reach the media ports of the pool's Pods. */
  readonly network: MediaNodePoolNetwork
  /** When the pool's Pods are replaced by newer ones. */
  readonly update: MediaNodePoolUpdate
  /** How the pool's nodes are emptied. */
  readonly drain: MediaNodePoolDrain
  /** What the Pods of the pool have beside what the operator gives them. This is the whole list: what a Pod may do (security context, service account, host namespaces, volumes, containers, command, environment) cannot be changed. */
  readonly overrides?: MediaNodePoolOverrides
  /** The namespaces whose meetings the pool takes. Absent means all. */
  readonly allowedNamespaces?: readonly string[]
  /** Which media node takes a meeting that comes to the pool. spread: the least loaded one, so that each has the most room to grow. pack: the fullest one that still takes meetings, so that nodes become empty and can go. Absent means spread. */
  readonly placement?: 'spread' | 'pack'
  /** Meetings that are made by the first join, without a Meeting object. */
  readonly adHocMeetings: MediaNodePoolAdHocMeetings
}

/** One aspect of the object's state. */
export interface Condition {
  /** What this condition is about, for instance Ready. */
  readonly type: string
  /** Whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown'
  /** Why, as one word for programs. */
  readonly reason: string
  /** Why, as one line for people. */
  readonly message: string
  /** The metadata.generation that this condition was judged by. */
  readonly observedGeneration?: number
  /** When the status last changed. */
  readonly lastTransitionTime: string
}

/** What the pool has. Written by the operator. */
export interface MediaNodePoolStatus {
  /** The metadata.generation that this status answers to. */
  readonly observedGeneration?: number
  /** How many media nodes the pool has that are not being emptied. */
  readonly replicas?: number
  /** How many of them are Ready. */
  readonly ready?: number
  /** How many of them are being emptied. */
  readonly draining?: number
  /** The load of its most loaded Ready node, in tenths: 0.3. */
  readonly load?: string
  /** The label selector of its media nodes, for the scale subresource. */
  readonly selector?: string
  /** What holds and what does not, each with a reason; Ready, Updated and UpdateAvailable. */
  readonly conditions?: readonly Condition[]
}

/** Media nodes of one kind and region, and which meetings they take. As the API server hands it out: defaults are filled in. */
export interface MediaNodePool {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'MediaNodePool'
  readonly metadata: ObjectMeta
  /** What the pool's nodes have in common and whom they serve. */
  readonly spec: MediaNodePoolSpec
  /** What the pool has. Written by the operator. */
  readonly status?: MediaNodePoolStatus
}

/** While present, the node is emptied: it takes nobody new, and its people are moved to other media nodes, a few at a time. Remove it to cancel. */
export interface MediaNodeDrain {
  /** How long it may take, from when the operator saw it first. Who is left then is told and loses the connection; 0 tells everybody at once. */
  readonly deadlineSeconds: number
  /** How many people a second are told to go, at most. Of one meeting at most one in ten, or one, is under way at a time, whatever it says, until the deadline is near. Absent means 20. */
  readonly pace?: number
  /** Why, for whoever looks at it. */
  readonly reason?: string
}

/** What the media node is and whether it may take work. */
export interface MediaNodeSpec {
  /** The MediaNodePool that the node belongs to, in the same namespace. */
  readonly pool: string
  /** Where the agent's API listens, as http://HOST:PORT or https://HOST:PORT: for a node that runs outside of the cluster. Absent for a node that its pool made: the operator makes its Pod, of the same name. */
  readonly address?: string
  /** How many mediasoup workers the agent runs, each on a core of its own. It fixes the ports that clients use. */
  readonly workers: number
  /** While true, the node takes no new segments and no new participants; those it has stay. */
  readonly cordoned: boolean
  /** While present, the node is emptied: it takes nobody new, and its people are moved to other media nodes, a few at a time. Remove it to cancel. */
  readonly drain?: MediaNodeDrain
}

/** A meeting of which somebody stays. */
export interface MediaNodeBlocker {
  /** NAMESPACE/NAME. */
  readonly meeting: string
  /** NoPlace: no other node takes its people at the moment. Never: its spec.disruption lets nobody be moved. AudienceOnly: its spec.disruption keeps those who may publish. */
  readonly reason: 'NoPlace' | 'Never' | 'AudienceOnly'
  /** Who stays and why, as one line for people. */
  readonly message: string
}

/** How far the node's drain is; absent while it is not drained. */
export interface MediaNodeStatusDrain {
  /** Why it is drained; all reasons, where there are several. */
  readonly reason: string
  /** When this request of spec.drain was seen first; its deadline counts from then. */
  readonly requestedAt?: string
  /** By when it ends. */
  readonly deadline?: string
  /** How many people are on it still, in steps. */
  readonly left: string
  /** How many people were told to go since it began, in steps. */
  readonly moved: string
  /** When nobody will be left, as it looks; where somebody stays until the deadline, that. It is told anew where it is more than a minute off. */
  readonly eta?: string
  /** Whether somebody stays until the deadline as it looks; blockers say who and why. */
  readonly blocked: boolean
  /** The meetings of which somebody stays until the deadline as it looks, at most ten; the message counts the others. */
  readonly blockers?: readonly MediaNodeBlocker[]
  /** How it goes on or what blocks it, as one line for people. */
  readonly message: string
}

/** One reason to empty the node. */
export interface MediaNodeDisruption {
  /** NodeCordoned: its Kubernetes Node takes no Pods any more or is about to go. ScaleIn: the pool has more nodes than it should. Rollout: its Pod is made from an older template than the pool has now. Terminating: its Pod is being deleted. */
  readonly source: 'NodeCordoned' | 'ScaleIn' | 'Rollout' | 'Terminating'
  /** What brought it about, as one word for programs. */
  readonly reason: string
  /** What brought it about, as one line for people. */
  readonly message: string
  /** When it began. */
  readonly since: string
  /** When whoever is left is disconnected. */
  readonly deadline: string
}

/** What the media node is at the moment. Written by the operator. */
export interface MediaNodeStatus {
  /** The metadata.generation that this status answers to. */
  readonly observedGeneration?: number
  /** Pending: not heard yet. Ready: takes work. Cordoned: keeps its people and takes nobody new. Draining: takes nobody new and its people are moved away. Drained: as that, and nobody is left. NotReady: silent, or back and held for a while, or suspected; its people are left where they are. Lost: dead by two signs. */
  readonly phase?: 'Pending' | 'Ready' | 'Cordoned' | 'Draining' | 'Drained' | 'NotReady' | 'Lost'
  /** How far the node's drain is; absent while it is not drained. */
  readonly drain?: MediaNodeStatusDrain
  /** The Kubernetes Node that its Pod runs on. */
  readonly host?: string
  /** Why the operator empties the node, by source; any of them drains it, and without any the drain is cancelled. spec.cordoned and spec.drain are for people, these are the operator's own. */
  readonly disruptions?: readonly MediaNodeDisruption[]
  /** The addresses that clients reach its media ports at. */
  readonly addresses?: readonly string[]
  /** The agent's version. */
  readonly version?: string
  /** The worst of its resources as a fraction of what the node carries, in tenths: 0.3. */
  readonly load?: string
  /** How many people are on it, in steps: 0, 1, 2-5, 6-10, and so on. Exact figures come from the placement API. */
  readonly participants?: string
  /** How many meetings it hosts, rounded down to a step (0, 1, 2, 6, 11, ...). */
  readonly meetings?: number
  /** The ULID of the agent's last start; what it hosted before that is gone. */
  readonly incarnation?: string
  /** What holds and what does not, each with a reason; Ready, Reachable. */
  readonly conditions?: readonly Condition[]
}

/** A media node: one agent process with its mediasoup workers, which hosts segments of meetings. As the API server hands it out: defaults are filled in. */
export interface MediaNode {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'MediaNode'
  readonly metadata: ObjectMeta
  /** What the media node is and whether it may take work. */
  readonly spec: MediaNodeSpec
  /** What the media node is at the moment. Written by the operator. */
  readonly status?: MediaNodeStatus
}

export interface MeetingMatchExpression {
  /** The label that it is about. */
  readonly key: string
  /** How the label relates to the values. NotIn and DoesNotExist are true of a pool without the label. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  /** For In and NotIn, at least one. */
  readonly values?: readonly string[]
}

/** Labels of the MediaNodePools whose nodes may host the meeting, as selectors of Kubernetes mean it; of those that spec.pools names, where it names any. An empty selector means every pool. */
export interface MeetingPoolSelector {
  /** Labels that a pool has, each with this value. */
  readonly matchLabels?: Readonly<Record<string, string>>
  /** What must be true of a pool's labels, all of it. */
  readonly matchExpressions?: readonly MeetingMatchExpression[]
}

/** How many people the meeting is for. */
export interface MeetingCapacity {
  /** How many people are expected. From the first join until they have come, and no longer than 20 seconds after the last join, the media node that takes them is kept free for them, at most as a whole: other meetings begin elsewhere. Absent means that nothing is known. */
  readonly expectedParticipants?: number
  /** The most people at once; a further join is refused. Absent means as many as the nodes carry. */
  readonly maxParticipants?: number
}

/** When the meeting is to be. Without times it is open from the first join until it stands empty. */
export interface MeetingSchedule {
  /** When it begins. Nobody is let in before its door opens, and it does not end for standing empty before it has begun. Absent means now. */
  readonly startTime?: string
  /** When it is over. An empty meeting ends then at once; one with people in it goes on until they have left, and lets new ones in as long. Absent means that only spec.emptyTimeoutSeconds ends it. */
  readonly endTime?: string
  /** How many seconds before startTime the door opens. */
  readonly openBeforeSeconds: number
}

/** How the meeting spreads over media nodes. */
export interface MeetingCascade {
  /** The most media nodes that host it at once; a join that would need a further one waits. Absent means 64. */
  readonly maxNodes?: number
  /** Auto: a pipe between each two nodes up to four, then a core of at most four, one for each region with people, and leaves. Mesh: a pipe between each two, as long as the nodes can carry them. Star: always a core with leaves. */
  readonly topology: 'Auto' | 'Mesh' | 'Star'
}

/** Who may come in. */
export interface MeetingAccess {
  /** While true, new participants are refused. Those who are in stay, and may come back after a lost connection. */
  readonly locked: boolean
}

/** What the meeting should be. */
export interface MeetingSpec {
  /** The meeting's name as people write it, where it differs from metadata.name. */
  readonly title?: string
  /** The MediaNodePools whose nodes may host the meeting. A pool must also allow the meeting's namespace. Absent means every pool that does and that spec.poolSelector selects. */
  readonly pools?: readonly string[]
  /** Labels of the MediaNodePools whose nodes may host the meeting, as selectors of Kubernetes mean it; of those that spec.pools names, where it names any. An empty selector means every pool. */
  readonly poolSelector?: MeetingPoolSelector
  /** The regions that may host the meeting; no node elsewhere is ever taken. Absent means all. */
  readonly regions?: readonly string[]
  /** How many people the meeting is for. */
  readonly capacity?: MeetingCapacity
  /** When the meeting is to be. Without times it is open from the first join until it stands empty. */
  readonly schedule: MeetingSchedule
  /** meeting: everybody may speak to everybody. stage: few publish and many watch, so the nodes on which people publish are the core of the cascade and those of the audience its leaves. */
  readonly mode: 'meeting' | 'stage'
  /** Whom a media node that is emptied may move to another one before the deadline of its drain, by when whoever is left is disconnected and joins again. any: everybody. audienceOnly: those who may not publish. never: nobody. */
  readonly disruption: 'any' | 'audienceOnly' | 'never'
  /** How the meeting spreads over media nodes. */
  readonly cascade: MeetingCascade
  /** Who may come in. */
  readonly access: MeetingAccess
  /** For how many seconds a meeting may stand empty before it ends; 0 ends it with the last departure. What it stands empty before spec.schedule.startTime does not count. */
  readonly emptyTimeoutSeconds: number
  /** True ends the meeting for everybody, for good. A new meeting of the same name needs a new object. */
  readonly ended: boolean
  /** How many seconds after its end the object is deleted. Absent means never. */
  readonly ttlSecondsAfterEnded?: number
}

/** The part of the meeting that one media node hosts. */
export interface MeetingSegment {
  /** The MediaNode. */
  readonly node: string
  /** The region of that node's pool. */
  readonly region: string
  /** A core has a pipe to every other core and to its leaves, a leaf to its core only. */
  readonly role: 'core' | 'leaf'
  /** The core that a leaf hangs on. */
  readonly parent?: string
  /** Why this node, and why its place in the cascade, in one line. */
  readonly why: string
  /** The version of the meeting's plan that this segment was last ordered by; 0 when none has reached it. */
  readonly generation: number
  /** Made without the operator, by a fallback grant, and not yet adopted. */
  readonly fallback: boolean
}

/** People who changed their media node in one go. */
export interface MeetingLastMove {
  /** When the first of them came to the new node. */
  readonly time: string
  /** The MediaNode that they left. */
  readonly from: string
  /** The MediaNode that they are on since. */
  readonly to: string
  /** How many they were, in steps: 1, 2-5, 6-10, and so on. */
  readonly people: string
  /** What moved them, in one line. */
  readonly why: string
}

/** What the meeting is. Written by the operator. */
export interface MeetingStatus {
  /** The metadata.generation that this status answers to. */
  readonly observedGeneration?: number
  /** Scheduled: its door opens spec.schedule.openBeforeSeconds before it begins; nobody is let in until then. Waiting: nobody has joined yet. Active: people are in it. Empty: everybody has left, and it ends after spec.emptyTimeoutSeconds. Ended: for good. */
  readonly phase?: 'Scheduled' | 'Waiting' | 'Active' | 'Empty' | 'Ended'
  /** The ULID that tells this meeting from an earlier one of the same name. */
  readonly incarnation?: string
  /** The media nodes that host it, joined by commas, for people to read. */
  readonly nodes?: string
  /** The parts of the meeting, one a media node. */
  readonly segments?: readonly MeetingSegment[]
  /** How many people are in it, in steps: 0, 1, 2-5, 6-10, and so on. Exact figures come from the placement API. */
  readonly participants?: string
  /** The last times that people were moved from one media node to another, newest first; told within a minute. */
  readonly lastMoves?: readonly MeetingLastMove[]
  /** Why the meeting is where and what it is, in one line. */
  readonly why?: string
  /** What holds and what does not, each with a reason; Ready and Stalled. */
  readonly conditions?: readonly Condition[]
}

/** A meeting that people join. The first join finds it by its name; without a Meeting object of that name, one is made where the pool allows ad hoc meetings. As the API server hands it out: defaults are filled in. */
export interface Meeting {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'Meeting'
  readonly metadata: ObjectMeta
  /** What the meeting should be. */
  readonly spec: MeetingSpec
  /** What the meeting is. Written by the operator. */
  readonly status?: MeetingStatus
}

/** How clients reach the media ports of the pool's Pods. */
export interface MediaNodePoolNetworkApply {
  /** hostPort: the ports of clients are ports of the Kubernetes Node, which hosts one media Pod at most; the namespace must allow it (Pod Security level privileged). hostNetwork: the Pod uses the network of the Kubernetes Node; likewise. podNetwork: the Pod's own address, for networks in which clients reach Pods, or for clients that come through TURN; every Pod Security level allows it. */
  readonly mode?: 'hostPort' | 'hostNetwork' | 'podNetwork'
  /** The address that clients are told for every node of the pool, an IP address or a host name. Absent means that of the Kubernetes Node, the ExternalIP before the InternalIP; with podNetwork that of the Pod. */
  readonly address?: string
  /** While true, a node takes nobody before its condition Reachable is True. The operator tries it from its own Pod: leave it false where clients come by another way than Pods do. */
  readonly requireReachable?: boolean
}

/** When the pool's Pods are replaced by newer ones. */
export interface MediaNodePoolUpdateApply {
  /** Manual: when a person changes spec.image. Auto: spec.image follows the image of the operator. */
  readonly policy?: 'Manual' | 'Auto'
}

/** How the pool's nodes are emptied. */
export interface MediaNodePoolDrainApply {
  /** For how long a node that is to go may wait for its people to leave or to be placed elsewhere. It holds at once for drains by the operator; for a Pod that is deleted, that it had when the Pod was made. */
  readonly deadlineSeconds?: number
}

/** Meetings that are made by the first join, without a Meeting object. */
export interface MediaNodePoolAdHocMeetingsApply {
  /** Whether the pool takes such meetings. */
  readonly enabled?: boolean
  /** How many of them the pool takes at once; a join that would make another is refused. */
  readonly max?: number
}

/** What the pool's nodes have in common and whom they serve. */
export interface MediaNodePoolSpecApply {
  /** Where the pool's nodes stand; what clients name or measure, and what Meetings allow. */
  readonly region: string
  /** How many media nodes the pool should have. With spec.image the operator makes as many, each with a Pod; absent means 1. Nodes that were registered by their address are not counted then; say 0 for a pool that has no others. Without spec.image it makes none, and absent means as many as are registered. */
  readonly replicas?: number
  /** The image that the Pods of the pool run. Where it is absent and the operator has an image of its own, the operator writes that here, once; what a later operator would write is told by the condition UpdateAvailable. A changed image replaces the Pods one after the other. */
  readonly image?: string
  /** How many mediasoup workers each media node runs, each on a core of its own: a Pod asks for half a core more. It fixes the ports that clients use, one a worker from 40000 up, UDP and TCP. */
  readonly workers?: number
  /** How clients reach the media ports of the pool's Pods. */
  readonly network?: MediaNodePoolNetworkApply
  /** When the pool's Pods are replaced by newer ones. */
  readonly update?: MediaNodePoolUpdateApply
  /** How the pool's nodes are emptied. */
  readonly drain?: MediaNodePoolDrainApply
  /** What the Pods of the pool have beside what the operator gives them. This is the whole list: what a Pod may do (security context, service account, host namespaces, volumes, containers, command, environment) cannot be changed. */
  readonly overrides?: MediaNodePoolOverrides
  /** The namespaces whose meetings the pool takes. Absent means all. */
  readonly allowedNamespaces?: readonly string[]
  /** Which media node takes a meeting that comes to the pool. spread: the least loaded one, so that each has the most room to grow. pack: the fullest one that still takes meetings, so that nodes become empty and can go. Absent means spread. */
  readonly placement?: 'spread' | 'pack'
  /** Meetings that are made by the first join, without a Meeting object. */
  readonly adHocMeetings?: MediaNodePoolAdHocMeetingsApply
}

/** Media nodes of one kind and region, and which meetings they take. As it is written: defaults may be left out. */
export interface MediaNodePoolApply {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'MediaNodePool'
  readonly metadata: ObjectMetaApply
  /** What the pool's nodes have in common and whom they serve. */
  readonly spec: MediaNodePoolSpecApply
  /** What the pool has. Written by the operator. */
  readonly status?: MediaNodePoolStatus
}

/** While present, the node is emptied: it takes nobody new, and its people are moved to other media nodes, a few at a time. Remove it to cancel. */
export interface MediaNodeDrainApply {
  /** How long it may take, from when the operator saw it first. Who is left then is told and loses the connection; 0 tells everybody at once. */
  readonly deadlineSeconds?: number
  /** How many people a second are told to go, at most. Of one meeting at most one in ten, or one, is under way at a time, whatever it says, until the deadline is near. Absent means 20. */
  readonly pace?: number
  /** Why, for whoever looks at it. */
  readonly reason?: string
}

/** What the media node is and whether it may take work. */
export interface MediaNodeSpecApply {
  /** The MediaNodePool that the node belongs to, in the same namespace. */
  readonly pool: string
  /** Where the agent's API listens, as http://HOST:PORT or https://HOST:PORT: for a node that runs outside of the cluster. Absent for a node that its pool made: the operator makes its Pod, of the same name. */
  readonly address?: string
  /** How many mediasoup workers the agent runs, each on a core of its own. It fixes the ports that clients use. */
  readonly workers?: number
  /** While true, the node takes no new segments and no new participants; those it has stay. */
  readonly cordoned?: boolean
  /** While present, the node is emptied: it takes nobody new, and its people are moved to other media nodes, a few at a time. Remove it to cancel. */
  readonly drain?: MediaNodeDrainApply
}

/** A media node: one agent process with its mediasoup workers, which hosts segments of meetings. As it is written: defaults may be left out. */
export interface MediaNodeApply {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'MediaNode'
  readonly metadata: ObjectMetaApply
  /** What the media node is and whether it may take work. */
  readonly spec: MediaNodeSpecApply
  /** What the media node is at the moment. Written by the operator. */
  readonly status?: MediaNodeStatus
}

/** When the meeting is to be. Without times it is open from the first join until it stands empty. */
export interface MeetingScheduleApply {
  /** When it begins. Nobody is let in before its door opens, and it does not end for standing empty before it has begun. Absent means now. */
  readonly startTime?: string
  /** When it is over. An empty meeting ends then at once; one with people in it goes on until they have left, and lets new ones in as long. Absent means that only spec.emptyTimeoutSeconds ends it. */
  readonly endTime?: string
  /** How many seconds before startTime the door opens. */
  readonly openBeforeSeconds?: number
}

/** How the meeting spreads over media nodes. */
export interface MeetingCascadeApply {
  /** The most media nodes that host it at once; a join that would need a further one waits. Absent means 64. */
  readonly maxNodes?: number
  /** Auto: a pipe between each two nodes up to four, then a core of at most four, one for each region with people, and leaves. Mesh: a pipe between each two, as long as the nodes can carry them. Star: always a core with leaves. */
  readonly topology?: 'Auto' | 'Mesh' | 'Star'
}

/** Who may come in. */
export interface MeetingAccessApply {
  /** While true, new participants are refused. Those who are in stay, and may come back after a lost connection. */
  readonly locked?: boolean
}

/** What the meeting should be. */
export interface MeetingSpecApply {
  /** The meeting's name as people write it, where it differs from metadata.name. */
  readonly title?: string
  /** The MediaNodePools whose nodes may host the meeting. A pool must also allow the meeting's namespace. Absent means every pool that does and that spec.poolSelector selects. */
  readonly pools?: readonly string[]
  /** Labels of the MediaNodePools whose nodes may host the meeting, as selectors of Kubernetes mean it; of those that spec.pools names, where it names any. An empty selector means every pool. */
  readonly poolSelector?: MeetingPoolSelector
  /** The regions that may host the meeting; no node elsewhere is ever taken. Absent means all. */
  readonly regions?: readonly string[]
  /** How many people the meeting is for. */
  readonly capacity?: MeetingCapacity
  /** When the meeting is to be. Without times it is open from the first join until it stands empty. */
  readonly schedule?: MeetingScheduleApply
  /** meeting: everybody may speak to everybody. stage: few publish and many watch, so the nodes on which people publish are the core of the cascade and those of the audience its leaves. */
  readonly mode?: 'meeting' | 'stage'
  /** Whom a media node that is emptied may move to another one before the deadline of its drain, by when whoever is left is disconnected and joins again. any: everybody. audienceOnly: those who may not publish. never: nobody. */
  readonly disruption?: 'any' | 'audienceOnly' | 'never'
  /** How the meeting spreads over media nodes. */
  readonly cascade?: MeetingCascadeApply
  /** Who may come in. */
  readonly access?: MeetingAccessApply
  /** For how many seconds a meeting may stand empty before it ends; 0 ends it with the last departure. What it stands empty before spec.schedule.startTime does not count. */
  readonly emptyTimeoutSeconds?: number
  /** True ends the meeting for everybody, for good. A new meeting of the same name needs a new object. */
  readonly ended?: boolean
  /** How many seconds after its end the object is deleted. Absent means never. */
  readonly ttlSecondsAfterEnded?: number
}

/** A meeting that people join. The first join finds it by its name; without a Meeting object of that name, one is made where the pool allows ad hoc meetings. As it is written: defaults may be left out. */
export interface MeetingApply {
  readonly apiVersion: 'parley.media/v1alpha1'
  readonly kind: 'Meeting'
  readonly metadata: ObjectMetaApply
  /** What the meeting should be. */
  readonly spec?: MeetingSpecApply
  /** What the meeting is. Written by the operator. */
  readonly status?: MeetingStatus
}

/** What a spec says where it says nothing, by kind. */
export const specDefaults = {
  "MediaNodePool": {
    "workers": 2,
    "network": {
      "mode": "hostPort",
      "requireReachable": false
    },
    "update": {
      "policy": "Manual"
    },
    "drain": {
      "deadlineSeconds": 600
    },
    "adHocMeetings": {
      "enabled": true,
      "max": 1000
    }
  },
  "MediaNode": {
    "workers": 2,
    "cordoned": false,
    "drain": {
      "deadlineSeconds": 600
    }
  },
  "Meeting": {
    "schedule": {
      "openBeforeSeconds": 900
    },
    "mode": "meeting",
    "disruption": "any",
    "cascade": {
      "topology": "Auto"
    },
    "access": {
      "locked": false
    },
    "emptyTimeoutSeconds": 300,
    "ended": false
  }
} as const
