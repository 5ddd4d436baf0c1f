import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { attributeTypes, decodeMessage, encodeCheck, encodeMessage, mappedAddressOf, messageTypes } from './stun.ts'

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
const password = 'VOkJxbRl1RmTxUk/WvJxBt'
const transactionId = bytesOf('b7e7a701bc34d686fa87dfae')

/** RFC 5769, 2.1: a request with short-term credentials. */
const sampleRequest = bytesOf(`
  00 01 00 58 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74
  00 24 00 04 6e 00 01 ff
  80 29 00 08 93 2f f9 b1 51 26 3b 36
  00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20
  00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
  80 28 00 04 e5 7a 3b cf`)
/** RFC 5769, 2.2: an answer over IPv4. */
const sampleAnswer4 = bytesOf(`
  01 01 00 3c 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20
  00 20 00 08 00 01 a1 47 e1 12 a6 43
  00 08 00 14 2b 91 f5 99 fd 9e 90 c3 8c 74 89 f9 2a f9 ba 53 f0 6b e7 d7
  80 28 00 04 c0 7d 4c 96`)
/** RFC 5769, 2.3: an answer over IPv6. */
const sampleAnswer6 = bytesOf(`
  01 01 00 48 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 0b 74 65 73 74 20 76 65 63 74 6f 72 20
  00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9
  00 08 00 14 a3 82 95 4e 4b e6 7b f1 17 84 c9 7c 82 92 c2 75 bf e3 ed 41
  80 28 00 04 c8 fb 0b 4c`)

test("the RFC's request is read, and its signature and fingerprint are right", () => {
  const message = decodeMessage(sampleRequest)
  expect(message?.type).toBe(messageTypes.bindingRequest)
  expect(message?.transactionId).toEqual(transactionId)
  expect(message?.attributes.get(attributeTypes.username)?.toString()).toBe('evtj:h6vY')
  expect(message?.attributes.get(attributeTypes.priority)).toEqual(bytesOf('6e0001ff'))
  expect(message?.isSignedWith(password)).toBe(true)
  expect(message?.isSignedWith(`${password}x`)).toBe(false)
})

test.each([
  ['IPv4', sampleAnswer4, '192.0.2.1'],
  ['IPv6', sampleAnswer6, '2001:db8:1234:5678:11:2233:4455:6677'],
])("the RFC's answer over %s is read", (_family, bytes, address) => {
  const message = decodeMessage(bytes)
  expect(message?.type).toBe(messageTypes.bindingSuccess)
  expect(message?.isSignedWith(password)).toBe(true)
  expect(message && mappedAddressOf(message)).toEqual({ address, port: 32_853 })
})

test("the RFC's answer is written, but for what pads its software: zeros by the later RFC", () => {
  const software = Buffer.from('test vector')
  const mapped = bytesOf('0001a147e112a643')
  const written = encodeMessage({
    ...{ type: messageTypes.bindingSuccess, transactionId, password },
    attributes: [
      [0x8022, software],
      [attributeTypes.xorMappedAddress, mapped],
    ],
  })
  const padding = 20 + 4 + software.length
  expect(written.length).toBe(sampleAnswer4.length)
  expect(written.subarray(0, padding)).toEqual(sampleAnswer4.subarray(0, padding))
  expect(written[padding]).toBe(0)
  expect(written.subarray(padding + 1, padding + 1 + 12)).toEqual(sampleAnswer4.subarray(padding + 1, padding + 1 + 12))
  expect(decodeMessage(written)?.isSignedWith(password)).toBe(true)
})

test('a check says who asks whom, and is signed', () => {
  const bytes = encodeCheck({ username: 'evtj:h6vY', password, transactionId, tieBreaker: Buffer.alloc(8, 7) })
  const message = decodeMessage(bytes)
  expect(message?.type).toBe(messageTypes.bindingRequest)
  expect(message?.attributes.get(attributeTypes.username)?.toString()).toBe('evtj:h6vY')
  expect(message?.attributes.get(attributeTypes.iceControlling)).toEqual(Buffer.alloc(8, 7))
  expect(message?.isSignedWith(password)).toBe(true)
})

/** All but FINGERPRINT, which comes after the signature. */
const signedBytes = sampleAnswer4.length - 8

test('a bit that flips anywhere in a signed message is noticed', () => {
  fc.assert(
    fc.property(fc.nat(signedBytes * 8 - 1), (bit) => {
      const bytes = Buffer.from(sampleAnswer4)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const message = decodeMessage(bytes)
      expect(message?.isSignedWith(password) ?? false).toBe(false)
    }),
  )
})

test('whatever comes in, it is a message or it is not: nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, disguised) => {
      const bytes = Buffer.from(noise)
      if (disguised && bytes.length >= 20) sampleAnswer4.copy(bytes, 0, 0, 20)
      if (disguised && bytes.length >= 20) bytes.writeUInt16BE(bytes.length - 20, 2)
      const message = decodeMessage(bytes)
      if (message) mappedAddressOf(message)
    }),
  )
})
