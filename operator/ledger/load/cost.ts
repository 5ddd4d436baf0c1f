import { picturePacketsPerSecond, voiceBitsPerSecond, voicePacketsPerSecond } from './bitRates.ts'

/**
 * What something is expected to add to a media node, by resource: packets sent a second (which is CPU) and consumers on one worker; bits a
 * second and ports of pipes on the node. Whole numbers, so that what is added and taken away again leaves exactly nothing.
 */
export interface Cost {
  readonly packetsPerSecond: number
  readonly consumers: number
  readonly egressBitsPerSecond: number
  readonly ingressBitsPerSecond: number
  readonly pipePorts: number
}

export const noCost: Cost = { packetsPerSecond: 0, consumers: 0, egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipePorts: 0 }

/** Tracks that go together to one receiver. */
export interface Tracks {
  readonly count: number
  /** How many voices are among what is heard at a time. */
  readonly voices: number
  readonly pictureBitsPerSecond: number
}

/** A cost that is summed up step by step, for one decision. */
export class Estimate implements Cost {
  packetsPerSecond = 0
  consumers = 0
  egressBitsPerSecond = 0
  ingressBitsPerSecond = 0
  pipePorts = 0

  /** The node sends the tracks to so many receivers, people or pipes. */
  sends({ count, voices, pictureBitsPerSecond }: Tracks, receivers: number): void {
    this.consumers += count * receivers
    this.packetsPerSecond += (voices * voicePacketsPerSecond + picturePacketsPerSecond(pictureBitsPerSecond)) * receivers
    this.egressBitsPerSecond += (voices * voiceBitsPerSecond + pictureBitsPerSecond) * receivers
  }

  /** The node receives voices and pictures, from a client or through a pipe. */
  receives({ voices, pictureBitsPerSecond }: Pick<Tracks, 'voices' | 'pictureBitsPerSecond'>): void {
    this.ingressBitsPerSecond += voices * voiceBitsPerSecond + pictureBitsPerSecond
  }

  opensPipes(count: number): void {
    this.pipePorts += count
  }
}

/** Both together. */
export function sumOf(a: Cost, b: Cost): Cost {
  if (a === noCost) return b
  return {
    packetsPerSecond: a.packetsPerSecond + b.packetsPerSecond,
    consumers: a.consumers + b.consumers,
    egressBitsPerSecond: a.egressBitsPerSecond + b.egressBitsPerSecond,
    ingressBitsPerSecond: a.ingressBitsPerSecond + b.ingressBitsPerSecond,
    pipePorts: a.pipePorts + b.pipePorts,
  }
}

/** The cost with its sign turned; without what it has of a worker where that is not the one. */
export const negative = (cost: Cost, { ofWorker }: { ofWorker: boolean }): Cost => ({
  packetsPerSecond: ofWorker ? -cost.packetsPerSecond : 0,
  consumers: ofWorker ? -cost.consumers : 0,
  egressBitsPerSecond: -cost.egressBitsPerSecond,
  ingressBitsPerSecond: -cost.ingressBitsPerSecond,
  pipePorts: -cost.pipePorts,
})
