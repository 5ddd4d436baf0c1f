import type { ComponentChildren, JSX } from 'preact'

import type { Participant } from '../../client/state.ts'
import type { Call } from '../model/call.ts'
import { gridOf } from '../model/grid.ts'
import { ScreenTile, Tile } from './Tile.tsx'
import { useBox, type Box } from './useBox.ts'

const gap = 8
/** Beside a screen the people are as wide as this share of the stage, within these bounds (CSS pixels). */
const stripShare = 0.2
const stripWidth = { least: 150, most: 260 }
const stripHeight = 112
/** A stage that is this much wider than high has its strip at the side. */
const sideAspect = 1.2

/** Whose screen is on the stage: of those that others share, the first. One's own is seen where it is. */
function screenOf(participants: readonly Participant[]): Participant | undefined {
  return participants.find(({ self, tracks }) => !self && tracks.some(({ source }) => source === 'screen'))
}

function People({ call, box }: { call: Call; box: Box }): JSX.Element {
  const participants = call.participants.value
  const { tileWidth, tileHeight } = gridOf(participants.length, { ...box, gap })
  return (
    <div class="grid" style={{ width: `${box.width}px`, height: `${box.height}px` }} data-testid="grid">
      {participants.map((participant) => (
        <Tile key={participant.participant} call={call} participant={participant} width={tileWidth} height={tileHeight} />
      ))}
    </div>
  )
}

/** A stage with a screen: the screen as large as it gets, the people in a strip beside or below it. */
function Sharing({ call, sharer, box }: { call: Call; sharer: Participant; box: Box }): JSX.Element {
  const beside = box.width / box.height >= sideAspect
  const strip = Math.min(stripWidth.most, Math.max(stripWidth.least, box.width * stripShare))
  const screen = beside
    ? { width: box.width - strip - gap, height: box.height }
    : { width: box.width, height: box.height - stripHeight - gap }
  const people = beside ? { width: strip, height: box.height } : { width: box.width, height: stripHeight }
  return (
    <div class={`sharing ${beside ? 'beside' : ''}`}>
      <ScreenTile call={call} participant={sharer} {...screen} />
      <People call={call} box={people} />
    </div>
  )
}

/** Where the people and their screens are: always all of them, never a scroll bar. */
export function Stage({ call, children }: { call: Call; children: ComponentChildren }): JSX.Element {
  const { ref, box } = useBox<HTMLDivElement>()
  const sharer = screenOf(call.participants.value)
  const seen = box.value.width > 0
  return (
    <main class="stage" ref={ref} aria-label="Participants" data-testid="stage">
      {seen && (sharer ? <Sharing call={call} sharer={sharer} box={box.value} /> : <People call={call} box={box.value} />)}
      {children}
    </main>
  )
}
