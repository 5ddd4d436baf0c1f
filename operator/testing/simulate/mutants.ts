/** A fault that is put into the code, to prove that the simulation would find it. */
export interface Mutant {
  readonly name: string
  /** What it does, for people. */
  readonly what: string
  /** From the repository's root. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly from: string
  readonly to: string
}

/** The simulation must find each of them. */
export const mutants: readonly Mutant[] = [
  {
    name: 'fence-dropped',
    what: 'a media node takes orders of an earlier term',
    file: 'operator/testing/fakeSegment.ts',
    from: `  if (order.epoch < highestEpoch) throw sfuErrors.raise.stale_order({ epoch: highestEpoch, generation: 0 })
  const compared = compareFences(order, report)
  if (taken === undefined || compared > 0) return`,
    to: `  const compared = compareFences(order, report)
  if (taken === undefined || compared !== 0 || highestEpoch < 0) return`,
  },
  {
    name: 'order-assumed',
    what: 'an order counts as taken once it was sent',
    file: 'operator/plan/orders.ts',
    from: 'if (!isTaken(segment, fence)) orders.push(',
    to: 'if (segment.ordered?.fence.epoch !== fence.epoch || segment.ordered.digest !== digest) orders.push(',
  },
  {
    name: 'generation-kept',
    what: 'another plan goes out under the generation of the one before',
    file: 'operator/plan/orders.ts',
    from: 'generation: view.generation + 1',
    to: 'generation: Math.max(1, view.generation)',
  },
  {
    name: 'attachment-not-compared',
    what: 'who leaves takes away whatever attachment the participant has',
    file: 'operator/ledger/people.ts',
    from: 'while (stay !== undefined && stay.attachment !== attachment) stay = stay.older',
    to: 'while (stay !== undefined && attachment === undefined) stay = stay.older',
  },
  {
    name: 'epoch-not-raised',
    what: 'a take-over goes on in the term of the leader before',
    file: 'operator/kube/leaseRecord.ts',
    from: 'record?.epoch ?? 0, reported) + 1',
    to: 'record?.epoch ?? 0, reported, 1)',
  },
  {
    name: 'status-unguarded',
    what: 'a status is written over whatever others wrote meanwhile',
    file: 'operator/kube/statusWriter.ts',
    from: '{ patch, resourceVersion, signal })',
    to: '{ patch, signal, ...(resourceVersion === undefined && { resourceVersion }) })',
  },
  {
    name: 'capacity-off-by-one',
    what: 'a meeting takes one more than it has places',
    file: 'operator/placement/rules.ts',
    from: 'meeting.people.seats >= capacity ?',
    to: 'meeting.people.seats > capacity ?',
  },
  {
    name: 'hold-ignored',
    what: 'who was failed by a media node is placed on it again at once',
    file: 'operator/ledger/avoided.ts',
    from: 'failed === undefined || failed.untilMs <= nowMs ? []',
    to: 'failed === undefined || failed.untilMs > nowMs ? []',
  },
  {
    name: 'no-new-list',
    what: 'a watch whose version is forgotten is begun again without a new list',
    file: 'operator/kube/reflector.ts',
    from: "if (reason === 'gone') listNext = true",
    to: "if (reason === 'gone') failures = 0",
  },
  {
    name: 'lease-stolen',
    what: 'a candidate takes the Lease of a leader that lives',
    file: 'operator/kube/leader.ts',
    from: 'holder !== identity && !lapsed()',
    to: 'holder !== identity && lapsed()',
  },
]
