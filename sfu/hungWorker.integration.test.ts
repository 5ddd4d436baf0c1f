import { expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { LoadLine } from './api/load.ts'
import { startTestNode } from './testing/node.ts'
import { aMeeting, makeTrust, orderFor } from './testing/trust.ts'

test('a media process that hangs counts as busy and gets no new segment, and the others go on', async () => {
  const trust = await makeTrust()
  const node = await startTestNode(trust, { node: 'a', workers: 2 })
  const [hung] = node.pool.workers
  if (hung === undefined) throw new Error('a node of two workers has one')
  const leaving = new AbortController()
  let told: LoadLine | undefined
  const listening = (async () => {
    for await (const line of node.client.loadStream(leaving.signal)) if (line.type === 'load') told = line
  })()
  const cpus = (): readonly number[] => (told?.type === 'load' ? told.load.workers.map(({ cpu }) => cpu) : [])
  const isBusy = (): boolean => (cpus()[hung.index] ?? 0) >= 1
  process.kill(hung.pid, 'SIGSTOP')
  try {
    await waitFor(() => isBusy() || missing(`the busy worker in ${JSON.stringify(told)}`), { timeoutMs: 60_000 })
    const workers: number[] = []
    for (const meeting of [aMeeting(trust), aMeeting(trust), aMeeting(trust)])
      workers.push((await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [] }))).worker)
    expect(workers).toEqual(workers.map(() => 1 - hung.index))
  } finally {
    process.kill(hung.pid, 'SIGCONT')
  }
  await waitFor(() => !isBusy() || missing(`an idle worker in ${JSON.stringify(told)}`), { timeoutMs: 60_000 })
  leaving.abort()
  await listening
  await node.stop()
})
