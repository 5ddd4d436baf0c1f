import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'

import { withinTime } from '../../kit/abort.ts'
import type { Probe, ProbeTarget } from '../../sfu/api/probe.ts'
import { decodeMessage, encodeCheck, messageTypes } from './stun.ts'

/** When a request over UDP is sent again, in milliseconds from the first: one that is lost on the way says nothing. */
const sendAtMs = [0, 500, 1_500] as const
/** How long an answer may take, over either protocol, name and connection included. */
export const askTimeoutMs = 3_000
const ownFragment = 'reach'
/** Bytes before each message over TCP that say how long it is (RFC 4571). */
const lengthBytes = 2
/** A signed answer has some hundred bytes; who sends more is no ICE end. */
const answerAtMost = 2_048

/** Asks the ICE end at a target whether it is there; resolves with whether it gave a signed answer in time. Never rejects. */
export type Ask = (probe: Probe, target: ProbeTarget, signal: AbortSignal) => Promise<boolean>

/** One request and what counts as its answer. */
interface Question {
  readonly request: Buffer
  readonly isAnswer: (bytes: Buffer) => boolean
}

function questionFor({ usernameFragment, password }: Probe): Question {
  const transactionId = randomBytes(12)
  return {
    request: encodeCheck({ username: `${usernameFragment}:${ownFragment}`, password, transactionId, tieBreaker: randomBytes(8) }),
    isAnswer(bytes) {
      const message = decodeMessage(bytes)
      return (
        message?.type === messageTypes.bindingSuccess &&
        message.transactionId.equals(transactionId) &&
        message.isSignedWith(password)
      )
    },
  }
}

async function resolved(address: string): Promise<{ address: string; family: 4 | 6 }> {
  if (isIP(address) !== 0) return { address, family: isIP(address) === 6 ? 6 : 4 }
  const found = await lookup(address)
  return { address: found.address, family: found.family === 6 ? 6 : 4 }
}

interface Way {
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
  readonly question: Question
  readonly signal: AbortSignal
}

function overUdp({ address, family, port, question, signal }: Way): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    const timers = sendAtMs.map((afterMs) =>
      setTimeout(() => socket.send(question.request, port, address, (error) => void (error && end(false))), afterMs),
    )
    const end = (answered: boolean): void => {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      socket.removeAllListeners('message')
      socket.close()
      resolve(answered)
    }
    const giveUp = (): void => end(false)
    socket.once('error', giveUp)
    socket.on('message', (bytes) => void (question.isAnswer(bytes) && end(true)))
    signal.addEventListener('abort', giveUp)
  })
}

function overTcp({ address, family, port, question, signal }: Way): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, family })
    let received = Buffer.alloc(0)
    const end = (answered: boolean): void => {
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      resolve(answered)
    }
    const giveUp = (): void => end(false)
    socket.once('connect', () => {
      const length = Buffer.alloc(lengthBytes)
      length.writeUInt16BE(question.request.length)
      socket.write(Buffer.concat([length, question.request]))
    })
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      if (received.length < lengthBytes) return
      const whole = lengthBytes + received.readUInt16BE(0)
      if (received.length >= whole) end(question.isAnswer(received.subarray(lengthBytes, whole)))
      else if (whole > answerAtMost) end(false)
    })
    socket.once('error', giveUp)
    socket.once('end', giveUp)
    signal.addEventListener('abort', giveUp)
  })
}

/** An ICE connectivity check as a client would make it, from where this process runs. */
export const askByStun: Ask = async (probe, { protocol, address, port }, signal) => {
  try {
    return await withinTime({ timeoutMs: askTimeoutMs, signal }, async (within) => {
      const at = await resolved(address)
      if (within.aborted) return false
      return (protocol === 'udp' ? overUdp : overTcp)({ ...at, port, question: questionFor(probe), signal: within })
    })
  } catch {
    return false // A name that leads nowhere.
  }
}
