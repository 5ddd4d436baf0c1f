import type { types } from 'mediasoup'

/**
 * What every router of every media node can route: all the same, or a producer could not come through a pipe. H.264 is constrained
 * baseline with packetization mode 1, which all browsers send and receive (RFC 7742, 6.2).
 */
export const routerCodecs: types.RouterRtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
]

/**
 * How often one source is asked for a key frame through a pipe at most, in ms: one a second, however many viewers behind it ask
 * (mediasoup's default is no bound; livekit#3490 saw 300 a minute).
 */
export const pipeKeyFrameRequestDelayMs = 1_000

/** Period of level measurement: the worker's AudioLevelObserver takes no shorter one (AudioLevelObserver.cpp, 250 ms). */
export const levelPeriodMs = 250
/** Quieter than this counts as silence, in dBov; mediasoup's own default is -80, where room noise still speaks. */
export const levelThresholdDBov = -60
/** How many of the loudest are told. */
export const levelEntries = 5
