import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of heap that are in use once all garbage is collected. */
export function liveBytes(): number {
  setFlagsFromString('--expose-gc')
  // Twice: what a weak map or a finalizer held goes with the second.
  runInNewContext('gc(); gc()')
  return process.memoryUsage().heapUsed
}
