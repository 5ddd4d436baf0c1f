import { waitFor } from '../../kit/wait.ts'
import { must, place, type ConformanceCase, type ConformanceTarget } from './conformanceCalls.ts'
import type { PlacementAnswer } from './placement.ts'

/** A media node comes within seconds of its start, a ticket lapses within some more. */
const timeoutMs = 30_000

const inWords = (answer: PlacementAnswer): string => (answer.result === 'queued' ? `number ${answer.position}` : answer.result)

/** People of `region`, each with a meeting of their own: they need a media node that opens one more segment. */
async function people(target: ConformanceTarget, region: string, names: readonly string[]) {
  for (const name of names) await target.meeting(name, { regions: [region] })
  const ask = (name: string): Promise<PlacementAnswer> => place(target, name, { participant: name })
  /** Asks for each in turn, and tells what all were told. */
  const askAll = async (these: readonly string[]): Promise<string> => {
    const told: string[] = []
    for (const name of these) told.push(`${name} ${inWords(await ask(name))}`)
    return told.join(', ')
  }
  return { ask, askAll }
}

/** The line of those who wait for media nodes that are about to start. */
export const lineCases: readonly ConformanceCase[] = [
  {
    name: 'who waits for a media node that starts is queued with a place, keeps it while they ask, and is let in by turns',
    async run(target) {
      const { region, start } = await target.startingRegion()
      const [ann, bob, cid, dan] = ['c-line-ann', 'c-line-bob', 'c-line-cid', 'c-line-dan'] as const
      const { ask, askAll } = await people(target, region, [ann, bob, cid, dan])
      const first = await ask(ann)
      must(first.result === 'queued' && first.position === 1, `number 1 in line expected, got ${JSON.stringify(first)}`)
      must(first.retryAfterMs > 0 && first.reason !== '', 'it does not say when to ask again, or why')
      const [told, again] = [await askAll([bob, cid, ann]), await askAll([bob])]
      must(told === `${bob} number 2, ${cid} number 3, ${ann} number 1`, `the line is not in the order of who came: ${told}`)
      must(again === `${bob} number 2`, `who asks again lost their place: ${again}`)
      // Whoever asks no more loses their place, those behind them come nearer, and who comes then is last.
      await waitFor(
        async () => {
          const left = await askAll([ann, cid])
          must(left === `${ann} number 1, ${cid} number 2`, `the place of ${bob}, who asks no more, did not lapse: ${left}`)
        },
        { timeoutMs },
      )
      must((await askAll([dan])) === `${dan} number 3`, 'who comes last is not last')
      await start()
      const placedInTurn: string[] = []
      await waitFor(
        async () => {
          // The last asks first: that alone lets nobody pass.
          for (const name of [dan, cid, ann]) {
            if (placedInTurn.includes(name)) continue
            const answer = await ask(name)
            if (answer.result === 'placed') placedInTurn.push(name)
            must(answer.result !== 'refused', `${name} was refused: ${JSON.stringify(answer)}`)
          }
          must(placedInTurn.length === 3, `only ${placedInTurn.join()} were let in`)
        },
        { timeoutMs },
      )
      must(placedInTurn.join() === [ann, cid, dan].join(), `not let in by turns: ${placedInTurn.join()}`)
    },
  },
]
