import { request } from 'node:http'

/** A request whose headers announce a JSON body that never comes. */
export interface WithheldBody {
  readonly url: string
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly bytes: number
  readonly authorization?: string
}

/**
 * What a server answers to headers alone, for tests of who is refused before anything more is read: the status, and whether the connection is
 * kept. One that waits for the body answers `408` when its time is over.
 */
export function answerToHeaders({ url, method, bytes, authorization }: WithheldBody): Promise<{ status: number; kept: boolean }> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': bytes,
      connection: 'keep-alive',
      ...(authorization === undefined ? {} : { authorization }),
    }
    const asking = request(url, { method, headers }, (response) => {
      resolve({ status: response.statusCode ?? 0, kept: response.headers.connection !== 'close' })
      asking.destroy()
    })
    asking.on('error', reject)
    asking.flushHeaders()
  })
}
