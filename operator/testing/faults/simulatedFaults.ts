import type { ApiFault, Call, CallFault, EventFault } from './callFault.ts'

/** What can go wrong, asked anew for each call, answer and event, with the operator that it happens to. */
export interface SimulatedFaults {
  agentCall: (node: string, call: Call, operator: string) => CallFault
  apiCall: (call: Call, operator: string) => CallFault
  apiAnswer: (call: Call, operator: string) => ApiFault | undefined
  watchEvent: (call: Call, operator: string) => EventFault | undefined
}
