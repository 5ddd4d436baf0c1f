import { createWorker, type types } from 'mediasoup'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { pipeKeyFrameRequestDelayMs, routerCodecs } from './codecs.ts'
import { SrtpPipeEnd } from './pipe.ts'

let workers: types.Worker[] = []
let routers: types.Router[] = []

beforeAll(async () => {
  workers = await Promise.all([createWorker({ logLevel: 'none' }), createWorker({ logLevel: 'none' })])
  routers = await Promise.all(workers.map((worker) => worker.createRouter({ mediaCodecs: routerCodecs })))
})
afterAll(() => {
  for (const worker of workers) worker.close()
})

async function pipeEnd(router: types.Router | undefined): Promise<SrtpPipeEnd> {
  if (!router) throw new Error('no router')
  const listenInfo = { protocol: 'udp', ip: '127.0.0.1', portRange: { min: 27_000, max: 27_099 } } as const
  return new SrtpPipeEnd(await router.createPipeTransport({ listenInfo, enableSrtp: true, enableRtx: true }))
}

const vp8: types.RtpParameters = {
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90_000,
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    },
  ],
  encodings: [{ ssrc: 1_234 }],
}

/** One VP8 key frame of one packet (RFC 7741): descriptor with S set, then the key frame's payload header. */
function keyFrame(sequence: number): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt8(0x80, 0)
  header.writeUInt8(0x80 | 96, 1)
  header.writeUInt16BE(sequence & 0xffff, 2)
  header.writeUInt32BE(sequence * 3_000, 4)
  header.writeUInt32BE(1_234, 8)
  return Buffer.concat([header, Buffer.from([0x10, 0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00])])
}

test('however many ask through a pipe, the source is asked for a key frame once a second at most', async () => {
  const [near, far] = await Promise.all(routers.map(pipeEnd))
  if (!near || !far) throw new Error('no pipe')
  await Promise.all([near.connect(far.address), far.connect(near.address)])
  const sending = await routers[0]?.createDirectTransport()
  const viewing = await routers[1]?.createDirectTransport()
  if (!sending || !viewing) throw new Error('no transports')
  const source = await sending.produce({ kind: 'video', rtpParameters: vp8 })
  const asked: number[] = []
  await source.enableTraceEvent(['pli'])
  source.on('trace', () => void asked.push(performance.now()))

  const half = await near.consume(source.id)
  const arrived = await far.produce({ kind: 'video', rtpParameters: half.rtpParameters, paused: false })
  let sequence = 0
  const sender = setInterval(() => source.send(keyFrame(++sequence)), 20)
  await waitFor(async () => ((await far.bytesReceived()) > 0 ? true : missing('RTP through the pipe')), { timeoutMs: 30_000 })

  const rtpCapabilities = routers[1]?.rtpCapabilities ?? {}
  const viewers = await Promise.all(
    Array.from({ length: 5 }, () => viewing.consume({ producerId: arrived.id, rtpCapabilities, paused: false })),
  )
  asked.length = 0
  const beganAtMs = performance.now()
  const untilMs = beganAtMs + 2.5 * pipeKeyFrameRequestDelayMs
  await waitFor(
    async () => {
      await Promise.all(viewers.map((viewer) => viewer.requestKeyFrame()))
      return performance.now() > untilMs ? true : missing('the time to pass')
    },
    { timeoutMs: 30_000, pollMs: 50 },
  )
  clearInterval(sender)
  expect(asked.length).toBeGreaterThan(0)
  // At the beginning, once a second, and one that was still under way.
  expect(asked.length).toBeLessThanOrEqual(2 + (performance.now() - beganAtMs) / pipeKeyFrameRequestDelayMs)
})

test('a track that is piped again has fresh SSRCs, and its packets come through again', async () => {
  const [near, far] = await Promise.all(routers.map(pipeEnd))
  if (!near || !far) throw new Error('no pipe')
  await Promise.all([near.connect(far.address), far.connect(near.address)])
  const sending = await routers[0]?.createDirectTransport()
  if (!sending) throw new Error('no transport')
  const source = await sending.produce({ kind: 'video', rtpParameters: vp8 })
  let sequence = 0
  const sender = setInterval(() => source.send(keyFrame(++sequence)), 20)
  const ssrcs = new Set<number | undefined>()
  for (let time = 0; time < 3; time++) {
    const half = await near.consume(source.id)
    const producer = await far.produce({ kind: 'video', rtpParameters: half.rtpParameters, paused: false })
    ssrcs.add(producer.ssrc)
    const before = await far.bytesReceived()
    await waitFor(async () => ((await far.bytesReceived()) > before ? true : missing('RTP through the pipe')), {
      timeoutMs: 30_000,
    })
    half.close()
    producer.close()
  }
  clearInterval(sender)
  expect(ssrcs.size).toBe(3)
})
