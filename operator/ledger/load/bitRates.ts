// What media is expected to weigh before it is measured. A client may send more or less: measured load replaces all of it within seconds.

/** One voice: Opus at its usual rate, with headers (measured). */
export const voiceBitsPerSecond = 50_000
/** What a client sends of a camera: the three layers of signaling/client/encodings.ts. */
export const cameraBitsPerSecond = 2_150_000
/** A shared screen has one layer (the same file), which everybody gets whole: to a viewer it weighs as much as seventeen small cameras. */
export const screenBitsPerSecond = 2_500_000

/** The layer of a camera that a client takes which shows so many (the same file): one fills the window, four are tiles, more are small. */
export function shownCameraBitsPerSecond(shown: number): number {
  if (shown <= 1) return 1_500_000
  return shown <= 4 ? 500_000 : 150_000
}

/**
 * Of those whom a client hears so many speak at once; the others' DTX sends next to nothing. As many as Google Meet forwards (Meet Media
 * API: three virtual audio streams).
 */
export const speakersAtOnce = 3

/** Opus sends a packet each 20 ms (RFC 7587, 4.2). */
export const voicePacketsPerSecond = 50
/** libwebrtc fills packets of video up to 1,200 bytes. */
const picturePacketBits = 1_200 * 8

export const picturePacketsPerSecond = (bitsPerSecond: number): number => Math.ceil(bitsPerSecond / picturePacketBits)

/**
 * What one core forwards: 500 consumers (mediasoup, Scalability), each of which is at least a voice of 50 packets a second. Copying and
 * encrypting cost by the packet, so a screen of 261 packets a second takes five times as much CPU.
 */
export const packetsPerSecondOfCore = 25_000
