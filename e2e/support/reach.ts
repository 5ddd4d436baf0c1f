import { createSocket } from 'node:dgram'

import { withinTime } from '../../kit/abort.ts'

const timeoutMs = 3_000

/** What an HTTP server at this address answers. */
export function overHttp(address: string, port: number): Promise<string> {
  return withinTime({ timeoutMs }, async (signal) => {
    const answer = await fetch(`http://${address}:${port}/`, { signal })
    return answer.text()
  })
}

/** Sends a datagram and resolves with what comes back; rejects when nothing does. */
export function overUdp(address: string, port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const late = setTimeout(() => end(new Error(`no answer from ${address}:${port} over UDP`)), timeoutMs)
    function end(error: Error | undefined, answer = ''): void {
      clearTimeout(late)
      socket.close()
      if (error) reject(error)
      else resolve(answer)
    }
    socket.once('error', (error) => end(error))
    socket.once('message', (answer) => end(undefined, answer.toString()))
    socket.send(text, port, address)
  })
}
