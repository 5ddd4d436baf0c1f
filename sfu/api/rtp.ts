import { z } from 'zod'

/**
 * What clients may say about RTP, in mediasoup's shapes (https://mediasoup.org/documentation/v3/mediasoup/rtp-parameters-and-capabilities/),
 * with every list, number and string bounded. Keys that mediasoup does not read are dropped, so that newer clients still connect.
 * Nothing reaches a worker that has not passed here.
 */
const uint = (maximum: number) => z.int().min(0).max(maximum)
const uint32 = uint(0xffffffff)
const payloadType = uint(127)
const mimeType = z.string().regex(/^(audio|video)\/[A-Za-z0-9.+-]{1,30}$/, 'must be audio/... or video/...')
const codecParameters = z
  .record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
  .refine((record) => Object.keys(record).length <= 32, 'must have at most 32 entries')
const rtcpFeedback = z.array(z.object({ type: z.string().min(1).max(32), parameter: z.string().max(32).optional() })).max(16)
const headerExtensionUri = z.string().min(1).max(256)

export const kind = z.enum(['audio', 'video'])

const codec = z.object({
  mimeType,
  payloadType,
  clockRate: z.int().min(1).max(192_000),
  channels: z.int().min(1).max(8).optional(),
  parameters: codecParameters.optional(),
  rtcpFeedback: rtcpFeedback.optional(),
})

const encoding = z.object({
  ssrc: uint32.optional(),
  rid: z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}$/)
    .optional(),
  codecPayloadType: payloadType.optional(),
  rtx: z.object({ ssrc: uint32 }).optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: z
    .string()
    .regex(/^[LS][1-3]T[1-3](h|_KEY|_KEY_SHIFT)?$/, 'must be a scalability mode such as L1T3')
    .optional(),
  scaleResolutionDownBy: z.number().min(1).max(64).optional(),
  maxBitrate: z.int().min(0).max(100_000_000).optional(),
})

/** What a producer sends, or a consumer receives. */
export const rtpParameters = z.object({
  mid: z.string().min(1).max(32).optional(),
  codecs: z.array(codec).min(1).max(16),
  headerExtensions: z
    .array(
      z.object({
        uri: headerExtensionUri,
        id: z.int().min(1).max(255),
        encrypt: z.boolean().optional(),
        parameters: codecParameters.optional(),
      }),
    )
    .max(32)
    .optional(),
  encodings: z.array(encoding).max(4).optional(),
  rtcp: z.object({ cname: z.string().max(256).optional(), reducedSize: z.boolean().optional() }).optional(),
  msid: z.string().max(256).optional(),
})
export type RtpParameters = z.infer<typeof rtpParameters>

/** What a client can receive, or a router can route. */
export const rtpCapabilities = z.object({
  codecs: z
    .array(
      z.object({
        kind,
        mimeType,
        preferredPayloadType: payloadType.optional(),
        clockRate: z.int().min(1).max(192_000),
        channels: z.int().min(1).max(8).optional(),
        parameters: codecParameters.optional(),
        rtcpFeedback: rtcpFeedback.optional(),
      }),
    )
    .max(64)
    .optional(),
  headerExtensions: z
    .array(
      z.object({
        kind,
        uri: headerExtensionUri,
        preferredId: z.int().min(1).max(255),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(64)
    .optional(),
})
export type RtpCapabilities = z.infer<typeof rtpCapabilities>

/** Bytes of each fingerprint (RFC 8122); an empty or short one once killed a worker with all its meetings (mediasoup#537). */
const fingerprintBytes = { 'sha-1': 20, 'sha-224': 28, 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const

const fingerprint = z
  .object({ algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']), value: z.string().max(200) })
  .refine(
    ({ algorithm, value }) => new RegExp(`^([0-9A-Fa-f]{2}:){${fingerprintBytes[algorithm] - 1}}[0-9A-Fa-f]{2}$`).test(value),
    {
      path: ['value'],
      message: 'must be the bytes of the hash in hexadecimal, joined by colons',
    },
  )

/** The client's side of the DTLS handshake. */
export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(fingerprint).min(1).max(8),
})
export type DtlsParameters = z.infer<typeof dtlsParameters>

/** What a client needs to connect a transport; comes from the media node and is not checked again. */
export interface TransportParameters {
  readonly id: string
  readonly iceParameters: { readonly usernameFragment: string; readonly password: string; readonly iceLite?: boolean }
  readonly iceCandidates: readonly {
    readonly foundation: string
    readonly priority: number
    readonly ip: string
    readonly address: string
    readonly protocol: 'udp' | 'tcp'
    readonly port: number
    readonly type: 'host'
    readonly tcpType?: 'passive'
  }[]
  readonly dtlsParameters: DtlsParameters
}
