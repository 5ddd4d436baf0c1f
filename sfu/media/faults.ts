import { errors } from 'mediasoup'

import { CodedError, commonErrors } from '../../kit/errors.ts'

/**
 * What a failed call into mediasoup means to whom asked: `refusal` where the worker (or the library before it) found fault with what
 * was asked, `unavailable` where the worker is gone. mediasoup's own text stays in the cause, for the log.
 */
export function mediaFault(thrown: unknown, refusal: (options: { cause: unknown }) => CodedError): CodedError {
  if (thrown instanceof CodedError) return thrown
  if (thrown instanceof errors.WorkerClosedError) {
    return commonErrors.raise.unavailable({ what: 'The media process of this meeting' }, { cause: thrown })
  }
  return refusal({ cause: thrown })
}

/** Runs a call into mediasoup; its faults become ours. */
export async function guarded<T>(call: () => Promise<T>, refusal: (options: { cause: unknown }) => CodedError): Promise<T> {
  try {
    return await call()
  } catch (thrown) {
    throw mediaFault(thrown, refusal)
  }
}

/** For calls that can only fail by a fault of ours or of the worker. */
export const internalFault = (options: { cause: unknown }): CodedError => commonErrors.raise.internal({}, options)
