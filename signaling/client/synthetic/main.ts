import { parseArgs } from 'node:util'

import { systemClock } from '../../../kit/clock.ts'
import { asCodedError } from '../../../kit/errors.ts'
import { createSyntheticParticipant, type SyntheticParticipant } from './syntheticParticipant.ts'

/**
 * A visit of one synthetic participant, from the command line:
 * `PARLEY_TOKEN=... node signaling/client/synthetic/main.ts --url ws://127.0.0.1:4443/v1/client --seconds 10`
 *
 * It joins, sends a tone and a moving picture, and leaves. The one line that it prints is JSON: the media node that served it and what
 * it received of each other participant. It ends with 0, or with 1 and the code of the error where it could not join.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    name: { type: 'string', default: 'Synthetic participant' },
    region: { type: 'string' },
    seconds: { type: 'string', default: '10' },
  },
})

interface Seen {
  readonly participant: string
  readonly frames: number
  readonly audioEnergy: number
}

function seenBy(visitor: SyntheticParticipant): Seen[] {
  const others = visitor.client.state.participants.filter(({ self }) => !self)
  return others.map(({ participant }) => ({
    participant,
    frames: visitor.framesReceivedFrom(participant),
    audioEnergy: visitor.audioEnergyFrom(participant),
  }))
}

async function visit(url: string, token: string): Promise<object> {
  const { name, region, seconds } = values
  const visitor = createSyntheticParticipant({ url, token, displayName: name, region })
  visitor.publish('microphone')
  visitor.publish('camera')
  try {
    await visitor.join()
    await systemClock.sleep(Number(seconds) * 1_000)
    return { participant: visitor.participant, node: visitor.client.state.node?.name, received: seenBy(visitor) }
  } finally {
    await visitor.leave()
  }
}

// A token stands in the environment: command lines are seen by everybody on the machine.
const token = process.env['PARLEY_TOKEN']
if (values.url === undefined || token === undefined || !(Number(values.seconds) > 0)) {
  process.stderr.write('needed: --url of signaling, PARLEY_TOKEN in the environment, and --seconds above 0\n')
  process.exitCode = 2
} else {
  try {
    process.stdout.write(`${JSON.stringify(await visit(values.url, token))}\n`)
  } catch (thrown) {
    const { code, message } = asCodedError(thrown)
    process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}
