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
    file: 'operator/testing/fakes/fakeTerm.ts',
    from: 'if (epoch < followed.epoch) throw',
    to: 'if (epoch < followed.epoch) return\n    if (epoch < 0) throw',
  },
  {
    name: 'holder-ignored',
    what: 'a media node takes orders of two operators of one epoch',
    file: 'operator/testing/fakes/fakeTerm.ts',
    from: 'holder !== undefined && holder !== followed.holder',
    to: 'holder === undefined && holder !== followed.holder',
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
    file: 'operator/ledger/people/people.ts',
    from: 'while (stay !== undefined && stay.attachment !== attachment) stay = stay.older',
    to: 'while (stay !== undefined && attachment === undefined) stay = stay.older',
  },
  {
    name: 'epoch-not-raised',
    what: 'a take-over goes on in the term of the leader before',
    file: 'operator/kube/lead/leaseRecord.ts',
    from: 'record?.epoch ?? 0, reported) + 1',
    to: 'record?.epoch ?? 0, reported, 1)',
  },
  {
    name: 'status-unguarded',
    what: 'a status is written over whatever others wrote meanwhile',
    file: 'operator/kube/write/statusWriter.ts',
    from: '{ patch, resourceVersion, signal })',
    to: '{ patch, signal, ...(resourceVersion === undefined && { resourceVersion }) })',
  },
  {
    name: 'capacity-off-by-one',
    what: 'a meeting takes one more than it has places',
    file: 'operator/placement/rules.ts',
    from: 'people.seatsBeside(participant) < capacity',
    to: 'people.seatsBeside(participant) <= capacity',
  },
  {
    name: 'hold-ignored',
    what: 'who was failed by a media node is placed on it again at once',
    file: 'operator/ledger/people/avoided.ts',
    from: 'kept === undefined || kept.untilMs <= nowMs ? none',
    to: 'kept === undefined || kept.untilMs > nowMs ? none',
  },
  {
    name: 'no-new-list',
    what: 'a watch whose version is forgotten is begun again without a new list',
    file: 'operator/kube/watch/reflector.ts',
    from: "if (reason === 'gone') listNext = true",
    to: "if (reason === 'gone') failures = 0",
  },
  {
    name: 'lease-stolen',
    what: 'a candidate takes the Lease of a leader that lives',
    file: 'operator/kube/lead/leader.ts',
    from: 'holder !== identity && !lapsed()',
    to: 'holder !== identity && lapsed()',
  },
  {
    name: 'close-assumed',
    what: 'a segment counts as closed once its close was sent',
    file: 'operator/effects/sendOrders.ts',
    from: `        await agents.at(node, url).client.deleteSegment(ref, { ...fence, holder, reason }, signal)
        ledger.meetings.closed(node, ref, clock.monotonicMs())`,
    to: `        ledger.meetings.closed(node, ref, clock.monotonicMs())
        await agents.at(node, url).client.deleteSegment(ref, { ...fence, holder, reason }, signal)`,
  },
  {
    name: 'cut-early',
    what: 'an old pipe goes before the new one is up',
    file: 'operator/cascade/step.ts',
    from: 'if (isUp && !isSpare) return true',
    to: 'if (isUp && !isSpare) return !this.#target.has(one)',
  },
  {
    name: 'work-forgotten',
    what: 'what changes while a key is worked on is not looked at',
    file: 'operator/kube/run/queue.ts',
    from: 'if (again) waiting.add(key)',
    to: 'if (again && !mayWork()) waiting.add(key)',
  },
  {
    name: 'restart-unnoticed',
    what: 'a media node that begins anew is taken for the process before',
    file: 'operator/ledger/nodes/mediaNodes.ts',
    from: 'fresh: before !== undefined && before !== introduction.boot }',
    to: 'fresh: before === introduction.boot && before !== introduction.boot }',
  },
  {
    name: 'leftovers-kept',
    what: 'what a media node no longer tells of stays in the ledger',
    file: 'operator/ledger/meetings/meetings.ts',
    from: 'if (report !== undefined && !told.has(`${entry.key}/${report.meeting.incarnation}`))',
    to: 'if (report !== undefined && told.has(`${entry.key}/${report.meeting.incarnation}`) && nowMs < 0)',
  },
  {
    name: 'larger-wins',
    what: 'of two incarnations that were minted at once the larger wins',
    file: 'operator/ledger/meetings/incarnations.ts',
    from: 'if (incarnation < entry.incarnation && isTwin(entry, report, entry.incarnation)) return',
    to: 'if (incarnation > entry.incarnation && isTwin(entry, report, entry.incarnation)) return',
  },
  {
    name: 'silence-is-death',
    what: 'a media node that is silent is lost, without a second sign',
    file: 'operator/ledger/nodes/signs.ts',
    from: 'return pipesSign(pipes) ?? lostMedia',
    to: "return pipesSign(pipes) ?? lostMedia ?? 'nothing is heard of it'",
  },
  {
    name: 'writes-unbounded',
    what: 'the bucket of writes has no bottom',
    file: 'operator/kube/write/writeBucket.ts',
    from: 'const burst = 100',
    to: 'const burst = 1_000',
  },
  {
    name: 'told-again',
    what: 'a condition is told to have changed each time that it is told',
    file: 'operator/kube/write/conditions.ts',
    from: 'known?.status === now.status ? known.lastTransitionTime : at',
    to: 'known?.status !== now.status ? (known?.lastTransitionTime ?? at) : at',
  },
  {
    name: 'reservations-kept',
    what: 'what was reserved for a grant that was never used stays reserved',
    file: 'operator/ledger/load/reservations.ts',
    from: 'this.drop(first)',
    to: 'this.drop(Math.min(first, -1))',
  },
  {
    name: 'moved-and-kept',
    what: 'a media node tells somebody to go and keeps them',
    file: 'operator/testing/fakes/fakeMoving.ts',
    from: 'atMs <= nowMs',
    to: 'atMs <= nowMs - 1_000_000',
  },
  {
    name: 'never-ignored',
    what: 'a drain moves people whom nobody may move',
    file: 'operator/view/drainView.ts',
    from: "entry.object?.spec.disruption === 'never'",
    to: "entry.object?.spec.disruption === 'never' && entry.name === ''",
  },
  {
    name: 'budget-of-each',
    what: 'of several media nodes that share the budget of a meeting each takes the first part',
    file: 'operator/plan/drain.ts',
    from: 'part: by.nodes.indexOf(node)',
    to: 'part: Math.min(0, by.nodes.indexOf(node))',
  },
  {
    name: 'told-twice',
    what: 'a media node forgets that it has told whoever is back elsewhere, while their media stays',
    file: 'operator/testing/fakes/fakeMoving.ts',
    from: 'this.#ends.set(attachment, { atMs: nowMs + movedAwayMs.beside, isBack: true })',
    to: 'this.#ends.delete(attachment)',
  },
  {
    name: 'cancel-ignored',
    what: 'a media node whose drain is cancelled goes on for as long as somebody is under way',
    file: 'operator/testing/fakes/fakeDrain.ts',
    from: 'if (!this.isOn) return []',
    to: 'if (!this.isOn && this.#told.length === 0) return []',
  },
  {
    name: 'deadline-later',
    what: 'the deadline of a drain is later than was asked for',
    file: 'operator/ledger/nodes/drainOf.ts',
    from: 'sinceMs + deadlineSeconds * 1_000',
    to: 'sinceMs + deadlineSeconds * 1_200',
  },
  {
    name: 'deadline-passed',
    what: 'a media node closes nobody before its deadline is long over',
    file: 'operator/testing/fakes/fakeDrain.ts',
    from: 'this.isOn && nowMs >= this.#deadlineAtMs',
    to: 'this.isOn && nowMs >= this.#deadlineAtMs + 15_000',
  },
  {
    name: 'blockers-untold',
    what: 'a drain does not tell of the meetings that let nobody be moved',
    file: 'operator/plan/drainBlockers.ts',
    from: 'if (held !== undefined) return [',
    to: "if (held !== undefined) return held.reason === 'Never' ? [] : [",
  },
  {
    name: 'drained-at-once',
    what: 'a media node counts as drained as soon as it drains',
    file: 'operator/ledger/nodes/nodeState.ts',
    from: 'drainTold?.drained === true ?',
    to: 'drainTold?.drained !== undefined ?',
  },
]
