import { expect, test } from 'vitest'

import { flowOf } from './stats.ts'

const reportOf = (...reports: object[]): RTCStatsReport =>
  new Map(reports.map((report, index) => [`${index}`, { id: `${index}`, ...report }]))
const first = { before: undefined, elapsedMs: 0 }

const camera = (packetsReceived: number, packetsLost: number, bytesReceived: number): RTCStatsReport =>
  reportOf(
    { type: 'inbound-rtp', mid: 'probator', packetsReceived: 9, bytesReceived: 9_999 },
    {
      type: 'inbound-rtp',
      mid: '1',
      packetsReceived,
      packetsLost,
      bytesReceived,
      framesDecoded: 40,
      frameWidth: 640,
      jitter: 0.012,
    },
    { type: 'inbound-rtp', mid: '0', packetsReceived: 5, bytesReceived: 500, totalAudioEnergy: 0.5 },
    { type: 'candidate-pair', nominated: false, currentRoundTripTime: 0.9 },
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.034 },
  )

test('a flow is told from the others of its transport', () => {
  const key = { kind: 'video', mid: '1', ssrcs: [] } as const
  expect(flowOf(camera(100, 0, 50_000), key, first)).toMatchObject({
    bytes: 50_000,
    frames: 40,
    widthPixels: 640,
    jitterMs: 12,
    roundTripMs: 34,
    bitsPerSecond: undefined,
    lossRatio: undefined,
    audioEnergy: undefined,
  })
  expect(flowOf(camera(100, 0, 50_000), { kind: 'audio', mid: '0', ssrcs: [] }, first)?.audioEnergy).toBe(0.5)
  expect(flowOf(camera(1, 0, 1), { kind: 'audio', mid: '7', ssrcs: [] }, first)).toBeUndefined()
})

test('rates are those since the last look', () => {
  const key = { kind: 'video', mid: '1', ssrcs: [] } as const
  const before = flowOf(camera(100, 10, 50_000), key, first)
  const after = flowOf(camera(190, 20, 100_000), key, { before, elapsedMs: 2_000 })
  expect(after).toMatchObject({ bitsPerSecond: 200_000, lossRatio: 0.1 })
})

test('layers that are sent count together, and what the receiver lost comes from its reports', () => {
  const report = reportOf(
    { type: 'outbound-rtp', ssrc: 11, bytesSent: 100, packetsSent: 10, framesEncoded: 20, mediaSourceId: '3' },
    { type: 'outbound-rtp', ssrc: 12, bytesSent: 300, packetsSent: 30, framesEncoded: 19, mediaSourceId: '3' },
    { type: 'remote-inbound-rtp', localId: '1', packetsLost: 4, jitter: 0.002 },
    { type: 'media-source', totalAudioEnergy: 1.5 },
  )
  expect(flowOf(report, { kind: 'video', mid: '0', ssrcs: [11, 12] }, first)).toMatchObject({
    bytes: 400,
    packets: 40,
    packetsLost: 4,
    frames: 20,
    audioEnergy: 1.5,
  })
})
