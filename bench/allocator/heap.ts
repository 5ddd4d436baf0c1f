import { once } from 'node:events'

import { z } from 'zod'

import { aborted } from '../../kit/abort.ts'

const answerWithinMs = 60_000

/** Of the protocol of V8's inspector (https://chromedevtools.github.io/devtools-protocol/v8/). */
const evaluated = z.object({ id: z.literal(1), result: z.object({ result: z.object({ value: z.number() }) }) })
const expression = 'gc(); process.memoryUsage().heapUsed'

/** Bytes of heap that a process uses once its garbage is collected; `inspectorUrl` is what it says when it was started with
 * {@link inspectedFlags}. */
export async function heapAfterCollection(inspectorUrl: string): Promise<number> {
  const socket = new WebSocket(inspectorUrl)
  const signal = AbortSignal.timeout(answerWithinMs)
  const late = aborted(signal).then(() => Promise.reject(new Error(`no answer of ${inspectorUrl} within ${answerWithinMs} ms`)))
  const used = new Promise<number>((resolve) => {
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const answer = evaluated.safeParse(JSON.parse(String(data)))
      if (answer.success) resolve(answer.data.result.result.value)
    })
  })
  try {
    await Promise.race([once(socket, 'open'), late])
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }))
    return await Promise.race([used, late])
  } finally {
    socket.close()
  }
}

/** With which Node is started to be asked. (The inspector's own way to collect also drops compiled code, which the next seconds would pay.) */
export const inspectedFlags = ['--inspect=127.0.0.1:0', '--expose-gc'] as const

/** The URL that such a process wrote into its log. */
export function inspectorIn(log: string): string {
  const url = /ws:\/\/127\.0\.0\.1:\d+\/\S+/.exec(log)?.[0]
  if (url === undefined) throw new Error('the process told no inspector')
  return url
}
