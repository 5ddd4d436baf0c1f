import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { systemClock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import { ulidSource } from '../../kit/ids.ts'
import { createLog } from '../../kit/log.ts'
import { createPlacementClient } from './placementClient.ts'

// How a service takes the placement client, as a program: `node operator/api/placeOne.ts URL TOKEN_FILE NAMESPACE MEETING`.
const [url, tokenFile, namespace, name] = process.argv.slice(2)
if (url === undefined || tokenFile === undefined || namespace === undefined || name === undefined) {
  process.stderr.write('usage: node operator/api/placeOne.ts URL TOKEN_FILE NAMESPACE MEETING\n')
  process.exit(2)
}

const client = createPlacementClient({
  urls: [url],
  bearer: () => readFileSync(tokenFile, 'utf8').trim(),
  clock: systemClock,
  random: Math.random,
  mintUlid: ulidSource(() => systemClock.nowMs()),
  log: createLog({ service: 'example', level: 'silent' }),
})
try {
  const answer = await client.place(
    { namespace, name },
    {
      participant: 'ann@example.org',
      displayName: 'Ann',
      rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
      idempotencyKey: randomUUID(),
    },
  )
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`)
} catch (thrown) {
  if (!(thrown instanceof CodedError)) throw thrown
  process.stderr.write(`${thrown.code}: ${thrown.message}\n`)
  process.exitCode = 1
} finally {
  await client.close()
}
