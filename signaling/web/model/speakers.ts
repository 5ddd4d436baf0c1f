import type { Participant } from '../../client/state.ts'

/** Quieter than this is not speech; a quiet voice has about -45. */
const speechDbov = -55

/** Who speaks now: on the meeting's list of the loudest, loud enough, and not muted since. */
export function speakingNow(
  speakers: readonly { readonly participant: string; readonly dBov: number }[],
  participants: readonly Participant[],
): ReadonlySet<string> {
  const open = new Set(
    participants
      .filter(({ tracks }) => tracks.some(({ source, muted }) => source === 'microphone' && !muted))
      .map(({ participant }) => participant),
  )
  const loud = speakers.filter(({ participant, dBov }) => dBov >= speechDbov && open.has(participant))
  return new Set(loud.map(({ participant }) => participant))
}
