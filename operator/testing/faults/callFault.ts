/**
 * What may happen to one call that an operator makes, to the API server or to a media node.
 *
 * | fault        | what was asked for    | what the caller sees                         |
 * | ------------ | --------------------- | -------------------------------------------- |
 * | refused      | never happens         | a refused connection, at once                |
 * | lostRequest  | never happens         | a broken connection, at once                 |
 * | lostAnswer   | happens               | a broken connection, at once                 |
 * | hung         | never happens         | nothing, until its own time limit            |
 * | lateRequest  | happens seconds later | the answer then, or its time limit before it |
 * | lateAnswer   | happens at once       | the answer seconds later, or its time limit  |
 * | crashBefore  | never happens         | the process dies                             |
 * | crashAfter   | happens               | the process dies                             |
 */
export const callFaults = [
  'refused',
  'lostRequest',
  'lostAnswer',
  'hung',
  'lateRequest',
  'lateAnswer',
  'crashBefore',
  'crashAfter',
] as const
export type CallFault = (typeof callFaults)[number] | undefined

/** What the API server itself may answer, or tell late or twice. */
export const apiFaults = ['conflict', 'tooManyRequests', 'unavailable', 'gone', 'staleList'] as const
export type ApiFault = (typeof apiFaults)[number]

/** What may happen to one event of a watch: told twice, seconds late, or never on this watch, which then breaks. */
export const eventFaults = ['eventTwice', 'eventLate', 'eventDropped'] as const
export type EventFault = (typeof eventFaults)[number]

/** A call as faults see it. */
export interface Call {
  readonly to: 'api' | 'agent'
  readonly verb: string
  /** A kind of the API, or a media node. */
  readonly about: string
}
