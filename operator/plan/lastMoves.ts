import type { MeetingStatus } from '../../crds/index.ts'
import { kubeTime } from '../../kit/kubeTime.ts'
import { movesAtMost } from '../ledger/meetings/moveLog.ts'
import type { MeetingView } from '../view/meetingView.ts'
import { fitting } from './planned.ts'
import { peopleStep } from './steps.ts'

type ToldMove = NonNullable<MeetingStatus['lastMoves']>[number]

/** What status told of the same meeting before this operator saw anything: an earlier leader's word. */
function earlier({ object, incarnation }: MeetingView, own: readonly ToldMove[]): readonly ToldMove[] {
  const { status } = object ?? {}
  if (status?.incarnation !== incarnation) return []
  const oldest = own.at(-1)?.time
  return (status?.lastMoves ?? []).filter(({ time }) => oldest === undefined || time < oldest)
}

/** The last moves as status tells them, newest first; undefined where nobody ever moved. */
export function planLastMoves(view: MeetingView): Pick<MeetingStatus, 'lastMoves'> {
  const own = view.lastMoves.map(({ atWallMs, from, to, why, people }): ToldMove => ({
    ...{ time: kubeTime(atWallMs), from, to },
    people: peopleStep(people),
    why: fitting(why),
  }))
  const told = [...own, ...earlier(view, own)].slice(0, movesAtMost)
  return told.length === 0 ? {} : { lastMoves: told }
}
