import { silentLog } from '../../kit/log.ts'
import { drainContract, type DrainedNode } from '../api/testing/drainContract.ts'
import { fakeCascade, type FakePerson } from '../testing/fakeCascade.ts'
import { NodeDrain } from './drain.ts'

const wasTold = ({ told }: FakePerson): number =>
  told.filter((each) => (each as { method?: string; data?: { reason?: string } }).data?.reason === 'node_draining').length

/** A node whose segment has an edge to that of another node. */
function aNode(): DrainedNode {
  const cascade = fakeCascade()
  const { clock } = cascade
  const [node, other] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[node, other]])
  const { segment } = node
  const drain = new NodeDrain({
    ...{ clock, random: () => 0, log: silentLog, onChange: () => undefined },
    segments: () => [segment],
  })
  const people = new Map<string, FakePerson>()
  const told: string[] = []
  const rights = { subscribe: true, hidden: false }
  return {
    order: (order) => drain.order(order),
    stop: (withinMs) => void drain.stop(withinMs),
    report: () => drain.report,
    admits() {
      try {
        drain.admit()
        return true
      } catch {
        return false
      }
    },
    enter(participant, { mayPublish }) {
      people.set(participant, node.enter(participant, { rights: { ...rights, publish: mayPublish ? ['microphone'] : [] } }))
    },
    async appearElsewhere(participant) {
      await cascade.settle(0)
      other.enter(participant, { replaces: people.get(participant)?.session.identity.attachment })
      await cascade.settle(0)
    },
    told() {
      for (const [participant, person] of people)
        while (told.filter((each) => each === participant).length < wasTold(person)) told.push(participant)
      return told
    },
    here: () => segment.attachments.all.map(({ identity }) => identity.participant),
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
  }
}

drainContract('a media node', aNode)
