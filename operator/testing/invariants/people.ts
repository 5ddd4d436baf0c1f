import type { History } from '../histories/history.ts'
import { hostedByMeeting } from './hosted.ts'

/** Nobody is on two nodes, or where their client does not know of. */
export function peopleFaultsOf({ simulation, people }: History): readonly string[] {
  return [...hostedByMeeting(simulation)].flatMap(([name, segments]) => {
    const stays = segments.flatMap(({ node, report }) => report.participants.map((person) => ({ node, ...person })))
    return [...Map.groupBy(stays, ({ participant }) => participant)].flatMap(([participant, their]) => {
      const known = people.get(`${name} ${participant}`)
      const nodes = their.map(({ node }) => node).join(' and ')
      const ghosts = their.filter(({ attachment }) => attachment !== known?.attachment)
      return [
        ...(their.length > 1 ? [`${participant} of ${name} is on ${nodes}`] : []),
        ...ghosts.map(({ node }) => `${participant} of ${name} is on ${node}, their client is on ${known?.node ?? 'none'}`),
      ]
    })
  })
}
