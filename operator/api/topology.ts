import { z } from 'zod'

import { edgeVersionTold } from '../../sfu/api/edgeVersion.ts'
import { meetingName, namespaceName, nodeName, regionName, ulid } from '../../sfu/api/identity.ts'

/** What the fallback needs of a node. */
export const topologyNode = z.object({
  name: nodeName,
  pool: z.string(),
  region: regionName,
  url: z.url(),
  accepting: z.boolean().describe('Heard from, ready, not cordoned and below its accept limit.'),
  draining: z
    .boolean()
    .optional()
    .describe('It is emptied: it lets nobody in, also into meetings that it hosts. Absent: it is not.'),
  edgeVersion: edgeVersionTold.describe('Of the contract between media nodes: those of one meeting have the same. Absent: 1.'),
  load: z.number().describe('0 to 1, the worst resource.'),
})
export type TopologyNode = z.infer<typeof topologyNode>

export const topologyPool = z.object({
  name: z.string(),
  region: regionName,
  allowedNamespaces: z.array(namespaceName).optional().describe('Absent: every namespace.'),
  adHocMeetings: z.boolean(),
})
export type TopologyPool = z.infer<typeof topologyPool>

export const topologyMeeting = z.object({
  namespace: namespaceName,
  name: meetingName,
  incarnation: ulid.optional().describe('Absent until somebody was placed.'),
  title: z.string().max(200).optional().describe('What people call it, where that is not its name.'),
  pools: z.array(z.string()).optional().describe('Absent: every pool that allows the namespace.'),
  regions: z.array(regionName).optional(),
  maxParticipants: z.int().min(1).optional().describe('How many people it takes. Absent: as many as its media nodes do.'),
  opensAtMs: z.int().optional().describe('Its door is shut until then, by the wall clock. Absent: it is open.'),
  closed: z.boolean().describe('Nobody new is let in: locked or ended.'),
  nodes: z.array(nodeName),
})
export type TopologyMeeting = z.infer<typeof topologyMeeting>

/** Its query: once, or as a stream. */
export const topologyQuery = z.strictObject({ watch: z.enum(['true', 'false']).optional() })

/** `GET /v1/topology`: what the bearer may see of nodes, pools and meetings. */
export const topology = z.object({
  revision: z.int().describe('Rising within one epoch.'),
  epoch: z.int(),
  turnUrls: z.array(z.string()),
  nodes: z.array(topologyNode),
  pools: z.array(topologyPool),
  meetings: z.array(topologyMeeting),
})
export type Topology = z.infer<typeof topology>

/**
 * `GET /v1/topology?watch=true`, newline-delimited JSON: a `snapshot`, then `change`s in order of revision, and a `beat` every 5 s.
 * After a gap in revisions, or 15 s of silence, the reader starts again.
 */
export const topologyLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), topology }),
  z.object({
    type: z.literal('change'),
    revision: z.int(),
    nodes: z.array(topologyNode).optional(),
    removedNodes: z.array(nodeName).optional(),
    pools: z.array(topologyPool).optional(),
    removedPools: z.array(z.string()).optional(),
    meetings: z.array(topologyMeeting).optional(),
    removedMeetings: z.array(z.object({ namespace: namespaceName, name: meetingName })).optional(),
  }),
  z.object({ type: z.literal('beat'), revision: z.int() }),
])
export type TopologyLine = z.infer<typeof topologyLine>

export const topologyBeatMs = 5_000
export const topologySilentAfterMs = 15_000
