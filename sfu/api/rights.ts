import { z } from 'zod'

/** What a track shows, after LiveKit's names; the kind (audio, video) follows from it. */
export const source = z.enum(['microphone', 'camera', 'screen', 'screenAudio'])
export type Source = z.infer<typeof source>

export type MediaKind = 'audio' | 'video'

/** The kind of media of each source. */
export const kindOfSource: Readonly<Record<Source, MediaKind>> = {
  microphone: 'audio',
  camera: 'video',
  screen: 'video',
  screenAudio: 'audio',
}

/** What a participant may do on a media node; the agent enforces it. */
export const rights = z.object({
  /** The sources that may be produced; none means a pure viewer. */
  publish: z.array(source).max(4),
  /** Whether others' tracks may be consumed. */
  subscribe: z.boolean(),
  /** A hidden participant stands in nobody's roster (recorders, probes). */
  hidden: z.boolean(),
})
export type Rights = z.infer<typeof rights>
