/** Below this a microphone counts as silent, in dB of full scale; a quiet room has about -60. */
const silentDb = -60

/** How loud 2,048 samples are: 0 for silence to 1 for full scale, even steps of decibels between. */
export function levelOf(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const db = 10 * Math.log10(sum / Math.max(1, samples.length) || Number.MIN_VALUE)
  return Math.min(1, Math.max(0, 1 - db / silentDb))
}

/** Calls `onLevel` with the loudness of a track, with each frame that the page draws. The answer ends it. */
export function meterOf(track: MediaStreamTrack, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  const source = context.createMediaStreamSource(new MediaStream([track]))
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  // A page that nobody has clicked yet may have to wait for it before sound is worked on.
  const wake = (): void => void context.resume()
  document.addEventListener('pointerdown', wake, { once: true })
  let frame = 0
  const look = (): void => {
    analyser.getFloatTimeDomainData(samples)
    onLevel(levelOf(samples))
    frame = requestAnimationFrame(look)
  }
  look()
  return () => {
    cancelAnimationFrame(frame)
    document.removeEventListener('pointerdown', wake)
    source.disconnect()
    void context.close()
  }
}
