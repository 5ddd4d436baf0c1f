import { afterEach, expect, test } from 'vitest'

import { createHttpServer } from '../../kit/http.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { operatorMetrics } from '../metrics.ts'
import { readersAtMost, streamTopology } from './topologyStream.ts'

const apps: ReturnType<typeof createHttpServer>[] = []
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close()
})

/** A server whose feed has so many readers already, and tells of one more. */
function serverWith(readers: number) {
  const app = createHttpServer({ log: silentLog, bodyLimitBytes: 100 })
  const told: string[] = []
  const metrics = createMetrics(operatorMetrics)
  const feed = {
    snapshot: () => ({ revision: 1, epoch: 1, turnUrls: [], nodes: [], pools: [], meetings: [] }),
    subscribe: (_serves: unknown, send: (line: { type: 'beat'; revision: number }) => void) => {
      told.push('subscribed')
      send({ type: 'beat', revision: 1 })
      return () => void told.push('stopped')
    },
    readers: () => readers,
    close: () => undefined,
  }
  app.get('/watch', (request, reply) => streamTopology({ request, reply }, { feed, serves: () => true, metrics }))
  apps.push(app)
  return { app, told }
}

test('one reader more than a replica takes is asked to come later, and nothing is kept for it', async () => {
  const { app, told } = serverWith(readersAtMost)
  const response = await app.inject('/watch')
  expect(response.json()).toMatchObject({ status: 429, code: 'too_many', retry: 'later', retryAfterMs: 5_000 })
  expect(told).toEqual([])
})
