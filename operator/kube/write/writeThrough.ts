import type { Lane, WriteBucket } from './writeBucket.ts'

/**
 * A write whose answer is waited for, through the one bucket. Of two of the same key the later one takes the other's turn, so keys name one
 * write. Rejects with what `act` rejected with, or with the signal's reason when it aborts before.
 */
export async function writeThrough<T>(
  bucket: WriteBucket,
  write: { readonly key: string; readonly lane?: Lane; readonly signal: AbortSignal },
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { key, lane = 'phase', signal } = write
  signal.throwIfAborted()
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    signal.addEventListener('abort', onAbort, { once: true })
    bucket.put({
      key,
      lane,
      prepare: () =>
        signal.aborted
          ? undefined
          : async (stop) => {
              try {
                resolve(await act(AbortSignal.any([signal, stop])))
                return 'written'
              } catch (thrown) {
                reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
                return 'dropped'
              } finally {
                signal.removeEventListener('abort', onAbort)
              }
            },
    })
  })
}
