import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * The part of STUN (RFC 8489) that an ICE connectivity check (RFC 8445, 7.1) needs: binding requests and their answers with short-term
 * credentials. Everything else is read over.
 */

/** Types of the messages that are used. */
export const messageTypes = { bindingRequest: 0x0001, bindingSuccess: 0x0101, bindingError: 0x0111 } as const
/** Types of the attributes that are used. */
export const attributeTypes = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  fingerprint: 0x8028,
  iceControlling: 0x802a,
} as const

const magicCookie = 0x2112_a442
const headerBytes = 20
const attributeHeaderBytes = 4
const integrityBytes = 20
const fingerprintBytes = 4
/** What the CRC-32 of FINGERPRINT is combined with ("STUN" in ASCII; RFC 8489, 14.7). */
const fingerprintMask = 0x5354_554e

/** A STUN message that was read. */
export interface StunMessage {
  readonly type: number
  /** 12 bytes. */
  readonly transactionId: Buffer
  /** The first of each type, before MESSAGE-INTEGRITY; later ones are to be ignored (RFC 8489, 14.5). */
  readonly attributes: ReadonlyMap<number, Buffer>
  /** Whether MESSAGE-INTEGRITY is there and was made with this password. */
  isSignedWith(password: string): boolean
}

const paddedTo4 = (bytes: number): number => Math.ceil(bytes / 4) * 4

function header(type: number, length: number, transactionId: Buffer): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(length, 2)
  bytes.writeUInt32BE(magicCookie, 4)
  transactionId.copy(bytes, 8, 0, 12)
  return bytes
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(attributeHeaderBytes + paddedTo4(value.length))
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(value.length, 2)
  value.copy(bytes, attributeHeaderBytes)
  return bytes
}

/** The message up to an attribute of `bytes` bytes, with a length that counts that attribute in (RFC 8489, 14.5 and 14.7). */
function before(message: Buffer, bytes: number): Buffer {
  const copy = Buffer.from(message)
  copy.writeUInt16BE(message.length - headerBytes + attributeHeaderBytes + bytes, 2)
  return copy
}

const hmacOf = (message: Buffer, password: string): Buffer =>
  createHmac('sha1', password).update(before(message, integrityBytes)).digest()

function fingerprintOf(message: Buffer): Buffer {
  const bytes = Buffer.alloc(fingerprintBytes)
  bytes.writeUInt32BE((crc32(before(message, fingerprintBytes)) ^ fingerprintMask) >>> 0)
  return bytes
}

/** A message with these attributes, signed with the password and closed by a fingerprint. */
export function encodeMessage(of: {
  readonly type: number
  /** 12 bytes, random. */
  readonly transactionId: Buffer
  readonly attributes: readonly (readonly [type: number, value: Buffer])[]
  readonly password: string
}): Buffer {
  const body = Buffer.concat(of.attributes.map(([type, value]) => attribute(type, value)))
  const plain = Buffer.concat([header(of.type, 0, of.transactionId), body])
  const signed = Buffer.concat([plain, attribute(attributeTypes.messageIntegrity, hmacOf(plain, of.password))])
  const whole = Buffer.concat([signed, attribute(attributeTypes.fingerprint, fingerprintOf(signed))])
  whole.writeUInt16BE(whole.length - headerBytes, 2)
  return whole
}

/** A check of a controlling ICE agent: `username` is the other side's fragment, a colon, and its own. */
export function encodeCheck(of: {
  readonly username: string
  readonly password: string
  /** 12 bytes, random. */
  readonly transactionId: Buffer
  /** 8 bytes, random. */
  readonly tieBreaker: Buffer
}): Buffer {
  const { username, password, transactionId, tieBreaker } = of
  const priority = Buffer.alloc(4)
  priority.writeUInt32BE(0x6eff_ffff) // Of a peer-reflexive candidate (RFC 8445, 5.1.2.2 and 7.1.1).
  return encodeMessage({
    type: messageTypes.bindingRequest,
    transactionId,
    password,
    attributes: [
      [attributeTypes.username, Buffer.from(username)],
      [attributeTypes.priority, priority],
      [attributeTypes.iceControlling, tieBreaker],
    ],
  })
}

/** Where the attributes of a message begin and end; undefined where they do not fill it exactly. */
function attributesOf(bytes: Buffer): readonly { type: number; at: number; value: Buffer }[] | undefined {
  const found: { type: number; at: number; value: Buffer }[] = []
  let at = headerBytes
  while (at < bytes.length) {
    if (at + attributeHeaderBytes > bytes.length) return undefined
    const length = bytes.readUInt16BE(at + 2)
    const end = at + attributeHeaderBytes + paddedTo4(length)
    if (end > bytes.length) return undefined
    const value = bytes.subarray(at + attributeHeaderBytes, at + attributeHeaderBytes + length)
    found.push({ type: bytes.readUInt16BE(at), at, value })
    at = end
  }
  return found
}

function isHeader(bytes: Buffer): boolean {
  return (
    bytes.length >= headerBytes &&
    (bytes.readUInt16BE(0) & 0xc000) === 0 &&
    bytes.readUInt32BE(4) === magicCookie &&
    bytes.readUInt16BE(2) === bytes.length - headerBytes &&
    bytes.length % 4 === 0
  )
}

/** Reads a message; undefined where the bytes are none: a wrong header or length, attributes beyond the end, a wrong fingerprint. */
export function decodeMessage(bytes: Buffer): StunMessage | undefined {
  if (!isHeader(bytes)) return undefined
  const all = attributesOf(bytes)
  if (all === undefined) return undefined
  const fingerprint = all.find(({ type }) => type === attributeTypes.fingerprint)
  if (fingerprint !== undefined && !fingerprint.value.equals(fingerprintOf(bytes.subarray(0, fingerprint.at)))) return undefined
  const integrity = all.find(({ type }) => type === attributeTypes.messageIntegrity)
  const counted = integrity === undefined ? all : all.filter(({ at }) => at < integrity.at)
  return {
    type: bytes.readUInt16BE(0),
    transactionId: bytes.subarray(8, headerBytes),
    attributes: new Map(counted.toReversed().map(({ type, value }) => [type, value])),
    isSignedWith(password) {
      if (integrity?.value.length !== integrityBytes) return false
      return timingSafeEqual(integrity.value, hmacOf(bytes.subarray(0, integrity.at), password))
    },
  }
}

const families = { ipv4: 0x01, ipv6: 0x02 } as const

/** From which address and port the other side saw a request come (RFC 8489, 14.2); undefined where it does not say. */
export function mappedAddressOf({ attributes, transactionId }: StunMessage): { address: string; port: number } | undefined {
  const value = attributes.get(attributeTypes.xorMappedAddress)
  if (value === undefined || value.length < 8) return undefined
  const port = value.readUInt16BE(2) ^ (magicCookie >>> 16)
  const mask = Buffer.alloc(16)
  mask.writeUInt32BE(magicCookie, 0)
  transactionId.copy(mask, 4)
  const bytes = value.subarray(4).map((byte, index) => byte ^ (mask[index] ?? 0))
  if (value[1] === families.ipv4 && bytes.length === 4) return { address: bytes.join('.'), port }
  if (value[1] !== families.ipv6 || bytes.length !== 16) return undefined
  const groups = Array.from({ length: 8 }, (_, index) =>
    Buffer.from(bytes)
      .readUInt16BE(index * 2)
      .toString(16),
  )
  return { address: groups.join(':'), port }
}
