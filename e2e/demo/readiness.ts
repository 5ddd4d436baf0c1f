import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'

const timeoutMs = 1_000
const maxWords = 200

async function wordsOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of response) text += String(part)
  return text.trim().slice(0, maxWords) || `status ${response.statusCode}`
}

/**
 * What keeps a process of this machine from answering 200, in its own words; undefined when it does. Its throwaway certificate is taken
 * as it is: the question never leaves the machine.
 */
export function whyNotReady(url: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, rejectUnauthorized: false, agent: false } as const
    const get = url.startsWith('https:') ? getHttps : getHttp
    const request = get(url, options, (response) => {
      if (response.statusCode !== 200) return void wordsOf(response).then(resolve, () => resolve('its answer broke off'))
      response.resume()
      resolve(undefined)
    })
    request.once('timeout', () => request.destroy(new Error('no answer in time')))
    request.once('error', (error) => resolve(error.message))
  })
}
