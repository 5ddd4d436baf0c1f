import { z } from 'zod'

import { meetingName, namespaceName, nodeName, regionName, ulid } from '../../sfu/api/identity.ts'

/** `GET /v1/namespaces/{namespace}/meetings/{name}`: a meeting at this moment, with exact figures. */
export const meetingSnapshot = z.object({
  namespace: namespaceName,
  name: meetingName,
  incarnation: ulid.optional().describe('Absent until somebody was placed.'),
  phase: z.enum(['Scheduled', 'Waiting', 'Active', 'Empty', 'Ended']),
  locked: z.boolean(),
  participants: z.int().min(0).describe('People who are attached or hold a grant; hidden ones are not counted.'),
  maxParticipants: z.int().optional(),
  segments: z.array(z.object({ node: nodeName, region: regionName, url: z.url(), participants: z.int().min(0) })),
})
export type MeetingSnapshot = z.infer<typeof meetingSnapshot>
