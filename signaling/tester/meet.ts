import type { Clock } from '../../kit/clock.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import type { SyntheticOptions, SyntheticParticipant } from '../client/synthetic/syntheticParticipant.ts'

/** Ten pictures are a video that flows; a microphone's tone gives this much energy in a fraction of a second, silence none. */
const enough = { frames: 10, audioEnergy: 0.005 } as const

/** What one of the two people came to. */
export interface Visit {
  readonly participant: string
  /** The media node that served it, its region, and why that one. */
  readonly node: string
  readonly region: string
  readonly reason: string
  /** From asking to join until live. */
  readonly joinMs: number
  /** What was received of the other one. */
  readonly received: { readonly frames: number; readonly audioEnergy: number }
}

type Wish = Pick<SyntheticOptions, 'region' | 'avoidNodes' | 'toneHz'>

export interface MeetOptions {
  /** Makes a participant who has not joined yet. */
  readonly invite: (name: string, wish: Wish) => Promise<SyntheticParticipant>
  /** What the first and the second ask for; one is for both. */
  readonly regions: readonly string[]
  /** Whether they have to be on two media nodes. */
  readonly apart: boolean
  readonly clock: Clock
  /** Ends it early, with its reason and what was missing. */
  readonly signal: AbortSignal
}

interface Person {
  readonly is: SyntheticParticipant
  readonly joinMs: number
}

function receivedOf(one: SyntheticParticipant, other: SyntheticParticipant): Visit['received'] {
  return { frames: one.framesReceivedFrom(other.participant), audioEnergy: one.audioEnergyFrom(other.participant) }
}

const hasEnough = ({ frames, audioEnergy }: Visit['received']): boolean =>
  frames >= enough.frames && audioEnergy >= enough.audioEnergy

function visitOf({ is, joinMs }: Person, other: SyntheticParticipant): Visit {
  const { name = '', region = '', reason = '' } = is.client.state.node ?? {}
  return { participant: is.participant, node: name, region, reason, joinMs: Math.round(joinMs), received: receivedOf(is, other) }
}

/** How far people came, for somebody who has to find out what is wrong. */
function howFar(present: readonly SyntheticParticipant[]): string {
  const each = present.map((one, at) => {
    const { life, node, sendPath, recvPath } = one.client.state
    const received = present.flatMap((other) => (other === one ? [] : receivedOf(one, other)))
    const media = received.map(({ frames, audioEnergy }) => `${frames} pictures, sound ${audioEnergy.toFixed(4)}`)
    return [
      `person ${at + 1} ${life.at} at ${node?.name ?? 'no node'}`,
      `sends ${sendPath}`,
      `receives ${recvPath}`,
      ...media,
    ].join(', ')
  })
  return each.join('; ') || 'nobody was there'
}

/**
 * Lets two synthetic people meet: both join, send sound and a picture, and have to receive both from each other. Whatever happens, both
 * leave. Rejects with the coded error that refused one of them, or with what was missing when `signal` ended it.
 */
export async function meet({ invite, regions, apart, clock, signal }: MeetOptions): Promise<readonly [Visit, Visit]> {
  const present: SyntheticParticipant[] = []
  const leave = async (): Promise<void> => void (await Promise.all(present.map((one) => one.leave())))
  let far = ''
  const onAbort = (): void => {
    far = howFar(present)
    void leave()
  }
  signal.addEventListener('abort', onAbort)

  async function arrive(name: string, wish: Wish): Promise<Person> {
    const is = await invite(name, wish)
    present.push(is)
    is.publish('microphone')
    is.publish('camera')
    const startedMs = clock.monotonicMs()
    await is.join()
    return { is, joinMs: clock.monotonicMs() - startedMs }
  }

  try {
    signal.throwIfAborted()
    const ada = await arrive('ada', { region: regions[0], toneHz: 440 })
    const node = ada.is.client.state.node?.name
    const avoidNodes = apart && node !== undefined ? [node] : []
    const bob = await arrive('bob', { region: regions[1] ?? regions[0], avoidNodes, toneHz: 660 })
    const both = (): readonly [Visit, Visit] => [visitOf(ada, bob.is), visitOf(bob, ada.is)]
    const isDone = (): boolean => both().every(({ received }) => hasEnough(received))
    await waitFor(() => isDone() || missing(howFar(present)), { timeoutMs: Number.POSITIVE_INFINITY, signal })
    return both()
  } catch (error) {
    if (!signal.aborted) throw error
    throw new Error(`${(signal.reason as Error).message}: ${far}`, { cause: error })
  } finally {
    signal.removeEventListener('abort', onAbort)
    await leave()
  }
}
