import { ulidSource } from '../../../kit/ids.ts'
import { CodedError } from '../../../kit/errors.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { drainContract, drainedMeeting, type DrainedNode } from '../../../sfu/api/testing/drainContract.ts'
import { FakeMediaNode } from './fakeMediaNode.ts'

/** A node that beats each second. */
function aNode(): DrainedNode {
  const clock = virtualClock()
  const mintUlid = ulidSource(() => clock.nowMs())
  const [namespace = '', name = ''] = drainedMeeting.split('/')
  const meeting = { namespace, name, incarnation: mintUlid() }
  const told: string[] = []
  const elsewhere = new Map<string, string>()
  const node: FakeMediaNode = new FakeMediaNode({
    ...{ name: 'a', clock, mintUlid },
    onTold: (_, { participant }) => told.push(participant),
    roster: () => new Map([...people().map((each) => [each.participant, each.attachment] as const), ...elsewhere]),
  })
  const people = () => node.get(meeting)?.participants ?? []
  clock.every(1_000, () => node.beat())
  const attach = (participant: string, publishing: boolean): void =>
    node.attach(meeting, { participant, attachment: mintUlid(), publishing })
  return {
    order: (order) => node.drain(order),
    stop: (withinMs) => node.stopBy(clock.nowMs() + withinMs),
    report: () => node.drainReport(),
    admits() {
      try {
        attach('somebody', true)
        const last = people().at(-1)
        if (last !== undefined) node.detach(last.attachment)
        return true
      } catch (thrown) {
        if (thrown instanceof CodedError && thrown.code === 'node_draining') return false
        throw thrown
      }
    },
    enter: (participant, { mayPublish }) => attach(participant, mayPublish),
    appearElsewhere: async (participant) => void elsewhere.set(participant, mintUlid()),
    told: () => told,
    here: () => people().map(({ participant }) => participant),
    nowMs: () => clock.nowMs(),
    pass: (durationMs) => clock.advance(durationMs),
  }
}

drainContract('a fake media node', aNode)
